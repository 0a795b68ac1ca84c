"""Publish thresholds: what the decision policy asks of an edge before it is played."""

from closeline.domain.gates.candidate import Candidate, Finding, Limits, block, cap, passed

GATE = "publish_thresholds"


def publish_thresholds(candidate: Candidate, limits: Limits) -> Finding:
    """Ask for the edge at the predicted close that warm-up proved to pay the price.

    Below no edge at all: NO_PLAY. An edge that warm-up did not prove, or one too good to be true: LEAN at most.
    """
    edge, threshold = candidate.edge, candidate.threshold
    if edge is None:
        return block(GATE, "NO_DECISION_POLICY")
    numbers = {"edge": round(edge, 9), "threshold": threshold, "limit": limits.edge_implausible}
    if edge < 0:
        return block(GATE, "EDGE_BELOW_PRICE", **numbers)
    if edge > limits.edge_implausible:
        return cap(GATE, "EDGE_IMPLAUSIBLE", **numbers)
    if threshold is None or edge < threshold:
        return cap(GATE, "EDGE_BELOW_THRESHOLD", **numbers)
    return passed(GATE, **numbers)
