"""Market deviation: the further a mean lies from the market's, the less of the distance is believed."""

from closeline.domain.gates.candidate import Action, Candidate, Finding, Inputs, inactive, passed
from closeline.domain.gates.limits import Limits
from closeline.domain.markets import PLAYER_TYPES, MarketType
from closeline.domain.picks import Decision

GATE = "market_deviation"
_OF_MARGINS = frozenset(MarketType) - PLAYER_TYPES - {MarketType.TOTAL}


def market_deviation(candidate: Candidate, limits: Limits) -> Finding:
    """Trust a mean less from `soft` points off the market's, cap it at LEAN from `hard`, block it from `block`.

    Beyond `soft` confidence is capped and no parlay takes it. Trust times distance never grows past `hard` (safety-v1,
    L3).
    """
    projection = candidate.projection
    if projection is None or projection.market_mean is None:
        return inactive(GATE)
    soft, hard, block_at = _steps(candidate, limits)
    points = abs(projection.mean - projection.market_mean)
    numbers: Inputs = {"points": points, "soft": soft, "hard": hard, "block": block_at}
    if points <= soft:
        return passed(GATE, **numbers)
    state = Decision.PICK if points < hard else Decision.LEAN if points < block_at else Decision.NO_PLAY
    return Finding(
        GATE, Action.CAP if points < block_at else Action.BLOCK, state, "MARKET_DEVIATION", trust(points, soft, hard),
        limits.confidence_cap, tuple(sorted(numbers.items())),
    )  # fmt: skip


def _steps(candidate: Candidate, limits: Limits) -> tuple[float, float, float]:
    """Return from how far off a mean is doubted, capped, blocked: a player's in sds, as many as of a total's."""
    soft, hard, block_at = limits.deviation(of_total=candidate.selection.market.type not in _OF_MARGINS)
    if candidate.player is None:
        return soft, hard, block_at
    unit = candidate.player.sd / limits.reference_total_sd
    return soft * unit, hard * unit, block_at * unit


def trust(points: float, soft: float, hard: float) -> float:
    """Return what is left of the trust in a mean so many points off the market: 1 to `soft`, a half at `hard`."""
    if points <= soft:
        return 1.0
    if points < hard:
        return 1.0 - 0.5 * (points - soft) / (hard - soft)
    # What is no number is not trusted at all.
    return 0.5 * hard / points if points >= hard else 0.0
