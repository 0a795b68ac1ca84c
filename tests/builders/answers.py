"""Answers of `jobs.simulating`, made of toy games: quick, and with weights that are not all one."""

from dataclasses import replace

import numpy as np

from closeline.domain.forecasts.evaluators import Evaluator
from closeline.domain.leagues import League
from closeline.jobs.simulating import Answer, Asked
from closeline.maths.simulate.simulation import Simulated, draw, evaluate_exactly
from tests.builders.simulated import a_model, a_toy_game, plain_marginals

WORLDS = 4_000
SEED = 11


def a_simulated(evaluator: Evaluator, worlds: int = WORLDS, *, seed: int = SEED, pull: float = 0.15) -> Simulated:
    """Return a toy game evaluated; its margins are pulled toward 3, so that weights differ."""
    game, model = a_toy_game(), a_model()
    plain = plain_marginals(game)
    pulled = plain.margin * (
        1.0 + pull * (np.abs(np.arange(plain.margin_support[0], plain.margin_support[1] + 1)) == 3)
    )
    marginals = replace(plain, margin=pulled / pulled.sum())
    if evaluator is Evaluator.EXACT:
        return evaluate_exactly(model, game, marginals)
    return draw(model, game, marginals, worlds, seed)


def an_answer(asked: Asked | None = None, *, pull: float = 0.15, **changes: object) -> Answer:
    """Return the answer to a question about the toy game."""
    asked = asked or Asked(Evaluator.WORLDS, WORLDS, SEED)
    seed = SEED if asked.seed is None else asked.seed
    simulated = a_simulated(asked.evaluator, asked.worlds, seed=seed, pull=pull)
    answer = Answer(
        League.NBA, "nba margin 1 total 18", 1.0, 18.0, asked, seed, 0.01, "ab" * 32, "toy 2020-2021", simulated
    )
    return replace(answer, **changes)  # type: ignore[arg-type]
