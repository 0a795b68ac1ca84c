"""States: of every series whether it was on offer at a moment, at what price, and when it was last seen with one."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from closeline.domain.board import Availability
from closeline.domain.odds import Price
from closeline.store.quotes import coverage
from closeline.store.quotes.coverage import OwnIds, Poll
from closeline.store.quotes.history import pasts, rows_of
from closeline.store.quotes.rows import AnySeries, Entry
from closeline.store.session import Session


@dataclass(frozen=True, slots=True)
class State:
    """A series at a moment. Price and line are None where it was not PRICED; nothing is shown in their place.

    `changed_at` is when an answer first showed it so; `seen_at` when it was last seen with a price; `feed` is who
    said so last.
    """

    availability: Availability
    line_quarters: int | None
    price: Price | None
    changed_at: datetime
    seen_at: datetime
    quote_id: int
    feed: str = ""


def states(session: Session, events: Sequence[str], *, as_of: datetime) -> dict[AnySeries, State]:
    """Return every series of events, players' among them, as the record answers of a moment."""
    rows = rows_of(session, events)
    known = {series: [entry for entry in entries if entry.received_at <= as_of] for series, entries in rows.items()}
    known = {series: entries for series, entries in known.items() if entries}
    marks = Marks.of(session, known, as_of=as_of)
    hearts = pasts(session, list(events), {}, polled_at=None) if known else {}
    found = {}
    for series, entries in known.items():
        last = entries[-1]
        later = rows[series][len(entries)] if len(rows[series]) > len(entries) else None
        heart = later.previous_seen_at if later is not None else hearts[series].seen_at
        found[series] = State(
            last.said.availability, last.said.line_quarters, last.said.price, _since(entries),
            _seen(series, entries, marks, heart, as_of), last.quote_id, last.feed,
        )  # fmt: skip
    return found


def _since(entries: Sequence[Entry]) -> datetime:
    """Return the first of the last rows that say the same: from a start on every sighting has one."""
    since = entries[-1].received_at
    for entry in reversed(entries):
        if entry.said != entries[-1].said:
            break
        since = entry.received_at
    return since


def _seen(
    series: AnySeries, entries: Sequence[Entry], marks: "Marks", heart: datetime | None, as_of: datetime
) -> datetime:  # fmt: skip
    """Return when a series last had a price; `heart` is what the record knows beside its rows until then."""
    place = max(place for place, entry in enumerate(entries) if entry.said.is_priced)
    priced, gone = entries[place], entries[place + 1] if place + 1 < len(entries) else None
    seen = marks.last(series, priced, gone.received_at if gone else None)
    if seen is not None:
        return seen
    if gone is not None:
        return gone.previous_seen_at or priced.received_at
    return max(priced.received_at, min(heart or priced.received_at, as_of))


@dataclass(frozen=True, slots=True)
class Marks:
    """The answers with coverage that came until a moment, by feed."""

    polls: Mapping[str, Sequence[Poll]]
    own_ids: OwnIds

    @classmethod
    def of(cls, session: Session, rows: Mapping[AnySeries, Sequence[Entry]], *, as_of: datetime) -> "Marks":
        """Read the marks that tell of some rows."""
        feeds: defaultdict[str, datetime] = defaultdict(lambda: as_of)
        for entries in rows.values():
            for entry in entries:
                feeds[entry.feed] = min(feeds[entry.feed], entry.received_at)
        leagues = {series[0].partition("_")[0] for series in rows}
        since = min(feeds.values(), default=as_of)
        polls = coverage.polls(session, feeds=feeds, leagues=leagues, since=since, until=as_of)
        return cls(polls, coverage.own_ids(session, sorted({series[0] for series in rows})) if polls else {})

    def last(self, series: AnySeries, entry: Entry, until: datetime | None) -> datetime | None:
        """Return the last answer that showed what a row says, before `until`; None of a feed without marks."""
        for poll in reversed(self.polls.get(entry.feed, ())):
            if poll.received_at <= entry.received_at:
                return entry.received_at
            if (until is None or poll.received_at < until) and poll.covers(series, self.own_ids):
                return poll.received_at
        return entry.received_at if self.polls.get(entry.feed) else None
