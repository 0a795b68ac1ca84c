"""Forecast: what was known by `as_of` becomes probabilities of every market.

One chain, each step stored: p_raw from the simulated game, p_calibrated by the map in force,
p_anchor = the market moved by the policy's beta, the predicted closing probability.
"""

from collections.abc import Collection
from datetime import datetime
from time import perf_counter

import numpy as np

from closeline.domain.clock import micros
from closeline.domain.digits import FORMULA_DECIMALS, of_formula
from closeline.domain.events import ForecastMade
from closeline.domain.ids import content_id
from closeline.domain.leagues import League
from closeline.flow.forecast.chain import LEAD_TIME, Learned, chained
from closeline.flow.forecast.games import EXACT, Engine, means_of, simulate_slate
from closeline.flow.forecast.knowledge import Knowledge, know, maps_for
from closeline.flow.forecast.questions import Question, questions_of, reference
from closeline.maths.simulate.board import Chances
from closeline.maths.simulate.simulation import Simulated
from closeline.store import evaluations, forecasts, models, references
from closeline.store.forecasts import RESULTS_ONLY, Forecast, Prediction, Run, RunInput
from closeline.store.past.ratings import RatingBook
from closeline.store.session import Session


def forecast(
    session: Session,
    ratings: RatingBook,
    *,
    tenant_id: str,
    league: League,
    snapshot_id: str,
    as_of: datetime,
    engine: Engine = EXACT,
    again: Collection[str] = (),
) -> ForecastMade | None:
    """Forecast the games of a snapshot that have no forecast yet; null when there are none.

    again: the events that are forecast once more, because what was published of them has fallen behind.
    """
    priced = evaluations.of_snapshot(session, snapshot_id, as_of=as_of)
    names = sorted({item.event_id for item in priced})
    known = references.versions(session, names, as_of=as_of)
    done = forecasts.already_forecast(session, names, tenant_id=tenant_id) - set(again)
    due = [known[name] for name in names if name in known and name not in done]
    due = [game for game in due if game.starts_at - as_of >= LEAD_TIME]
    made: list[Forecast] = []
    began = perf_counter()
    for day in sorted({game.day for game in due}):
        games = tuple(game for game in due if game.day == day)
        known_by_then = know(session, ratings, tenant_id, league, snapshot_id, as_of, games, priced)
        models.add_rating_state(session, known_by_then.rating_state, league=league, as_of=as_of)
        made += predict(known_by_then, engine)
    if not made:
        return None
    forecasts.add(session, made, at=as_of, runtime_ms=round(1000 * (perf_counter() - began) / len(made)))
    predictions = sum(len(item.predictions) for item in made)
    return ForecastMade(league, snapshot_id, micros(as_of), len(made), predictions)


def predict(known: Knowledge, engine: Engine = EXACT) -> list[Forecast]:
    """Compute the forecasts of a slate: a pure function of what was known and of the evaluator asked for."""
    names = [_run_id(known, engine, game) for game in range(len(known.games))]
    games = simulate_slate(known, engine, [_seed(name) for name in names])
    runs = [_run(known, engine, game, name, games[game].simulated) for game, name in enumerate(names)]
    answered: list[list[Prediction]] = [[] for _ in runs]
    for question in questions_of(known):
        board = games[question.game].simulated.board
        found = board.chances(question.market, question.market.sides[0], question.line_quarters)
        answered[question.game].append(_prediction(known, runs[question.game], question, found))
    return [
        Forecast(run, tuple(_inputs(known, game)), tuple(answered[game]), games[game].decomposition.kept().to_json())
        for game, run in enumerate(runs)
    ]


def _run_id(known: Knowledge, engine: Engine, game: int) -> str:
    return content_id(
        "run", known.tenant_id, known.games[game].event_id, micros(known.as_of), _engine_name(known, engine),
        engine.worlds, known.snapshot_id, known.rating_state.rating_state_id, known.distribution_version,
        known.simulation_version, *(given.reference for given in (*known.clamped_by, *known.injuries[game].inputs)),
    )  # fmt: skip


def _engine_name(known: Knowledge, engine: Engine) -> str:
    return engine.name if known.market_rated else engine.name + RESULTS_ONLY


def _seed(run_id: str) -> int:
    # The run's name is the hash of the event, the snapshot and every version, so its seed is one of them too.
    return int(run_id[:15], 16)


def _run(known: Knowledge, engine: Engine, game: int, run_id: str, simulated: Simulated) -> Run:
    margin, total = map(of_formula, means_of(known, game))
    margin_sd, total_sd = (of_formula(float(values[game])) for values in (known.rated.margin_sd, known.rated.total_sd))
    return Run(
        run_id, known.tenant_id, known.league, known.games[game].event_id, known.as_of, _engine_name(known, engine),
        _seed(run_id), known.ratings_version, known.distribution_version, known.config_version, margin, margin_sd,
        total, total_sd, known.simulation_version, engine.worlds, of_formula(simulated.effective), _digest(simulated),
    )  # fmt: skip


def _digest(simulated: Simulated) -> str:
    """Return the hash of the joint distribution of final scores, to the digits that are kept."""
    return content_id("scores", np.round(simulated.final, FORMULA_DECIMALS).tobytes().hex())


def _inputs(known: Knowledge, game: int) -> list[RunInput]:
    return [
        RunInput("SNAPSHOT", known.snapshot_id),
        RunInput("RATING_STATE", known.rating_state.rating_state_id),
        RunInput("EVENT_VERSION", f"{known.games[game].event_id}@{known.games[game].version}"),
        *known.clamped_by,
        *known.injuries[game].inputs,
    ]


def _prediction(known: Knowledge, run: Run, question: Question, found: Chances) -> Prediction:
    learned = Learned(known.maps, known.policy)
    return chained(run, question, no_push=found.no_push, push=found.push, learned=learned)


__all__ = [
    "EXACT", "LEAD_TIME", "Engine", "Forecast", "Knowledge", "Learned", "chained", "forecast", "know", "maps_for",
    "predict", "reference",
]  # fmt: skip
