"""`closeline props pipeline` and `status`: a whole day in one command, and how the prop desk stands."""

from typing import TYPE_CHECKING, Annotated

import typer

from closeline.cli.opening import opened_live
from closeline.cli.options import AsJson, Database
from closeline.cli.printing import counted, number, print_json, print_table, say
from closeline.cli.props import asked
from closeline.cli.props.training import REGULARS, figures_row, windows

if TYPE_CHECKING:
    from closeline.jobs.props.running import Hands
    from closeline.schemas.props.running import Pipeline, PropStatus

RetrainDays = Annotated[
    int, typer.Option("--retrain-days", min=1, max=365, help="Days of logs that a model may not know before it is due.")
]
STALE_DAYS, RETRAIN_DAYS = 7, 14
_MINUTE = 60


def pipeline(
    *,
    date: asked.Day = None,
    strict: asked.Strict = False,
    stale_days: asked.StaleDays = STALE_DAYS,
    retrain_days: RetrainDays = RETRAIN_DAYS,
    window_years: asked.WindowYears = asked.WINDOW_YEARS,
    folds: asked.Folds = asked.FOLDS,
    statistic: asked.Statistics = None,
    booster: asked.Booster = "xgboost",
    processes: asked.Processes = 1,
    db: Database = None,
    as_json: AsJson = False,
) -> None:
    """Fetch, make features, train where that is due, predict, decide and record. A second time it changes nothing.

    A day that is over is judged from before its games, and nothing of it is published any more.
    """
    from closeline.jobs.props.health import Limits
    from closeline.jobs.props.running import PipelineAsked
    from closeline.jobs.props.running import pipeline as run

    training = asked.training_asked(asked.statistics_asked(statistic), window_years, folds, booster, processes)
    with opened_live(db) as desk, windows() as told:
        day = asked.day_asked(desk, date)
        result = run(desk, PipelineAsked(day, training, Limits(stale_days, retrain_days), strict), _hands(db), told)
    if as_json:
        print_json(result)
    else:
        show(result)


def _hands(db: str | None) -> "Hands":
    from closeline.jobs.duty.asking import run_due
    from closeline.jobs.props.running import Hands
    from closeline.jobs.run_inline import run
    from closeline.wiring import read_settings, signing_key

    return Hands(run, run_due, lambda: signing_key(read_settings(database_url=db)))


def show(result: "Pipeline") -> None:
    """Print what each step came to."""
    title = f"{result.day}, seen from {result.as_of:%Y-%m-%d %H:%M} UTC"
    print_table(title, ("step", "state", "seconds#", "minutes#", "rows#", "came to"), [
        (item.name, item.state, number(item.seconds, 1), number(item.seconds / _MINUTE, 2), item.rows, item.said)
        for item in result.steps
    ])  # fmt: skip
    for warning in result.warnings:
        say(f"warning: {warning}")
    say(f"{counted(result.lines, 'line')}: {result.picks} PICK, {result.leans} LEAN, {result.refused} NO_PLAY")
    if result.refused:
        say(f"why lines were refused: closeline props recommend --date {result.day}")
    say(f"{result.health}; record {result.record_hash}; {result.seconds:.1f} s, {result.seconds / _MINUTE:.2f} minutes")


def status(*, stale_days: asked.StaleDays = STALE_DAYS, db: Database = None, as_json: AsJson = False) -> None:
    """Say how the prop desk stands: its logs, what features they lack, its models and their figures, its health."""
    from closeline.cli.opening import opened
    from closeline.jobs.props.health import Limits
    from closeline.jobs.props.health import status as found

    with opened(db) as desk:
        result = found(desk, Limits(stale_days=stale_days))
    if as_json:
        print_json(result)
    else:
        _show_status(result)


def _show_status(result: "PropStatus") -> None:
    data = result.data
    say(f"{result.health}{f': {result.mend}' if result.mend else ''}")
    if data.last_day is None:
        say("no game of a player is in the record")
    else:
        age = f"{data.days_old} days ago{', stale' if data.stale else ''}"
        say(f"{data.rows} rows of {data.players} players, {data.first_day} to {data.last_day}, {age}")
    seen = "none" if data.last_price_at is None else f"{data.last_price_at:%Y-%m-%d %H:%M} UTC"
    say(f"last price on a player: {seen}")
    if result.set_aside:
        print_table("Set aside", ("feed", "reason", "records#"), [
            (item.feed, item.reason, item.records) for item in result.set_aside
        ])  # fmt: skip
    for wrong in result.degraded:
        say(f"degraded since {wrong.since:%Y-%m-%d}, on {counted(wrong.repeats, 'night')}: {wrong.text}")
    _show_missing(result)
    for model in result.models:
        if model.version is None or model.total is None:
            say(f"{model.statistic}: no model")
            continue
        title = f"{model.statistic}: {model.version}, games of {model.trained_from} to {model.trained_to}"
        columns = (
            "out of fold", "rows#", "MAE#", "CRPS#", "log score#", "50 %#", "80 %#", "95 %#", "PIT gap#", "spread#",
        )  # fmt: skip
        print_table(title, columns, [figures_row(item) for item in (model.total, *model.baselines)])
        if model.regulars:
            print_table(REGULARS, columns, [figures_row(item) for item in model.regulars])


def _show_missing(result: "PropStatus") -> None:
    reasons: dict[str, list[str]] = {}
    for item in result.missing_features:
        reasons.setdefault(item.reason, []).append(item.name)
    title = f"{len(result.missing_features)} of {result.features} features are null for everybody"
    print_table(title, ("because", "features#", "such as"), [
        (reason, len(names), ", ".join(names[:3])) for reason, names in reasons.items()
    ])  # fmt: skip
