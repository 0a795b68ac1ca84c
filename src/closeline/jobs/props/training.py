"""Training: player logs become features, features become models, and models become versions in the record."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from multiprocessing import get_context

import numpy as np
from numpy.typing import NDArray

from closeline.domain.errors import BadInput, Refused
from closeline.domain.leagues import League
from closeline.domain.props.statistics import Statistic
from closeline.jobs.desk import Desk
from closeline.jobs.props import correlating
from closeline.maths.props.features.table import compute
from closeline.maths.props.logs import BOX, PlayerLogs
from closeline.maths.props.training.baselines import HALF_LIVES, MEAN_LEAST, ewma_before, games_before
from closeline.maths.props.training.course import (
    Numbers,
    Progress,
    Spread,
    TrainedStatistic,
    in_turn,
    silent,
    train_all,
)
from closeline.maths.props.training.growing import Grown, WindowWork
from closeline.maths.props.training.settings import Settings
from closeline.store.players import models
from closeline.store.players.logs import read_logs
from closeline.store.players.signing import SigningKey
from closeline.store.session import unit_of_work

# Below this many earlier games a player has no projection (props-v1, section 7.4), and teaches none.
GAMES_LEAST = 5
# Whom the report shows apart: players who averaged so many minutes, about whom lines are made.
REGULAR_MINUTES, REGULAR_HALF_LIFE = 15.0, 7.0
_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class TrainingAsked:
    """What is to be trained: which statistics of a league, how, and in how many processes.

    until: the last day that is learned from, null for all; it leaves later days for an evaluation.
    """

    league: League = League.NBA
    statistics: tuple[Statistic, ...] = tuple(Statistic)
    settings: Settings = field(default_factory=Settings)
    processes: int = 1
    until: date | None = None


def train(
    desk: Desk, asked: TrainingAsked, *, key: SigningKey, progress: Progress = silent
) -> tuple[TrainedStatistic, ...]:  # fmt: skip
    """Train on all that the record holds, save every model as a version, and return them with their reports.

    Of several statistics it is saved too how they went together on the rows that were held out.
    """
    with unit_of_work(desk.engine, write=False) as session:
        logs = read_logs(session, asked.league, as_of=desk.clock())
    trained = train_on(logs, asked, progress=progress)
    ties = correlating.correlate(logs, rows_to_learn(logs, until=asked.until), trained)
    with unit_of_work(desk.engine) as session:
        for item in trained:
            models.save(session, item.manifest, item.parts, league=asked.league, key=key, at=desk.clock())
        if ties is not None:
            correlating.save(session, ties, league=asked.league, at=desk.clock())
    return trained


def train_on(logs: PlayerLogs, asked: TrainingAsked, *, progress: Progress = silent) -> tuple[TrainedStatistic, ...]:
    """Train on these logs and save nothing; the number of processes does not change a byte."""
    rows = rows_to_learn(logs, until=asked.until)
    if not rows.any():
        message = f"logs must hold games of players with {GAMES_LEAST} earlier ones, held none"
        raise BadInput(f"{message}; import them with closeline props import")
    table = compute(logs)
    numbers = tuple(_numbers(logs, statistic, rows) for statistic in asked.statistics)
    with spread_over(asked.processes) as spread:
        return train_all(
            np.ascontiguousarray(table.matrix[rows]), numbers, logs.day[rows], table.names, asked.settings,
            spread=spread, progress=progress,
        )  # fmt: skip


def rows_to_learn(logs: PlayerLogs, *, until: date | None = None) -> NDArray[np.bool_]:
    """Return which rows are learned from: played, no later than `until`, by players with enough earlier games."""
    last = np.iinfo(np.int32).max if until is None else (until - _EPOCH).days
    return np.asarray(logs.played & (games_before(logs.player) >= GAMES_LEAST) & (logs.day <= last))


def _numbers(logs: PlayerLogs, statistic: Statistic, rows: NDArray[np.bool_]) -> Numbers:
    y = logs.numbers(statistic).astype(np.float64)
    baselines = tuple(
        (f"EWMA {half_life}", np.maximum(ewma_before(logs.player, y, half_life)[rows], MEAN_LEAST))
        for half_life in HALF_LIVES
    )
    minutes = ewma_before(logs.player, logs.box[BOX.index("minutes")].astype(np.float64), REGULAR_HALF_LIFE)
    return Numbers(statistic, y[rows], baselines, minutes[rows] >= REGULAR_MINUTES)


@contextmanager
def spread_over(processes: int) -> Iterator[Spread]:
    """Give what does works in so many processes of this machine, each in one thread, results in the order of the works.

    Two threads that fight for a core lose more than they gain. Raises Refused where a process was killed.
    """
    if processes <= 1:
        yield in_turn
        return
    # Started anew and not forked: a fork copies threads' locks and open files that belong to somebody.
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        yield partial(_mapped, pool)


def _mapped(
    pool: ProcessPoolExecutor, work: Callable[[WindowWork], Grown], works: Sequence[WindowWork]
) -> Iterator[Grown]:  # fmt: skip
    try:
        yield from pool.map(work, works)
    except BrokenProcessPool:
        raise Refused("processes of a training must live to its end, one was killed; ask for it again") from None
