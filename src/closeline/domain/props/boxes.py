"""Box scores: what one player did in one game, as a source of logs tells it and as the record holds it."""

from datetime import date
from typing import Final, NamedTuple

# Whose box scores the logs are: its numbers name the players of the record.
LOGS_OF: Final = "nba_stats"


class Box(NamedTuple):
    """A player's line of one game. Teams are in the source's spelling when read, and ids once kept.

    game: the source's own id. home: 1 at home, 0 away, -1 where nobody has said. place: where in the bytes it stands.
    """

    game: str
    player: str
    name: str
    season: int
    day: date
    team: str
    opponent: str
    home: int
    seconds: int
    pts: int
    reb: int
    ast: int
    stl: int
    blk: int
    tov: int
    fgm: int
    fga: int
    fg3m: int
    fg3a: int
    ftm: int
    fta: int
    oreb: int
    dreb: int
    pf: int
    plus_minus: int
    place: str

    @property
    def numbers(self) -> tuple[int, ...]:
        """Return what a correction may change: seconds and every count, in order."""
        return self[8:25]
