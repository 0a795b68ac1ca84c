"""What players did in events of the record, version by version: what their markets settle by and are learned from."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import bindparam, case, or_, select, union_all

from closeline.domain.markets import market
from closeline.domain.props.statistics import Statistic, statistic_of
from closeline.store.session import Session
from closeline.store.tables.players import NUMBERS, player_game
from closeline.store.tables.reference import event_alias, event_alias_again

_OLDEST = timedelta(days=30)
_COUNTED = ("pts", "reb", "ast", "fg3m")
# What the players of a team are on the floor for. Sources tell whole minutes: of 24,164 teams' boxes none adds up to
# less than 237, and those of the two teams of a game differ by 5 at most.
_TEAMS = 2
_PLAYERS_MIN = 5
_SECONDS_MIN = 60 * 235
_SECONDS_APART_MAX = 60 * 8
_ACTED = case((or_(*(player_game.c[name] != 0 for name in NUMBERS)), 1), else_=0).label("acted")
_ALIASES = union_all(
    select(event_alias.c.provider, event_alias.c.provider_event_id, event_alias.c.event_id),
    select(event_alias_again.c.provider, event_alias_again.c.provider_event_id, event_alias_again.c.event_id),
).subquery("named")
_OF_EVENTS = (
    select(
        _ALIASES.c.event_id, player_game.c.provider, player_game.c.player_id, player_game.c.result_version,
        player_game.c.seconds, player_game.c.received_at, player_game.c.payload_sha, player_game.c.place,
        player_game.c.team_id, _ACTED, *(player_game.c[name] for name in _COUNTED),
    )
    .join(
        player_game,
        (player_game.c.provider == _ALIASES.c.provider)
        & (player_game.c.provider_event_id == _ALIASES.c.provider_event_id),
    )
    .where(_ALIASES.c.event_id.in_(bindparam("events", expanding=True)))
    .order_by(
        _ALIASES.c.event_id, player_game.c.player_id, player_game.c.received_at, player_game.c.provider,
        player_game.c.result_version,
    )
)  # fmt: skip
_CORRECTED_SINCE = (
    select(_ALIASES.c.event_id)
    .join(
        player_game,
        (player_game.c.provider == _ALIASES.c.provider)
        & (player_game.c.provider_event_id == _ALIASES.c.provider_event_id),
    )
    .where(
        player_game.c.league == bindparam("league_code"),
        player_game.c.day >= bindparam("first_day"),
        player_game.c.received_at > bindparam("after"),
        player_game.c.received_at <= bindparam("as_of"),
    )
    .distinct()
)


@dataclass(frozen=True, slots=True)
class PlayerLine:
    """One version of what a player did in one game, as a source told it at `received_at`; seconds on the court.

    acted: whether anything at all was counted of him, the points of his team while he was on the court among it.
    """

    provider: str
    player_id: str
    team_id: str
    version: int
    seconds: int
    acted: bool
    received_at: datetime
    payload_sha: str
    place: str
    numbers: Mapping[str, int]

    @property
    def took_part(self) -> bool | None:
        """Say whether he was on the court; null where nobody can tell.

        Sources tell whole minutes. Of whom they count something in none of them, he was there for less than half a
        minute; of whom they count nothing, it may be so or not.
        """
        return True if self.seconds > 0 or self.acted else None

    def value(self, statistic: Statistic) -> int:
        """Return a statistic of the game, overtime included."""
        return sum(self.numbers[name] for name in statistic.columns)

    def says_the_same(self, other: "PlayerLine") -> bool:
        """Say whether two lines tell the same of who took part and of every number that is bet on."""
        return (self.took_part, self.numbers) == (other.took_part, other.numbers)


@dataclass(frozen=True, slots=True)
class GameLog:
    """Every line of one event's players, by player, oldest first."""

    lines: Mapping[str, Sequence[PlayerLine]] = field(default_factory=dict)

    def of(self, player_id: str, *, by: datetime) -> list[PlayerLine]:
        """Return what was told of a player by a moment, oldest first."""
        return [line for line in self.lines.get(player_id, ()) if line.received_at <= by]

    def is_complete(self, points: int, *, by: datetime) -> bool:
        """Say whether the players told of by a moment scored all the points of the game and played all of its minutes.

        Then nobody is left out who was on the court for more than a few minutes.
        """
        last = [told[-1] for player in self.lines if (told := self.of(player, by=by))]
        return sum(line.numbers["pts"] for line in last) == points and _is_staffed(last)

    def moments(self, *, after: datetime, until: datetime) -> list[datetime]:
        """Return when anything was told, in (after, until], oldest first."""
        told = {line.received_at for lines in self.lines.values() for line in lines}
        return sorted(moment for moment in told if after < moment <= until)


def _is_staffed(lines: Sequence[PlayerLine]) -> bool:
    """Say whether lines are of two teams with five players each and all the minutes of a game."""
    teams: defaultdict[str, list[int]] = defaultdict(list)
    for line in lines:
        teams[line.team_id].append(line.seconds)
    seconds = [sum(played) for played in teams.values()]
    return (
        len(teams) == _TEAMS
        and all(len(played) >= _PLAYERS_MIN for played in teams.values())
        and min(seconds) >= _SECONDS_MIN
        and max(seconds) - min(seconds) <= _SECONDS_APART_MAX
    )


NOBODY = GameLog()


def logs_of(session: Session, events: Sequence[str], *, as_of: datetime) -> dict[str, GameLog]:
    """Return the logs of events as they were received by `as_of`; an event of which nothing was told has none."""
    found: defaultdict[str, defaultdict[str, list[PlayerLine]]] = defaultdict(lambda: defaultdict(list))
    for row in session.rows(_OF_EVENTS, {"events": sorted(set(events))}) if events else ():
        if row.received_at <= as_of:
            found[row.event_id][row.player_id].append(PlayerLine(
                row.provider, row.player_id, row.team_id, row.result_version, row.seconds, bool(row.acted),
                row.received_at, row.payload_sha, row.place, {name: getattr(row, name) for name in _COUNTED},
            ))  # fmt: skip
    return {event_id: GameLog(dict(lines)) for event_id, lines in found.items()}


def numbers(session: Session, wanted: Sequence[tuple[str, str]], *, as_of: datetime) -> NDArray[np.float64]:
    """Return the number of each (event, player's market key) by the last line received by `as_of`, shape (n,).

    NaN for a player of whom no line is there, or who may not have been on the court.
    """
    logs = logs_of(session, [event_id for event_id, _ in wanted], as_of=as_of)
    return np.array([_number(logs.get(event_id, NOBODY), key, as_of) for event_id, key in wanted], dtype=np.float64)


def _number(log: GameLog, key: str, by: datetime) -> float:
    of = market(key)
    told, statistic = log.of(of.player_id, by=by), statistic_of(of)
    return float(told[-1].value(statistic)) if told and statistic and told[-1].took_part else float("nan")


def told_since(session: Session, *, league: str, after: datetime, as_of: datetime) -> list[str]:
    """Return the events of a league of whose players anything was received in (after, as_of]."""
    # What is told of an old game changes no grade any more: a history that is imported is not read again.
    first_day = (after - _OLDEST).date().isoformat()
    rows = session.rows(_CORRECTED_SINCE, {
        "league_code": league, "after": after, "as_of": as_of, "first_day": first_day,
    })  # fmt: skip
    return sorted(row.event_id for row in rows)
