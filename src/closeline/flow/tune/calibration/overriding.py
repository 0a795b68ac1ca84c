"""Overriding: what the gate has not let through is put in force by two people, and by no one alone."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from closeline.domain.calibration import CalibrationStatus, RetirementReason
from closeline.domain.errors import Refused
from closeline.domain.events import CalibrationOverridden, CalibrationOverrideAsked
from closeline.domain.ids import canonical_json
from closeline.flow.tune.calibration.by_hand import in_time, known_version
from closeline.flow.tune.calibration.scopes import Scope, scope_named
from closeline.store import calibrations, events
from closeline.store.session import Session

OVERRIDDEN = "OVERRIDDEN"
# Whoever confirms looks at what the first one saw: after so long somebody asks again.
OPEN_FOR = timedelta(days=7)
_OPEN_TO_IT = (CalibrationStatus.REJECTED, CalibrationStatus.SHADOW)


@dataclass(frozen=True, slots=True)
class Request:
    """An override that somebody asked for and nobody has confirmed yet."""

    scope: str
    calibration_version: str
    status: str
    reasons: tuple[str, ...]
    asked_by: str
    at: datetime


def ask(
    session: Session, name: str, *, tenant_id: str, actor: str, why: str
) -> CalibrationOverrideAsked:  # fmt: skip
    """Return the event of an override that is asked for; Refused for a version that needs none."""
    found = known_version(session, name, tenant_id=tenant_id)
    status, reasons, evidence = _standing(session, found.scope, found.calibration_version, tenant_id)
    if status not in _OPEN_TO_IT:
        raise Refused(
            f"calibration must be REJECTED or in the SHADOW to be overridden, {found.calibration_version[:12]} of "
            f"{found.scope} was {status}; `closeline calibrate activate` without --override puts a retired one in force"
        )
    return CalibrationOverrideAsked(
        scope_named(found.scope).league, found.scope, found.calibration_version, status, ",".join(reasons),
        canonical_json(evidence), actor, why,
    )  # fmt: skip


def confirm(
    session: Session, name: str, *, tenant_id: str, at: datetime, actor: str, why: str
) -> tuple[Scope, CalibrationOverridden]:
    """Put in force what somebody else asked for; Refused for nobody's request, one's own, and an overtaken one."""
    found = known_version(session, name, tenant_id=tenant_id)
    request = requested(session, found.calibration_version, tenant_id=tenant_id, at=at)
    if request is None:
        raise Refused(
            f"an override must have been asked for within {OPEN_FOR.days} days, of {found.calibration_version[:12]} "
            "none was; closeline calibrate activate --override asks"
        )
    if request.asked_by.casefold() == actor.casefold():
        raise Refused(f"an override must be confirmed by another person than {request.asked_by}, who asked for it")
    status, reasons, evidence = _standing(session, found.scope, found.calibration_version, tenant_id)
    if status != request.status or reasons != request.reasons:
        raise Refused(f"calibration must stand as it stood when it was asked for, {request.status}, was {status}")
    scope, moment = scope_named(found.scope), in_time(session, scope_named(found.scope), tenant_id, at)
    before = calibrations.standing_of(session, tenant_id=tenant_id, scope=scope.name).active
    if before is not None:
        calibrations.take(
            session, tenant_id=tenant_id, scope=scope.name, version=before, status=CalibrationStatus.RETIRED,
            reasons=(RetirementReason.SUPERSEDED,), evidence={"by": found.calibration_version}, at=moment, actor=actor,
            why=why,
        )  # fmt: skip
    # The life of a calibration allows no such step: it is two people's, and says so.
    calibrations.judge(
        session, tenant_id=tenant_id, scope=scope.name, version=found.calibration_version,
        status=CalibrationStatus.ACTIVE, reasons=(OVERRIDDEN,), at=moment, actor=actor, why=why,
        evidence={"override": {"asked_by": request.asked_by, "status": status, "reasons": reasons, "gate": evidence}},
    )  # fmt: skip
    told = CalibrationOverridden(
        scope.league, scope.name, found.calibration_version, request.asked_by, actor, why
    )  # fmt: skip
    return scope, told


def requested(session: Session, version: str, *, tenant_id: str, at: datetime) -> Request | None:
    """Return the last override that was asked for of a version and is open, null where there is none."""
    asked = _last(session, CalibrationOverrideAsked.__name__, version, tenant_id, at)
    done = _last(session, CalibrationOverridden.__name__, version, tenant_id, at)
    if asked is None or at - asked.at > OPEN_FOR or (done is not None and done.seq > asked.seq):
        return None
    body = asked.body
    reasons = tuple(filter(None, str(body["reasons"]).split(",")))
    return Request(
        str(body["scope"]), version, str(body["status"]), reasons, str(body["actor"]), asked.at
    )  # fmt: skip


def _last(session: Session, name: str, version: str, tenant_id: str, at: datetime) -> events.LoggedEvent | None:
    told = events.named(session, chain=tenant_id, name=name, as_of=at)
    return next((item for item in reversed(told) if item.body["calibration_version"] == version), None)


def _standing(
    session: Session, scope: str, version: str, tenant_id: str
) -> tuple[str, tuple[str, ...], dict[str, object]]:
    """Return where a version stands, why, and the numbers that it was judged by."""
    steps = [
        step
        for step in calibrations.steps_of(session, tenant_id=tenant_id, scope=scope)
        if step.calibration_version == version
    ]
    if not steps:
        return CalibrationStatus.CANDIDATE, (), {}
    return steps[-1].status, steps[-1].reasons, json.loads(canonical_json(steps[-1].evidence))
