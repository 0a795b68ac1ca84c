"""`closeline props train`: models of players from the logs, judged on games that they had not seen."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from time import perf_counter
from typing import TYPE_CHECKING, Annotated

import typer

from closeline.cli.opening import opened
from closeline.cli.options import AsJson, Database
from closeline.cli.printing import number, print_json, print_table, progress, say
from closeline.cli.props import asked

if TYPE_CHECKING:
    from closeline.jobs.desk import Desk
    from closeline.jobs.props.training import TrainingAsked
    from closeline.maths.props.training.course import Progress
    from closeline.schemas.props.running import Figures, TrainedModel, Training

_COLUMNS = (
    "forecast", "rows#", "MAE#", "CRPS#", "log score#", "50 %#", "80 %#", "95 %#", "PIT gap#", "spread#",
)  # fmt: skip
_GAINS_SHOWN = 5
REGULARS = "The same for regulars, players of 15 minutes and more by the average of their last games"

Before = Annotated[
    datetime | None,
    typer.Option(
        "--before", metavar="DATE", formats=["%Y-%m-%d"],
        help="Train as of the morning of this day: nothing that was received later is learned from.",
    ),
]  # fmt: skip


def train(
    *,
    window_years: asked.WindowYears = asked.WINDOW_YEARS,
    folds: asked.Folds = asked.FOLDS,
    statistic: asked.Statistics = None,
    booster: asked.Booster = "xgboost",
    processes: asked.Processes = 1,
    before: Before = None,
    db: Database = None,
    as_json: AsJson = False,
) -> None:
    """Train a model of each statistic, and show how it does out of fold beside plain averages.

    Each model is saved as a version of its own. The same logs and settings give the same version.
    """
    from closeline.jobs.props.trained import training_shape
    from closeline.jobs.props.training import train as run
    from closeline.maths.props.training.boosting import library_version
    from closeline.wiring import read_settings, signing_key

    statistics = asked.statistics_asked(statistic)
    wanted = asked.training_asked(statistics, window_years, folds, booster, processes)
    library_version(wanted.settings.library)  # before anything is read: in one line where it is not installed
    with opened(db) as desk, windows() as told:
        began = perf_counter()
        trained = run(_at(desk, before), wanted, key=signing_key(read_settings(database_url=db)), progress=told)
        result = training_shape(trained, round(perf_counter() - began, 3))
    if as_json:
        print_json(result)
    else:
        show(result, wanted)


@contextmanager
def windows() -> "Iterator[Progress]":
    """Give a function that is told of every window that was trained; a bar shows it at a terminal."""
    with progress("train players") as told:
        yield lambda done, of, _what: told(done, of)


def _at(desk: "Desk", before: datetime | None) -> "Desk":
    """Return the desk as it was on the morning of a day, once the games of the day before were known."""
    if before is None:
        return desk
    from datetime import time

    from closeline.domain.clock import FixedClock
    from closeline.domain.leagues import eastern

    return replace(desk, clock=FixedClock(eastern(before.date(), time(4))))


def show(result: "Training", wanted: "TrainingAsked | None" = None) -> None:
    """Print what a training came to."""
    for model in result.models:
        _show_model(model)
    folds = "" if wanted is None else f", {wanted.settings.folds} folds, {wanted.settings.window_years} years each"
    say(f"\ntrained {len(result.models)} in {result.seconds / 60:.1f} minutes{folds}")
    say("lower MAE, CRPS and log score are better; spread 1 and a PIT gap of 0 are right; all on games not seen before")


def _show_model(model: "TrainedModel") -> None:
    title = f"{model.statistic}: {model.version} ({model.library.lower()}, {model.family})"
    print_table(title, _COLUMNS, [figures_row(item) for item in (model.total, *model.baselines)])
    if model.regulars:
        print_table(REGULARS, _COLUMNS, [figures_row(item) for item in model.regulars])
    say(f"learned from {model.rows} rows, {model.trained_from} to {model.trained_to}")
    gains = ", ".join(f"{item.feature} {100 * item.share:.1f} %" for item in model.gains[:_GAINS_SHOWN])
    say(f"most gain: {gains}\n")


def figures_row(item: "Figures") -> tuple[object, ...]:
    """Return a row of a table of figures."""
    return (
        item.name, item.n, number(item.mae, 3), number(item.crps, 3), number(item.log_score, 4),
        number(100 * item.covered_50, 1), number(100 * item.covered_80, 1), number(100 * item.covered_95, 1),
        number(item.pit_gap, 4), number(item.spread, 3),
    )  # fmt: skip
