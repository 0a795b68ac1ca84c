"""Market rating: a model that has never seen a closing line is a LEAN at most."""

from closeline.domain.gates.candidate import Candidate, Finding, cap, passed
from closeline.domain.gates.limits import Limits

GATE = "market_rated"


def market_rated(candidate: Candidate, limits: Limits) -> Finding:  # noqa: ARG001 -- every rule has one shape
    """Cap at LEAN what was rated on results alone: such ratings have never beaten an opening line."""
    return passed(GATE) if candidate.market_rated else cap(GATE, "RATED_ON_RESULTS_ALONE")
