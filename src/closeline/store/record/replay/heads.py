"""Heads: the last row of each series at a moment, worked out from rows that are never written over.

When a series was seen last is kept in one row that is written over, so what it said at a moment is gone. What was seen
by then is told by the row that came next, which remembers it, and by the marks of answers with coverage.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, select

from closeline.domain.board import Availability
from closeline.domain.markets import Side
from closeline.store import quotes
from closeline.store.record.replay.portions import Portion, portion
from closeline.store.session import Session
from closeline.store.tables.evidence import offered_event, quote, quote_heartbeat, snapshot

_SERIES = ("event_id", "book", "market_key", "player_id", "side")
_BEATS = select(quote_heartbeat).order_by(*(quote_heartbeat.c[name] for name in _SERIES))
_ROWS = (
    select(quote, snapshot.c.feed)
    .join(snapshot, snapshot.c.snapshot_id == quote.c.snapshot_id)
    .where(quote.c.event_id.in_(bindparam("events", expanding=True)), quote.c.received_at <= bindparam("begin"))
    .order_by(quote.c.received_at, quote.c.quote_id)
)
_CHANGED = select(quote.c.event_id).where(quote.c.received_at > bindparam("begin")).distinct()
_OFFERED = select(offered_event)
_EVENTS_AT_ONCE = 400


def heads(session: Session, begin: datetime) -> Portion:
    """Return the heartbeats as they stood at a moment."""
    found: list[dict[str, Any]] = []
    later: set[str] = set()
    for row in session.rows(_BEATS):
        if row.last_seen_at <= begin:
            found.append(dict(row._mapping))  # noqa: SLF001 -- the documented way to read a row by name
        else:
            later.add(row.event_id)
    known = {_key(row) for row in found}
    for part in _parts(later):
        seen = quotes.seen_by(session, part, as_of=begin, players=True)
        last = _last(session, part, begin)
        found += [_beat(row, seen) for name, row in sorted(last.items()) if name not in known]
    return portion(quote_heartbeat, found)


def offers(session: Session, begin: datetime) -> Portion:
    """Return of which events each feed had something on offer at a moment."""
    offered = {row.event_id for row in session.rows(_OFFERED)}
    changed = {row.event_id for row in session.rows(_CHANGED, {"begin": begin})}
    found: dict[tuple[str, str], datetime] = {}
    for part in _parts(offered | changed):
        for row in _last(session, part, begin).values():
            if row.availability != Availability.ABSENT:
                name = (row.feed, row.event_id)
                found[name] = max(row.received_at, found.get(name, row.received_at))
    rows = [{"feed": feed, "event_id": name, "last_seen_at": at} for (feed, name), at in sorted(found.items())]
    return portion(offered_event, rows)


def _last(session: Session, part: list[str], begin: datetime) -> dict[tuple[str, ...], Row[Any]]:
    return {_key(row): row for row in session.rows(_ROWS, {"events": part, "begin": begin})}


def _key(row: Row[Any] | dict[str, Any]) -> tuple[str, ...]:
    held = row if isinstance(row, dict) else row._mapping  # noqa: SLF001
    return tuple(str(held[name]) for name in _SERIES)


def _beat(row: Row[Any], seen: dict[quotes.Series, datetime]) -> dict[str, Any]:
    market = f"{row.market_key}:{row.player_id}" if row.player_id else row.market_key
    told = seen.get((row.event_id, row.book, market, Side(row.side)))
    gone = row.availability != Availability.PRICED
    otherwise = row.previous_seen_at if gone and row.previous_seen_at is not None else row.received_at
    at = otherwise if told is None else told
    return {name: getattr(row, name) for name in (*_SERIES, "quote_id", "snapshot_id")} | {"last_seen_at": at}


def _parts(names: Iterable[str]) -> Iterable[list[str]]:
    ordered = sorted(names)
    return (ordered[at : at + _EVENTS_AT_ONCE] for at in range(0, len(ordered), _EVENTS_AT_ONCE))
