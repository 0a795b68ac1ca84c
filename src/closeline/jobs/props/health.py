"""Health: how new the logs are, which features can be had, and which models are in force, with what they came to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

from closeline.domain.leagues import league_day, season_of
from closeline.domain.props.statistics import Statistic
from closeline.jobs.props.ahead import EPOCH, day_of, models_at
from closeline.jobs.props.degrading import degraded
from closeline.jobs.props.moments import LEAGUE
from closeline.jobs.props.trained import figures
from closeline.maths.props.features.declared import FEATURES, unavailable
from closeline.schemas.props import running as shapes
from closeline.store.players import freshness, models, read_logs
from closeline.store.session import unit_of_work

if TYPE_CHECKING:
    from datetime import datetime

    from closeline.jobs.desk import Desk
    from closeline.maths.props.training.ensemble import TrainedModel

# Days without a game before the logs count as stale: no pause within the seasons from 2015 to 2025 was longer.
STALE_DAYS = 7
# Days of play that a model may be behind the logs before it is trained again.
RETRAIN_DAYS = 14
# Months and days between which games of the logs, which are of regular seasons, are played every few days.
_OPENING, _END = (10, 20), (4, 20)


class Health(StrEnum):
    """How the prop desk stands, the worst first."""

    NO_DATA = "NO_DATA"
    NO_MODEL = "NO_MODEL"
    STALE = "STALE"
    DEGRADED = "DEGRADED"
    OLD_MODEL = "OLD_MODEL"
    HEALTHY = "HEALTHY"


MENDS = {
    Health.NO_DATA: "import players' games: closeline props import FILE",
    Health.NO_MODEL: "train models: closeline props train",
    Health.STALE: "import newer games: closeline props import FILE",
    Health.DEGRADED: "train again: closeline props train",
    Health.OLD_MODEL: "train again: closeline props train",
    Health.HEALTHY: "",
}


@dataclass(frozen=True, slots=True)
class Limits:
    """From when on logs are stale and models due, in days."""

    stale_days: int = STALE_DAYS
    retrain_days: int = RETRAIN_DAYS


def status(desk: Desk, limits: Limits | None = None) -> shapes.PropStatus:
    """Return how the prop desk stands now."""
    asked, now = limits or Limits(), desk.clock()
    with unit_of_work(desk.engine, write=False) as session:
        held = freshness.held(session, LEAGUE, as_of=now)
        known = models_at(session, desk, now)
        created = {item.version: item.created_at for item in models.versions(session, league=LEAGUE, as_of=now)}
        missing = unavailable(read_logs(session, LEAGUE, as_of=now, since_day=held.last_day)) if held.rows else ()
        aside = freshness.aside(session, as_of=now)
        wrong = degraded(session, desk)
    found = health_of(held, known, league_day(now), asked)
    if wrong and found in {Health.OLD_MODEL, Health.HEALTHY}:
        found = Health.DEGRADED
    return shapes.PropStatus(
        health=found, mend=MENDS[found], as_of=now, data=data_held(held, league_day(now), asked),
        set_aside=[shapes.SetAside.model_validate(item, from_attributes=True) for item in aside],
        features=len(FEATURES),
        missing_features=[
            shapes.MissingFeature(name=item.feature.name, family=str(item.feature.family), reason=item.reason)
            for item in missing or unavailable()
        ],
        degraded=[
            shapes.Degraded(statistic=item.scope, since=item.opened_at, repeats=item.repeats, text=item.text)
            for item in wrong
        ],
        models=[_state(item, known.get(item), created, held.last_day) for item in Statistic],
    )  # fmt: skip


def health_of(
    held: freshness.Held, known: dict[Statistic, TrainedModel], day: date, limits: Limits
) -> Health:  # fmt: skip
    """Return the worst of what is amiss on a day."""
    if not held.rows or held.last_day is None:
        return Health.NO_DATA
    if not known:
        return Health.NO_MODEL
    if is_stale(held.last_day, day, limits.stale_days):
        return Health.STALE
    if any(days_behind(item, held.last_day) > limits.retrain_days for item in known.values()):
        return Health.OLD_MODEL
    return Health.HEALTHY


def is_stale(last: date, day: date, most: int) -> bool:
    """Say whether logs that end with `last` are too old to forecast `day` from; between seasons nothing is.

    In season, from 20 October to 20 April, `most` days may pass since the last game, or since the season's beginning.
    """
    season = season_of(LEAGUE, day)
    opening, end = date(season, *_OPENING), date(season + 1, *_END)
    return opening <= day <= end and (day - max(last, opening)).days > most


def days_behind(model: TrainedModel, last: date) -> int:
    """Return how many days of the logs lie behind the last one that a model was trained on."""
    return (last - EPOCH).days - model.manifest.data.last_day


def data_held(held: freshness.Held, day: date, limits: Limits) -> shapes.DataHeld:
    """Return what is held in the shape in which it crosses the edge."""
    last = held.last_day
    return shapes.DataHeld(
        rows=held.rows, players=held.players, first_day=held.first_day, last_day=last,
        days_old=None if last is None else (day - last).days,
        stale=last is not None and is_stale(last, day, limits.stale_days), last_price_at=held.last_price_at,
    )  # fmt: skip


def _state(
    statistic: Statistic, model: TrainedModel | None, created: dict[str, datetime], last: date | None
) -> shapes.ModelState:  # fmt: skip
    if model is None:
        return shapes.ModelState(
            statistic=str(statistic), version=None, family=None, created_at=None, trained_from=None, trained_to=None,
            days_behind=None, total=None, baselines=[], regulars=[],
        )  # fmt: skip
    data, report = model.manifest.data, model.manifest.report
    return shapes.ModelState(
        statistic=str(statistic), version=model.version, family=str(model.family), created_at=created[model.version],
        trained_from=day_of(data.first_day), trained_to=day_of(data.last_day),
        days_behind=None if last is None else days_behind(model, last), total=figures(report.total),
        baselines=[figures(item) for item in report.baselines],
        regulars=[figures(item) for item in report.regulars],
    )  # fmt: skip
