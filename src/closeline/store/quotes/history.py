"""What a capture must know of the series that it continues: their last rows, and no more unless it comes late."""

from bisect import insort
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import bindparam, func, select

from closeline.domain.board import Availability
from closeline.domain.clock import EPOCH
from closeline.domain.markets import Side
from closeline.store.quotes.rows import AnySeries, Entry, Said
from closeline.store.session import Session
from closeline.store.tables.evidence import quote, quote_heartbeat, snapshot

_ROW = (
    quote.c.quote_id, quote.c.event_id, quote.c.book, quote.c.market_key, quote.c.player_id, quote.c.side,
    quote.c.line_quarters, quote.c.price_text, quote.c.price_format, quote.c.price_exact, quote.c.price_assumed,
    quote.c.availability, quote.c.received_at, quote.c.previous_seen_at, snapshot.c.feed,
)  # fmt: skip
_EVENTS = quote.c.event_id.in_(bindparam("events", expanding=True))
_HEADS = (
    select(*_ROW, quote_heartbeat.c.last_seen_at)
    .join(quote, quote.c.quote_id == quote_heartbeat.c.quote_id)
    .join(snapshot, snapshot.c.snapshot_id == quote.c.snapshot_id)
    .where(quote_heartbeat.c.event_id.in_(bindparam("events", expanding=True)))
)
_SINCE = (
    select(*_ROW)
    .join(snapshot, snapshot.c.snapshot_id == quote.c.snapshot_id)
    .where(_EVENTS, quote.c.received_at >= bindparam("since"))
)
# The last row of each series before a moment, by the index of its market.
_EARLIER = quote.alias("earlier")
_LAST_BEFORE = (
    select(_EARLIER.c.quote_id)
    .where(
        _EARLIER.c.event_id == quote_heartbeat.c.event_id,
        _EARLIER.c.market_key == quote_heartbeat.c.market_key,
        _EARLIER.c.book == quote_heartbeat.c.book,
        _EARLIER.c.player_id == quote_heartbeat.c.player_id,
        _EARLIER.c.side == quote_heartbeat.c.side,
        _EARLIER.c.received_at < bindparam("since"),
    )
    .order_by(_EARLIER.c.received_at.desc(), _EARLIER.c.quote_id.desc())
    .limit(1)
    .scalar_subquery()
)
_BEFORE = (
    select(*_ROW)
    .select_from(quote_heartbeat)
    .join(quote, quote.c.quote_id == _LAST_BEFORE)
    .join(snapshot, snapshot.c.snapshot_id == quote.c.snapshot_id)
    .where(quote_heartbeat.c.event_id.in_(bindparam("events", expanding=True)))
)
_LAST_ID = select(func.max(quote.c.quote_id))


@dataclass(slots=True)
class Past:
    """One series as far as it must be known: its rows from some moment on with the one before, and its last sighting.

    `seen_at` is when it last had a price, by all that the record holds.
    """

    entries: list[Entry] = field(default_factory=list)
    seen_at: datetime | None = None

    def before(self, moment: datetime) -> Entry | None:
        """Return the last row before a moment."""
        return next((entry for entry in reversed(self.entries) if entry.received_at < moment), None)

    def at(self, moment: datetime) -> list[Entry]:
        """Return the rows of a moment: a book may show two lines at once."""
        return [entry for entry in self.entries if entry.received_at == moment]

    def standing(self, moment: datetime) -> Entry | None:
        """Return the last row at or before a moment."""
        return next((entry for entry in reversed(self.entries) if entry.received_at <= moment), None)

    def following(self, moment: datetime) -> Entry | None:
        """Return the first row after a moment."""
        return next((entry for entry in self.entries if entry.received_at > moment), None)

    def add(self, entry: Entry) -> None:
        """Put a row in its place."""
        insort(self.entries, entry, key=lambda item: item.order)

    @property
    def last(self) -> Entry | None:
        """Return the last row of all."""
        return self.entries[-1] if self.entries else None


def pasts(
    session: Session, events: Sequence[str], moments: Mapping[AnySeries, datetime], *, polled_at: datetime | None
) -> defaultdict[AnySeries, Past]:
    """Return what is known of the series of events: their last rows, and more of events for which a payload is late.

    moments: the earliest moment of which a payload tells of each series. polled_at: when its answer came, where what it
    leaves out counts too.
    """
    found: defaultdict[AnySeries, Past] = defaultdict(Past)
    late: set[str] = set()
    for row in session.rows(_HEADS, {"events": list(events)}) if events else ():
        series, entry = series_of(row), entry_of(row)
        found[series] = Past([entry], row.last_seen_at)
        told = moments.get(series, polled_at)
        if told is not None and told <= max(entry.received_at, row.last_seen_at):
            late.add(row.event_id)
    if late:
        since = min([*moments.values(), *([polled_at] if polled_at else [])])
        for series, entries in _rows_since(session, late, since).items():
            found[series].entries = entries
    return found


def _rows_since(session: Session, events: Collection[str], since: datetime) -> dict[AnySeries, list[Entry]]:
    asked = {"events": sorted(events), "since": since}
    found: defaultdict[AnySeries, list[Entry]] = defaultdict(list)
    for statement in (_BEFORE, _SINCE):
        for row in session.rows(statement, asked):
            found[series_of(row)].append(entry_of(row))
    return {series: sorted(entries, key=lambda entry: entry.order) for series, entries in found.items()}


def last_id(session: Session) -> int:
    """Return the highest number of a row, 0 where there is none."""
    return int(session.scalar(_LAST_ID) or 0)


def rows_of(session: Session, events: Iterable[str]) -> dict[AnySeries, list[Entry]]:
    """Return every row of events, by series and oldest first."""
    return _rows_since(session, sorted(events), EPOCH)


def series_of(row: object) -> AnySeries:
    """Return the series of a row."""
    return (row.event_id, row.book, row.market_key, row.player_id, Side(row.side))  # type: ignore[attr-defined]


def entry_of(row: object) -> Entry:
    """Return a row as the next one is judged by it."""
    said = Said(
        Availability(row.availability), row.line_quarters, row.price_text, row.price_format, row.price_exact,  # type: ignore[attr-defined]
        bool(row.price_assumed),  # type: ignore[attr-defined]
    )  # fmt: skip
    return Entry(row.received_at, row.quote_id, said, row.previous_seen_at, row.feed)  # type: ignore[attr-defined]
