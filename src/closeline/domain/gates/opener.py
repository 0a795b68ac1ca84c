"""Opener consistency: a spread and a moneyline that tell different stories are probably an error in one."""

from closeline.domain.gates.candidate import Action, Candidate, Finding, Inputs, block, passed
from closeline.domain.gates.limits import Limits
from closeline.domain.markets import MarketType

GATE = "opener_consistency"
# A total says nothing of who is better, so it is not touched by the quarrel of the other two.
MARGIN_MARKETS = frozenset({MarketType.MONEYLINE, MarketType.SPREAD})


def opener_consistency(candidate: Candidate, limits: Limits) -> Finding:
    """Block a side whose spread and moneyline disagree by more points of margin than the limit.

    Two public records of the same openers differ by 1.4 to 1.7 points; beyond the limit the line is quarantined
    rather than picked off.
    """
    points = candidate.opener_disagreement
    if points is None or candidate.selection.market.type not in MARGIN_MARKETS:
        return Finding(GATE, Action.INACTIVE)
    numbers: Inputs = {"disagreement_points": round(points, 4), "limit_points": limits.opener_disagreement_points_max}
    if not abs(points) <= limits.opener_disagreement_points_max:
        return block(GATE, "MARKET_LINE_INCONSISTENT", **numbers)
    return passed(GATE, **numbers)
