"""Keeping: a payload's quotes and silences become rows where they say something new, and heartbeats where they do not.

From the start of its event on every sighting is stored, changed or not. One heartbeat over the start would say that a
price was seen after it and no longer when it was last seen before it, which is what a close is judged by.

An answer with coverage leaves a mark each time that it comes (see `coverage`). So a sighting that changes nothing needs
no row to be known of at any moment, and a payload that is read late can be put between those that were read before it:
what they had seen again after it, and left no row of, is said by a row of its own.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlalchemy import Update, bindparam, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from closeline.domain.board.availability import Answer, Covered, Suspension, gone
from closeline.store.quotes import coverage, offered
from closeline.store.quotes.coverage import OwnIds, Poll
from closeline.store.quotes.history import Past, last_id, pasts
from closeline.store.quotes.numbering import number_after
from closeline.store.quotes.rows import ABSENT, COLUMNS, AnySeries, Entry, NewQuote, Said, stored
from closeline.store.session import Session
from closeline.store.tables.evidence import quote, quote_heartbeat, snapshot
from closeline.store.tables.reference import event_version

_STARTS = (
    select(event_version.c.event_id, event_version.c.starts_at, event_version.c.received_at)
    .where(event_version.c.event_id.in_(bindparam("events", expanding=True)))
    .order_by(event_version.c.received_at, event_version.c.version)
)
_FEED = select(snapshot.c.feed).where(snapshot.c.snapshot_id == bindparam("name"))
# How far back a late payload asks until when the price before it was seen.
_LOOK_BACK = timedelta(hours=12)
_EVER = datetime(9000, 1, 1, tzinfo=UTC)
_KEYS = ("event_id", "book", "market_key", "player_id", "side")
_Starts = Mapping[str, Sequence[tuple[datetime, datetime]]]


@dataclass(frozen=True, slots=True)
class Kept:
    """How many quotes were new, how many said what was known already, and how many series were found off offer."""

    accepted: int
    unchanged: int
    gone: int = 0


@dataclass(frozen=True, slots=True)
class Asking:
    """The answer that the quotes came in, where its silence counts: what it was asked, and what it shows unpriced.

    `pending` names snapshots that are still to be read again: until then nothing is told by what they left out.
    """

    poll: Poll
    suspended: tuple[Suspension, ...] = ()
    pending: frozenset[str] = frozenset()


def keep(
    session: Session, quotes: Sequence[NewQuote], *, snapshot_id: str, asking: Asking | None = None
) -> Kept:  # fmt: skip
    """Append what is said that is new, and beat the heart of every series that was seen.

    A quote is unchanged when the series already held that line and price at that moment, so the same bytes read
    twice add nothing, and bytes that arrive late are judged by what was known then. A quote that is seen at or after
    the start of its event, as that was known then, is stored even so.
    """
    feed = asking.poll.feed if asking else str(session.scalar(_FEED, {"name": snapshot_id}) or "")
    late = asking is not None and coverage.is_late(session, asking.poll)
    known = offered.of_feed(session, feed=feed, league=asking.poll.league) if asking else set()
    then = offered.since(session, asking.poll) if asking and late else set()
    unpriced = {item.event_id for item in asking.suspended} if asking else set()
    events = sorted({item.event_id for item in quotes} | known | then | unpriced)
    moments: dict[AnySeries, datetime] = {}
    for item in quotes:
        moments[item.any_series] = min(item.received_at, moments.get(item.any_series, item.received_at))
    series = pasts(session, events, moments, polled_at=asking.poll.received_at if asking else None)
    writer = _Writer(session, snapshot_id, feed, series, events, _known_starts(session, events), asking, is_late=late)
    for item in sorted(quotes, key=lambda item: item.received_at):
        writer.put(item)
    if asking:
        writer.leave_out({item.any_series for item in quotes}, asking)
    writer.write()
    if asking:
        offered.renew(session, asking.poll, known, {name: past.last for name, past in series.items()})
    return Kept(writer.accepted, len(quotes) - writer.accepted, writer.gone)


@dataclass(slots=True)
class _Writer:
    session: Session
    snapshot_id: str
    feed: str
    series: defaultdict[AnySeries, Past]
    events: Sequence[str]
    starts: _Starts
    asking: Asking | None
    is_late: bool
    accepted: int = 0
    gone: int = 0
    _last: int = 0
    _rows: list[tuple[object, ...]] = field(default_factory=list)
    _beats: dict[AnySeries, datetime] = field(default_factory=dict)
    _moved: set[AnySeries] = field(default_factory=set)
    _polls: list[Poll] | None = None
    _own_ids: OwnIds | None = None

    def put(self, item: NewQuote) -> None:
        """Take in a price."""
        series, at = item.any_series, item.received_at
        past = self.series[series]
        before, now = past.before(at), past.at(at)
        # A book may show two lines at one moment: each of them is known then, not only the last.
        same = [entry for entry in (*([before] if before else ()), *now) if entry.said == item.said]
        if not (same and (same[-1].received_at == at or self._goes_without_row(item, same[-1]))):
            self._add(series, at, item.said, self._seen_before(series, before, at), item)
            self.accepted += 1
            self._restore(series, at, before)
        self._beats[series] = at
        past.seen_at = max(at, past.seen_at or at)

    def leave_out(self, shown: Iterable[AnySeries], asking: Asking) -> None:
        """Take in what an answer shows without a price, and what it does not show although it was asked."""
        poll, at = asking.poll, asking.poll.received_at
        events = None if poll.events is None else frozenset(name for name in self.events if self._is_asked(poll, name))
        answer = Answer(
            frozenset(shown), asking.suspended, Covered(poll.league, poll.market_keys, poll.books, events)
        )  # fmt: skip
        standing = {name: entry for name, past in self.series.items() if (entry := past.standing(at)) is not None}
        # What another feed has shown is not taken away by the silence of this one.
        ours = {name: entry for name, entry in standing.items() if entry.feed == self.feed}
        for name, now in gone({name: entry.said.availability for name, entry in ours.items()}, answer).items():
            before = ours[name]
            self._add(name, at, Said(now), self._seen_before(name, before, at), None)
            self.gone += 1
            self._restore(name, at, before)

    def _is_asked(self, poll: Poll, event_id: str) -> bool:
        return any((poll.provider, name) in self._ids()[event_id] for name in poll.events or ())

    def _goes_without_row(self, item: NewQuote, entry: Entry) -> bool:
        """Say whether a sighting that changes nothing can be told without a row."""
        if _begun(self.starts.get(item.event_id, ()), item.received_at):
            return False
        # The answer's own mark must tell it: one of another feed, or of what was not asked for, tells nothing.
        return self.asking is None or (
            entry.feed == self.feed and self.asking.poll.covers(item.any_series, self._ids())
        )

    def _seen_before(self, series: AnySeries, before: Entry | None, at: datetime) -> datetime | None:
        """Return when the series last had a price before a row, null for the first of its series.

        Where bytes arrive late, a sighting after them says nothing of what went before: then it is what the marks of
        answers tell, or when that quote came.
        """
        if before is None:
            return None
        if not before.said.is_priced:
            return before.previous_seen_at
        seen = self.series[series].seen_at
        if seen is not None and seen <= at:
            return seen
        marks = [poll.received_at for poll in self._marks(series, before.feed) if poll.received_at < at]
        return max([before.received_at, *marks])

    def _restore(self, series: AnySeries, at: datetime, before: Entry | None) -> None:
        """Say again what stood, at the first answer after a late row that saw it so and left no row of it."""
        past = self.series[series]
        following = past.following(at)
        for poll in self._marks(series, self.feed):
            if poll.received_at > at and (following is None or poll.received_at < following.received_at):
                said = before.said if before is not None and before.feed == self.feed else ABSENT
                late = past.standing(at)
                seen = at if late is None or late.said.is_priced else late.previous_seen_at
                entry = Entry(poll.received_at, self._number(poll.received_at), said, seen, self.feed)
                past.add(entry)
                self._moved.add(series)
                self._rows.append(stored(series, entry, poll.snapshot_id, updated_at=None, place=""))
                return

    def _marks(self, series: AnySeries, feed: str) -> list[Poll]:
        """Return the answers of this feed, oldest first, that tell of a series; a payload in its turn needs none."""
        if self.asking is None or not self.is_late or feed != self.feed:
            return []
        if self._polls is None:
            poll = self.asking.poll
            self._polls = coverage.polls(
                self.session, feeds=[self.feed], leagues=[poll.league], since=poll.received_at - _LOOK_BACK, until=_EVER
            )[self.feed]
        pending = self.asking.pending
        return [poll for poll in self._polls if poll.snapshot_id not in pending and poll.covers(series, self._ids())]

    def _ids(self) -> OwnIds:
        if self._own_ids is None:
            self._own_ids = coverage.own_ids(self.session, self.events)
        return self._own_ids

    def _number(self, at: datetime) -> int:
        self._last = number_after(self._last or last_id(self.session), at)
        return self._last

    def _add(
        self, series: AnySeries, at: datetime, said: Said, seen: datetime | None, item: NewQuote | None
    ) -> None:  # fmt: skip
        entry = Entry(at, self._number(at), said, seen, self.feed)
        self.series[series].add(entry)
        self._moved.add(series)
        updated, place = (item.source_updated_at, item.place) if item else (None, "")
        self._rows.append(stored(series, entry, self.snapshot_id, updated_at=updated, place=place))

    def write(self) -> None:
        """Write all of it down."""
        self.session.append(quote, COLUMNS, self._rows)
        if self._beats:
            self._beat()
        silent = self._moved - self._beats.keys()
        off = [(name, past.last) for name, past in self.series.items() if name in silent]
        if off:
            self.session.execute(_MOVED, [
                {f"of_{key}": value for key, value in zip(_KEYS, name, strict=True)} | {"last": last.quote_id}
                for name, last in off
                if last is not None
            ])  # fmt: skip

    def _beat(self) -> None:
        insert = postgresql.insert if self.session.dialect == "postgresql" else sqlite.insert
        statement = insert(quote_heartbeat)
        later = func.max if self.session.dialect == "sqlite" else func.greatest
        statement = statement.on_conflict_do_update(
            index_elements=list(_KEYS),
            set_={
                "quote_id": statement.excluded.quote_id,
                "last_seen_at": later(quote_heartbeat.c.last_seen_at, statement.excluded.last_seen_at),
                "snapshot_id": statement.excluded.snapshot_id,
            },
        )
        self.session.execute(statement, [
            dict(zip(_KEYS, name, strict=True))
            | {"quote_id": last.quote_id, "last_seen_at": seen, "snapshot_id": self.snapshot_id}
            for name, seen in self._beats.items()
            if (last := self.series[name].last) is not None
        ])  # fmt: skip


def _moved() -> Update:
    same = [quote_heartbeat.c[key] == bindparam(f"of_{key}") for key in _KEYS]
    return update(quote_heartbeat).where(*same).values(quote_id=bindparam("last"))


_MOVED = _moved()


def _known_starts(session: Session, events: Sequence[str]) -> dict[str, list[tuple[datetime, datetime]]]:
    """Return (when it was told, the start) of every version of events, oldest first."""
    found: defaultdict[str, list[tuple[datetime, datetime]]] = defaultdict(list)
    for row in session.rows(_STARTS, {"events": list(events)}) if events else ():
        found[row.event_id].append((row.received_at, row.starts_at))
    return found


def _begun(versions: Sequence[tuple[datetime, datetime]], at: datetime) -> bool:
    """Say whether an event was to have begun at a moment, by the last start that had been told."""
    known = [starts_at for told_at, starts_at in versions if told_at <= at]
    return bool(known) and known[-1] <= at
