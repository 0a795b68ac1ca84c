"""League baseline: a league whose totals have been off for days is not trusted with one."""

from closeline.domain.gates.candidate import Candidate, Finding, Inputs, cap, inactive, passed
from closeline.domain.gates.limits import Limits
from closeline.domain.markets import MarketType

GATE = "league_baseline"
STRUCTURAL_DAYS = 3


def league_baseline(candidate: Candidate, limits: Limits) -> Finding:
    """Cap the league at LEAN once a structural trigger has stood for three days (MODEL_BIAS, safety-v1, L2).

    The correction itself is part of the forecast: the mean was moved before anything was simulated. What it was, and
    why, stands here beside the decision, also when it was nought.
    """
    found = candidate.baseline
    if found is None:
        return inactive(GATE, limit=limits.bias_limit, cap=limits.clamp_cap)
    numbers: Inputs = {
        "day": found.day,
        "games": found.games,
        "bias": found.bias,
        "correction": found.correction,
        "damp_factor": found.damp_factor,
        "structural_days": found.structural_days,
        "triggers": ", ".join(found.triggers),
        "limit": limits.bias_limit,
        "cap": limits.clamp_cap,
    }
    # A correction beyond its cap, or one that is no number, is no correction.
    if found.structural_days >= STRUCTURAL_DAYS or not abs(found.correction) <= limits.clamp_cap:
        return cap(GATE, "MODEL_BIAS", **numbers)
    return passed(GATE, **numbers) if candidate.selection.market.type is MarketType.TOTAL else inactive(GATE, **numbers)
