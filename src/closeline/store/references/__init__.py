"""Teams, aliases and events: who plays whom, and what each source calls them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache

from sqlalchemy import bindparam, func, select

from closeline.domain.clock import micros
from closeline.domain.feeds.captures import Basis
from closeline.domain.identity import AliasTable
from closeline.domain.leagues import League
from closeline.store.references.identity import uses_of
from closeline.store.session import Session
from closeline.store.tables.reference import (
    event,
    event_alias,
    event_alias_again,
    event_version,
    player,
    team,
    team_alias,
)

_LEAGUES = {str(league): league for league in League}
_ALIASES = select(team_alias.c.league, team_alias.c.provider, team_alias.c.spelling, team_alias.c.team_id)
_PLAYER_NAMES = select(player.c.player_id, player.c.name).where(
    player.c.player_id.in_(bindparam("players", expanding=True))
)
_NAMES = select(team.c.team_id, team.c.name).where(team.c.team_id.in_(bindparam("teams", expanding=True)))
_KNOWN = select(event.c.event_id).where(event.c.event_id.in_(bindparam("events", expanding=True)))
_VERSIONS = (
    select(
        event.c.event_id, event.c.season, event.c.day, event.c.home_team_id, event.c.away_team_id,
        event_version.c.version, event_version.c.starts_at, event_version.c.start_basis, event_version.c.neutral,
        event_version.c.home_pitcher, event_version.c.away_pitcher, event_version.c.received_at,
        event_version.c.playoff,
    )
    .join(event_version, event_version.c.event_id == event.c.event_id)
    .where(event.c.event_id.in_(bindparam("events", expanding=True)))
    .order_by(event.c.event_id, event_version.c.version)
)  # fmt: skip
_EVENT_COLUMNS = ("event_id", "league", "season", "day", "home_team_id", "away_team_id", "game_no")
_VERSION_COLUMNS = (
    "event_id", "version", "starts_at", "start_basis", "neutral", "home_pitcher", "away_pitcher",
    "payload_sha", "place", "received_at", "playoff",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class EventVersion:
    """An event as it was known from one moment on; `playoff` is null where no source has said."""

    event_id: str
    season: int
    day: str
    home_team_id: str
    away_team_id: str
    version: int
    starts_at: datetime
    start_basis: Basis
    neutral: bool
    home_pitcher: str | None
    away_pitcher: str | None
    received_at: datetime
    playoff: bool | None = None


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event that a capture has met, with the version of it that it describes."""

    event_id: str
    league: League
    season: int
    day: str
    home_team_id: str
    away_team_id: str
    game_no: int
    provider_event_id: str
    starts_at: datetime
    start_basis: Basis
    neutral: bool
    home_pitcher: str | None
    away_pitcher: str | None
    place: str
    received_at: datetime
    playoff: bool | None = None


def alias_count(session: Session) -> int:
    """Return how many aliases there are: a change of it makes a kept alias table stale."""
    return int(session.scalar(select(func.count()).select_from(team_alias)) or 0)


def alias_table(session: Session) -> AliasTable:
    """Return the table that reads every provider's spellings."""
    return _table(tuple(map(tuple, session.rows(_ALIASES))))


# Thousands of spellings that seldom change are read again by every job: the same ones make the same table.
@lru_cache(maxsize=4)
def _table(rows: tuple[tuple[str, str, str, str], ...]) -> AliasTable:
    return AliasTable([(_LEAGUES[league], provider, spelling, team_id) for league, provider, spelling, team_id in rows])


def team_names(session: Session, teams: Sequence[str]) -> dict[str, str]:
    """Return the names of teams by id."""
    return {row.team_id: row.name for row in session.rows(_NAMES, {"teams": list(teams)})}


def player_names(session: Session, players: Sequence[str]) -> dict[str, str]:
    """Return the names of players by id."""
    wanted = sorted({name for name in players if name})
    rows = session.rows(_PLAYER_NAMES, {"players": wanted}) if wanted else ()
    return {row.player_id: row.name for row in rows}


def events_by_alias(session: Session, *, provider: str, names: Sequence[str]) -> dict[str, str]:
    """Return the event ids that a provider's own ids are known to mean."""
    return {name: uses[-1] for name, uses in uses_of(session, provider=provider, names=names).items()}


def versions(session: Session, events: Sequence[str], *, as_of: datetime) -> dict[str, EventVersion]:
    """Return each event's latest version that was received by `as_of`; an event not yet received is left out."""
    return versions_when(session, dict.fromkeys(events, as_of))


def histories(session: Session, events: Sequence[str], *, as_of: datetime) -> dict[str, list[EventVersion]]:
    """Return every version of each event that was received by `as_of`, oldest first."""
    found: dict[str, list[EventVersion]] = {}
    for row in session.rows(_VERSIONS, {"events": list(events)}) if events else ():
        if row.received_at <= as_of:
            found.setdefault(row.event_id, []).append(_version(row))
    return found


def versions_when(session: Session, moments: Mapping[str, datetime]) -> dict[str, EventVersion]:
    """Return each event's latest version that was received by a moment of its own."""
    found: dict[str, EventVersion] = {}
    for row in session.rows(_VERSIONS, {"events": list(moments)}) if moments else ():
        if row.received_at <= moments[row.event_id]:
            found[row.event_id] = _version(row)
    return found


def named(session: Session, references: Sequence[str], *, as_of: datetime) -> dict[str, EventVersion]:
    """Return versions by event, each named `event@version` as a run names it; one received later is left out."""
    wanted = {(name, int(version)) for name, _, version in (each.rpartition("@") for each in references)}
    rows = session.rows(_VERSIONS, {"events": sorted({name for name, _ in wanted})}) if wanted else ()
    return {
        row.event_id: _version(row)
        for row in rows
        if (row.event_id, row.version) in wanted and row.received_at <= as_of
    }


def _version(row: object) -> EventVersion:
    fields = dict(row._mapping)  # type: ignore[attr-defined]  # noqa: SLF001 -- the documented way to read a row by name
    fields["start_basis"] = Basis(fields["start_basis"])
    return EventVersion(**fields)


def add_events(session: Session, events: Sequence[NewEvent], *, provider: str, payload_sha: str) -> None:
    """Add events that are new, a version where what is known of one changed, and the provider's id."""
    names = [new.event_id for new in events]
    known = {row.event_id for row in session.rows(_KNOWN, {"events": names})}
    latest = (
        versions(session, sorted(known), as_of=datetime.max.replace(tzinfo=events[0].received_at.tzinfo))
        if known
        else {}
    )
    fresh = {new.event_id: new for new in events if new.event_id not in known}
    session.append(event, _EVENT_COLUMNS, [
        (new.event_id, new.league, new.season, new.day, new.home_team_id, new.away_team_id, new.game_no)
        for new in fresh.values()
    ])  # fmt: skip
    told = [_known_as(latest.get(new.event_id), new) for new in events]
    changed = {new.event_id: new for new in told if _differs(latest.get(new.event_id), new)}
    session.append(event_version, _VERSION_COLUMNS, [
        (
            new.event_id, latest[new.event_id].version + 1 if new.event_id in latest else 1, micros(new.starts_at),
            new.start_basis, new.neutral, new.home_pitcher, new.away_pitcher, payload_sha, new.place,
            micros(new.received_at), new.playoff,
        )
        for new in changed.values()
    ])  # fmt: skip
    uses = uses_of(session, provider=provider, names=[new.provider_event_id for new in events])
    meant = {new.provider_event_id: new.event_id for new in events}
    columns = ("provider", "provider_event_id", "event_id")
    session.append(event_alias, columns, [(provider, name, of) for name, of in meant.items() if name not in uses])
    session.append(event_alias_again, columns, [
        (provider, name, of) for name, of in meant.items() if of not in uses.get(name, (of,))
    ])  # fmt: skip


def _known_as(old: EventVersion | None, new: NewEvent) -> NewEvent:
    """Return the event once `new` was told: no source takes away what it merely does not know."""
    if old is None:
        return new
    # An assumed start never overrides one that a source has quoted.
    assumed = new.start_basis is Basis.ASSUMED and old.start_basis is Basis.QUOTED
    return replace(
        new,
        starts_at=old.starts_at if assumed else new.starts_at,
        start_basis=old.start_basis if assumed else new.start_basis,
        neutral=new.neutral or old.neutral,
        home_pitcher=new.home_pitcher or old.home_pitcher,
        away_pitcher=new.away_pitcher or old.away_pitcher,
        playoff=old.playoff if new.playoff is None else new.playoff,
    )


def _differs(old: EventVersion | None, new: NewEvent) -> bool:
    if old is None:
        return True
    if new.received_at < old.received_at:
        return False
    names = ("starts_at", "start_basis", "neutral", "home_pitcher", "away_pitcher", "playoff")
    return any(getattr(old, name) != getattr(new, name) for name in names)
