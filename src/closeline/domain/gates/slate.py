"""Slate: a day on which nearly every total leans one way says more of the model than of the games."""

from closeline.domain.gates.candidate import Candidate, Finding, Inputs, cap, inactive, passed
from closeline.domain.gates.limits import Limits
from closeline.domain.markets import MarketType

GATE = "slate_skew"


def slate_skew(candidate: Candidate, limits: Limits) -> Finding:
    """Cap totals at LEAN on a slate of eight games or more of which over four fifths lean one way, over or under."""
    slate = candidate.slate
    if slate is None or candidate.selection.market.type is not MarketType.TOTAL:
        return inactive(GATE)
    share = max(slate.share, 1.0 - slate.share)
    numbers: Inputs = {"games": slate.games, "share": share, "limit": limits.slate_share_max}
    if slate.games >= limits.slate_games_least and not share <= limits.slate_share_max:
        return cap(GATE, "SLATE_SKEW", **numbers)
    return passed(GATE, **numbers)
