"""Calibrating at somebody's request: a run, what is in force, and the two steps that a person may take."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from closeline.domain.calibration import CalibrationMethod, CalibrationStatus
from closeline.domain.errors import BadInput
from closeline.domain.events import CalibrationJudged
from closeline.domain.leagues import League
from closeline.flow.tune import calibration
from closeline.flow.tune.calibration import Asked, Idle, Outcome, Scope
from closeline.jobs.desk import Desk
from closeline.jobs.run_inline import react
from closeline.maths.calibrate import AUTO, METHODS_ASKED
from closeline.schemas.calibration import (
    ActiveCalibrations,
    CalibrationEvent,
    CalibrationLine,
    CalibrationOutcome,
    CalibrationRun,
    CalibrationSegment,
    CalibrationVersion,
    CalibrationVersions,
    InForce,
    RolledBack,
    SampleScores,
    Shortage,
)
from closeline.store import calibrations, events
from closeline.store.calibrations import TakenStep, Version
from closeline.store.events import LoggedEvent
from closeline.store.session import Session, unit_of_work
from closeline.tenancy import people

METHODS = (AUTO, *METHODS_ASKED)
DAYS_MAX = 36_500
LIMIT_MAX = 10_000
WHY_MAX = 1000


def run_calibration(
    desk: Desk, *, leagues: Sequence[League] | None = None, method: str = AUTO, training_days: int | None = None,
    actor: str,
) -> CalibrationRun:  # fmt: skip
    """Try a candidate in every scope: the global one where no league is named, and the markets of the leagues.

    It is one attempt in each scope, whenever it is asked for, and the next one has more to prove. Raises BadInput for a
    method that there is not and for days that are none.
    """
    asked = Asked(_method(method), _days(training_days), line("actor", actor), scheduled=False)
    at = desk.clock()
    with unit_of_work(desk.engine) as session:
        events.hold(session, chain=desk.tenant_id)
        named = tuple(leagues or ())
        chosen = named or calibration.played_leagues(session, as_of=at)
        found: list[CalibrationOutcome] = []
        told: list[LoggedEvent] = []
        of_games = calibration.scopes_of(chosen, everywhere=not named)
        of_players = calibration.scopes_of_players(session, tuple(chosen), tenant_id=desk.tenant_id, as_of=at)
        for scope in (*of_games, *of_players):
            for outcome in calibration.look_at(session, scope, asked, tenant_id=desk.tenant_id, at=at):
                short = _short(session, scope, outcome, asked, desk)
                found.append(_outcome(session, outcome, short, desk.tenant_id))
                told += record_outcome(session, desk, scope, outcome, asked.actor)
    react(desk, told)
    return CalibrationRun(
        at=at, method=asked.method, training_days=asked.training_days, actor=asked.actor, outcomes=found
    )


def active_versions(session: Session, *, tenant_id: str) -> ActiveCalibrations:
    """Return what is in force now, by the whole of the record, and what stands in the shadow of it."""
    active: list[InForce] = []
    shadows: list[InForce] = []
    for scope in calibrations.scopes(session, tenant_id=tenant_id):
        steps = calibrations.steps_of(session, tenant_id=tenant_id, scope=scope)
        standing = calibrations.standing_of(session, tenant_id=tenant_id, scope=scope)
        for name, status, lines in (
            (standing.active, CalibrationStatus.ACTIVE, active),
            (standing.shadow, CalibrationStatus.SHADOW, shadows),
        ):
            if name is not None:
                lines.append(_in_force(session, scope, name, status, steps, tenant_id))
    return ActiveCalibrations(active=active, shadows=shadows)


def versions(session: Session, *, tenant_id: str, limit: int = 20) -> CalibrationVersions:
    """Return the newest versions, newest first; BadInput for a limit outside 1 to 10,000."""
    if not 1 <= limit <= LIMIT_MAX:
        raise BadInput(f"limit must be 1 to {LIMIT_MAX}, was {limit}")
    found = calibrations.newest(session, tenant_id=tenant_id, limit=limit)
    steps = {
        scope: calibrations.steps_of(session, tenant_id=tenant_id, scope=scope)
        for scope in sorted({item.scope for item in found})
    }
    return CalibrationVersions(versions=[CalibrationLine(**_line_of(item, steps[item.scope])) for item in found])


def version(session: Session, name: str, *, tenant_id: str) -> CalibrationVersion:
    """Return a version by its name, or the beginning of it, with its map and its history; NotFound for no such one."""
    found = calibration.known_version(session, name, tenant_id=tenant_id)
    steps = calibrations.steps_of(session, tenant_id=tenant_id, scope=found.scope)
    own = [step for step in steps if step.calibration_version == found.calibration_version]
    who = people.shown(session, {step.actor for step in own}, tenant_id=tenant_id)
    return CalibrationVersion(
        **_line_of(found, steps),
        base_version=found.base_version,
        weight=1.0 if found.weight is None else found.weight,
        segments=[
            CalibrationSegment(league=item.league, market_key=item.market_key, n=item.n, **json.loads(item.map_json))
            for item in calibrations.segments_of(session, found.calibration_version)
        ],
        events=[CalibrationEvent(**_step(step) | {"actor": who[step.actor]}) for step in own],
    )


def activate(desk: Desk, name: str, *, actor: str, why: str) -> CalibrationVersion:
    """Put a version in force that was in force before; Refused, with the reasons, for any other."""
    person, reason = line("actor", actor), line("why", why)
    with unit_of_work(desk.engine) as session:
        events.hold(session, chain=desk.tenant_id)
        found = calibration.known_version(session, name, tenant_id=desk.tenant_id).calibration_version
        scope = calibration.activate(
            session, found, tenant_id=desk.tenant_id, at=desk.clock(), actor=person, why=reason
        )
        outcome = Outcome(scope.name, CalibrationStatus.ACTIVE, found)
        told = record_outcome(session, desk, scope, outcome, person, reason)
        result = version(session, found, tenant_id=desk.tenant_id)
    react(desk, told)
    return result


def rollback(desk: Desk, scope: str, *, actor: str, why: str) -> RolledBack:
    """Put what was in force before back in force; returns the version that was rolled back, and what is in force now.

    Where nothing was in force before, nothing is now: probabilities are then the raw ones, or the global map's.
    """
    person, reason = line("actor", actor), line("why", why)
    with unit_of_work(desk.engine) as session:
        events.hold(session, chain=desk.tenant_id)
        found, left = calibration.roll_back(
            session, scope, tenant_id=desk.tenant_id, at=desk.clock(), actor=person, why=reason
        )
        outcome = Outcome(found.name, CalibrationStatus.RETIRED, left, ("ROLLED_BACK",))
        told = record_outcome(session, desk, found, outcome, person, reason)
        now = calibrations.standing_of(session, tenant_id=desk.tenant_id, scope=found.name).active
        if now is not None:
            entered = Outcome(found.name, CalibrationStatus.ACTIVE, now)
            told += record_outcome(session, desk, found, entered, person, reason)
        result = version(session, left, tenant_id=desk.tenant_id)
    react(desk, told)
    return RolledBack(**dict(result), now_in_force=now)


def _short(session: Session, scope: Scope, outcome: Outcome, asked: Asked, desk: Desk) -> Shortage | None:
    if outcome.outcome != Idle.TOO_FEW:
        return None
    found = calibration.shortage(session, scope, asked, tenant_id=desk.tenant_id, at=desk.clock())
    return Shortage(of=found.of, n=found.n, least=found.least) if found else None


def record_outcome(
    session: Session, desk: Desk, scope: Scope, outcome: Outcome, actor: str, why: str = ""
) -> list[LoggedEvent]:
    """Tell an outcome to every league that it concerns, inside the transaction of its step."""
    told: list[CalibrationJudged] = calibration.told_of(session, scope, outcome, actor, at=desk.clock(), why=why)
    return [events.record(session, event, tenant_id=desk.tenant_id, actor=actor, at=desk.clock()) for event in told]


def _in_force(
    session: Session, scope: str, name: str, status: CalibrationStatus, steps: Sequence[TakenStep], tenant_id: str
) -> InForce:
    since = next(step.at for step in reversed(steps) if step.calibration_version == name and step.status == status)
    found = calibrations.version(session, name, tenant_id=tenant_id)
    method = found.method if found else CalibrationMethod.IDENTITY
    return InForce(scope=scope, calibration_version=name, method=method, since=since)


def _line_of(found: Version, steps: Sequence[TakenStep]) -> dict[str, Any]:
    last = [step for step in steps if step.calibration_version == found.calibration_version][-1:]
    kept = {name: getattr(found, name) for name in CalibrationLine.model_fields if hasattr(found, name)}
    status = last[0].status if last else CalibrationStatus.CANDIDATE
    return kept | {"status": str(status), "reasons": list(last[0].reasons) if last else []}


def _step(step: TakenStep) -> dict[str, Any]:
    return {name: getattr(step, name) for name in CalibrationEvent.model_fields} | {"reasons": list(step.reasons)}


def _outcome(session: Session, outcome: Outcome, short: Shortage | None, tenant_id: str) -> CalibrationOutcome:
    tried = outcome.tried
    name = outcome.calibration_version
    found = calibrations.version(session, name, tenant_id=tenant_id) if name else None
    return CalibrationOutcome(
        scope=outcome.scope, outcome=str(outcome.outcome), calibration_version=name,
        method=found.method if found else None, reasons=list(outcome.reasons),
        attempt=tried.attempt if tried else None, look=tried.look if tried else None,
        level=tried.level if tried else None,
        n_train=found.n_train if found else None, n_evaluated=found.n_evaluated if found else None,
        voids=tried.voids if tried else None, duplicates=tried.duplicates if tried else None,
        evaluated=SampleScores(**asdict(tried.evaluated)) if tried else None,
        published=SampleScores(**asdict(tried.published)) if tried else None, short=short,
    )  # fmt: skip


def _method(text: str) -> str:
    if text not in METHODS:
        raise BadInput(f"method must be one of {', '.join(METHODS)}, was {text[:40]!a}")
    return text


def _days(days: int | None) -> int | None:
    if days is not None and not 1 <= days <= DAYS_MAX:
        raise BadInput(f"training days must be 1 to {DAYS_MAX}, or none for all that is on file, was {days}")
    return days


def line(name: str, text: str) -> str:
    """Return a text on one line; BadInput where it is blank, too long, or holds what nobody can read."""
    line = " ".join(text.split())
    if not line or len(line) > WHY_MAX or not line.isprintable():
        raise BadInput(f"{name} must be 1 to {WHY_MAX} readable characters, was {line[:40]!a}; give --{name} TEXT")
    return line
