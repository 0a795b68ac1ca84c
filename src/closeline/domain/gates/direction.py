"""Direction: a sheet whose spreads run against the ratings has home and away swapped, whoever wrote it."""

from closeline.domain.gates.candidate import Action, Candidate, Finding, block, passed
from closeline.domain.gates.limits import Limits
from closeline.domain.markets import MarketType

GATE = "direction"


def direction(candidate: Candidate, limits: Limits) -> Finding:
    """Block a market of a team or a margin in a sheet that the forecast found turned round; a total has no sides.

    A quote that quarrels with its own book's other market is suspect as well, but that is another rule's finding.
    """
    if candidate.selection.market.type is MarketType.TOTAL:
        return Finding(GATE, Action.INACTIVE)
    points = candidate.opener_disagreement
    quarrel = points is not None and abs(points) > limits.opener_disagreement_points_max
    if candidate.suspect and not quarrel:
        return block(GATE, "DIRECTION_MISMATCH")
    return passed(GATE)
