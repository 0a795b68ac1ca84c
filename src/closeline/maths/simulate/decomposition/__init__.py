"""Decomposition: what a forecast is made of, so that a person can see which part of it is unusual.

A game and the parts of its means come in; per team, how often it may score in regulation (units), what each of them is
worth (efficiency) and how often it brings what go out, beside the league's own, with the adjustments that lead from
the base rating to the forecast. Always true: the adjustments add up to the move, and units x efficiency are the
expected points of regulation.  Source: domain notes, section 6.5.
"""

from closeline.maths.simulate.decomposition.comparison import GAIN_NAMES, from_game
from closeline.maths.simulate.decomposition.production import Production, Scoring, production
from closeline.maths.simulate.decomposition.record import Decomposition, Figure, Outcome, Rate, TeamUnits

__all__ = [
    "GAIN_NAMES",
    "Decomposition",
    "Figure",
    "Outcome",
    "Production",
    "Rate",
    "Scoring",
    "TeamUnits",
    "from_game",
    "production",
]
