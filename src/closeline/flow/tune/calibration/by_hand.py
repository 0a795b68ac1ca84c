"""The two steps that a person may take: what was in force once may be again, and nothing that was never judged."""

from datetime import datetime

from closeline.domain.calibration import CalibrationStatus, RetirementReason, Standing
from closeline.domain.errors import NotFound, Refused
from closeline.flow.tune.calibration.scopes import Scope, scope_named
from closeline.flow.tune.calibration.watch import enter
from closeline.store import calibrations
from closeline.store.calibrations import Version
from closeline.store.session import Session


def activate(session: Session, name: str, *, tenant_id: str, at: datetime, actor: str, why: str) -> Scope:
    """Put a version in force again; Refused, with the reasons, where it never was: it has a gate to pass first."""
    found = known_version(session, name, tenant_id=tenant_id)
    standing = calibrations.standing_of(session, tenant_id=tenant_id, scope=found.scope)
    status = standing.statuses.get(found.calibration_version)
    if status != CalibrationStatus.RETIRED:
        raise Refused(_refusal(session, found, status, tenant_id))
    scope = scope_named(found.scope)
    enter(
        session, scope, standing, found.calibration_version, tenant_id=tenant_id,
        at=in_time(session, scope, tenant_id, at), evidence={"by_hand": True}, actor=actor, why=why,
    )  # fmt: skip
    return scope


def roll_back(session: Session, name: str, *, tenant_id: str, at: datetime, actor: str, why: str) -> tuple[Scope, str]:
    """Put back what was in force before what is; returns the scope and the version that was rolled back."""
    scope, standing = _standing(session, name, tenant_id)
    if standing.active is None:
        raise Refused(
            f"scope must have a calibration in force to roll back, {name} had none; "
            "`closeline calibrate activate` puts one in force that was before"
        )
    before, left = standing.rolls_back_to, standing.active
    moment = in_time(session, scope, tenant_id, at)
    calibrations.take(
        session, tenant_id=tenant_id, scope=scope.name, version=left, status=CalibrationStatus.RETIRED,
        reasons=(RetirementReason.ROLLED_BACK,), evidence={"to": before}, at=moment, actor=actor, why=why,
    )  # fmt: skip
    if before is not None:
        calibrations.take(
            session, tenant_id=tenant_id, scope=scope.name, version=before, status=CalibrationStatus.ACTIVE,
            evidence={"rolled_back": left}, at=moment, actor=actor, why=why,
        )  # fmt: skip
    return scope, left


def known_version(session: Session, name: str, *, tenant_id: str) -> Version:
    """Return a version by its name or the beginning of it; NotFound where there is none, or more than one."""
    found = calibrations.beginning_with(session, name, tenant_id=tenant_id)
    if len(found) != 1:
        how = "there was none" if not found else f"{len(found)} begin like that"
        raise NotFound(
            f"calibration must be a version of this record, was {name[:40]!a} and {how}; see `closeline calibrate list`"
        )
    return found[0]


def _standing(session: Session, name: str, tenant_id: str) -> tuple[Scope, Standing]:
    if name not in calibrations.scopes(session, tenant_id=tenant_id):
        raise NotFound(
            f"scope must be GLOBAL or a market of a league such as nfl/TOTAL:FULL_GAME in which something was tried, "
            f"was {name[:60]!a}; see `closeline calibrate list`"
        )
    return scope_named(name), calibrations.standing_of(session, tenant_id=tenant_id, scope=name)


def in_time(session: Session, scope: Scope, tenant_id: str, at: datetime) -> datetime:
    """Return the moment of a step, which comes after the last one of its scope; raises Refused where it does not."""
    last = calibrations.last_at(session, tenant_id=tenant_id, scope=scope.name)
    if last is not None and last > at:
        # A step in the past would change what forecasts since then were made with.
        raise Refused(
            f"a step must come after the last one of {scope.name}, at {last:%Y-%m-%d %H:%M}, was {at:%Y-%m-%d %H:%M}; "
            "set the clock"
        )
    return at


def _refusal(session: Session, found: Version, status: str | None, tenant_id: str) -> str:
    if status == CalibrationStatus.ACTIVE:
        name = found.calibration_version[:12]
        return f"calibration must be one that is not in force, {name} of {found.scope} is in force already"
    steps = calibrations.steps_of(session, tenant_id=tenant_id, scope=found.scope)
    # Of the last step alone: why it stands where it stands, not what became of it before.
    last = [step.reasons for step in steps if step.calibration_version == found.calibration_version][-1:]
    told = f" ({', '.join(last[0])})" if last and last[0] else ""
    return (
        f"calibration must have been in force before to be put in force by hand, {found.calibration_version[:12]} of "
        f"{found.scope} is {status}{told}; a new one has its gate and its shadow to pass"
    )
