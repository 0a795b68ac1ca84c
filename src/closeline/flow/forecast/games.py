"""The games of a slate simulated: each aimed at its ratings' means, weighed to the fitted margins and totals."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache

from closeline.domain.errors import NotFound
from closeline.domain.evaluators import Evaluator
from closeline.flow.forecast.knowledge import Knowledge
from closeline.maths.distributions import pmf
from closeline.maths.simulate.aim import Aimed
from closeline.maths.simulate.decomposition import Decomposition, Production, from_game, production
from closeline.maths.simulate.simulation import (
    Marginals,
    Model,
    Simulated,
    draw,
    evaluate_exactly,
    prepare_nearest,
)
from closeline.maths.simulate.sport import Levels, Rules

# The kernels let go of the interpreter; more threads than the smallest machine has cores gain nothing there.
THREADS = 2
VERSION = "-v1"


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


def aimed_game(known: Knowledge, game: int) -> Aimed:
    """Return a game of the slate whose model means are the ratings', or as near to them as the model comes."""
    rated, event = known.rated, known.games[game]
    margin, total = float(rated.margin_mean[game]), float(rated.total_mean[game])
    return prepare_nearest(known.model, Rules(event.season), margin, total)


def marginals_of(known: Knowledge) -> list[Marginals]:
    """Return the margins and totals that every game of the slate should have, key numbers included."""
    rated = known.rated
    margins = pmf(known.margin, rated.margin_mean, rated.margin_sd)
    totals = pmf(known.total, rated.total_mean, rated.total_sd)
    return [
        Marginals(margin, known.margin.support, total, known.total.support)
        for margin, total in zip(margins, totals, strict=True)
    ]


def _jobs(known: Knowledge, seeds: list[int]) -> Iterator[tuple[int, Marginals, int]]:
    yield from ((game, marginals, seeds[game]) for game, marginals in enumerate(marginals_of(known)))


def _simulate(known: Knowledge, engine: Engine, game: int, marginals: Marginals, seed: int) -> SimulatedGame:
    aim = aimed_game(known, game)
    decomposition = decomposed(known, game, aim)
    if engine.evaluator is Evaluator.WORLDS:
        return SimulatedGame(draw(known.model, aim, marginals, engine.worlds, seed), decomposition)
    return SimulatedGame(evaluate_exactly(known.model, aim, marginals), decomposition)


def decomposed(known: Knowledge, game: int, aim: Aimed) -> Decomposition:
    """Return what a game's means are made of, beside a game between average teams of its season."""
    rules = Rules(known.games[game].season)
    return from_game(
        aim.game, _average(known.model, rules), known.parts[game], league=known.league,
        team_total_sd=known.model.team_total_sd, margin=float(known.rated.margin_mean[game]),
        total=float(known.rated.total_mean[game]),
    )  # fmt: skip


@lru_cache(maxsize=64)
def _average(model: Model, rules: Rules) -> Production:
    return production(model.sport.nights(Levels(), rules))
