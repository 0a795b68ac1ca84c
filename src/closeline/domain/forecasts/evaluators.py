"""How a game is simulated: the evaluator of its model, and what the model is solved to."""

from enum import StrEnum


class Evaluator(StrEnum):
    """Exactly, without sampling noise, or by simulated worlds, which also give outcomes together."""

    EXACT = "exact"
    WORLDS = "worlds"


class Target(StrEnum):
    """What an event's simulation is solved to.

    A market-targeted game prices derivatives and legs; it is never stored as a forecast, so no edge on the market that
    it was solved to can come of it.
    """

    RATINGS = "ratings"
    MARKET = "market"
