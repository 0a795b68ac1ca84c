"""`nba-pra`: points + rebounds + assists under the requested name, by the functions of `closeline props`."""

from typing import Annotated

import typer

from closeline.cli.faults import OneLine
from closeline.cli.options import AsJson, Database
from closeline.cli.props import asked, predicting, recommending, running, training

PRA = ["pra"]

app = typer.Typer(
    name="nba-pra", cls=OneLine, no_args_is_help=True, pretty_exceptions_enable=False,
    help="Points + rebounds + assists of NBA players: the prop desk of closeline, for this one statistic.",
)  # fmt: skip


@app.callback()
def main(*, debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of a fault.")] = False) -> None:
    """Points + rebounds + assists of NBA players: the prop desk of closeline, for this one statistic."""
    del debug


@app.command()
def predict(
    *, date: asked.Day = None, player: predicting.Player = None, db: Database = None, as_json: AsJson = False
) -> None:  # fmt: skip
    """Show what is forecast of everybody who is expected to play, or of one player."""
    predicting.predict(date=date, player=player, statistic=PRA, db=db, as_json=as_json)


@app.command()
def train(
    *, window_years: asked.WindowYears = asked.WINDOW_YEARS, folds: asked.Folds = asked.FOLDS,
    booster: asked.Booster = "xgboost", processes: asked.Processes = 1, before: training.Before = None,
    db: Database = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Train the model, and show how it does out of fold beside plain averages."""
    training.train(
        window_years=window_years, folds=folds, statistic=PRA, booster=booster, processes=processes, before=before,
        db=db, as_json=as_json,
    )  # fmt: skip


@app.command()
def recommend(
    *, min_edge: asked.MinEdge = 3.0, date: asked.Day = None, min_confidence: asked.MinConfidence = 60.0,
    max_cv: asked.MaxCv = 0.35, min_games: asked.MinGames = 5, bankroll: asked.Bankroll = None, db: Database = None,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Hold a day's lines against the filters asked for and the gates of the desk; record nothing."""
    recommending.recommend(
        min_edge=min_edge, date=date, min_confidence=min_confidence, max_cv=max_cv, min_games=min_games,
        bankroll=bankroll, statistic=PRA, db=db, as_json=as_json,
    )  # fmt: skip


@app.command()
def pipeline(
    *, full: Annotated[bool, typer.Option("--full", help="Train again whatever is due or not.")] = False,
    date: asked.Day = None, strict: asked.Strict = False, processes: asked.Processes = 1, db: Database = None,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Fetch, make features, train where that is due, predict, decide and record. A second time it changes nothing."""
    # A model that knows every day of the logs is never trained again: the same logs give the same version.
    retrain_days = 0 if full else running.RETRAIN_DAYS
    running.pipeline(
        date=date, strict=strict, retrain_days=retrain_days, statistic=PRA, processes=processes, db=db, as_json=as_json
    )


@app.command()
def status(*, db: Database = None, as_json: AsJson = False) -> None:
    """Say how the prop desk stands: its logs, what features they lack, its models and their figures, its health."""
    running.status(db=db, as_json=as_json)
