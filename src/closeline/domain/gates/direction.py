"""Direction: a sheet whose spreads run against the ratings has home and away swapped, whoever wrote it."""

from closeline.domain.gates.candidate import Action, Candidate, Finding, block, passed
from closeline.domain.gates.limits import Limits
from closeline.domain.gates.opener import MARGIN_MARKETS

GATE = "direction"


def direction(candidate: Candidate, limits: Limits) -> Finding:
    """Block a margin market of a sheet that the forecast found turned round.

    A quote that quarrels with its own book's other market is suspect as well, but that is another rule's finding.
    """
    if candidate.selection.market.type not in MARGIN_MARKETS:
        return Finding(GATE, Action.INACTIVE)
    points = candidate.opener_disagreement
    quarrel = points is not None and abs(points) > limits.opener_disagreement_points_max
    if candidate.suspect and not quarrel:
        return block(GATE, "DIRECTION_MISMATCH")
    return passed(GATE)
