"""Coverage: what each answer was asked for, so that what it left out is known to have been off offer at that moment."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from sqlalchemy import bindparam, func, select

from closeline.domain.clock import micros
from closeline.domain.feeds.captures import Coverage
from closeline.domain.ids import canonical_json
from closeline.domain.leagues import League
from closeline.store.quotes.rows import AnySeries, market_of
from closeline.store.session import Session
from closeline.store.tables.evidence import snapshot_coverage
from closeline.store.tables.reference import event_alias, event_alias_again

_COLUMNS = ("snapshot_id", "received_at", "feed", "provider", "league", "market_keys", "books", "events")
_OF_SNAPSHOT = (
    select(snapshot_coverage)
    .where(snapshot_coverage.c.snapshot_id == bindparam("name"))
    .order_by(snapshot_coverage.c.received_at)
)
_POLLS = (
    select(snapshot_coverage)
    .where(
        snapshot_coverage.c.feed.in_(bindparam("feeds", expanding=True)),
        snapshot_coverage.c.league.in_(bindparam("leagues", expanding=True)),
        snapshot_coverage.c.received_at >= bindparam("since"),
        snapshot_coverage.c.received_at <= bindparam("until"),
    )
    .order_by(snapshot_coverage.c.received_at, snapshot_coverage.c.snapshot_id)
)
_NEWEST = select(func.max(snapshot_coverage.c.received_at)).where(
    snapshot_coverage.c.feed == bindparam("feed_name"), snapshot_coverage.c.league == bindparam("league_code")
)
_ANY = (
    select(snapshot_coverage.c.snapshot_id)
    .where(snapshot_coverage.c.league.in_(bindparam("leagues", expanding=True)))
    .limit(1)
)
_OWN_IDS = [
    select(table.c.event_id, table.c.provider, table.c.provider_event_id).where(
        table.c.event_id.in_(bindparam("events", expanding=True))
    )
    for table in (event_alias, event_alias_again)
]

# What each provider calls an event: (provider, its own id).
OwnIds = Mapping[str, frozenset[tuple[str, str]]]


@dataclass(frozen=True, slots=True)
class Poll:
    """One time that an answer came, with what it was asked for; `events` are the provider's own ids."""

    snapshot_id: str
    received_at: datetime
    feed: str
    provider: str
    league: str
    market_keys: frozenset[str]
    books: frozenset[str] | None
    events: frozenset[str] | None

    def covers(self, series: AnySeries, own_ids: OwnIds) -> bool:
        """Say whether the answer tells of a series, whether it shows it or not."""
        event_id, book, market_key, _, _ = series
        return (
            market_key in self.market_keys
            and (self.books is None or book in self.books)
            and event_id.startswith(f"{self.league}_")
            and (self.events is None or any((self.provider, name) in own_ids[event_id] for name in self.events))
        )

    @property
    def coverage(self) -> Coverage:
        """Return what the answer was asked for, as the desk names it."""
        return Coverage(
            League(self.league), tuple(market_of(key) for key in sorted(self.market_keys)),
            None if self.books is None else tuple(sorted(self.books)),
            None if self.events is None else tuple(sorted(self.events)),
        )  # fmt: skip


def poll_of(coverage: Coverage, *, snapshot_id: str, feed: str, provider: str, received_at: datetime) -> Poll:
    """Return an answer that came at a moment."""
    return Poll(
        snapshot_id, received_at, feed, provider, coverage.league, frozenset(item.key for item in coverage.markets),
        None if coverage.books is None else frozenset(coverage.books),
        None if coverage.events is None else frozenset(coverage.events),
    )  # fmt: skip


def add(session: Session, poll: Poll) -> None:
    """Keep what an answer was asked for, once."""
    session.append_new(
        snapshot_coverage, _COLUMNS,
        [(
            poll.snapshot_id, micros(poll.received_at), poll.feed, poll.provider, poll.league,
            canonical_json(sorted(poll.market_keys)), _text(poll.books), _text(poll.events),
        )],
        ("snapshot_id", "received_at"),
    )  # fmt: skip


def _text(names: Iterable[str] | None) -> str | None:
    return None if names is None else canonical_json(sorted(names))


def of_snapshot(session: Session, snapshot_id: str) -> list[Poll]:
    """Return each time that a snapshot's answer came with its coverage, oldest first; none where it had none."""
    return [_poll(row) for row in session.rows(_OF_SNAPSHOT, {"name": snapshot_id})]


def polls(
    session: Session, *, feeds: Iterable[str], leagues: Iterable[str], since: datetime, until: datetime
) -> dict[str, list[Poll]]:
    """Return the answers with coverage that came in [since, until], by feed and oldest first."""
    asked = {"feeds": sorted(set(feeds)), "leagues": sorted(set(leagues)), "since": since, "until": until}
    found: defaultdict[str, list[Poll]] = defaultdict(list)
    for row in session.rows(_POLLS, asked) if asked["feeds"] and asked["leagues"] else ():
        found[row.feed].append(_poll(row))
    return found


def is_late(session: Session, poll: Poll) -> bool:
    """Say whether a later answer of the same feed and league is kept already."""
    newest = session.scalar(_NEWEST, {"feed_name": poll.feed, "league_code": poll.league})
    return newest is not None and newest > poll.received_at


def any_of(session: Session, leagues: Iterable[str]) -> bool:
    """Say whether any answer of leagues was kept with its coverage."""
    return session.scalar(_ANY, {"leagues": sorted(leagues)}) is not None


def own_ids(session: Session, events: Sequence[str]) -> OwnIds:
    """Return what each provider calls events."""
    found: dict[str, set[tuple[str, str]]] = {name: set() for name in events}
    for statement in _OWN_IDS if events else ():
        for row in session.rows(statement, {"events": list(events)}):
            found[row.event_id].add((row.provider, row.provider_event_id))
    return {name: frozenset(ids) for name, ids in found.items()}


def _poll(row: object) -> Poll:
    found = dict(row._mapping)  # type: ignore[attr-defined]  # noqa: SLF001 -- the documented way to read a row by name
    names = {column: _names(found[column]) for column in ("books", "events")}
    return Poll(**(found | names | {"market_keys": _names(found["market_keys"]) or frozenset()}))


@lru_cache(maxsize=1024)
def _names(text: str | None) -> frozenset[str] | None:
    return None if text is None else frozenset(json.loads(text))
