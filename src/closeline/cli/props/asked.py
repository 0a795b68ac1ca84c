"""What commands on players are asked: a day, statistics, and how a training goes, spelled alike everywhere."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from closeline.domain.props.statistics import Statistic

if TYPE_CHECKING:
    from closeline.jobs.desk import Desk
    from closeline.jobs.props.training import TrainingAsked
    from closeline.maths.props.training.settings import Settings

Day = Annotated[
    datetime | None,
    typer.Option("--date", metavar="DATE", formats=["%Y-%m-%d"], help="The league day; today unless said."),
]
Statistics = Annotated[
    list[str] | None,
    typer.Option("--statistic", metavar="NAME", help="points, rebounds, assists, pra or threes; all unless said."),
]
WindowYears = Annotated[int, typer.Option("--window-years", min=1, max=20, help="Years that a model learns from.")]
Folds = Annotated[int, typer.Option("--folds", min=1, max=200, help="Forward-chained folds that it is judged on.")]
Booster = Annotated[str, typer.Option("--booster", metavar="NAME", help="Who grows the trees: xgboost or lightgbm.")]
Processes = Annotated[
    int, typer.Option("--processes", min=1, max=256, help="Spread over so many processes; they never change a bit.")
]
MinEdge = Annotated[float, typer.Option("--min-edge", min=0.0, max=50.0, help="Least edge, in percent points.")]
MinConfidence = Annotated[
    float, typer.Option("--min-confidence", min=0.0, max=100.0, help="Least chance of the side, in percent.")
]
MaxCv = Annotated[float, typer.Option("--max-cv", min=0.0, max=10.0, help="Most sd / mean.")]
MinGames = Annotated[int, typer.Option("--min-games", min=0, max=1000, help="Fewest games of a player.")]
Bankroll = Annotated[
    float | None, typer.Option("--bankroll", min=0.0, metavar="AMOUNT", help="What stakes are shares of, in any unit.")
]
Strict = Annotated[
    bool, typer.Option("--strict", help="Stop where logs are stale or no model can be had (exit code 4).")
]
StaleDays = Annotated[
    int, typer.Option("--stale-days", min=1, max=60, help="Days without a game until logs are stale.")
]

WINDOW_YEARS, FOLDS = 3, 19


def day_asked(desk: "Desk", day: datetime | None) -> date:
    """Return the league day that was asked for: without one, today's in New York."""
    from closeline.domain.leagues import league_day

    return league_day(desk.clock()) if day is None else day.date()


def statistics_asked(names: list[str] | None) -> tuple[Statistic, ...]:
    """Return the statistics that were named, in their own order; all where none was. Raises BadInput for others."""
    from closeline.jobs.props.predicting import statistic_named

    named = {statistic_named(name) for name in names or ()}
    return tuple(item for item in Statistic if item in named or not named)


def training_asked(
    statistics: tuple[Statistic, ...], window_years: int, folds: int, booster: str, processes: int
) -> "TrainingAsked":
    """Return what a training is asked; raises BadInput for a library that there is not."""
    from closeline.jobs.props.training import TrainingAsked

    return TrainingAsked(
        statistics=statistics, settings=_settings(window_years, folds, booster), processes=processes
    )  # fmt: skip


def _settings(window_years: int, folds: int, booster: str) -> "Settings":
    from closeline.domain.errors import BadInput
    from closeline.maths.props.training.settings import Library, Settings

    if booster.upper() not in set(Library):
        raise BadInput(f"booster must be one of {', '.join(Library).lower()}, was {booster}")
    return Settings(library=Library(booster.upper()), window_years=window_years, folds=folds)
