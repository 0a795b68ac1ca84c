"""A team's production beside the average team's, in words that the sport uses."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING

import numpy as np

from closeline.domain.forecasts.adjustments import AdjustmentName
from closeline.domain.leagues import League
from closeline.maths.simulate.decomposition.production import production
from closeline.maths.simulate.decomposition.record import Decomposition, Figure, Rate, TeamUnits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from closeline.domain.forecasts.adjustments import Adjustment
    from closeline.maths.simulate.decomposition.production import Production, Scoring
    from closeline.maths.simulate.script import Game

_FOOTBALL = {0: "nothing", 2: "safety", 3: "field goal", 6: "touchdown", 7: "touchdown", 8: "touchdown"}
_BASKETBALL = {0: "nothing", 1: "one point", 2: "two points", 3: "three points"}
# What a gain of so many points is called; a gain without a name is told by its number.
GAIN_NAMES: dict[League, dict[int, str]] = {
    League.NFL: _FOOTBALL,
    League.NCAAF: _FOOTBALL,
    League.NBA: _BASKETBALL,
    League.NCAAB: _BASKETBALL,
    League.MLB: {0: "nothing", 1: "1 run", 2: "2 runs", 3: "3 runs"} | dict.fromkeys(range(4, 40), "4 runs or more"),
    League.NHL: {0: "nothing", 1: "goal"},
}


def from_game(
    game: Game, baseline: Production, parts: Sequence[Adjustment], *, league: League, team_total_sd: float,
    margin: float, total: float,
) -> Decomposition:  # fmt: skip
    """Decompose a game with these means (points).

    baseline: the production of a game between average teams. parts: the base rating and every adjustment to it.
    team_total_sd: standard deviation (points) of the league's closing team totals, in which z is told.
    ValueError when parts do not lead to the means or do not hold exactly one base rating.
    """
    if not (isfinite(team_total_sd) and team_total_sd > 0.0):
        raise ValueError(f"team_total_sd must be positive, was {team_total_sd}")
    bases = [part for part in parts if part.name is AdjustmentName.BASE_RATING]
    if len(bases) != 1:
        raise ValueError(f"parts must hold one BASE_RATING, held {len(bases)}")
    made, names = production(game), GAIN_NAMES[league]
    return Decomposition(
        _beside(made.home, baseline.home, names, team_total_sd),
        _beside(made.away, baseline.away, names, team_total_sd),
        tuple(part for part in parts if part.name is not AdjustmentName.BASE_RATING),
        bases[0].margin_points, bases[0].total_points, margin, total, overtime=made.overtime,
    )  # fmt: skip


def _beside(team: Scoring, average: Scoring, names: dict[int, str], sd: float) -> TeamUnits:
    """Return a team's figures beside the average's: one sd is what a closing team total varies by."""
    size = max(len(team.counts), len(average.counts))
    own, usual = (np.pad(scoring.rates, (0, size - len(scoring.counts))) for scoring in (team, average))
    worth = (own - usual) * np.arange(size) * average.units / sd
    labels = [names.get(gain, str(gain)) for gain in range(size)]
    possible = [gain for gain in range(size) if own[gain] > 0.0 or usual[gain] > 0.0]
    rates = []
    for label in dict.fromkeys(labels[gain] for gain in possible):
        mine = [gain for gain in possible if labels[gain] == label]
        rates.append(Rate(label, Figure(*(float(array[mine].sum()) for array in (own, usual, worth)))))
    more = (team.units - average.units) * average.efficiency / sd
    better = (team.efficiency - average.efficiency) * average.units / sd
    return TeamUnits(
        Figure(team.units, average.units, more), Figure(team.efficiency, average.efficiency, better), tuple(rates),
        team.overtime_points,
    )  # fmt: skip
