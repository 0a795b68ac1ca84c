"""Candidates: fitted on the past of a scope, judged on what came after, and into the shadow or rejected."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from closeline.domain.calibration import (
    ACTIVATION_V1,
    RETRIES,
    CalibrationScope,
    CalibrationStatus,
    Standing,
    activation_gate,
)
from closeline.domain.digits import of_fit
from closeline.domain.ids import content_id
from closeline.domain.markets import is_of_players
from closeline.flow.tune.calibration.observations import Observations, observed
from closeline.flow.tune.calibration.outcome import Idle, Outcome, SampleScores, Tried
from closeline.flow.tune.calibration.scopes import EVERYWHERE, Scope, events_of, results_of
from closeline.maths.calibrate import AUTO, IDENTITY, UNCALIBRATED, CalibrationMap, EffectiveMap
from closeline.maths.score import brier_scores, log_losses
from closeline.maths.simulate.streams import stream
from closeline.maths.trial import Trial, try_out
from closeline.store import calibrations
from closeline.store.calibrations import ActiveMap, NewCalibration
from closeline.store.past.ratings import BEGINNING
from closeline.store.session import Session

RESAMPLES = 2000


@dataclass(frozen=True, slots=True)
class Asked:
    """How a candidate is asked for. training_days: how far back it may look; null for all that is on file.

    scheduled: by the week's job, which waits until there is enough that is new; a person need not.
    """

    method: str = AUTO
    training_days: int | None = None
    actor: str = "SYSTEM"
    scheduled: bool = True


def propose(
    session: Session, scope: Scope, standing: Standing, asked: Asked, *, tenant_id: str, at: datetime
) -> Outcome:
    """Fit a map of a scope's raw probabilities, try it out of time, and let the gate decide whether it is watched."""
    before = calibrations.samples(session, tenant_id=tenant_id, league=scope.league, market_key=scope.market_key)
    # Results are a bound on the events that is quickly told: in most weeks it is all that is looked at.
    idle = _idle(scope, asked, before, results_of(session, scope, as_of=at))
    events = 0 if idle else events_of(session, scope, tenant_id=tenant_id, as_of=at)
    idle = idle or _idle(scope, asked, before, events)
    if idle:
        return Outcome(scope.name, idle)
    since = BEGINNING if asked.training_days is None else at - timedelta(days=asked.training_days)
    seen = observed(session, scope, tenant_id=tenant_id, since=since, as_of=at)
    attempt, look = standing.attempts + 1, RETRIES.look(events, before)
    # The seed is made of what is tried, so that the same trial can be held again.
    seed = int(content_id("calibrate", tenant_id, scope.name, len(seen.events), attempt, asked.method)[:12], 16)
    active, under = maps_in_force(session, scope, tenant_id=tenant_id, at=at)
    trial = None
    if len(seen.events) >= RETRIES.observations_min(scope.kind):
        trial = try_out(
            seen.p_raw, seen.won, seen.days, active=active, generator=stream("calibrate", seed), events=seen.events,
            scope=scope.kind, under=CalibrationMap.from_json(under.map_json) if under else _base(scope),
            under_to=_trained_to(session, under, tenant_id), method=asked.method, level=RETRIES.level(look),
        )  # fmt: skip
    if trial is None:
        return Outcome(scope.name, Idle.TOO_FEW)
    new = _version(scope, trial, seen, asked, under, tenant_id=tenant_id, at=at, sample=events)
    tried = _tried(trial, seen, active, (attempt, look, seed))
    return _judge(session, scope, new, trial, tried, asked, tenant_id=tenant_id, at=at)


def _idle(scope: Scope, asked: Asked, before: Sequence[int], events: int) -> Idle | None:
    """Return why so many events are not enough for an attempt, null where they are."""
    if events < (RETRIES.results_due(scope.kind) if asked.scheduled else RETRIES.results_min):
        return Idle.TOO_FEW
    return Idle.NOT_DUE if asked.scheduled and events < RETRIES.growth * max(before, default=0) else None


def maps_in_force(
    session: Session, scope: Scope, *, tenant_id: str, at: datetime
) -> tuple[EffectiveMap, ActiveMap | None]:
    """Return what is applied in a scope now, and the global map that a new segment would lean on, if there is one."""
    maps = calibrations.active(session, tenant_id=tenant_id, league=scope.league, as_of=at)
    found = calibrations.map_of(maps, scope.market_key)
    active = found.read() if found else UNCALIBRATED
    # What was learned of games' forecasts says nothing of a prop model's.
    alone = scope.kind is CalibrationScope.GLOBAL or is_of_players(scope.market_key)
    return active, None if alone else maps.get(EVERYWHERE.market_key)


def _base(scope: Scope) -> CalibrationMap | None:
    # A segment leans on the raw probability where no global map is in force; the global one leans on nothing.
    return None if scope.kind is CalibrationScope.GLOBAL else IDENTITY


def _trained_to(session: Session, under: ActiveMap | None, tenant_id: str) -> int | None:
    """Return the last day, as an ordinal, of what a global map was fitted on; null where there is none."""
    known = calibrations.version(session, under.calibration_version, tenant_id=tenant_id) if under else None
    return known.trained_to.toordinal() if known else None


def _judge(
    session: Session, scope: Scope, new: NewCalibration, trial: Trial, tried: Tried, asked: Asked, *, tenant_id: str,
    at: datetime,
) -> Outcome:  # fmt: skip
    verdict = activation_gate(trial.evidence)
    reasons = tuple(sorted({*verdict.reasons, *trial.reasons}))
    if not calibrations.add(session, new, tenant_id=tenant_id, at=at):
        return Outcome(scope.name, Idle.KNOWN, new.calibration_version, tried=tried)
    evidence = {
        "gate": asdict(trial.evidence), "policy": ACTIVATION_V1.name, "trial": asdict(tried), "resamples": RESAMPLES,
    }  # fmt: skip
    status = CalibrationStatus.REJECTED if reasons else CalibrationStatus.SHADOW
    for step, because, known in ((CalibrationStatus.CANDIDATE, (), {}), (status, reasons, evidence)):
        calibrations.take(
            session, tenant_id=tenant_id, scope=scope.name, version=new.calibration_version, status=step,
            reasons=because, evidence=known, at=at, actor=asked.actor,
        )  # fmt: skip
    return Outcome(scope.name, status, new.calibration_version, reasons, tried)


def _version(
    scope: Scope, trial: Trial, seen: Observations, asked: Asked, under: ActiveMap | None, *, tenant_id: str,
    at: datetime, sample: int,
) -> NewCalibration:  # fmt: skip
    days = seen.days[trial.split.train]
    weight = trial.effective.weight if trial.effective else 1.0
    return NewCalibration(
        scope.league, scope.market_key, trial.fitted.method, trial.fitted.to_json(), trial.evidence.trained,
        trial.evidence.evaluated, _midnight(int(days.min())), _midnight(int(days.max())), at, sample,
        base_version=under.calibration_version if under else None, weight=weight, method_asked=asked.method,
        training_days=asked.training_days, n_published=int(seen.published.sum()), actor=asked.actor,
        tenant_id=tenant_id,
    )  # fmt: skip


def _tried(trial: Trial, seen: Observations, active: EffectiveMap, numbers: tuple[int, int, int]) -> Tried:
    attempt, look, seed = numbers
    new = trial.effective or EffectiveMap(trial.fitted)
    judged = trial.split.judge
    everything = np.ones(judged.shape, dtype=bool)
    return Tried(
        attempt, look, of_fit(RETRIES.level(look)), seed, trial.fitted.method, trial.evidence.trained,
        trial.evidence.evaluated, seen.voids, seen.duplicates,
        _scores(seen, everything, judged, seen.pushes, active, new),
        _scores(seen, seen.published, judged, seen.pushes_published, active, new),
    )  # fmt: skip


def _scores(
    seen: Observations, sample: NDArray[np.bool_], judged: NDArray[np.bool_], pushes: int, active: EffectiveMap,
    new: EffectiveMap,
) -> SampleScores:  # fmt: skip
    use = sample & judged
    n, count = int(sample.sum()), int(use.sum())
    if not count:
        return SampleScores(n, 0, pushes, None, None, None, None, None, None)
    raw, won = seen.p_raw[use], seen.won[use]
    maps = (UNCALIBRATED.apply(raw), active.apply(raw), new.apply(raw))
    brier = [of_fit(float(brier_scores(p, won).mean())) for p in maps]
    loss = [of_fit(float(log_losses(p, won).mean())) for p in maps]
    return SampleScores(n, count, pushes, *brier, *loss)


def _midnight(ordinal: int) -> datetime:
    return datetime.fromordinal(ordinal).replace(tzinfo=UTC)


def fit_window(
    session: Session, scope: Scope, asked: Asked, *, tenant_id: str, since: datetime, until: datetime, at: datetime,
    keep: bool,
) -> Outcome:  # fmt: skip
    """Fit a map on a window of the past, as it was known at its end, and leave it a CANDIDATE that nobody uses.

    The same window gives the same version, which is KNOWN the second time. It counts as an attempt, because it was a
    look. keep: whether it is written down; left out, only what would be.
    """
    seen = observed(session, scope, tenant_id=tenant_id, since=since, as_of=until)
    if len(seen.events) < RETRIES.observations_min(scope.kind):
        return Outcome(scope.name, Idle.TOO_FEW)
    named = ("backfill", tenant_id, scope.name, since.isoformat(), until.isoformat(), asked.method)
    seed = int(content_id(*named)[:12], 16)
    active, under = maps_in_force(session, scope, tenant_id=tenant_id, at=until)
    trial = try_out(
        seen.p_raw, seen.won, seen.days, active=active, generator=stream("calibrate", seed), events=seen.events,
        scope=scope.kind, under=CalibrationMap.from_json(under.map_json) if under else _base(scope),
        under_to=_trained_to(session, under, tenant_id), method=asked.method, level=RETRIES.level(1),
    )  # fmt: skip
    if trial is None:
        return Outcome(scope.name, Idle.TOO_FEW)
    new = _version(scope, trial, seen, asked, under, tenant_id=tenant_id, at=until, sample=len(set(seen.events)))
    tried = _tried(trial, seen, active, (0, 1, seed))
    if calibrations.version(session, new.calibration_version, tenant_id=tenant_id) is not None:
        return Outcome(scope.name, Idle.KNOWN, new.calibration_version, tried=tried)
    if keep:
        calibrations.add(session, new, tenant_id=tenant_id, at=at)
        calibrations.take(
            session, tenant_id=tenant_id, scope=scope.name, version=new.calibration_version,
            status=CalibrationStatus.CANDIDATE, reasons=(), evidence={"backfill": asdict(tried)}, at=at,
            actor=asked.actor,
        )  # fmt: skip
    return Outcome(scope.name, CalibrationStatus.CANDIDATE, new.calibration_version, (), tried)
