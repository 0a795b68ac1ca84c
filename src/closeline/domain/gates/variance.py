"""Variance: an outcome much wider than the league's is a broken simulation or a game that nobody knows."""

from closeline.domain.gates.candidate import Action, Candidate, Finding, Inputs, inactive, passed
from closeline.domain.gates.limits import Limits
from closeline.domain.markets import MarketType
from closeline.domain.picks import Decision

GATE = "high_variance"
# What is taken off just above the soft ratio, and at the hard one.
LEAST_PENALTY, MOST_PENALTY = 0.50, 0.75


def high_variance(candidate: Candidate, limits: Limits) -> Finding:
    """Cap at LEAN and trust by half, falling to a quarter, what is wider than the league's; block what is far wider."""
    projection = candidate.projection
    if projection is None:
        return inactive(GATE)
    of_total = candidate.selection.market.type is MarketType.TOTAL
    reference = limits.reference_total_sd if of_total else limits.reference_margin_sd
    ratio = projection.sd / reference
    soft, hard = limits.variance_soft, limits.variance_hard
    numbers: Inputs = {"ratio": ratio, "reference_sd": reference, "soft": soft, "hard": hard}
    if ratio <= soft:
        return passed(GATE, **numbers)
    within = ratio <= hard
    return Finding(
        GATE, Action.CAP if within else Action.BLOCK, Decision.LEAN if within else Decision.NO_PLAY, "HIGH_VARIANCE",
        trust(ratio, soft, hard), inputs=tuple(sorted(numbers.items())),
    )  # fmt: skip


def trust(ratio: float, soft: float, hard: float) -> float:
    """Return what is left of the trust: 1 to `soft`, then a half, falling to a quarter at `hard` and beyond."""
    if ratio <= soft:
        return 1.0
    if ratio >= hard:
        return 1.0 - MOST_PENALTY
    penalty = LEAST_PENALTY + (MOST_PENALTY - LEAST_PENALTY) * (ratio - soft) / (hard - soft)
    # What is no number is trusted least.
    return 1.0 - penalty if penalty <= MOST_PENALTY else 1.0 - MOST_PENALTY
