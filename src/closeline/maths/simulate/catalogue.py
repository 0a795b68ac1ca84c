"""The catalogue: which sport's model a league is simulated by, and the artefact that it is read from."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from closeline.domain.leagues import League
from closeline.maths.distributions import ScoreDistribution, read_pair
from closeline.maths.simulate.baseball import Baseball
from closeline.maths.simulate.basketball import Basketball
from closeline.maths.simulate.football import CollegeFootball, ProfessionalFootball
from closeline.maths.simulate.hockey import Hockey
from closeline.maths.simulate.parameters import read
from closeline.maths.simulate.simulation import Model
from closeline.maths.simulate.weighing import By

if TYPE_CHECKING:
    from closeline.maths.simulate.sport import Sport

SPORTS: dict[League, type[Sport]] = {
    League.NFL: ProfessionalFootball,
    League.NCAAF: CollegeFootball,
    League.NBA: Basketball,
    League.NCAAB: Basketball,
    League.MLB: Baseball,
    League.NHL: Hockey,
}


@dataclass(frozen=True, slots=True)
class Artefact:
    """A league's fitted simulation, with the margins and totals of the seasons that it was fitted on.

    command is what refits it.
    """

    model: Model
    margin: ScoreDistribution
    total: ScoreDistribution
    command: str


def read_artefact(text: str) -> Artefact:
    """Read a league's simulation artefact; ValueError for anything else."""
    found = json.loads(text)
    try:
        league = League(found["league"])
        sport = read(SPORTS[league], json.dumps(found["parameters"]))
        model = Model(
            league, sport, float(found["margin_effect_sd"]), float(found["total_effect_sd"]), float(found["cap"]),
            float(found["team_total_sd"]), float(found["margin_bias"]), float(found["total_bias"]),
            By(found["weigh_by"]), str(found["fitted_on"]),
        )  # fmt: skip
        command = str(found["command"])
    except (KeyError, TypeError) as error:
        raise ValueError(f"a simulation artefact must say its {error}") from error
    margin, total = read_pair(text)
    return Artefact(model, margin, total, command)
