"""A model of somebody's own: what it hands in, step by step, about the one game of the tests."""

from datetime import datetime, timedelta
from typing import Any

from closeline.client import (
    CaptureSnapshot,
    CompleteSimRun,
    CreatePrediction,
    CreateSimRun,
    Expectation,
    OwnGame,
    OwnModel,
    OwnQuote,
    Record,
)
from closeline.domain.leagues import League
from closeline.domain.markets import Side
from closeline.schemas import recording as shapes
from tests.builders.moments import OPENS, START
from tests.builders.payloads import AWAY, HOME

SPREAD, TOTAL, MONEYLINE = "SPREAD:FULL_GAME", "TOTAL:FULL_GAME", "MONEYLINE:FULL_GAME"
HASH = "ab" * 32
BOOK = "pinnacle"


def own_quotes(*, spread: float = -3.5, total: float = 225.0, price: str = "-110", book: str = BOOK) -> list[OwnQuote]:
    return [
        OwnQuote(book=book, market_key=SPREAD, side=Side.HOME, line=spread, price=price),
        OwnQuote(book=book, market_key=SPREAD, side=Side.AWAY, line=-spread, price="-110"),
        OwnQuote(book=book, market_key=TOTAL, side=Side.OVER, line=total, price="-110"),
        OwnQuote(book=book, market_key=TOTAL, side=Side.UNDER, line=total, price="-110"),
        OwnQuote(book=book, market_key=MONEYLINE, side=Side.HOME, price="-160"),
        OwnQuote(book=book, market_key=MONEYLINE, side=Side.AWAY, price="+140"),
    ]


def own_prices(
    *, at: datetime = OPENS, home: str = HOME, away: str = AWAY, source: str = "desk",
    quotes: list[OwnQuote] | None = None, starts_at: datetime = START, game: str = "g1",
) -> CaptureSnapshot:  # fmt: skip
    return CaptureSnapshot(
        source=source, league=League.NBA, captured_at=at,
        games=[OwnGame(game=game, home=home, away=away, starts_at=starts_at, quotes=quotes or own_quotes())],
    )  # fmt: skip


def own_model(**changed: Any) -> OwnModel:
    return OwnModel.model_validate(
        {"name": "elo", "version": "7", "parameters_hash": HASH, "market_rated": True} | changed
    )


def a_run(record: Record, snapshot: shapes.Snapshot | None = None, **changed: Any) -> shapes.SimRun:
    snapshot = snapshot or record.capture_snapshot(own_prices())
    model = own_model(**changed.pop("model", {}))
    return record.create_sim_run(
        CreateSimRun(event_id=snapshot.games[0].event_id, snapshot_id=snapshot.snapshot_id, model=model, **changed)
    )


def a_claim(run: shapes.SimRun, **changed: Any) -> CreatePrediction:
    """Say that the home team covers more often than its price asks."""
    claim = {"run_id": run.run_id, "market_key": SPREAD, "side": Side.HOME, "line": -3.5, "p_win": 0.57}
    return CreatePrediction.model_validate(claim | changed)


def an_end(run: shapes.SimRun, **changed: Any) -> CompleteSimRun:
    told = {
        "run_id": run.run_id, "runtime_ms": 250, "margin": Expectation(mean=5.0, sd=12.5, base=5.0),
        "total": Expectation(mean=226.0, sd=18.0, base=226.0),
    }  # fmt: skip
    return CompleteSimRun.model_validate(told | changed)


def a_judged_run(record: Record, **changed: Any) -> tuple[shapes.SimRun, shapes.Gated]:
    """Take a run from its prices to the verdict on its one claim."""
    run = a_run(record, model=changed.pop("model", {}))
    ended = changed.pop("end", {})
    record.create_prediction(a_claim(run, **changed))
    record.complete_sim_run(an_end(run, **ended))
    return run, record.gate(run.run_id)


def published_by(record: Record) -> shapes.PublishedPick:
    _, gated = a_judged_run(record)
    verdict = gated.verdicts[0]
    assert verdict.price is not None, verdict
    return record.publish(verdict.prediction_id, price=verdict.price)


SOON = timedelta(minutes=1)
