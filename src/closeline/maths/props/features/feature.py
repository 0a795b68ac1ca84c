"""What a feature is: a name, a family, an exact definition, and what it is made of."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Family(StrEnum):
    """The seven families, in the order in which their columns stand."""

    ROLLING = "ROLLING"
    TREND = "TREND"
    MATCHUP = "MATCHUP"
    CONTEXT = "CONTEXT"
    ADVANCED = "ADVANCED"
    POSITION = "POSITION"
    INJURY = "INJURY"


class Input(StrEnum):
    """What a feature is made of: `FIRST_SEASON` tells since when there is such a thing, `NOT_IN_LOGS` why not."""

    SCHEDULE = "days, teams and venues of games"
    SCORING = "points, shots, free throws, fouls and assists"
    REBOUNDS = "rebounds"
    MINUTES = "minutes"
    SPLIT_REBOUNDS = "offensive and defensive rebounds, steals and blocks"
    TURNOVERS = "turnovers"
    THREES = "threes"
    PLUS_MINUS = "plus-minus"
    ARENAS = "declared arenas"
    START_TIME = "start times"
    MARKET = "market totals and spreads received by the cut-off"
    REPORTS = "reports of injuries, with the time at which they were told"
    POSITIONS = "positions of players"
    SIZES = "heights and weights of players"
    STARTERS = "line-ups at the start"
    TRACKING = "tracking of players and ball"
    SHOT_PLACES = "places of shots"
    DEFENDERS = "who guarded whom"
    STINTS = "who was on court for each possession"
    SEASON_TYPE = "whether a game is of the playoffs"


# The season (by the year in which it starts) since which the league counts these; 1946 is its first. Of market and
# reports: the oldest season that public archives tell; a record may begin later, and has NaN before.
FIRST_SEASON: dict[Input, int] = {
    Input.SCHEDULE: 1946,
    Input.SCORING: 1946,
    Input.REBOUNDS: 1950,
    Input.MINUTES: 1951,
    Input.SPLIT_REBOUNDS: 1973,
    Input.TURNOVERS: 1977,
    Input.THREES: 1979,
    Input.PLUS_MINUS: 1996,
    Input.ARENAS: 1946,
    Input.START_TIME: 1946,
    Input.MARKET: 2007,
    Input.REPORTS: 2015,
}

NOT_IN_LOGS: dict[Input, str] = {
    Input.POSITIONS: "the logs do not tell a player's position",
    Input.SIZES: "the logs do not tell a player's height or weight",
    Input.STARTERS: "the logs do not tell who started",
    Input.TRACKING: "the logs hold no tracking data",
    Input.SHOT_PLACES: "the logs do not tell where a shot was taken",
    Input.DEFENDERS: "the logs do not tell who guarded whom",
    Input.STINTS: "the logs do not tell who was on court for each possession",
    Input.SEASON_TYPE: "the logs do not tell whether a game is of the playoffs",
}


@dataclass(frozen=True, slots=True)
class Feature:
    """One column. since: the first season in which it can exist; null where the logs lack an input of it for ever."""

    name: str
    family: Family
    definition: str
    inputs: tuple[Input, ...]
    since: int | None


def feature(name: str, family: Family, definition: str, *inputs: Input, later: int = 0) -> Feature:
    """Declare a feature; `since` follows from its inputs, `later` seasons after the last of them."""
    firsts = [FIRST_SEASON.get(needed) for needed in inputs]
    known = [first for first in firsts if first is not None]
    since = max(known) + later if len(known) == len(firsts) else None
    return Feature(name, family, definition, inputs, since)
