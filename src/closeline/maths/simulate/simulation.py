"""A simulation: one game's model aimed at its means, evaluated, and weighed to the fitted margins and totals.

Two evaluators of the same nights. `EXACT` has no sampling noise and serves every market alone; `WORLDS` serves what
needs outcomes together. `EVALUATORS` says which is asked for what.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from closeline.domain.forecasts.evaluators import Evaluator
from closeline.domain.markets import Period
from closeline.maths.simulate import exact, worlds
from closeline.maths.simulate.aim import Aim, aimed
from closeline.maths.simulate.board import Board
from closeline.maths.simulate.weighing import ENOUGH, By, Fitted, Weights, of_winner, on_support, weigh

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from closeline.domain.leagues import League
    from closeline.maths.simulate.aim import Aimed
    from closeline.maths.simulate.sport import Rules, Sport
    from closeline.maths.simulate.worlds import Worlds

    Floats = NDArray[np.float64]


# Steps from the wanted margin to an even game.
TOWARD_EVEN = 20
# Which evaluator serves what: single markets have no need of sampling noise, legs together have need of worlds.
EVALUATORS = {"market": Evaluator.EXACT, "legs": Evaluator.WORLDS}


@dataclass(frozen=True, slots=True)
class Model:
    """A league's simulation: its sport, and how a game of it is set up and weighed.

    effect sds: the game-level spread that the script lacks (points). biases: how far games ended from the means that
    closing lines were read as (points). cap: of a weight. team_total_sd: how much closing team totals differ among
    games (points), in which a decomposition tells z.
    """

    league: League
    sport: Sport
    margin_effect_sd: float
    total_effect_sd: float
    cap: float
    team_total_sd: float
    margin_bias: float = 0.0
    total_bias: float = 0.0
    weigh_by: By = By.MASS
    fitted_on: str = ""


@dataclass(frozen=True, slots=True)
class Marginals:
    """What margin and total should look like: mass over a support, as the key-number distributions give it."""

    margin: Floats
    margin_support: tuple[int, int]
    total: Floats
    total_support: tuple[int, int]


@dataclass(frozen=True, slots=True, eq=False)
class Simulated:
    """A game evaluated: its board, the joint of its final scores, and how far the weights reach.

    worlds is null when nothing was drawn; effective is a number of worlds, or a share of one where there are none.
    """

    board: Board
    evaluator: Evaluator
    final: Floats
    weights: Weights
    worlds: Worlds | None = None

    @property
    def effective(self) -> float:
        """Return the effective sample size; for the exact evaluator, the share that a worlds run would keep."""
        return self.weights.effective if self.worlds is None else self.worlds.effective

    @property
    def too_few(self) -> bool:
        """Say whether the weights leave less than 0.8 of the worlds: then the model and the distribution disagree."""
        drawn = 1 if self.worlds is None else len(self.worlds.weights)
        return self.effective < ENOUGH * drawn

    def moments(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """Return (mean, sd) of the margin and of the total, points."""
        home, away = np.divmod(np.arange(self.final.size), self.final.shape[0])
        mass = self.final.ravel()
        return _moments(mass, home - away), _moments(mass, home + away)


def prepare(model: Model, rules: Rules, margin: float, total: float) -> Aimed:
    """Return a game whose means are these, a line's bias apart; ValueError when no teams would play so."""
    margin, total = margin + model.margin_bias, total + model.total_bias
    return aimed(model.sport, rules, Aim(margin, total, model.margin_effect_sd, model.total_effect_sd))


def prepare_nearest(model: Model, rules: Rules, margin: float, total: float) -> Aimed:
    """Return the game nearest to these means, on the way to an even one, that the model can reach.

    Weighing brings it to the wanted margins, and its effective share tells how far that was. ValueError when not even
    an even game has this total.
    """
    for part in range(TOWARD_EVEN):
        with suppress(ValueError):
            return prepare(model, rules, margin * (1.0 - part / TOWARD_EVEN), total)
    return prepare(model, rules, 0.0, total)


def evaluate_exactly(model: Model, aim: Aimed, marginals: Marginals | None = None) -> Simulated:
    """Evaluate a game without drawing anything; without marginals its scores count as they come."""
    weights = _weights(model, aim.final, marginals)
    scores = aim.final * weights.by_score
    board = Board(model.league, partial(exact.joint, aim.game, weights=weights.by_score), {Period.FULL_GAME: scores})
    return Simulated(board, Evaluator.EXACT, scores, weights)


def draw(model: Model, aim: Aimed, marginals: Marginals | None, count: int, seed: int, threads: int = 1) -> Simulated:
    """Evaluate a game by so many worlds, weighed as the exact evaluator weighs."""
    return weighed(model, aim, marginals, worlds.simulate(aim.game, count, seed, threads))


def weighed(model: Model, aim: Aimed, marginals: Marginals | None, walked: Worlds) -> Simulated:
    """Evaluate a game by worlds that were walked through already, all of one weight."""
    weights = _weights(model, aim.final, marginals)
    drawn = worlds.reweighted(walked, weights.by_score)
    most = aim.game[0].most
    board = Board(model.league, partial(_counted, drawn, most))
    final = board.scores(Period.FULL_GAME)
    return Simulated(board, Evaluator.WORLDS, final, weights, drawn)


def scaled(model: Model, margin_effect_sd: float, total_effect_sd: float) -> Model:
    """Return the model with other game-level effects (points, sd)."""
    return replace(model, margin_effect_sd=margin_effect_sd, total_effect_sd=total_effect_sd)


def _counted(drawn: Worlds, most: int, window: exact.Window) -> Floats:
    return worlds.joint(drawn, window, most)


def _weights(model: Model, plain: Floats, marginals: Marginals | None) -> Weights:
    if marginals is None:
        return Weights(np.ones_like(plain), 1.0)
    most = plain.shape[0] - 1
    fitted = Fitted(
        on_support(marginals.margin, marginals.margin_support, -most, most),
        on_support(marginals.total, marginals.total_support, 0, 2 * most),
    )
    return weigh(plain, fitted if model.weigh_by is By.MASS else of_winner(fitted, plain), model.cap)


def _moments(mass: Floats, values: NDArray[np.int64]) -> tuple[float, float]:
    # Plain sums: a matrix library's dot may be cut among threads, and then its last bits depend on them.
    mean = float((mass * values).sum())
    return mean, float(np.sqrt((mass * (values - mean) ** 2).sum()))
