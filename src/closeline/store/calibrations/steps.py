"""Steps: where a version stands is kept nowhere else than in what was recorded of it, in order, scope by scope."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select

from closeline.domain.calibration import CalibrationStatus, Standing, Step, standing
from closeline.domain.clock import micros
from closeline.domain.ids import canonical_json
from closeline.store.record import subjects
from closeline.store.record.changes import changing
from closeline.store.session import Session
from closeline.store.tables.learning import calibration_event, calibration_version

_COLUMNS = (
    "tenant_id", "scope", "seq", "calibration_version", "status", "reasons", "evidence", "actor", "at", "why",
)  # fmt: skip
_LAST_SEQ = select(func.max(calibration_event.c.seq)).where(
    calibration_event.c.tenant_id == bindparam("tenant"), calibration_event.c.scope == bindparam("scope_name")
)
_LAST_AT = select(func.max(calibration_event.c.at)).where(
    calibration_event.c.tenant_id == bindparam("tenant"), calibration_event.c.scope == bindparam("scope_name")
)
_SCOPES = (
    select(calibration_event.c.scope)
    .where(calibration_event.c.tenant_id == bindparam("tenant"))
    .distinct()
    .order_by(calibration_event.c.scope)
)
_OF_SCOPE = (
    select(calibration_event)
    .where(calibration_event.c.tenant_id == bindparam("tenant"), calibration_event.c.scope == bindparam("scope_name"))
    .order_by(calibration_event.c.seq)
)
_FOLDED = (
    select(calibration_event.c.calibration_version, calibration_event.c.status, calibration_event.c.reasons)
    .where(calibration_event.c.tenant_id == bindparam("tenant"), calibration_event.c.scope == bindparam("scope_name"))
    .order_by(calibration_event.c.seq)
)
_HISTORY = (
    select(
        calibration_event,
        calibration_version.c.method,
        calibration_version.c.n_train,
        calibration_version.c.n_evaluated,
    )
    .join(
        calibration_version,
        calibration_version.c.calibration_version == calibration_event.c.calibration_version,
    )
    .where(calibration_event.c.tenant_id == bindparam("tenant"))
    .order_by(calibration_event.c.at, calibration_event.c.scope, calibration_event.c.seq)
)


@dataclass(frozen=True, slots=True)
class Judgement:
    """One line of a calibration's history."""

    scope: str
    calibration_version: str
    status: str
    method: str
    n_train: int
    n_evaluated: int
    reasons: tuple[str, ...]
    at: datetime
    actor: str
    why: str | None


@dataclass(frozen=True, slots=True)
class TakenStep:
    """A step as the record holds it, with what it rests on."""

    scope: str
    seq: int
    calibration_version: str
    status: str
    reasons: tuple[str, ...]
    evidence: dict[str, Any]
    actor: str
    at: datetime
    why: str | None


def judge(
    session: Session, *, tenant_id: str, scope: str, version: str, status: str, reasons: Sequence[str],
    evidence: object, at: datetime, actor: str = "SYSTEM", why: str | None = None,
) -> None:  # fmt: skip
    """Append what became of a calibration, whatever it is; `take` asks first whether it may."""
    seq = int(session.scalar(_LAST_SEQ, {"tenant": tenant_id, "scope_name": scope}) or 0) + 1
    row = (
        tenant_id, scope, seq, version, status, canonical_json(list(reasons)), canonical_json(evidence), actor,
        micros(at), why,
    )  # fmt: skip
    subject = subjects.name_of("calibration", scope)
    with changing(
        session, subject, tenant_id=tenant_id, name="CalibrationStepped", at=at, actor=actor, why=why or ""
    ):  # fmt: skip
        session.append(calibration_event, _COLUMNS, [row])


def take(
    session: Session, *, tenant_id: str, scope: str, version: str, status: CalibrationStatus,
    reasons: Sequence[str] = (), evidence: object, at: datetime, actor: str = "SYSTEM", why: str | None = None,
) -> None:  # fmt: skip
    """Append a step that the life of a calibration allows; raises IllegalTransition for any other.

    Two who take a step at once take the same number: the second finds the key taken and nothing of his is kept.
    """
    standing_of(session, tenant_id=tenant_id, scope=scope).check(version, status)
    judge(
        session, tenant_id=tenant_id, scope=scope, version=version, status=status, reasons=reasons, evidence=evidence,
        at=at, actor=actor, why=why,
    )  # fmt: skip


def standing_of(session: Session, *, tenant_id: str, scope: str) -> Standing:
    """Return where the versions of a scope stand after all that is in the record."""
    rows = session.rows(_FOLDED, {"tenant": tenant_id, "scope_name": scope})
    return standing(Step(row.calibration_version, row.status, tuple(json.loads(row.reasons))) for row in rows)


def steps_of(session: Session, *, tenant_id: str, scope: str) -> list[TakenStep]:
    """Return every step that was taken in a scope, in order."""
    return [
        TakenStep(
            row.scope, row.seq, row.calibration_version, row.status, tuple(json.loads(row.reasons)),
            json.loads(row.evidence), row.actor, row.at, row.why,
        )
        for row in session.rows(_OF_SCOPE, {"tenant": tenant_id, "scope_name": scope})
    ]  # fmt: skip


def scopes(session: Session, *, tenant_id: str) -> list[str]:
    """Return the scopes in which any step was taken."""
    return [row.scope for row in session.rows(_SCOPES, {"tenant": tenant_id})]


def last_at(session: Session, *, tenant_id: str, scope: str) -> datetime | None:
    """Return when the latest step of a scope was taken, null before the first."""
    found: datetime | None = session.scalar(_LAST_AT, {"tenant": tenant_id, "scope_name": scope})
    return found


def history(session: Session, *, tenant_id: str) -> list[Judgement]:
    """Return every judgement on every calibration, oldest first."""
    return [
        Judgement(
            row.scope, row.calibration_version, row.status, row.method, row.n_train, row.n_evaluated,
            tuple(json.loads(row.reasons)), row.at, row.actor, row.why,
        )
        for row in session.rows(_HISTORY, {"tenant": tenant_id})
    ]  # fmt: skip
