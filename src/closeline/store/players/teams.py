"""Teams: whom a player played for around a day, by the games of his that were received."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import bindparam, select

from closeline.store.session import Session
from closeline.store.tables.players import player_game

# Between two seasons lie some six months: who was not seen for longer may be anywhere.
_AROUND = timedelta(days=300)
# Names that are looked for in one statement.
_AT_ONCE = 500
_SEEN = (
    select(player_game.c.player_id, player_game.c.day, player_game.c.team_id)
    .distinct()
    .where(
        player_game.c.league == bindparam("league_code"),
        player_game.c.day >= bindparam("first_day"),
        player_game.c.day <= bindparam("last_day"),
        player_game.c.player_id.in_(bindparam("players", expanding=True)),
        player_game.c.received_at <= bindparam("as_of"),
    )
    .order_by(player_game.c.player_id, player_game.c.day, player_game.c.team_id)
)


@dataclass(slots=True)
class Seen:
    """The days on which a player was seen, in order, and for whom he played on each."""

    days: list[str] = field(default_factory=list)
    teams: list[str] = field(default_factory=list)

    def around(self, day: str) -> frozenset[str]:
        """Return whom he played for on a day, else in his last game before it and his first one after it.

        Empty where he was not seen within 300 days.
        """
        first, after = bisect_left(self.days, day), bisect_right(self.days, day)
        if first < after:
            return frozenset(self.teams[first:after])
        near = [place for place in (first - 1, first) if 0 <= place < len(self.days)]
        least, most = _apart(day, -_AROUND), _apart(day, _AROUND)
        return frozenset(self.teams[place] for place in near if least <= self.days[place] <= most)


def seen_of(
    session: Session, players: Sequence[str], days: Sequence[str], *, league: str, as_of: datetime
) -> dict[str, Seen]:
    """Return the games of players of a league that lie within 300 days of some of `days`, received by `as_of`."""
    found: defaultdict[str, Seen] = defaultdict(Seen)
    if not days:
        return found
    asked = {
        "league_code": league, "first_day": _apart(min(days), -_AROUND), "last_day": _apart(max(days), _AROUND),
        "as_of": as_of,
    }  # fmt: skip
    for place in range(0, len(players), _AT_ONCE):
        for row in session.rows(_SEEN, asked | {"players": list(players[place : place + _AT_ONCE])}):
            found[row.player_id].days.append(row.day)
            found[row.player_id].teams.append(row.team_id)
    return found


def _apart(day: str, span: timedelta) -> str:
    return (date.fromisoformat(day) + span).isoformat()
