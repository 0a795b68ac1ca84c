"""Forecast: what was known by `as_of` becomes probabilities of every market.

One chain, each step stored: p_raw from the distribution of margin and total, p_calibrated by the map in force,
p_anchor = the market moved by the policy's beta, the predicted closing probability.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from closeline.domain.clock import micros
from closeline.domain.events import ForecastMade
from closeline.domain.ids import content_id
from closeline.domain.leagues import League
from closeline.domain.markets import GAME_MARKETS, MONEYLINE, SPREAD, TOTAL, Market
from closeline.domain.policies import DecisionPolicy
from closeline.maths.calibrate import IDENTITY, CalibrationMap
from closeline.maths.distributions import (
    ScoreDistribution,
    Side,
    no_push,
    pmf,
    price_across,
    read_pair,
    win_push_loss,
)
from closeline.maths.policy import anchored
from closeline.maths.ratings import RatingForecast
from closeline.store import calibrations, evaluations, forecasts, models, references
from closeline.store.calibrations import ActiveMap
from closeline.store.evaluations import Evaluation
from closeline.store.forecasts import DERIVED, ENGINE, QUOTED, SUSPECT, Prediction, Run, RunInput
from closeline.store.models import RatingState
from closeline.store.past import closes
from closeline.store.past.ratings import RatingBook, slate
from closeline.store.references import EventVersion
from closeline.store.session import Session

Floats = NDArray[np.float64]

# A forecast so close to the start could never be published in time; what is captured then is the close.
LEAD_TIME = timedelta(minutes=15)
REFERENCE_BOOKS = ("pinnacle", "circa", "betonlineag", "archive")
RESULTS_ONLY = "/results-only"
_DECIMALS = 12
_SIDES = {MONEYLINE: Side.HOME, SPREAD: Side.HOME, TOTAL: Side.OVER}


@dataclass(frozen=True, slots=True)
class Question:
    """One market of one game to be priced: the line, and what the market itself says of it."""

    game: int
    market: Market
    line_quarters: int | None
    book: str
    snapshot_id: str | None
    basis: str
    q_market: float | None


@dataclass(frozen=True, slots=True)
class Knowledge:
    """Everything that a forecast of one league's slate is made from, all of it received by `as_of`."""

    tenant_id: str
    league: League
    snapshot_id: str
    as_of: datetime
    games: tuple[EventVersion, ...]
    markets: tuple[tuple[Evaluation, ...], ...]
    ratings_version: str
    rating_state: RatingState
    market_rated: bool
    rated: RatingForecast
    distribution_version: str
    margin: ScoreDistribution
    total: ScoreDistribution
    maps: dict[str, ActiveMap]
    policy: DecisionPolicy | None
    config_version: str


Forecast = tuple[Run, list[RunInput], list[Prediction]]


def forecast(
    session: Session,
    ratings: RatingBook,
    *,
    tenant_id: str,
    league: League,
    snapshot_id: str,
    as_of: datetime,
) -> ForecastMade | None:
    """Forecast the games of a snapshot that have no forecast yet; null when there are none."""
    priced = evaluations.of_snapshot(session, snapshot_id, as_of=as_of)
    names = sorted({item.event_id for item in priced})
    known = references.versions(session, names, as_of=as_of)
    done = forecasts.already_forecast(session, names, tenant_id=tenant_id)
    due = [known[name] for name in names if name in known and name not in done]
    due = [game for game in due if game.starts_at - as_of >= LEAD_TIME]
    made: list[Forecast] = []
    for day in sorted({game.day for game in due}):
        games = tuple(game for game in due if game.day == day)
        known_by_then = know(session, ratings, tenant_id, league, snapshot_id, as_of, games, priced)
        models.add_rating_state(session, known_by_then.rating_state, league=league, as_of=as_of)
        made += predict(known_by_then)
    if not made:
        return None
    forecasts.add(session, made, at=as_of, runtime_ms=0)
    predictions = sum(len(items) for _, _, items in made)
    return ForecastMade(league, snapshot_id, micros(as_of), len(made), predictions)


def know(
    session: Session, ratings: RatingBook, tenant_id: str, league: League, snapshot_id: str, as_of: datetime,
    games: tuple[EventVersion, ...], priced: Sequence[Evaluation],
) -> Knowledge:  # fmt: skip
    """Load what a forecast of one day's games may use: nothing that was received after `as_of`."""
    rated = ratings.at(session, league, as_of=as_of)
    distribution_version, content, _ = models.latest(session, league=league, kind=models.DISTRIBUTION, as_of=as_of)
    margin, total = read_pair(content)
    markets: defaultdict[str, list[Evaluation]] = defaultdict(list)
    for item in priced:
        markets[item.event_id].append(item)
    return Knowledge(
        tenant_id, league, snapshot_id, as_of, games, tuple(tuple(markets[game.event_id]) for game in games),
        rated.version, RatingState(rated.version, rated.games, rated.filter.state_hash()), rated.filter.closes_seen > 0,
        rated.filter.predict(slate(games)), distribution_version, margin, total,
        calibrations.active(session, tenant_id=tenant_id, league=league, as_of=as_of),
        models.policy(session, tenant_id=tenant_id, league=league, as_of=as_of),
        models.config(session, tenant_id=tenant_id, as_of=as_of)[0],
    )  # fmt: skip


def predict(known: Knowledge) -> list[Forecast]:
    """Compute the forecasts of a slate: a pure function of what was known."""
    turned = _misdirected(known)
    questions = [question for game in range(len(known.games)) for question in _questions(known, game, turned)]
    runs = [_run(known, game) for game in range(len(known.games))]
    answered: list[list[Prediction]] = [[] for _ in runs]
    p_raw, p_push = _probabilities(known, questions)
    for question, raw, push in zip(questions, p_raw, p_push, strict=True):
        run = runs[question.game]
        answered[question.game].append(_prediction(known, run, question, float(raw), float(push)))
    return [(run, _inputs(known, game), answered[game]) for game, run in enumerate(runs)]


def _misdirected(known: Knowledge) -> bool:
    """Say whether the sheet's spreads run against the ratings: then no price of its margins is the market's word."""
    priced = [
        {market.key: item for market in GAME_MARKETS if (item := _reference(markets, market)) is not None}
        for markets in known.markets
    ]
    return closes.misdirected(closes.margin_means(known.league, known.margin, priced), known.rated.margin_mean)


def _questions(known: Knowledge, game: int, turned: bool) -> list[Question]:  # noqa: FBT001 -- of the sheet, said once
    found = {market: _reference(known.markets[game], market) for market in GAME_MARKETS}
    quoted = [
        Question(
            game,
            market,
            item.line_quarters,
            item.book,
            item.snapshot_id,
            SUSPECT if not item.is_reference or (turned and market != TOTAL) else QUOTED,
            item.fair_probability,
        )
        for market, item in found.items()
        if item is not None
    ]
    if found[MONEYLINE] is None:
        quoted.append(_derived(known, game, None if turned else found[SPREAD]))
    return quoted


def _derived(known: Knowledge, game: int, spread: Evaluation | None) -> Question:
    """Ask who wins where no moneyline is quoted: the spread's own word for it, model only, never published."""
    q_market = None
    if spread is not None and spread.is_reference and spread.line_quarters is not None:
        lines = np.array([spread.line_quarters / 4])
        fair = np.array([spread.fair_probability])
        q_market = _round(float(no_push(price_across(known.margin, lines, fair, np.zeros(1), Side.HOME))[0]))
    return Question(game, MONEYLINE, None, spread.book if spread else "", None, DERIVED, q_market)


def _reference(markets: Sequence[Evaluation], market: Market) -> Evaluation | None:
    found = {
        item.book: item for item in markets if item.market_key == market.key and item.flags in ("", closes.INCONSISTENT)
    }
    order = [book for book in REFERENCE_BOOKS if book in found] or sorted(found)
    return found[order[0]] if order else None


def _probabilities(known: Knowledge, questions: Sequence[Question]) -> tuple[Floats, Floats]:
    rated, raw, push = known.rated, np.empty(len(questions)), np.empty(len(questions))
    for total in (False, True):
        chosen = np.array([(question.market == TOTAL) is total for question in questions], dtype=bool)
        if not chosen.any():
            continue
        distribution = known.total if total else known.margin
        means, sds = (rated.total_mean, rated.total_sd) if total else (rated.margin_mean, rated.margin_sd)
        asked = [question for question, mine in zip(questions, chosen, strict=True) if mine]
        read = win_push_loss(
            pmf(distribution, means, sds),
            distribution.support,
            np.array([question.game for question in asked], dtype=np.int64),
            np.array([(question.line_quarters or 0) / 4 for question in asked]),
            np.array([_SIDES[question.market] for question in asked], dtype=np.int64),
        )
        raw[chosen], push[chosen] = no_push(read), read[:, 1]
    return raw, push


def _run(known: Knowledge, game: int) -> Run:
    event = known.games[game].event_id
    engine = ENGINE if known.market_rated else ENGINE + RESULTS_ONLY
    run_id = content_id(
        "run", known.tenant_id, event, micros(known.as_of), engine, known.snapshot_id,
        known.rating_state.rating_state_id, known.distribution_version,
    )  # fmt: skip
    rated = known.rated
    numbers = (rated.margin_mean[game], rated.margin_sd[game], rated.total_mean[game], rated.total_sd[game])
    # The exact evaluator draws nothing; the seed is recorded for the simulated worlds that will start from it.
    return Run(
        run_id, known.tenant_id, known.league, event, known.as_of, engine, int(run_id[:15], 16), known.ratings_version,
        known.distribution_version, known.config_version, *(_round(float(number)) for number in numbers),
    )  # fmt: skip


def _inputs(known: Knowledge, game: int) -> list[RunInput]:
    return [
        RunInput("SNAPSHOT", known.snapshot_id),
        RunInput("RATING_STATE", known.rating_state.rating_state_id),
        RunInput("EVENT_VERSION", f"{known.games[game].event_id}@{known.games[game].version}"),
    ]


def _prediction(known: Knowledge, run: Run, question: Question, raw: float, push: float) -> Prediction:
    key = question.market.key
    active = known.maps.get(key)
    policy = known.policy.of(key) if known.policy else None
    p_raw = _round(raw)
    calibrated = _round(float(_map(active).apply(np.array([p_raw]))[0]))
    anchor = None
    if policy is not None and question.q_market is not None:
        anchor = _round(float(anchored(question.q_market, calibrated, policy.beta)))
    moved = None if anchor is None or question.q_market is None else _round(anchor - question.q_market)
    return Prediction(
        content_id("prediction", run.run_id, key, question.line_quarters, question.book), known.tenant_id, run.run_id,
        known.league, run.event_id, key, question.market.sides[0], question.line_quarters, question.book,
        question.snapshot_id, question.basis, p_raw, _round(push), calibrated, question.q_market, anchor, moved,
        active.calibration_version if active else None, known.policy.policy_version if known.policy else None,
        known.as_of,
    )  # fmt: skip


def _map(active: ActiveMap | None) -> CalibrationMap:
    return IDENTITY if active is None else CalibrationMap.from_json(active.map_json)


def _round(value: float) -> float:
    # Twelve decimals are far below what any model knows, and above what another instruction set may change.
    return round(value, _DECIMALS)
