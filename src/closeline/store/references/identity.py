"""Identity: which events a provider's ids have meant, and the games that an unknown id could be of."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, func, select

from closeline.domain.feeds.captures import Basis
from closeline.domain.identity.naming import KnownEvent
from closeline.domain.leagues import League
from closeline.store.session import Session
from closeline.store.tables.reference import event, event_alias, event_alias_again, event_version, player_alias

_BY_ALIAS = select(event_alias.c.provider_event_id, event_alias.c.event_id).where(
    event_alias.c.provider == bindparam("provider_name"),
    event_alias.c.provider_event_id.in_(bindparam("names", expanding=True)),
)
_BY_ALIAS_AGAIN = select(event_alias_again.c.provider_event_id, event_alias_again.c.event_id).where(
    event_alias_again.c.provider == bindparam("provider_name"),
    event_alias_again.c.provider_event_id.in_(bindparam("names", expanding=True)),
)
_OWN_IDS = [
    select(table.c.event_id, table.c.provider_event_id).where(
        table.c.provider == bindparam("provider_name"), table.c.event_id.in_(bindparam("events", expanding=True))
    )
    for table in (event_alias, event_alias_again)
]
_PLAYER_ALIASES = select(
    player_alias.c.league, player_alias.c.provider, player_alias.c.spelling, player_alias.c.player_id
).where(player_alias.c.league.in_(bindparam("leagues", expanding=True)))
_LATER_VERSION = event_version.alias("later")
_EVENTS_NOW = (
    select(
        event.c.event_id, event.c.league, event.c.home_team_id, event.c.away_team_id, event_version.c.starts_at,
        event_version.c.start_basis, event_version.c.neutral,
    )
    .join(event_version, event_version.c.event_id == event.c.event_id)
    .where(
        event_version.c.version
        == select(func.max(_LATER_VERSION.c.version))
        .where(_LATER_VERSION.c.event_id == event.c.event_id)
        .scalar_subquery()
    )
)  # fmt: skip
_NOW_NAMED = _EVENTS_NOW.where(event.c.event_id.in_(bindparam("events", expanding=True)))
_NOW_ON_DAYS = _EVENTS_NOW.where(
    event.c.league.in_(bindparam("leagues", expanding=True)), event.c.day.in_(bindparam("days", expanding=True))
)
_NOW_BETWEEN = _EVENTS_NOW.where(
    event.c.league.in_(bindparam("leagues", expanding=True)),
    event.c.day >= bindparam("first_day"),
    event.c.day <= bindparam("last_day"),
    event.c.home_team_id.in_(bindparam("teams", expanding=True)),
    event.c.away_team_id.in_(bindparam("teams", expanding=True)),
)
_FIRST_TOLD = (
    select(event_version.c.event_id, func.min(event_version.c.received_at).label("told"))
    .where(event_version.c.event_id.in_(bindparam("events", expanding=True)))
    .group_by(event_version.c.event_id)
)


def uses_of(session: Session, *, provider: str, names: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return every event that a provider has meant by each of its own ids, the earliest game first."""
    asked = {"provider_name": provider, "names": list(names)}
    found: dict[str, list[str]] = {}
    for statement in (_BY_ALIAS, _BY_ALIAS_AGAIN) if names else ():
        for row in session.rows(statement, asked):
            found.setdefault(row.provider_event_id, []).append(row.event_id)
    return {name: tuple(sorted(uses)) for name, uses in found.items()}


def own_ids(session: Session, events: Sequence[str], *, provider: str) -> dict[str, tuple[str, ...]]:
    """Return the provider's own ids of each event that it has named."""
    found: dict[str, list[str]] = {}
    for statement in _OWN_IDS if events else ():
        for row in session.rows(statement, {"provider_name": provider, "events": list(events)}):
            found.setdefault(row.event_id, []).append(row.provider_event_id)
    return {name: tuple(sorted(ids)) for name, ids in found.items()}


def known_named(session: Session, events: Sequence[str]) -> dict[str, KnownEvent]:
    """Return events as they are known now, by id; what providers call them is left out."""
    return _known(session.rows(_NOW_NAMED, {"events": list(events)}) if events else ())


def known_on(session: Session, *, leagues: Sequence[str], days: Sequence[str]) -> dict[str, KnownEvent]:
    """Return the events whose first league day was one of these, as they are known now."""
    return _known(session.rows(_NOW_ON_DAYS, {"leagues": list(leagues), "days": list(days)}) if days else ())


def known_between(
    session: Session, *, leagues: Sequence[str], first: str, last: str, teams: Sequence[str]
) -> dict[str, KnownEvent]:
    """Return the games of teams with each other whose first league day was in [first, last], as they are known now."""
    asked = {"leagues": list(leagues), "first_day": first, "last_day": last, "teams": list(teams)}
    return _known(session.rows(_NOW_BETWEEN, asked) if teams else ())


def _known(rows: Iterable[Row[Any]]) -> dict[str, KnownEvent]:
    return {
        row.event_id: KnownEvent(
            row.event_id, League(row.league), row.home_team_id, row.away_team_id, row.starts_at,
            start_basis=Basis(row.start_basis), neutral=row.neutral,
        )
        for row in rows
    }  # fmt: skip


def first_told(session: Session, events: Sequence[str]) -> dict[str, datetime]:
    """Return when each event was first told of."""
    return {row.event_id: row.told for row in session.rows(_FIRST_TOLD, {"events": list(events)})} if events else {}


def player_aliases(session: Session, leagues: Sequence[str]) -> list[tuple[League, str, str, str]]:
    """Return every spelling of a player of leagues: league, provider, spelling and id."""
    rows = session.rows(_PLAYER_ALIASES, {"leagues": list(leagues)})
    return [(League(row.league), row.provider, row.spelling, row.player_id) for row in rows]
