"""Ahead: who is expected to play on a day, with the features and models that speak of him."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, cast

import numpy as np

from closeline.domain.props.statistics import Statistic
from closeline.flow.forecast.props.known import data_hash
from closeline.jobs.props.moments import LEAGUE
from closeline.store import players
from closeline.store.players import models

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from numpy.typing import NDArray

    from closeline.flow.forecast.props import FeaturesOf
    from closeline.jobs.desk import Desk
    from closeline.jobs.props.moments import Moment
    from closeline.maths.props.features.table import FeatureTable
    from closeline.maths.props.logs import PlayerLogs
    from closeline.maths.props.training.ensemble import TrainedModel
    from closeline.store.players import SlateEntry
    from closeline.store.players.models import StoredModel
    from closeline.store.session import Session

EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True, eq=False)
class Ahead:
    """Everybody who is expected, in order of game, team and player, and the row of features of each."""

    entries: tuple[SlateEntry, ...]
    unplaced: tuple[tuple[str, str], ...]
    matrix: NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Chosen:
    """A model, and whether it has learned from games of the day that is asked about, or of later ones."""

    model: TrainedModel
    hindsight: bool

    @property
    def trained(self) -> tuple[date, date]:
        """Return the first and the last day of play that it was trained on."""
        data = self.model.manifest.data
        return day_of(data.first_day), day_of(data.last_day)


class Remembered:
    """Makes features of logs, and gives those of the same logs again without making them twice."""

    def __init__(self, features_of: FeaturesOf) -> None:
        """Remember nothing yet."""
        self._features_of = features_of
        self._last: tuple[str, FeatureTable] | None = None

    def __call__(self, logs: PlayerLogs) -> FeatureTable:
        """Return the features of logs; the last ones are kept."""
        digest = hashlib.sha256(data_hash(logs).encode())
        # A game that got another name or start stands elsewhere among the rows, or is seen from another moment.
        for told in (
            logs.game,
            logs.player,
            logs.context.starts_at,
            logs.context.cutoff,
            logs.context.total,
            logs.context.spread,
        ):
            digest.update(np.ascontiguousarray(told).tobytes())
        name = digest.hexdigest()
        if self._last is None or self._last[0] != name:
            self._last = (name, self._features_of(logs))
        return self._last[1]


def ahead_of(session: Session, features_of: FeaturesOf, moment: Moment) -> Ahead:
    """Return who is expected to play in the games of a moment's day that have not begun by then."""
    slate = players.slate_of(session, LEAGUE, moment.day, moment.as_of)
    if not slate.entries:
        return Ahead((), slate.unplaced, np.empty((0, 0), dtype=np.float32))
    logs = players.read_logs(session, LEAGUE, as_of=moment.as_of, slate=slate.entries)
    matrix = features_of(logs).matrix
    rows = _rows(logs)
    entries = tuple(item for item in slate.entries if (item.event_id, item.player_id) in rows)
    places = [rows[item.event_id, item.player_id] for item in entries]
    return Ahead(entries, slate.unplaced, np.ascontiguousarray(matrix[places]))


def models_for(session: Session, desk: Desk, moment: Moment, statistics: Collection[Statistic]) -> list[Chosen]:
    """Return a model of each of these statistics for a moment, none of those that nobody has trained.

    It is the newest that existed then. Where none did, it is the newest that has learned only from days before the
    moment's own, whenever that was; and where there is none such either, the newest, which is then marked.
    """
    if not desk.prop_models:
        return []
    stored = models.versions(session, league=LEAGUE, as_of=desk.clock())
    wanted = [each for each in Statistic if each in statistics]
    found = [_chosen(session, desk, moment, [item for item in stored if item.statistic is each]) for each in wanted]
    return [item for item in found if item is not None]


def _chosen(session: Session, desk: Desk, moment: Moment, stored: Sequence[StoredModel]) -> Chosen | None:
    if not stored or not desk.prop_models:
        return None
    then = next((item for item in stored if item.created_at <= moment.as_of), None)
    wanted = [then] if then else stored
    known = [cast("TrainedModel", desk.prop_models.named(session, item.version)) for item in wanted]
    last = (moment.day - EPOCH).days
    honest = [item for item in known if item.manifest.data.last_day < last]
    return Chosen(honest[0], hindsight=False) if honest else Chosen(known[0], hindsight=True)


def day_of(number: int) -> date:
    """Return the day of a number of days since 1970-01-01."""
    return EPOCH + timedelta(days=number)


def models_at(session: Session, desk: Desk, as_of: datetime) -> dict[Statistic, TrainedModel]:
    """Return the models in force at a moment, by statistic; none for a desk without any."""
    held: Sequence[object] = desk.prop_models.in_force(session, LEAGUE, as_of=as_of) if desk.prop_models else ()
    known = [cast("TrainedModel", item) for item in held]
    return {model.statistic: model for model in known}


def _rows(logs: PlayerLogs) -> Mapping[tuple[str, str], int]:
    waiting = np.flatnonzero(~logs.played).tolist()
    return {(logs.games[logs.game[row]], logs.players[logs.player[row]]): row for row in waiting}
