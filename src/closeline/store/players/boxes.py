"""Boxes: what players did in games, one version after the other, and what one of them did in one event."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import bindparam, select

from closeline.domain.clock import micros
from closeline.domain.leagues import League
from closeline.domain.props.boxes import Box
from closeline.domain.props.statistics import Statistic
from closeline.store.session import Session
from closeline.store.tables.players import NUMBERS, player_game, player_stint
from closeline.store.tables.reference import event_alias

_COLUMNS = (
    "provider", "provider_event_id", "player_id", "result_version", "league", "season", "day", "team_id", "opponent_id",
    "home", "seconds", *NUMBERS, "payload_sha", "place", "received_at",
)  # fmt: skip
_BOX = tuple(player_game.c[name] for name in ("season", "day", "team_id", "opponent_id", "home", "seconds", *NUMBERS))
_LATEST = (
    select(player_game.c.provider_event_id, player_game.c.player_id, player_game.c.result_version, *_BOX)
    .where(
        player_game.c.provider == bindparam("provider_name"),
        player_game.c.provider_event_id >= bindparam("first_game"),
        player_game.c.provider_event_id <= bindparam("last_game"),
    )
    .order_by(player_game.c.provider_event_id, player_game.c.player_id, player_game.c.result_version)
)
_OF_EVENTS = (
    select(
        event_alias.c.event_id, player_game.c.player_id, player_game.c.team_id, player_game.c.result_version,
        player_game.c.seconds, player_game.c.received_at, *(player_game.c[name] for name in NUMBERS),
    )
    .join(
        player_game,
        (player_game.c.provider == event_alias.c.provider)
        & (player_game.c.provider_event_id == event_alias.c.provider_event_id),
    )
    .where(event_alias.c.event_id.in_(bindparam("events", expanding=True)))
    .order_by(event_alias.c.event_id, player_game.c.player_id, player_game.c.result_version)
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PlayerLine:
    """What a player did in an event, in one version of his result."""

    event_id: str
    player_id: str
    team_id: str
    result_version: int
    seconds: int
    numbers: Mapping[str, int]
    received_at: datetime

    def value(self, statistic: Statistic) -> int:
        """Return the number that a market on a statistic is settled by, overtime included."""
        return sum(self.numbers[name] for name in statistic.columns)


# A version and what it says: season, day, team, opponent, home, seconds and every number.
Known = tuple[int, tuple[object, ...]]


def latest_boxes(session: Session, games: Sequence[str], *, provider: str) -> dict[tuple[str, str], Known]:
    """Return the last version of every player's line in games between the first and the last of these ids."""
    if not games:
        return {}
    asked = {"provider_name": provider, "first_game": min(games), "last_game": max(games)}
    found: dict[tuple[str, str], Known] = {}
    for row in session.rows(_LATEST, asked):
        found[row[0], row[1]] = (row[2], tuple(row[3:]))
    return found


def add_boxes(
    session: Session, boxes: Iterable[Box], known: Mapping[tuple[str, str], Known], *, league: League, provider: str,
    payload_sha: str, received: Mapping[date, datetime], corrected_at: datetime,
) -> int:  # fmt: skip
    """Append lines that say something new, and return how many.

    boxes: with ids of the record for players and teams. A first line was received when its day's results were; one that
    corrects another, or comes to a game of which lines were known, at `corrected_at`.
    """
    games = {game for game, _ in known}
    days = {day: (day.isoformat(), micros(at)) for day, at in received.items()}
    now = micros(corrected_at)
    rows = []
    for box in boxes:
        day, first_at = days[box.day]
        says = (box.season, day, box.team, box.opponent, box.home, *box.numbers)
        before = known.get((box.game, box.player))
        if before is not None and before[1] == says:
            continue
        version = 1 if before is None else before[0] + 1
        at = now if box.game in games else first_at
        rows.append((provider, box.game, box.player, version, league.value, *says, payload_sha, box.place, at))
    return session.append(player_game, _COLUMNS, rows)


def add_stints(session: Session, boxes: Iterable[Box], *, league: League) -> int:
    """Append for which teams players have played in which seasons, and return how many of it was news."""
    rows = sorted({(league.value, box.season, box.player, box.team) for box in boxes})
    columns = ("league", "season", "player_id", "team_id")
    return session.append_new(player_stint, columns, rows, columns)


def lines_of(
    session: Session, events: Sequence[str], *, as_of: datetime
) -> dict[str, dict[str, PlayerLine]]:  # fmt: skip
    """Return of each event the last version of every player's line received by `as_of`, by player.

    An event of which no box score was received is left out. Whoever is not in one that is there did not play only where
    the log is whole, which settlement asks of `store.past.player_lines`.
    """
    found: dict[str, dict[str, PlayerLine]] = {}
    for row in session.rows(_OF_EVENTS, {"events": list(events)}) if events else ():
        if row.received_at > as_of:
            continue
        numbers = dict(zip(NUMBERS, row[6:], strict=True))
        found.setdefault(row.event_id, {})[row.player_id] = PlayerLine(
            row.event_id, row.player_id, row.team_id, row.result_version, row.seconds, numbers, row.received_at
        )
    return found
