"""Watching: each statistic's models on the games after their training, by month, with what drifts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from closeline.domain.errors import NotFound
from closeline.domain.props.statistics import Statistic
from closeline.jobs.props.ahead import day_of
from closeline.jobs.props.foretold import Foretold, Known, honestly, known, scores_of, stored_models
from closeline.jobs.props.training import REGULAR_HALF_LIFE, REGULAR_MINUTES
from closeline.maths.props.families import Family
from closeline.maths.props.logs import BOX
from closeline.maths.props.training.baselines import HALF_LIVES, MEAN_LEAST, ewma_before
from closeline.maths.props.watching.drift import INDEX_MOST, feature_drift
from closeline.maths.props.watching.residuals import residuals
from closeline.maths.props.watching.scored import Scored, by_month, scored, standing
from closeline.maths.simulate.streams import stream
from closeline.schemas.props import watching as shapes
from closeline.store.session import unit_of_work

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from numpy.typing import NDArray

    from closeline.jobs.desk import Desk
    from closeline.maths.props.training.ensemble import TrainedModel

    Chosen = NDArray[np.bool_]

PIT_PARTS = 20
# Days whose features are held against those of the same weeks in the seasons that were trained on.
RECENT_DAYS = 30
DRIFTS_SHOWN = 15
_YEAR = 365.25
_CV_SQUARED_LEAST = 1e-4


def watch(
    desk: Desk, statistics: Sequence[Statistic] = tuple(Statistic), since: date | None = None
) -> shapes.Watch:  # fmt: skip
    """Return how models hold up on games after their training, from `since` on; NotFound where there is no model."""
    with unit_of_work(desk.engine, write=False) as session:
        stored = [item for item in stored_models(session, desk) if item.statistic in statistics]
        if not stored:
            wanted = ", ".join(statistics)
            raise NotFound(f"a model of {wanted} must have been trained, none was; run: closeline props train")
        held = known(session, desk)
    found = [_watched(held, [item for item in stored if item.statistic is each], since) for each in statistics]
    seen = [item for item in found if item is not None]
    days = [day for item, _ in seen for day in item]
    told = [item for _, item in seen]
    return shapes.Watch(
        as_of=desk.clock(), since=since, first_day=min(days, default=None), last_day=max(days, default=None),
        statistics=told, unwatched=[str(each) for each, item in zip(statistics, found, strict=True) if item is None],
        degraded=[item.statistic for item in told if item.residuals.alarm],
    )  # fmt: skip


def spans(parts: Sequence[Foretold]) -> list[shapes.ModelSpan]:
    """Return which models spoke, the last day each had learned from, and of how many rows each spoke."""
    return [
        shapes.ModelSpan(
            version=part.model.version, family=str(part.model.family),
            trained_to=day_of(part.model.manifest.data.last_day), rows=len(part),
        )
        for part in parts
    ]  # fmt: skip


def _watched(
    held: Known, stored: Sequence[TrainedModel], since: date | None
) -> tuple[tuple[date, date], shapes.WatchedStatistic] | None:  # fmt: skip
    parts = honestly(held, stored, since) if stored else []
    if not parts:
        return None
    rows, regular = scores_of(parts), _regular(held, parts)
    baselines = _baselines(held, parts)
    usual = [(name, each.where(regular)) for name, each in [("model", rows), *baselines]] if regular.any() else []
    judged = [shapes.Standing.model_validate(standing(name, each)) for name, each in usual]
    told = shapes.WatchedStatistic(
        statistic=str(stored[0].statistic), models=spans(parts),
        total=shapes.Standing.model_validate(standing("model", rows)), regulars=judged[0] if judged else None,
        baselines=[shapes.Standing.model_validate(standing(name, each)) for name, each in baselines],
        regular_baselines=judged[1:], months=[shapes.Standing.model_validate(item) for item in by_month(rows)],
        pit_counts=np.histogram(rows.pit, PIT_PARTS, (0.0, 1.0))[0].tolist(),
        residuals=shapes.Residuals.model_validate(residuals(rows.pit, rows.days)),
        features=_features(held, parts),
    )  # fmt: skip
    return (day_of(int(rows.days.min())), day_of(int(rows.days.max()))), told


def _regular(held: Known, parts: Sequence[Foretold]) -> Chosen:
    minutes = held.logs.box[BOX.index("minutes")].astype(np.float64)
    usual = ewma_before(held.logs.player, minutes, REGULAR_HALF_LIFE)
    return np.asarray(usual[np.concatenate([part.rows for part in parts])] >= REGULAR_MINUTES)


def _baselines(held: Known, parts: Sequence[Foretold]) -> list[tuple[str, Scored]]:
    """Return plain averages on the same rows, each with one coefficient of variation fitted on all days before them."""
    statistic = parts[0].model.statistic
    numbers = held.logs.numbers(statistic).astype(np.float64)
    rows, y, days = (np.concatenate([getattr(part, name) for part in parts]) for name in ("rows", "y", "days"))
    before = held.usable & (held.logs.day < days.min())
    found = []
    for half_life in HALF_LIVES:
        mean = np.maximum(ewma_before(held.logs.player, numbers, half_life), MEAN_LEAST)
        squares = ((numbers[before] - mean[before]) ** 2).sum() / (mean[before] ** 2).sum()
        # Where all were alike before, a distribution still needs a width.
        cv_squared = max(float(squares), _CV_SQUARED_LEAST)
        draws = stream("props", "watching", str(statistic), half_life).random(len(rows))
        given = (Family.GAMMA_LATTICE, mean[rows], cv_squared * mean[rows] ** 2, y, days, draws)
        found.append((f"EWMA {half_life}", scored(*given)))
    return found


def _features(held: Known, parts: Sequence[Foretold]) -> shapes.Features | None:
    """Hold the features of the last days against those of the same weeks in the seasons that the newest learned from.

    The same weeks, because a season's own averages and counts differ between its parts in every season alike.
    """
    rows, days = (np.concatenate([getattr(part, name) for part in parts]) for name in ("rows", "days"))
    last = int(days.max())
    now = rows[days > last - RECENT_DAYS]
    first = int(held.logs.day[now].min())
    manifest, day = parts[-1].model.manifest, held.logs.day
    same = np.zeros(len(day), dtype=np.bool_)
    for years in range(1, manifest.settings.window_years + 1):
        back = round(years * _YEAR)
        same |= (day >= first - back) & (day <= last - back)
    before = np.flatnonzero(held.usable & same & (day <= manifest.data.last_day))
    drifts = feature_drift(held.matrix[before], held.matrix[now], held.names)
    if not drifts:
        return None
    return shapes.Features(
        rows_before=len(before), rows_now=len(now), first_day=day_of(first), last_day=day_of(last),
        compared=len(drifts), index_most=INDEX_MOST, alarms=sum(item.alarm for item in drifts),
        drifts=[shapes.FeatureDrift.model_validate(item) for item in drifts[:DRIFTS_SHOWN]],
    )  # fmt: skip
