"""Opener consistency: a spread and a moneyline that tell different stories are probably an error in one."""

from closeline.domain.gates.candidate import Action, Candidate, Finding, Limits, block, passed

GATE = "opener_consistency"


def opener_consistency(candidate: Candidate, limits: Limits) -> Finding:
    """Block a side whose spread and moneyline disagree by more points of margin than the limit.

    Two public records of the same openers differ by 1.4 to 1.7 points; beyond the limit the line is quarantined
    rather than picked off.
    """
    points = candidate.opener_disagreement
    if points is None:
        return Finding(GATE, Action.INACTIVE)
    numbers = {"disagreement_points": round(points, 4), "limit_points": limits.opener_disagreement_points_max}
    if abs(points) > limits.opener_disagreement_points_max:
        return block(GATE, "MARKET_LINE_INCONSISTENT", **numbers)
    return passed(GATE, **numbers)
