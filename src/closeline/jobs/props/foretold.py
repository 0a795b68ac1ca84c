"""Foretold: what models say of games that they had not seen, each day by the newest that learned from before it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import numpy as np

from closeline.domain.errors import NotFound
from closeline.domain.props.statistics import Statistic
from closeline.jobs.props.ahead import EPOCH
from closeline.jobs.props.moments import LEAGUE
from closeline.jobs.props.training import rows_to_learn
from closeline.maths.props.watching.scored import Scored, joined, scored
from closeline.maths.simulate.streams import stream
from closeline.store.players import models, read_logs

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from numpy.typing import NDArray

    from closeline.jobs.desk import Desk
    from closeline.maths.props.logs import PlayerLogs
    from closeline.maths.props.training.ensemble import TrainedModel
    from closeline.store.session import Session

    Floats = NDArray[np.float64]
    Rows = NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """The logs by now with the features of every row; `usable` are rows that were played after enough earlier games."""

    logs: PlayerLogs
    matrix: NDArray[np.float32]
    names: tuple[str, ...]
    usable: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Foretold:
    """One model's forecasts of rows of the logs, in order of day; all of shape (n,)."""

    model: TrainedModel
    rows: Rows
    days: NDArray[np.int32]
    y: Floats
    mean: Floats
    variance: Floats

    def __len__(self) -> int:
        """Return how many rows there are."""
        return len(self.rows)

    def scored(self) -> Scored:
        """Return how they did; the draws of the PIT belong to the model, so the same rows give the same figures."""
        draws = stream("props", "watching", self.model.version).random(len(self))
        return scored(self.model.family, self.mean, self.variance, self.y, self.days, draws)


def known(session: Session, desk: Desk) -> Known:
    """Read the logs as they were received by now and make their features."""
    logs = read_logs(session, LEAGUE, as_of=desk.clock())
    table = desk.prop_features(logs)
    return Known(logs, table.matrix, table.names, rows_to_learn(logs))


def stored_models(session: Session, desk: Desk, statistic: Statistic | None = None) -> list[TrainedModel]:
    """Return every model of the record, or of a statistic, the newest first; NotFound where there is none."""
    held = models.versions(session, league=LEAGUE, as_of=desk.clock()) if desk.prop_models else ()
    wanted = [item.version for item in held if statistic in (None, item.statistic)]
    if not wanted:
        what = f"a model of {statistic}" if statistic else "a model of players"
        raise NotFound(f"{what} must have been trained, none was; run: closeline props train")
    return [named(session, desk, version) for version in wanted]


def named(session: Session, desk: Desk, version: str) -> TrainedModel:
    """Return a model by its version; raises NotFound for no such one."""
    if not desk.prop_models:
        raise NotFound("a model of players must have been trained, none was; run: closeline props train")
    return cast("TrainedModel", desk.prop_models.named(session, version))


def honestly(known: Known, stored: Sequence[TrainedModel], since: date | None = None) -> list[Foretold]:
    """Return what models of one statistic say of the usable rows from `since` on, those of no row left out.

    Each day is spoken of by the model that learned up to the latest day before it; of several such by the newest one.
    """
    last = np.array([item.manifest.data.last_day for item in stored], dtype=np.int32)
    rows = np.flatnonzero(known.usable & (known.logs.day >= _number(since)))
    days = known.logs.day[rows]
    # Newest first: among equals the first is taken.
    each = np.unique(last)[::-1].tolist()
    found, left = [], np.ones(len(rows), dtype=np.bool_)
    for day in each:
        own = left & (days > day)
        left &= ~own
        if own.any():
            model = stored[int(np.flatnonzero(last == day)[0])]
            found.append(foretold(known, model, rows[own]))
    return found[::-1]


def foretold(known: Known, model: TrainedModel, rows: Rows) -> Foretold:
    """Ask a model about rows of the logs."""
    told = model.predict(np.ascontiguousarray(known.matrix[rows]))
    y = known.logs.numbers(model.statistic)[rows].astype(np.float64)
    return Foretold(model, rows, known.logs.day[rows], y, told.mean, told.variance)


def scores_of(parts: Sequence[Foretold]) -> Scored:
    """Return the scores of rows of several models, in the order of the parts."""
    return joined([part.scored() for part in parts])


def _number(day: date | None) -> int:
    return 0 if day is None else (day - EPOCH).days
