"""Shortage: how much there is and how much there must be, where a scope has too little for an attempt."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from closeline.domain.calibration import ACTIVATION_V1, RETRIES
from closeline.flow.tune.calibration.candidates import Asked, maps_in_force
from closeline.flow.tune.calibration.observations import observed
from closeline.flow.tune.calibration.scopes import Scope, events_of
from closeline.maths.calibrate import METHODS_ASKED
from closeline.maths.calibrate.fitting import METHOD_LADDER
from closeline.maths.trial import split
from closeline.store import calibrations
from closeline.store.past.ratings import BEGINNING
from closeline.store.session import Session

EVENTS, OBSERVATIONS, TO_TRAIN, TO_JUDGE = "EVENTS", "OBSERVATIONS", "TO_TRAIN", "TO_JUDGE"


@dataclass(frozen=True, slots=True)
class Shortage:
    """What there is too little of, how many there are, and how many there must be.

    of: EVENTS with a decided forecast; OBSERVATIONS in the window that was asked for; or of those, the ones TO_TRAIN on
    or TO_JUDGE by.
    """

    of: str
    n: int
    least: int


def shortage(session: Session, scope: Scope, asked: Asked, *, tenant_id: str, at: datetime) -> Shortage | None:
    """Return what a scope has too little of for an attempt that a person asks for; null where it has enough."""
    events = events_of(session, scope, tenant_id=tenant_id, as_of=at)
    if events < RETRIES.results_min:
        return Shortage(EVENTS, events, RETRIES.results_min)
    since = BEGINNING if asked.training_days is None else at - timedelta(days=asked.training_days)
    days = observed(session, scope, tenant_id=tenant_id, since=since, as_of=at, counting=False).days
    if days.size < (least := RETRIES.observations_min(scope.kind)):
        return Shortage(OBSERVATIONS, days.size, least)
    _, under = maps_in_force(session, scope, tenant_id=tenant_id, at=at)
    known = calibrations.version(session, under.calibration_version, tenant_id=tenant_id) if under else None
    parts = split(days, known_to=known.trained_to.toordinal() if known else None)
    trained, judged = int(parts.train.sum()), int(parts.judge.sum())
    fitted = METHODS_ASKED[asked.method][1] if asked.method in METHODS_ASKED else min(METHOD_LADDER.values())
    if trained < fitted:
        return Shortage(TO_TRAIN, trained, fitted)
    # A map under it has seen what it was fitted on: only then is what judges counted apart.
    enough = ACTIVATION_V1.samples_min(scope.kind)
    return Shortage(TO_JUDGE, judged, enough) if known and judged < enough else None
