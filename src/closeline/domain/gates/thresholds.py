"""Publish thresholds: what is asked of an edge before it is played."""

from closeline.domain.gates.candidate import Candidate, Finding, Inputs, block, cap, passed
from closeline.domain.gates.compression import claimed
from closeline.domain.gates.limits import Limits

GATE = "publish_thresholds"


def publish_thresholds(candidate: Candidate, limits: Limits, p_final: float) -> Finding:
    """Ask of the published probability the edge that the decision policy wants, or safety-v1's where it is silent.

    The only rule that comes after the compression toward the market, because it judges what would be published. A
    league of which no policy speaks at all has learned nothing yet, and plays nothing.
    """
    p_claimed = claimed(candidate)
    # What the rules took of the trust may only lower an edge: where the model is below the market it would raise it.
    p = min(p_final, p_claimed)
    edge, edge_claimed = p - candidate.break_even, p_claimed - candidate.break_even
    if not candidate.policed:
        return block(GATE, "NO_DECISION_POLICY", edge=edge)
    if candidate.beta is None or candidate.edge is None:
        return standard(edge, ev_of(candidate, p), limits, edge_claimed)
    if not ev_of(candidate, p) >= -1.0:
        return block(GATE, "EDGE_BELOW_PRICE", edge=edge, p_push=candidate.p_push)
    return _by_policy(edge, edge_claimed, candidate.threshold, limits)


def ev_of(candidate: Candidate, p_final: float) -> float:
    """Return the expected profit of a unit staked at the candidate's price."""
    return (1 - candidate.p_push) * (p_final / candidate.break_even - 1)


def standard(edge: float, ev: float, limits: Limits, edge_claimed: float | None = None) -> Finding:
    """Judge an edge (points of probability) and an expectation per unit by the numbers of safety-v1, section 6.8.

    edge_claimed: the edge before the rules took of the trust; what is too good to be true does not become true by that.
    """
    numbers: Inputs = {
        "edge": edge, "edge_claimed": edge_claimed, "ev": ev, "edge_lean": limits.edge_lean,
        "edge_pick": limits.edge_pick, "ev_lean": limits.ev_lean, "ev_pick": limits.ev_pick,
        "limit": limits.edge_implausible,
    }  # fmt: skip
    if not edge >= limits.edge_lean:
        return block(GATE, "EDGE_BELOW_LEAN", **numbers)
    if not ev >= limits.ev_lean:
        return block(GATE, "EV_BELOW_LEAN", **numbers)
    if not (edge if edge_claimed is None else edge_claimed) <= limits.edge_implausible:
        return cap(GATE, "EDGE_IMPLAUSIBLE", **numbers)
    if edge < limits.edge_pick:
        return cap(GATE, "EDGE_BELOW_PICK", **numbers)
    return cap(GATE, "EV_BELOW_PICK", **numbers) if ev < limits.ev_pick else passed(GATE, **numbers)


def _by_policy(edge: float, edge_claimed: float, threshold: float | None, limits: Limits) -> Finding:
    """Ask for the edge at the predicted close that warm-up proved to pay the price.

    Below no edge at all: NO_PLAY. An edge that warm-up did not prove, or one too good to be true: LEAN at most.
    """
    numbers: Inputs = {
        "edge": round(edge, 9), "edge_claimed": round(edge_claimed, 9), "threshold": threshold,
        "limit": limits.edge_implausible,
    }  # fmt: skip
    if not edge >= 0:
        return block(GATE, "EDGE_BELOW_PRICE", **numbers)
    if not edge_claimed <= limits.edge_implausible:
        return cap(GATE, "EDGE_IMPLAUSIBLE", **numbers)
    if threshold is None or not edge >= threshold:
        return cap(GATE, "EDGE_BELOW_THRESHOLD", **numbers)
    return passed(GATE, **numbers)
