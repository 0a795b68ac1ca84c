"""Linking: games of players that are no event yet become one where the record knows just one that it can be."""

from collections import defaultdict

from sqlalchemy import bindparam, select

from closeline.domain.leagues import League
from closeline.store.session import Session
from closeline.store.tables.players import player_game
from closeline.store.tables.reference import event, event_alias

# In a game where one team is at home, its source has told all: such a game is an event, or contradicts one.
NOT_TOLD = -1
_UNLINKED = (
    select(
        player_game.c.provider, player_game.c.provider_event_id, player_game.c.day, player_game.c.team_id,
        player_game.c.opponent_id,
    )
    .distinct()
    .outerjoin(
        event_alias,
        (event_alias.c.provider == player_game.c.provider)
        & (event_alias.c.provider_event_id == player_game.c.provider_event_id),
    )
    .where(
        player_game.c.league == bindparam("league_code"),
        player_game.c.home == NOT_TOLD,
        event_alias.c.event_id.is_(None),
    )
)  # fmt: skip
_ON_DAYS = select(event.c.event_id, event.c.day, event.c.home_team_id, event.c.away_team_id).where(
    event.c.league == bindparam("league_code"), event.c.day.in_(bindparam("days", expanding=True))
)
_TAKEN = select(event_alias.c.event_id).where(
    event_alias.c.provider == bindparam("provider_name"),
    event_alias.c.event_id.in_(bindparam("events", expanding=True)),
)


def link_games(session: Session, league: League) -> int:
    """Give games of players that are no event the one event of those teams on that day, and return how many got one.

    Such a game is one on a neutral floor: its source does not say who is at home, another one may. Two events of a pair
    on one day, and one that another game of the source has already, are nobody's.
    """
    games = {(row[0], row[1]): (row[2], frozenset(row[3:])) for row in session.rows(_UNLINKED, {"league_code": league})}
    if not games:
        return 0
    days = sorted({day for day, _ in games.values()})
    held: defaultdict[tuple[str, frozenset[str]], list[str]] = defaultdict(list)
    for row in session.rows(_ON_DAYS, {"league_code": league, "days": days}):
        held[row.day, frozenset((row.home_team_id, row.away_team_id))].append(row.event_id)
    wanted: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for (provider, own_id), pair in games.items():
        if len(held[pair]) == 1:
            wanted[provider, held[pair][0]].append(own_id)
    rows = [
        (provider, own_ids[0], name)
        for (provider, name), own_ids in sorted(wanted.items())
        if len(own_ids) == 1 and not session.rows(_TAKEN, {"provider_name": provider, "events": [name]})
    ]
    return session.append(event_alias, ("provider", "provider_event_id", "event_id"), rows)
