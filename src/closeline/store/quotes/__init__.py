"""Quotes: stored when they change, with a heartbeat that says when each series was last seen with a price.

A row that is not PRICED says from when on its series was not on offer. Nobody but `states` reads such a row as one of
its own: a quote is always a price, which is gone from that moment on.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Row, Select, bindparam, func, select

from closeline.domain.board import Availability
from closeline.domain.markets import Side
from closeline.store.quotes import coverage
from closeline.store.quotes.keeping import Asking, Kept, keep
from closeline.store.quotes.rows import AnySeries, NewQuote, Quote, Series, market_of, price_of
from closeline.store.quotes.states import State, states
from closeline.store.session import Session
from closeline.store.tables.evidence import quote, quote_heartbeat
from closeline.store.tables.reference import event

__all__ = [
    "AnySeries", "Asking", "Kept", "NewQuote", "Quote", "Series", "State", "books", "count", "events_seen_in", "keep",
    "last_seen", "latest", "market_of", "of_events", "seen_by", "standing", "states",
]  # fmt: skip


def _both(statement: Select[Any], games_only: ColumnElement[bool]) -> dict[bool, Select[Any]]:
    return {True: statement, False: statement.where(games_only)}


_EVENTS: BindParameter[Any] = bindparam("events", expanding=True)
_ROW = (
    quote.c.quote_id, quote.c.snapshot_id, quote.c.event_id, quote.c.book, quote.c.market_key, quote.c.player_id,
    quote.c.side, quote.c.line_quarters, quote.c.price_text, quote.c.price_format, quote.c.price_exact,
    quote.c.price_assumed, quote.c.received_at, quote.c.previous_seen_at, quote.c.availability,
)  # fmt: skip
_SEEN_IN = select(quote_heartbeat.c.event_id).where(quote_heartbeat.c.snapshot_id == bindparam("snapshot")).distinct()
_BOOKS = select(quote_heartbeat.c.book).distinct().order_by(quote_heartbeat.c.book)
# Each with players' series and without, in this order: what asks for games alone must not pay for players.
_OF_EVENTS = _both(
    select(*_ROW).where(quote.c.event_id.in_(_EVENTS)).order_by(quote.c.received_at, quote.c.quote_id),
    quote.c.player_id == "",
)  # fmt: skip
_HEARTBEATS = _both(
    select(
        quote_heartbeat.c.event_id, quote_heartbeat.c.book, quote_heartbeat.c.market_key, quote_heartbeat.c.player_id,
        quote_heartbeat.c.side, quote_heartbeat.c.last_seen_at,
    ).where(quote_heartbeat.c.event_id.in_(_EVENTS)),
    quote_heartbeat.c.player_id == "",
)  # fmt: skip
_HEADS = _both(
    select(*_ROW)
    .join(quote_heartbeat, quote_heartbeat.c.quote_id == quote.c.quote_id)
    .where(quote_heartbeat.c.event_id.in_(_EVENTS)),
    quote_heartbeat.c.player_id == "",
)  # fmt: skip
_LATER = _both(
    select(
        quote.c.event_id, quote.c.book, quote.c.market_key, quote.c.player_id, quote.c.side, quote.c.previous_seen_at
    )
    .where(quote.c.event_id.in_(_EVENTS), quote.c.received_at > bindparam("as_of"))
    .order_by(quote.c.received_at.desc(), quote.c.quote_id.desc()),
    quote.c.player_id == "",
)  # fmt: skip


def of_events(
    session: Session, events: Sequence[str], *, as_of: datetime, players: bool = False
) -> list[Quote]:  # fmt: skip
    """Return every quote of events received by `as_of`, oldest first; of players' markets too if `players` is set.

    What was not on offer is no quote: it is told by when the one before it was gone.
    """
    found: list[Quote] = []
    last: dict[Series, int] = {}
    for row in session.rows(_OF_EVENTS[players], {"events": list(events)}) if events else ():
        if row.received_at > as_of:
            continue
        if row.availability == Availability.PRICED:
            made = _quote(row)
            last[made.series] = len(found)
            found.append(made)
            continue
        place = last.get(_series(row))
        if place is not None and found[place].gone_at is None:
            found[place] = replace(found[place], gone_at=row.received_at)
    return found


def _key(market_key: str, player_id: str) -> str:
    """Return the key of a market as quotes name it: a player's line is a market of its own."""
    return f"{market_key}:{player_id}" if player_id else market_key


def _series(row: Row[Any]) -> Series:
    return (row.event_id, row.book, _key(row.market_key, row.player_id), Side(row.side))


def _quote(row: Row[Any]) -> Quote:
    return Quote(
        row.quote_id, row.snapshot_id, row.event_id, row.book, market_of(_key(row.market_key, row.player_id)),
        Side(row.side), row.line_quarters,
        price_of(row.price_text, row.price_format, row.price_exact, bool(row.price_assumed)),
        row.received_at, row.previous_seen_at,
    )  # fmt: skip


def latest(quotes: Iterable[Quote]) -> dict[Series, Quote]:
    """Return the quote that stands of each series, of quotes ordered by time; none of one that is off offer."""
    last = {item.series: item for item in quotes}
    return {series: item for series, item in last.items() if item.gone_at is None}


def standing(
    session: Session, events: Sequence[str], *, as_of: datetime, players: bool = False
) -> dict[Series, Quote]:  # fmt: skip
    """Return `latest` of `of_events`, read from the last rows alone wherever nothing was received after `as_of`."""
    rows = session.rows(_HEADS[players], {"events": list(events)}) if events else ()
    behind = {row.event_id for row in rows if row.received_at > as_of}
    found = {
        made.series: made
        for row in rows
        if row.event_id not in behind and row.availability == Availability.PRICED
        for made in (_quote(row),)
    }
    return found | latest(of_events(session, sorted(behind), as_of=as_of, players=players)) if behind else found


def events_seen_in(session: Session, snapshot_id: str) -> list[str]:
    """Return the events of which a snapshot has quotes, changed or not."""
    return sorted(row.event_id for row in session.rows(_SEEN_IN, {"snapshot": snapshot_id}))


def last_seen(session: Session, events: Sequence[str], *, players: bool = False) -> dict[Series, datetime]:
    """Return when each series of events was last seen at its price, by all that the record holds."""
    rows = session.rows(_HEARTBEATS[players], {"events": list(events)}) if events else ()
    return {_series(row): row.last_seen_at for row in rows}


def seen_by(
    session: Session, events: Sequence[str], *, as_of: datetime, players: bool = False
) -> dict[Series, datetime]:  # fmt: skip
    """Return when each series of events was last seen by `as_of`, at the price that it had then.

    Where it changed since, that is what its next row remembers of the one before. Of a price that was seen again after
    `as_of` the marks of answers with coverage tell when it was seen before; without them it stood at `as_of`, because
    the record tells when a price was seen last, not each time that it was.
    """
    seen = last_seen(session, events, players=players)
    asked = {"events": list(events), "as_of": as_of}
    again = {series[0] for series, moment in seen.items() if moment > as_of}
    for row in session.rows(_LATER[players], asked) if events else ():
        # Latest first, so that the next one after `as_of` has the last word. A series that began since has none.
        series = _series(row)
        again.add(row.event_id)
        if row.previous_seen_at is None:
            seen.pop(series, None)
        else:
            seen[series] = row.previous_seen_at
    found = {series: min(moment, as_of) for series, moment in seen.items()}
    if again and coverage.any_of(session, {name.partition("_")[0] for name in again}):
        told = states(session, sorted(again), as_of=as_of)
        found |= {
            (name[0], name[1], _key(name[2], name[3]), name[4]): state.seen_at
            for name, state in told.items()
            if players or not name[3]
        }
    return found


def count(session: Session, *, league: str) -> int:
    """Return how many quotes the record holds of a league."""
    statement = (
        select(func.count()).select_from(quote).join(event, event.c.event_id == quote.c.event_id)
        .where(event.c.league == bindparam("league_code"))
    )  # fmt: skip
    return int(session.scalar(statement, {"league_code": league}) or 0)


def books(session: Session) -> list[str]:
    """Return the books that were ever seen to quote, by name."""
    return [row.book for row in session.rows(_BOOKS)]
