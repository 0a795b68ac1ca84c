"""People: the players of a league, how sources spell them, and for which teams they have played of late."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import bindparam, select

from closeline.domain.identity.names import storable
from closeline.domain.identity.players import Roster, RosterPlayer
from closeline.domain.leagues import League
from closeline.domain.props.boxes import Box
from closeline.store.session import Session
from closeline.store.tables.players import player_game, player_stint
from closeline.store.tables.reference import player, player_alias

_PLAYERS = select(player.c.player_id, player.c.name).where(player.c.league == bindparam("league_code"))
_SPELLINGS = select(player_alias.c.provider, player_alias.c.spelling, player_alias.c.player_id).where(
    player_alias.c.league == bindparam("league_code")
)
_STINTS = (
    select(player_stint.c.season, player_stint.c.player_id, player_stint.c.team_id)
    .where(
        player_stint.c.league == bindparam("league_code"),
        player_stint.c.season.between(bindparam("first_season"), bindparam("last_season")),
    )
    .order_by(player_stint.c.season)
)
# The same of what was received by a moment; of the seasons before, who was there at all.
_STINTS_BY = (
    select(player_game.c.season, player_game.c.player_id, player_game.c.team_id)
    .distinct()
    .where(
        player_game.c.league == bindparam("league_code"),
        player_game.c.provider == bindparam("provider_name"),
        player_game.c.received_at <= bindparam("as_of"),
    )
)
_Stints = Mapping[str, Mapping[int, set[str]]]


def add_players(session: Session, boxes: Iterable[Box], *, league: League, provider: str) -> int:
    """Add players who are new, with the source's own number and its spellings, and return how many were new.

    boxes: with the source's number still in `player`. A spelling that two players share is kept for neither of them: a
    roster has it from their names.
    """
    names: dict[str, str] = {}
    spelled: defaultdict[str, set[str]] = defaultdict(set)
    for box in boxes:
        if names.get(box.player) != box.name:
            names[box.player] = box.name
            spelled[box.name].add(box.player)
    known = {row.player_id for row in session.rows(_PLAYERS, {"league_code": league})}
    new = [(player_id(league, own), league.value, storable(name)) for own, name in names.items()]
    new = [row for row in new if row[0] not in known]
    session.append(player, ("player_id", "league", "name"), new)
    there = {(row.provider, row.spelling) for row in session.rows(_SPELLINGS, {"league_code": league})}
    spellings = [(own, own) for own in names]
    spellings += [(name, next(iter(owners))) for name, owners in spelled.items() if len(owners) == 1]
    rows = {
        (provider, storable(text)): (league.value, provider, storable(text), player_id(league, own))
        for text, own in spellings
    }
    columns = ("league", "provider", "spelling", "player_id")
    session.append(player_alias, columns, [row for key, row in rows.items() if key not in there])
    return len(new)


def player_id(league: League, own: str) -> str:
    """Return the id of a player whom the source of the league's logs knows by a number: `nba_203999`."""
    return f"{league}_{own}"


def roster(session: Session, league: League, *, season: int, provider: str) -> Roster:
    """Return the players of a league with the spellings of a source of logs and their teams of late.

    Those are the teams of `season`, or of the season before it where a player has not played in this one yet. For
    identity as it is now; what is asked as of a moment asks `rosters_by`.
    """
    asked = {"league_code": league, "first_season": season - 1, "last_season": season}
    teams = _by_player(session.rows(_STINTS, asked))
    return _roster(_spellings(session, league, provider), teams, season)


def rosters_by(session: Session, league: League, *, as_of: datetime, provider: str) -> Callable[[int], Roster]:
    """Return what gives the roster of a season by the games that were received by `as_of`.

    Whoever has played in none of them is not in it: a debut, a trade or a namesake of later changes no earlier answer.
    """
    asked = {"league_code": league, "provider_name": provider, "as_of": as_of}
    teams = _by_player(session.rows(_STINTS_BY, asked))
    spellings = {name: told for name, told in _spellings(session, league, provider).items() if name in teams}
    return cache(lambda season: _roster(spellings, teams, season))


def _by_player(rows: Iterable[Any]) -> _Stints:
    teams: defaultdict[str, defaultdict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
    for row in rows:
        teams[row.player_id][row.season].add(row.team_id)
    return teams


def _spellings(session: Session, league: League, provider: str) -> dict[str, list[str]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for row in session.rows(_PLAYERS, {"league_code": league}):
        found[row.player_id].append(row.name)
    for row in session.rows(_SPELLINGS, {"league_code": league}):
        if row.provider == provider and row.spelling not in found[row.player_id] and not row.spelling.isdigit():
            found[row.player_id].append(row.spelling)
    return found


def _roster(spellings: Mapping[str, list[str]], teams: _Stints, season: int) -> Roster:
    return Roster.of(
        RosterPlayer(name, tuple(known), frozenset(_newest(teams.get(name, {}), season)))
        for name, known in spellings.items()
    )


def _newest(by_season: Mapping[int, set[str]], season: int) -> set[str]:
    """Return the teams of a season, or of the one before it."""
    return by_season.get(season) or by_season.get(season - 1) or set()
