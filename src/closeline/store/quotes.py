"""Quotes: stored when they change, with a heartbeat that says when each series was last seen.

From the start of its event on every sighting is stored, changed or not. One heartbeat over the start would say that a
price was seen after it and no longer when it was last seen before it, which is what a close is judged by.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from functools import lru_cache

from sqlalchemy import bindparam, func, select
from sqlalchemy.dialects import postgresql, sqlite

from closeline.domain.clock import micros
from closeline.domain.markets import Market, Side, market
from closeline.domain.odds import OddsFormat, Price
from closeline.store.session import Session
from closeline.store.tables.evidence import quote, quote_heartbeat
from closeline.store.tables.reference import event, event_version

_COLUMNS = (
    "quote_id", "snapshot_id", "event_id", "book", "market_key", "player_id", "side", "line_quarters", "price_text",
    "price_format", "price_exact", "price_assumed", "availability", "received_at", "source_updated_at",
    "previous_seen_at", "place",
)  # fmt: skip
_OF_EVENTS = (
    select(
        quote.c.quote_id, quote.c.snapshot_id, quote.c.event_id, quote.c.book, quote.c.market_key, quote.c.side,
        quote.c.line_quarters, quote.c.price_text, quote.c.price_format, quote.c.price_exact, quote.c.price_assumed,
        quote.c.received_at, quote.c.previous_seen_at,
    )
    .where(quote.c.event_id.in_(bindparam("events", expanding=True)), quote.c.player_id == "")
    .order_by(quote.c.received_at, quote.c.quote_id)
)  # fmt: skip
_SEEN_IN = select(quote_heartbeat.c.event_id).where(quote_heartbeat.c.snapshot_id == bindparam("snapshot")).distinct()
_LAST_ID = select(func.max(quote.c.quote_id))
_BOOKS = select(quote_heartbeat.c.book).distinct().order_by(quote_heartbeat.c.book)
_HEARTBEATS = select(
    quote_heartbeat.c.event_id, quote_heartbeat.c.book, quote_heartbeat.c.market_key, quote_heartbeat.c.side,
    quote_heartbeat.c.last_seen_at,
).where(quote_heartbeat.c.event_id.in_(bindparam("events", expanding=True)))  # fmt: skip
_LATER = (
    select(quote.c.event_id, quote.c.book, quote.c.market_key, quote.c.side, quote.c.previous_seen_at)
    .where(
        quote.c.event_id.in_(bindparam("events", expanding=True)),
        quote.c.player_id == "",
        quote.c.received_at > bindparam("as_of"),
    )
    .order_by(quote.c.received_at.desc(), quote.c.quote_id.desc())
)
_STARTS = (
    select(event_version.c.event_id, event_version.c.starts_at, event_version.c.received_at)
    .where(event_version.c.event_id.in_(bindparam("events", expanding=True)))
    .order_by(event_version.c.received_at, event_version.c.version)
)

Series = tuple[str, str, str, Side]


@dataclass(frozen=True, slots=True)
class NewQuote:
    """A quote that a capture has read, for an event that is known."""

    event_id: str
    book: str
    market: Market
    side: Side
    line_quarters: int | None
    price: Price
    received_at: datetime
    source_updated_at: datetime | None
    place: str


@dataclass(frozen=True, slots=True)
class Quote:
    """A quote as the record holds it. `previous_seen_at` is when the one before it in its series was last seen."""

    quote_id: int
    snapshot_id: str
    event_id: str
    book: str
    market: Market
    side: Side
    line_quarters: int | None
    price: Price
    received_at: datetime
    previous_seen_at: datetime | None = None

    @property
    def series(self) -> Series:
        """Return the name of the series that this quote continues."""
        return (self.event_id, self.book, self.market.key, self.side)


@dataclass(frozen=True, slots=True)
class Kept:
    """How many quotes were new and how many said what was known already."""

    accepted: int
    unchanged: int


_market = lru_cache(maxsize=256)(market)


@lru_cache(maxsize=65536)
def _price(text: str, written: str, exact: str, assumed: bool) -> Price:  # noqa: FBT001
    return Price(text, OddsFormat(written), Fraction(exact), assumed=assumed)


def of_events(session: Session, events: Sequence[str], *, as_of: datetime) -> list[Quote]:
    """Return every quote of events received by `as_of`, oldest first; game markets only."""
    rows = session.rows(_OF_EVENTS, {"events": list(events)}) if events else ()
    return [
        Quote(
            row.quote_id, row.snapshot_id, row.event_id, row.book, _market(row.market_key), Side(row.side),
            row.line_quarters, _price(row.price_text, row.price_format, row.price_exact, bool(row.price_assumed)),
            row.received_at, row.previous_seen_at,
        )
        for row in rows
        if row.received_at <= as_of
    ]  # fmt: skip


def latest(quotes: Iterable[Quote]) -> dict[Series, Quote]:
    """Return the last quote of each series, of quotes ordered by time."""
    return {item.series: item for item in quotes}


def events_seen_in(session: Session, snapshot_id: str) -> list[str]:
    """Return the events of which a snapshot has quotes, changed or not."""
    return sorted(row.event_id for row in session.rows(_SEEN_IN, {"snapshot": snapshot_id}))


def last_seen(session: Session, events: Sequence[str]) -> dict[Series, datetime]:
    """Return when each series of events was last seen at its price, by all that the record holds."""
    rows = session.rows(_HEARTBEATS, {"events": list(events)}) if events else ()
    return {(row.event_id, row.book, row.market_key, Side(row.side)): row.last_seen_at for row in rows}


def seen_by(session: Session, events: Sequence[str], *, as_of: datetime) -> dict[Series, datetime]:
    """Return when each series of events was last seen by `as_of`, at the price that it had then.

    Where it changed since, that is what its next quote remembers of the one before. A price that was seen again after
    `as_of` stood at `as_of`: the record tells when a price was seen last, not each time that it was.
    """
    seen = last_seen(session, events)
    asked = {"events": list(events), "as_of": as_of}
    for row in session.rows(_LATER, asked) if events else ():
        # Latest first, so that the next one after `as_of` has the last word. A series that began since has none.
        series: Series = (row.event_id, row.book, row.market_key, Side(row.side))
        if row.previous_seen_at is None:
            seen.pop(series, None)
        else:
            seen[series] = row.previous_seen_at
    return {series: min(moment, as_of) for series, moment in seen.items()}


def keep(session: Session, quotes: Sequence[NewQuote], *, snapshot_id: str) -> Kept:
    """Append the quotes that say something new and beat the heart of every series that was seen.

    A quote is unchanged when the series already held that line and price at that moment, so the same bytes read
    twice add nothing, and bytes that arrive late are judged by what was known then. A quote that is seen at or after
    the start of its event, as that was known then, is stored even so.
    """
    events = sorted({item.event_id for item in quotes})
    history: defaultdict[Series, list[tuple[datetime, int, tuple[object, ...]]]] = defaultdict(list)
    for known in of_events(session, events, as_of=datetime.max.replace(tzinfo=quotes[0].received_at.tzinfo)):
        history[known.series].append((known.received_at, known.quote_id, _said(known)))
    seen, starts = last_seen(session, events), _known_starts(session, events)
    next_id = int(session.scalar(_LAST_ID) or 0) + 1
    rows, beats = [], {}
    for item in sorted(quotes, key=lambda item: item.received_at):
        series: Series = (item.event_id, item.book, item.market.key, item.side)
        past = [entry for entry in history[series] if entry[0] < item.received_at]
        # A book may show two lines at one moment: each of them is known then, not only the last.
        now = [entry for entry in history[series] if entry[0] == item.received_at]
        same = [entry for entry in (*past[-1:], *now) if entry[2] == _said(item)]
        if same and (same[-1][0] == item.received_at or not _begun(starts[item.event_id], item.received_at)):
            quote_id = same[-1][1]
        else:
            quote_id = next_id
            next_id += 1
            rows.append(_row(quote_id, snapshot_id, item, _before(past, seen.get(series), item)))
            history[series].append((item.received_at, quote_id, _said(item)))
            history[series].sort(key=lambda entry: entry[:2])
        beats[series] = (quote_id, item.received_at)
        seen[series] = max(item.received_at, seen.get(series, item.received_at))
    session.append(quote, _COLUMNS, rows)
    _beat(session, beats, snapshot_id=snapshot_id)
    return Kept(len(rows), len(quotes) - len(rows))


def _known_starts(session: Session, events: Sequence[str]) -> dict[str, list[tuple[datetime, datetime]]]:
    """Return (when it was told, the start) of every version of events, oldest first."""
    found: defaultdict[str, list[tuple[datetime, datetime]]] = defaultdict(list)
    for row in session.rows(_STARTS, {"events": list(events)}):
        found[row.event_id].append((row.received_at, row.starts_at))
    return found


def _begun(versions: Sequence[tuple[datetime, datetime]], at: datetime) -> bool:
    """Say whether an event was to have begun at a moment, by the last start that had been told."""
    known = [starts_at for told_at, starts_at in versions if told_at <= at]
    return bool(known) and known[-1] <= at


def _said(item: NewQuote | Quote) -> tuple[object, ...]:
    price = item.price
    return (item.line_quarters, price.text, price.format, price.assumed)


def _before(past: Sequence[tuple[datetime, int, object]], seen: datetime | None, item: NewQuote) -> datetime | None:
    """Return when the quote before this one was last seen, null for the first of its series.

    Where bytes arrive late, a sighting after them says nothing of what went before: then it is when that quote came.
    """
    if not past:
        return None
    return seen if seen is not None and seen <= item.received_at else past[-1][0]


def _row(quote_id: int, snapshot_id: str, item: NewQuote, previous_seen_at: datetime | None) -> tuple[object, ...]:
    price = item.price
    updated = micros(item.source_updated_at) if item.source_updated_at else None
    return (
        quote_id, snapshot_id, item.event_id, item.book, item.market.key, "", item.side, item.line_quarters,
        price.text, price.format, f"{price.exact.numerator}/{price.exact.denominator}", price.assumed, "PRICED",
        micros(item.received_at), updated, None if previous_seen_at is None else micros(previous_seen_at), item.place,
    )  # fmt: skip


def _beat(session: Session, beats: dict[Series, tuple[int, datetime]], *, snapshot_id: str) -> None:
    if not beats:
        return
    insert = postgresql.insert if session.dialect == "postgresql" else sqlite.insert
    statement = insert(quote_heartbeat)
    later = func.max if session.dialect == "sqlite" else func.greatest
    statement = statement.on_conflict_do_update(
        index_elements=["event_id", "book", "market_key", "player_id", "side"],
        set_={
            "quote_id": statement.excluded.quote_id,
            "last_seen_at": later(quote_heartbeat.c.last_seen_at, statement.excluded.last_seen_at),
            "snapshot_id": statement.excluded.snapshot_id,
        },
    )
    session.execute(statement, [
        {
            "event_id": event_id, "book": book, "market_key": key, "player_id": "", "side": side,
            "quote_id": quote_id, "last_seen_at": seen, "snapshot_id": snapshot_id,
        }
        for (event_id, book, key, side), (quote_id, seen) in beats.items()
    ])  # fmt: skip


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
