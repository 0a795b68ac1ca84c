"""The games of a slate simulated: each aimed at its ratings' means, weighed to the fitted margins and totals."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import lru_cache

from closeline.domain.errors import NotFound
from closeline.domain.forecasts.adjustments import Adjustment, AdjustmentName
from closeline.domain.forecasts.evaluators import Evaluator
from closeline.domain.forecasts.injuries import Absence
from closeline.flow.forecast.knowledge import Knowledge
from closeline.maths.distributions import pmf
from closeline.maths.simulate.aim import Aimed
from closeline.maths.simulate.decomposition import Decomposition, Outcome, Production, from_game, production
from closeline.maths.simulate.news import (
    SHIFTS,
    TOTAL_SHARE,
    Mixture,
    aimed_with_news,
    gathered,
    marginals_with_news,
    mixture,
)
from closeline.maths.simulate.simulation import (
    Marginals,
    Model,
    Simulated,
    draw,
    evaluate_exactly,
    prepare_nearest,
)
from closeline.maths.simulate.sport import Levels, Rules
from closeline.store.references import EventVersion

# The kernels let go of the interpreter; more threads than the smallest machine has cores gain nothing there.
THREADS = 2
VERSION = "-v1"
REPORTED = "injury_report"


@dataclass(frozen=True, slots=True)
class Engine:
    """How a forecast evaluates its games: exactly, or by so many worlds."""

    evaluator: Evaluator = Evaluator.EXACT
    worlds: int = 0

    @property
    def name(self) -> str:
        """Return the name that a run records."""
        return f"{self.evaluator}{VERSION}"

    @classmethod
    def of_run(cls, name: str, worlds: int | None) -> "Engine":
        """Return the engine that a run recorded; NotFound for one made before games were simulated."""
        evaluator = name.partition(VERSION)[0]
        if evaluator not in set(Evaluator):
            message = f"run was made by {name}, which this version does not have; the version that made it verifies it"
            raise NotFound(message)
        return cls(Evaluator(evaluator), worlds or 0)


EXACT = Engine()


@dataclass(frozen=True, slots=True, eq=False)
class SimulatedGame:
    """A game of the slate simulated, and what its means are made of."""

    simulated: Simulated
    decomposition: Decomposition


def simulate_slate(known: Knowledge, engine: Engine, seeds: list[int]) -> list[SimulatedGame]:
    """Simulate every game of a slate from its seed, in order; ValueError for a total that no teams would have."""
    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(lambda job: _simulate(known, engine, *job), _jobs(known, seeds)))


def rules_of(event: EventVersion) -> Rules:
    """Return the rules of an event; one that is not known to be of the play-offs is of the regular season."""
    return Rules(event.season, playoff=bool(event.playoff))


def news_of(known: Knowledge, game: int) -> Mixture | None:
    """Return how the news of a game may turn out, null where its quotes know of all that was reported."""
    kept = known.injuries[game].kept
    return _turns(kept) if kept else None


@lru_cache(maxsize=64)
def _turns(kept: tuple[Absence, ...]) -> Mixture:
    return gathered(mixture(kept, TOTAL_SHARE), SHIFTS)


def means_of(known: Knowledge, game: int) -> tuple[float, float]:
    """Return the means of margin and total that a game of the slate is forecast with: the ratings', moved by news."""
    margin, total = _rated(known, game)
    news = news_of(known, game)
    return (margin, total) if news is None else (margin + news.mean[0], total + news.mean[1])


def aimed_game(known: Knowledge, game: int) -> Aimed:
    """Return a game of the slate whose model means are the ratings', moved by news, or as near as the model comes."""
    rules, means, news = rules_of(known.games[game]), _rated(known, game), news_of(known, game)
    if news is None:
        return prepare_nearest(known.model, rules, *means)
    return aimed_with_news(known.model, rules, *means, news.shifts, prepare_nearest)


def _rated(known: Knowledge, game: int) -> tuple[float, float]:
    return float(known.rated.margin_mean[game]), float(known.rated.total_mean[game])


def marginals_of(known: Knowledge) -> list[Marginals]:
    """Return the margins and totals that every game of the slate should have, key numbers included."""
    rated = known.rated
    margins = pmf(known.margin, rated.margin_mean, rated.margin_sd)
    totals = pmf(known.total, rated.total_mean, rated.total_sd)
    plain = [
        Marginals(margin, known.margin.support, total, known.total.support)
        for margin, total in zip(margins, totals, strict=True)
    ]
    return [_with_news(known, game, marginals) for game, marginals in enumerate(plain)]


def _with_news(known: Knowledge, game: int, plain: Marginals) -> Marginals:
    """Return the marginals of a game as the news spreads them; without news they stay as they are."""
    news = news_of(known, game)
    if news is None:
        return plain
    (margin, total), rated = _rated(known, game), known.rated
    margin_sd, total_sd = float(rated.margin_sd[game]), float(rated.total_sd[game])
    each = [
        replace(
            plain,
            margin=pmf(known.margin, [margin + shift.margin], [margin_sd])[0],
            total=pmf(known.total, [total + shift.total], [total_sd])[0],
        )
        for shift in news.shifts
    ]
    return marginals_with_news(each, news.shifts)


def _jobs(known: Knowledge, seeds: list[int]) -> Iterator[tuple[int, Marginals, int]]:
    yield from ((game, marginals, seeds[game]) for game, marginals in enumerate(marginals_of(known)))


def _simulate(known: Knowledge, engine: Engine, game: int, marginals: Marginals, seed: int) -> SimulatedGame:
    aim = aimed_game(known, game)
    if engine.evaluator is Evaluator.WORLDS:
        simulated = draw(known.model, aim, marginals, engine.worlds, seed)
    else:
        simulated = evaluate_exactly(known.model, aim, marginals)
    return SimulatedGame(simulated, replace(decomposed(known, game, aim), outcome=_outcome(simulated)))


def _outcome(simulated: Simulated) -> Outcome:
    (_, margin_sd), (_, total_sd) = simulated.moments()
    return Outcome(margin_sd, total_sd, float(simulated.final.sum()))


def decomposed(known: Knowledge, game: int, aim: Aimed) -> Decomposition:
    """Return what a game's means are made of, beside a game between average teams of its season."""
    rules, (margin, total) = rules_of(known.games[game]), means_of(known, game)
    return from_game(
        aim.game, _average(known.model, rules), (*known.parts[game], *_of_news(known, game)), league=known.league,
        team_total_sd=known.model.team_total_sd, margin=margin, total=total,
    )  # fmt: skip


def _of_news(known: Knowledge, game: int) -> tuple[Adjustment, ...]:
    """Return what news adds to the means of a game, as one adjustment."""
    news = news_of(known, game)
    if news is None:
        return ()
    known_at = max(absence.known_at for absence in known.injuries[game].kept)
    return (Adjustment(AdjustmentName.INJURIES, *news.mean, REPORTED, known_at),)


@lru_cache(maxsize=64)
def _average(model: Model, rules: Rules) -> Production:
    return production(model.sport.nights(Levels(), rules))
