"""Compression: what the rules and the policy leave of the model's distance to the market, in logits.

Toward the market, never toward even money: a favourite shrunk to one half would make an edge of every underdog.
"""

import math
from collections.abc import Sequence

from closeline.domain.gates.candidate import Candidate, Finding

# A probability is never published as certain, whatever the numbers behind it.
SUREST = 1e-6


def compress(q_market: float, p_calibrated: float, trust: float) -> float:
    """Shrink a probability toward the market in logit space: trust 1 keeps it, 0 returns the market's."""
    logit_market = math.log(q_market / (1 - q_market))
    logit_model = math.log(p_calibrated / (1 - p_calibrated))
    return 1 / (1 + math.exp(-(logit_market + trust * (logit_model - logit_market))))


def trusted(candidate: Candidate, findings: Sequence[Finding]) -> tuple[float, float]:
    """Return (multiplier, trust): the product of the rules', and the stricter of it and the policy's beta."""
    multiplier = math.prod(finding.multiplier for finding in findings)
    return multiplier, multiplier if candidate.beta is None else min(_share(candidate.beta), multiplier)


def published(candidate: Candidate, findings: Sequence[Finding]) -> float:
    """Return the probability that would be published: the market's, moved by the trust toward the model's."""
    return _moved(candidate, trusted(candidate, findings)[1])


def claimed(candidate: Candidate) -> float:
    """Return the probability before any rule took of the trust: the policy's, or the model's own where it is silent."""
    if candidate.beta is None or candidate.edge is None:
        return _inside(candidate.p_calibrated)
    anchor = candidate.edge + candidate.break_even
    # The anchor was stored by the forecast; both are asked, so that no number that is none passes for one.
    return min(_inside(anchor), _moved(candidate, _share(candidate.beta)))


def _moved(candidate: Candidate, trust: float) -> float:
    return compress(_inside(candidate.q_market), _inside(candidate.p_calibrated), trust)


def _inside(p: float) -> float:
    # What is no number comes out at the lower end: then no edge is left to play.
    return min(p, 1.0 - SUREST) if p >= SUREST else SUREST


def _share(beta: float) -> float:
    return min(beta, 1.0) if beta >= 0.0 else 0.0
