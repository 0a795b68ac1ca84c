"""Logs: every player's games that were received by a moment, in columns, with those about to be played after them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import bindparam, select

from closeline.domain.clock import micros
from closeline.domain.leagues import League
from closeline.domain.props.boxes import LOGS_OF
from closeline.maths.props.logs import BOX, GameContext, PlayerLogs, Reports
from closeline.store.players.reported import reports_of
from closeline.store.players.slate import SlateEntry
from closeline.store.session import Session
from closeline.store.tables.players import NUMBERS, player_game
from closeline.store.tables.reference import event_alias, event_version

# Features of a game that was played know what was told by half an hour before its start: by then a team has said who
# is out, and a price can still be taken.
CUTOFF_BEFORE_START = timedelta(minutes=30)
_SECONDS = 60.0
_EPOCH = date(1970, 1, 1)

_KEYS = ("season", "day", "provider_event_id", "player_id", "team_id", "opponent_id", "home")
_ROWS = (
    select(*(player_game.c[name] for name in (*_KEYS, "seconds", *NUMBERS)))
    .where(
        player_game.c.league == bindparam("league_code"),
        player_game.c.provider == bindparam("provider_name"),
        player_game.c.day >= bindparam("first_day"),
        player_game.c.received_at <= bindparam("as_of"),
    )
    .order_by(
        player_game.c.provider, player_game.c.provider_event_id, player_game.c.player_id, player_game.c.result_version
    )
)  # fmt: skip
_ALIASES = select(event_alias.c.provider_event_id, event_alias.c.event_id).where(
    event_alias.c.provider == bindparam("provider_name")
)
_STARTS = (
    select(event_version.c.event_id, event_version.c.starts_at)
    .join(event_alias, event_alias.c.event_id == event_version.c.event_id)
    .where(event_alias.c.provider == bindparam("provider_name"), event_version.c.received_at <= bindparam("as_of"))
    .order_by(event_version.c.event_id, event_version.c.version)
)
_STARTS_NAMED = (
    select(event_version.c.event_id, event_version.c.starts_at)
    .where(
        event_version.c.event_id.in_(bindparam("events", expanding=True)),
        event_version.c.received_at <= bindparam("as_of"),
    )
    .order_by(event_version.c.event_id, event_version.c.version)
)


@dataclass(frozen=True, slots=True)
class _Columns:
    """Rows by column, games and players and teams still by their names."""

    season: Sequence[int]
    day: Sequence[str]
    game: Sequence[str]
    player: Sequence[str]
    team: Sequence[str]
    opponent: Sequence[str]
    home: Sequence[int]
    box: NDArray[np.float32]


def read_logs(
    session: Session, league: League, *, as_of: datetime, since_day: date | None = None,
    slate: Sequence[SlateEntry] = (), provider: str = LOGS_OF,
) -> PlayerLogs:  # fmt: skip
    """Return all that was received by `as_of` of players' games from `since_day` on, and a row for each of the slate.

    A game goes by its event, or by its source's own id where it is none. A correction stands in the place of what it
    corrects from when it was received. What of the slate was played by then is left out of it. Markets are not read:
    the context's total and spread are NaN.
    """
    asked = {
        "league_code": league, "provider_name": provider, "first_day": (since_day or _EPOCH).isoformat(),
        "as_of": as_of,
    }  # fmt: skip
    names = {row[0]: row[1] for row in session.rows(_ALIASES, {"provider_name": provider})}
    held = _columns(_last_versions(session.rows(_ROWS, asked)), names, provider)
    played = set(zip(held.game, held.player, strict=True)) if slate else set()
    waiting = [entry for entry in slate if (entry.event_id, entry.player_id) not in played]
    starts = _starts(session, as_of, provider, sorted({entry.event_id for entry in waiting}))
    reports = reports_of(session, league, as_of=as_of, provider=provider)
    whole = _joined(held, waiting)
    people = {item.player_id for item in reports}
    games, players, teams = _names(whole.game), _names(whole.player, people), _names(whole.team, whole.opponent)
    context = _context(games, starts, {entry.event_id for entry in waiting}, as_of)
    told = Reports(
        np.array([players[item.player_id] for item in reports], dtype=np.int32),
        np.array([micros(item.told_at) for item in reports], dtype=np.int64),
        np.array([item.plays for item in reports], dtype=np.float32),
    )
    return _logs(whole, (games, players, teams), context, told)


def _last_versions(rows: Sequence[Any]) -> list[Any]:
    """Return the last version of each line; rows are in order of their keys, so that it comes last of them."""
    last = {(row[2], row[3]): place for place, row in enumerate(rows)}
    if len(last) == len(rows):
        return list(rows)
    return [rows[place] for place in sorted(last.values())]


def _columns(rows: Sequence[Any], names: dict[str, str], provider: str) -> _Columns:
    if not rows:
        empty: tuple[Any, ...] = ()
        return _Columns(empty, empty, empty, empty, empty, empty, empty, np.zeros((len(BOX), 0), dtype=np.float32))
    season, day, game, player, team, opponent, home, *box = zip(*rows, strict=True)
    events = [names.get(own) or f"{provider}:{own}" for own in game]
    numbers = np.array(box, dtype=np.float32)
    numbers[0] /= _SECONDS
    return _Columns(season, day, events, player, team, opponent, home, numbers)


def _joined(held: _Columns, slate: Sequence[SlateEntry]) -> _Columns:
    """Return the rows with those of the slate after them, whose numbers nobody knows."""
    if not slate:
        return held
    unknown = np.full((len(BOX), len(slate)), np.nan, dtype=np.float32)
    return _Columns(
        (*held.season, *(entry.season for entry in slate)),
        (*held.day, *(entry.day.isoformat() for entry in slate)),
        (*held.game, *(entry.event_id for entry in slate)),
        (*held.player, *(entry.player_id for entry in slate)),
        (*held.team, *(entry.team_id for entry in slate)),
        (*held.opponent, *(entry.opponent_id for entry in slate)),
        (*held.home, *(entry.home for entry in slate)),
        np.concatenate([held.box, unknown], axis=1),
    )


def _names(*columns: Iterable[str]) -> dict[str, int]:
    """Return the code of each name: its place among all of them in order."""
    return {name: code for code, name in enumerate(sorted(set().union(*columns)))}


def _starts(session: Session, as_of: datetime, provider: str, events: Sequence[str]) -> dict[str, datetime]:
    """Return the start of every game that is an event, and of those about to be played, as told by `as_of`."""
    found = {row[0]: row[1] for row in session.rows(_STARTS, {"provider_name": provider, "as_of": as_of})}
    named = session.rows(_STARTS_NAMED, {"events": list(events), "as_of": as_of}) if events else ()
    return found | {row[0]: row[1] for row in named}


def _context(
    games: dict[str, int], starts: dict[str, datetime], waiting: set[str], as_of: datetime
) -> GameContext:  # fmt: skip
    begins = np.array([micros(starts[name]) if name in starts else 0 for name in games], dtype=np.int64)
    cutoff = np.where(begins > 0, begins - micros_of(CUTOFF_BEFORE_START), 0)
    now = micros(as_of)
    cutoff[[games[name] for name in sorted(waiting)]] = now
    unknown = np.full(len(games), np.nan, dtype=np.float32)
    return GameContext(begins, cutoff, unknown, unknown.copy())


def micros_of(span: timedelta) -> int:
    """Return a span in whole microseconds."""
    return span // timedelta(microseconds=1)


def _logs(
    whole: _Columns, codes: tuple[dict[str, int], dict[str, int], dict[str, int]], context: GameContext, told: Reports
) -> PlayerLogs:
    games, players, teams = codes
    day = np.array(whole.day, dtype="datetime64[D]").astype(np.int32)
    game = np.array([games[name] for name in whole.game], dtype=np.int32)
    player = np.array([players[name] for name in whole.player], dtype=np.int32)
    team = np.array([teams[name] for name in whole.team], dtype=np.int16)
    opponent = np.array([teams[name] for name in whole.opponent], dtype=np.int16)
    order = np.lexsort((player, team, game, day))
    return PlayerLogs(
        np.array(whole.season, dtype=np.int16)[order], day[order], game[order], player[order], team[order],
        opponent[order], np.array(whole.home, dtype=np.int8)[order], np.ascontiguousarray(whole.box[:, order]),
        tuple(games), tuple(players), tuple(teams), context, told,
    )  # fmt: skip
