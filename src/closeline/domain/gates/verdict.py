"""The verdict: state, tier and published probability, from the findings alone."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from closeline.domain.gates.candidate import Candidate, Finding
from closeline.domain.picks import Decision, Tier

_RANK = {Decision.NO_PLAY: 0, Decision.LEAN: 1, Decision.PICK: 2}
# Points of edge above the policy's threshold from which a pick is of a tier.
TIERS = ((0.02, Tier.A), (0.01, Tier.B), (0.0, Tier.C))


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of a candidate, and the probability that is published with it."""

    decision: Decision
    tier: Tier
    confidence: float
    p_final: float
    edge_probability: float
    ev_per_unit: float
    parlay_eligible: bool
    reasons: tuple[str, ...]


def compress(q_market: float, p_calibrated: float, trust: float) -> float:
    """Shrink a probability toward the market in logit space: trust 1 keeps it, 0 returns the market's."""
    logit_market = math.log(q_market / (1 - q_market))
    logit_model = math.log(p_calibrated / (1 - p_calibrated))
    return 1 / (1 + math.exp(-(logit_market + trust * (logit_model - logit_market))))


def verdict(candidate: Candidate, findings: Sequence[Finding]) -> Verdict:
    """Make the verdict: the strictest state governs, and the stricter of beta and the multipliers is the trust."""
    decision = min((finding.highest_state for finding in findings), key=_RANK.__getitem__)
    multiplier = math.prod(finding.multiplier for finding in findings)
    trust = min(candidate.beta, multiplier) if candidate.beta is not None else 0.0
    p_final = compress(candidate.q_market, candidate.p_calibrated, trust)
    edge = p_final - 1 / candidate.decimal
    ev = (1 - candidate.p_push) * (p_final * candidate.decimal - 1)
    caps = [finding.cap for finding in findings if finding.cap is not None]
    confidence = round(min([100 * p_final, *caps]), 2)
    reasons = tuple(finding.reason for finding in findings if finding.reason)
    return Verdict(
        decision,
        _tier(decision, candidate),
        confidence,
        p_final,
        edge,
        ev,
        decision is Decision.PICK and not caps,
        reasons,
    )


def _tier(decision: Decision, candidate: Candidate) -> Tier:
    if decision is not Decision.PICK or candidate.edge is None or candidate.threshold is None:
        return Tier.NONE
    surplus = candidate.edge - candidate.threshold
    return next((tier for least, tier in TIERS if surplus >= least), Tier.C)
