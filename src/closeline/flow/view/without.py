"""Without: what stored candidates would have been without one rule's finding.

What is left is decided by the stored findings. Where the rule also took of the trust, the compression toward the market
and the thresholds behind it are asked again, by the very functions that decided: there is no second engine.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import isclose

from closeline.domain.clock import instant
from closeline.domain.errors import CorruptRecord
from closeline.domain.gates import Action, Candidate, Finding, Limits, publish_thresholds, published
from closeline.domain.gates.thresholds import GATE as THRESHOLDS
from closeline.domain.leagues import League
from closeline.domain.limits import limits_of
from closeline.domain.markets import Selection, market
from closeline.domain.picks import Decision
from closeline.domain.policies import DecisionPolicy
from closeline.store import models
from closeline.store.desk.objections import JudgedSide, Weakened
from closeline.store.session import Session

_RANK = {Decision.NO_PLAY: 0, Decision.LEAN: 1, Decision.PICK: 2}
SAME = 1e-9
Objections = Sequence[tuple[str, Decision]]


@dataclass(frozen=True, slots=True)
class Laws:
    """What was in force: decision policies by the moment of judging, limits by configuration version."""

    policies: Mapping[int, DecisionPolicy | None]
    limits: Mapping[str, Limits]


@dataclass(frozen=True, slots=True)
class Freed:
    """What a candidate would have been without a rule's finding, and the probability published with it."""

    decision: Decision
    p_final: float


def laws(session: Session, judged: Iterable[JudgedSide], *, tenant_id: str, league: League) -> Laws:
    """Return the laws under which candidates were judged that lost trust."""
    weakened = [item for item in judged if item.weakened]
    moments = sorted({item.as_of for item in weakened})
    policies = {at: models.policy(session, tenant_id=tenant_id, league=league, as_of=instant(at)) for at in moments}
    last = instant(moments[-1]) if moments else instant(0)
    versions = models.configs(session, tenant_id=tenant_id, as_of=last) if moments else []
    return Laws(policies, {item.config_version: limits_of(item.content, league) for item in versions})


def decided_by(found: Objections) -> Decision:
    """Return what findings below PICK leave of a candidate: the strictest state governs."""
    return min((state for _, state in found), key=_RANK.__getitem__, default=Decision.PICK)


def must_follow(item: JudgedSide) -> None:
    """Raise CorruptRecord for a verdict that does not follow from its own findings: then none can be left out."""
    if decided_by(item.objections) is not item.decision:
        message = f"verdict of {item.prediction_id} must follow from its findings, was {item.decision}"
        raise CorruptRecord(message)


def repeats(item: JudgedSide, under: Laws) -> bool:
    """Say whether compression and thresholds, asked again with every finding, say what they said."""
    if item.weakened is None:
        return True
    again = _asked(item, item.weakened, under, "")
    stored = dict(item.objections).get(THRESHOLDS, Decision.PICK)
    return again is not None and again.decision is stored and isclose(again.p_final, item.p_final, abs_tol=SAME)


def freed(item: JudgedSide, gate: str, under: Laws) -> Freed | None:
    """Return what a candidate would have been without a rule's finding; null where that lifts it no higher."""
    kept = [(name, state) for name, state in item.objections if name != gate]
    p_final = item.p_final
    if item.weakened and gate in dict(item.weakened.multipliers) and repeats(item, under):
        again = _asked(item, item.weakened, under, gate)
        assert again is not None
        p_final = again.p_final
        kept = [*((name, state) for name, state in kept if name != THRESHOLDS), (THRESHOLDS, again.decision)]
    decision = decided_by(kept)
    return Freed(decision, p_final) if _RANK[decision] > _RANK[item.decision] else None


def _asked(item: JudgedSide, weakened: Weakened, under: Laws, gate: str) -> Freed | None:
    """Return the thresholds' state and the published probability without a rule; null where no limits are known."""
    limits = under.limits.get(weakened.config_version)
    if limits is None:
        return None
    candidate = _candidate(item, weakened, under.policies.get(item.as_of))
    left = [Finding(name, Action.PASS, multiplier=share) for name, share in weakened.multipliers if name != gate]
    p_final = published(candidate, left)
    return Freed(publish_thresholds(candidate, limits, p_final).highest_state, p_final)


def _candidate(item: JudgedSide, weakened: Weakened, policy: DecisionPolicy | None) -> Candidate:
    """Return what compression and thresholds read of a candidate; what only other rules read stands at nothing."""
    of = market(item.market_key)
    canonical = item.side is of.sides[0]
    q_market = 0.5 if weakened.q_market is None else weakened.q_market
    moved, terms = weakened.predicted_clv, policy.of(of.kind) if policy else None
    return Candidate(
        selection=Selection(item.event_id, of, item.side, 0 if of.has_line else None),
        two_sided=True,
        quoted=True,
        booksum=1.0,
        decimal=1 / item.break_even,
        american=100,
        quote_age_minutes=0.0,
        minutes_to_start=0.0,
        opener_disagreement=None,
        suspect=False,
        calibration_active=True,
        market_rated=True,
        p_calibrated=weakened.p_calibrated if canonical else 1 - weakened.p_calibrated,
        q_market=q_market if canonical else 1 - q_market,
        p_push=weakened.p_push,
        beta=terms.beta if terms else None,
        threshold=terms.threshold if terms else None,
        predicted_clv=None if moved is None else moved if canonical else -moved,
    )
