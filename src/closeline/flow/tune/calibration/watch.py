"""What is watched: a shadow beside the map in force, and the map in force beside the raw probability."""

from dataclasses import asdict
from datetime import datetime, timedelta

from closeline.domain.calibration import (
    SHADOW,
    WATCH,
    CalibrationStatus,
    RetirementReason,
    Standing,
    must_deactivate,
    shadow_reasons,
)
from closeline.domain.ids import canonical_json
from closeline.flow.tune.calibration.candidates import maps_in_force
from closeline.flow.tune.calibration.observations import observed
from closeline.flow.tune.calibration.outcome import Idle, Outcome
from closeline.flow.tune.calibration.scopes import Scope, played_leagues
from closeline.maths.trial import beside, over_last
from closeline.store import calibrations
from closeline.store.calibrations import TakenStep
from closeline.store.desk import incidents
from closeline.store.desk.alerts import Alert
from closeline.store.past import published
from closeline.store.session import Session

TICK = timedelta(microseconds=1)
DEACTIVATED = "CALIBRATION_DEACTIVATED"


def judge_shadow(
    session: Session, scope: Scope, standing: Standing, *, tenant_id: str, at: datetime, actor: str
) -> Outcome:
    """Put the shadow of a scope in force or reject it, once it has been seen for long enough; else leave it there."""
    name = str(standing.shadow)
    since = _shadowed_at(calibrations.steps_of(session, tenant_id=tenant_id, scope=scope.name), name)
    waiting = Outcome(scope.name, Idle.SHADOW_STANDS, name)
    if at - since < timedelta(days=SHADOW.days):
        return waiting
    seen = observed(session, scope, tenant_id=tenant_id, since=since + TICK, as_of=at, counting=False)
    if not SHADOW.is_over(scope.kind, since=since, at=at, events=len(set(seen.events))):
        return waiting
    active, _ = maps_in_force(session, scope, tenant_id=tenant_id, at=at)
    new = calibrations.effective_of(session, name)
    evidence = beside(seen.p_raw, seen.won, seen.events, active=active, new=new)
    kept = {"shadow": asdict(evidence), "since": since.isoformat(), "beside": standing.active}
    reasons = shadow_reasons(evidence)
    if not reasons:
        enter(session, scope, standing, name, tenant_id=tenant_id, at=at, evidence=kept, actor=actor)
        return Outcome(scope.name, CalibrationStatus.ACTIVE, name)
    calibrations.take(
        session, tenant_id=tenant_id, scope=scope.name, version=name, status=CalibrationStatus.REJECTED,
        reasons=reasons, evidence=kept, at=at, actor=actor,
    )  # fmt: skip
    return Outcome(scope.name, CalibrationStatus.REJECTED, name, reasons)


def enter(
    session: Session, scope: Scope, standing: Standing, name: str, *, tenant_id: str, at: datetime, evidence: object,
    actor: str, why: str | None = None,
) -> None:  # fmt: skip
    """Put a version in force; what was in force is retired in the same breath, so that there is never a second one."""
    if standing.active is not None:
        calibrations.take(
            session, tenant_id=tenant_id, scope=scope.name, version=standing.active, status=CalibrationStatus.RETIRED,
            reasons=(RetirementReason.SUPERSEDED,), evidence={"by": name}, at=at, actor=actor, why=why,
        )  # fmt: skip
    calibrations.take(
        session, tenant_id=tenant_id, scope=scope.name, version=name, status=CalibrationStatus.ACTIVE,
        evidence=evidence, at=at, actor=actor, why=why,
    )  # fmt: skip


def look_after(
    session: Session, scope: Scope, standing: Standing, *, tenant_id: str, at: datetime, actor: str
) -> Outcome | None:
    """Take what is in force out of it where it has made the last published picks worse; null where all is well."""
    if standing.active is None:
        return None
    last = published.last_picks(session, tenant_id=tenant_id, markets=scope.markets, most=WATCH.picks, as_of=at)
    if len(last.events) < WATCH.picks:
        return None
    active = calibrations.effective_of(session, standing.active)
    evidence = over_last(last.p_raw, last.won, last.events, active=active)
    if not must_deactivate(evidence, WATCH):
        return None
    reasons = (RetirementReason.DEACTIVATED.value,)
    calibrations.take(
        session, tenant_id=tenant_id, scope=scope.name, version=standing.active, status=CalibrationStatus.RETIRED,
        reasons=reasons, evidence={"watch": asdict(evidence)}, at=at, actor=actor,
    )  # fmt: skip
    inputs = canonical_json(asdict(evidence) | {"scope": scope.name, "calibration_version": standing.active})
    text = (
        f"calibration of {scope.name} taken out of force: over the last {evidence.picks} picks its Brier score is "
        f"{evidence.brier_active:.4f} against {evidence.brier_raw:.4f} without it, p {evidence.p_value:.4f}"
    )
    leagues = [league for league in played_leagues(session, as_of=at) if league in scope.leagues]
    incidents.tell(session, [Alert(tenant_id, league, DEACTIVATED, text, inputs, at) for league in leagues])
    return Outcome(scope.name, CalibrationStatus.RETIRED, standing.active, reasons)


def _shadowed_at(steps: list[TakenStep], name: str) -> datetime:
    return next(
        step.at
        for step in reversed(steps)
        if step.calibration_version == name and step.status == CalibrationStatus.SHADOW
    )
