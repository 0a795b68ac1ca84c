"""Correlating: how numbers of players went together on held-out games, as an artefact of the record."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from closeline.domain.errors import NotFound
from closeline.domain.ids import sha256_hex
from closeline.jobs.props.ahead import EPOCH
from closeline.maths.props.correlation import normal_scores
from closeline.maths.props.scores import pit
from closeline.maths.props.ties import Source, Ties, fit_ties
from closeline.maths.props.totals import total_surprises
from closeline.maths.simulate.streams import stream
from closeline.store import models

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from numpy.typing import NDArray

    from closeline.domain.leagues import League
    from closeline.maths.props.logs import PlayerLogs
    from closeline.maths.props.training.course import TrainedStatistic
    from closeline.store.session import Session

# One statistic alone says nothing of a player's numbers together, and would hide what several said.
STATISTICS_LEAST = 2
# With fewer held-out rows a correlation would be noise, and a slip is better refused.
ROWS_LEAST = 30


@dataclass(frozen=True, slots=True, eq=False)
class StoredTies:
    """Ties and their name in the record."""

    version: str
    ties: Ties

    def has_seen(self, day: date) -> bool:
        """Say whether they were fitted on games of a day, or of later ones."""
        return self.ties.source.last_day >= (day - EPOCH).days


def correlate(logs: PlayerLogs, rows: NDArray[np.bool_], trained: Sequence[TrainedStatistic]) -> Ties | None:
    """Fit how held-out numbers went together; rows: which of the logs were learned from, all statistics on the same.

    The PIT is spread over a number's own mass by draws that belong to the statistic and its seed, so the same
    training gives the same ties. Null for one statistic alone, and for too few held-out rows.
    """
    if len(trained) < STATISTICS_LEAST or len(trained[0].held_out) < ROWS_LEAST:
        return None
    at = np.flatnonzero(rows)[trained[0].held_out.rows]
    game = logs.game[at]
    ties = fit_ties(
        np.column_stack([_scores(item) for item in trained]), [item.manifest.statistic for item in trained], game,
        logs.team[at], total_surprises(logs)[game],
    )  # fmt: skip
    data = sha256_hex("\n".join(item.manifest.data.sha256 for item in trained).encode())
    seasons = tuple(np.unique(logs.season[at]).tolist())
    versions = tuple(item.manifest.version for item in trained)
    days = logs.day[at]
    return replace(ties, source=Source(versions, data, seasons, int(days.min()), int(days.max())))


def save(session: Session, ties: Ties, *, league: League, at: datetime) -> str:
    """Append ties unless they are there already, and return their version."""
    seasons = ", ".join(map(str, ties.source.seasons))
    return models.add(
        session, league=league, kind=models.PROP_CORRELATION, content=ties.to_json(), fitted_on=seasons, at=at
    )  # fmt: skip


def in_force(session: Session, league: League, *, as_of: datetime, now: datetime) -> StoredTies | None:
    """Return the newest ties that existed at a moment, else the newest of all; null where there are none.

    Those may have seen what is foretold (`has_seen`), which a reader has to be told.
    """
    for moment in (as_of, now):
        try:
            version, content, _ = models.latest(session, league=league, kind=models.PROP_CORRELATION, as_of=moment)
        except NotFound:
            continue
        return StoredTies(version, Ties.from_json(content))
    return None


def _scores(item: TrainedStatistic) -> NDArray[np.float64]:
    held, manifest = item.held_out, item.manifest
    draws = stream("props", "correlation", manifest.statistic, manifest.settings.seed).random(len(held))
    return normal_scores(pit(manifest.family, held.mean, held.variance, held.y, draws))
