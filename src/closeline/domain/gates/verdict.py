"""The verdict: state, tier and published probability, from the findings alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

from closeline.domain.gates.candidate import Candidate, Finding
from closeline.domain.gates.compression import claimed, published, trusted
from closeline.domain.gates.thresholds import ev_of
from closeline.domain.picks import Decision, Tier

_RANK = {Decision.NO_PLAY: 0, Decision.LEAN: 1, Decision.PICK: 2}
# Points of edge above the policy's threshold from which a pick is of a tier, and edges where the policy is silent.
TIERS = ((0.02, Tier.A), (0.01, Tier.B), (0.0, Tier.C))
STANDARD_TIERS = ((0.06, Tier.A), (0.045, Tier.B), (0.03, Tier.C))


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of a candidate, and the probability that is published with it.

    confidence: 0 to 100, of the side. edge_confidence: the chance that the edge is above nought, by the uncertainty of
    the mean; null where that is not known. multiplier: the product of the rules' multipliers; trust: the stricter of it
    and the policy's beta.
    """

    decision: Decision
    tier: Tier
    confidence: float
    p_final: float
    edge_probability: float
    ev_per_unit: float
    parlay_eligible: bool
    reasons: tuple[str, ...]
    edge_confidence: float | None = None
    multiplier: float = 1.0
    trust: float = 1.0


def verdict(candidate: Candidate, findings: Sequence[Finding]) -> Verdict:
    """Make the verdict: the strictest state governs; a cap of confidence takes a pick out of parlays."""
    decision = min((finding.highest_state for finding in findings), key=_RANK.__getitem__)
    multiplier, trust = trusted(candidate, findings)
    p_final = published(candidate, findings)
    edge = p_final - candidate.break_even
    caps = [finding.cap for finding in findings if finding.cap is not None]
    judged = min(p_final, claimed(candidate)) - candidate.break_even
    return Verdict(
        decision, _tier(decision, candidate, judged), round(min([100 * p_final, *caps]), 2), p_final, edge,
        ev_of(candidate, p_final), decision is Decision.PICK and not caps,
        tuple(finding.reason for finding in findings if finding.reason), _edge_confidence(edge, candidate, trust),
        multiplier, trust,
    )  # fmt: skip


def _edge_confidence(edge: float, candidate: Candidate, trust: float) -> float | None:
    """Return Phi(edge / sd of the published probability), which moves by the trust where the model's moves by one."""
    if candidate.p_sd is None or not candidate.p_sd * trust > 0:
        return None
    return round(NormalDist().cdf(edge / (candidate.p_sd * trust)), 4)


def _tier(decision: Decision, candidate: Candidate, edge: float) -> Tier:
    """Return the tier of the edge that was judged, which is the smaller of the published one and the one claimed."""
    if decision is not Decision.PICK:
        return Tier.NONE
    if candidate.edge is None or candidate.threshold is None:
        return next((tier for least, tier in STANDARD_TIERS if edge >= least), Tier.C)
    surplus = edge - candidate.threshold
    return next((tier for least, tier in TIERS if surplus >= least), Tier.C)
