"""The plan: exactly what would be kept and dropped, by reason, under a name that is the hash of what would go."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Column, Row, bindparam, func, select

from closeline.domain.clock import micros
from closeline.domain.ids import canonical_json, content_id, hash_lines
from closeline.store.database.isolation import must_see_all
from closeline.store.record.retention import anchors
from closeline.store.record.retention.policy import RetentionPolicy
from closeline.store.record.retention.thinning import Anchors, Kept, Placed, Sampling, kept
from closeline.store.session import Session
from closeline.store.tables.columns import Instant
from closeline.store.tables.evidence import quote, raw_payload
from closeline.store.tables.reference import event_version

THINNED = "THINNED"
RECENT, NOT_STARTED, DROPPED, ALREADY = "RECENT", "NOT_STARTED", "OLD", "DROPPED_BEFORE"
_EVENTS_AT_ONCE = 200
_COLUMNS: tuple[Column[Any], ...] = tuple(quote.c)
_OLD_EVENTS = (
    select(event_version.c.event_id)
    .group_by(event_version.c.event_id)
    .having(func.max(event_version.c.starts_at) < bindparam("before"))
    .order_by(event_version.c.event_id)
)
_QUOTES = select(quote).where(quote.c.event_id.in_(bindparam("events", expanding=True)))
_ALL_QUOTES = select(func.count()).select_from(quote)
_PAYLOADS = select(
    raw_payload.c.payload_sha, raw_payload.c.received_at, func.length(raw_payload.c.compressed).label("stored")
).order_by(raw_payload.c.payload_sha)


@dataclass(frozen=True, slots=True)
class Tally:
    """How many of something, and how many bytes they hold."""

    count: int = 0
    size: int = 0

    def plus(self, size: int) -> "Tally":
        """Return the tally with one more."""
        return Tally(self.count + 1, self.size + size)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a policy comes to on a day. Quotes to drop stand with the digest of their row, payloads with stored bytes.

    plan_id: its day, and the hash of its policy and of all that it would drop. Tallies are by reason; the bytes of a
    quote are those of its row's text, of a payload as they are stored.
    """

    plan_id: str
    day: date
    policy: RetentionPolicy
    quotes: Mapping[int, str]
    payloads: Mapping[str, int]
    quotes_kept: Mapping[str, Tally]
    quotes_dropped: Mapping[str, Tally]
    payloads_kept: Mapping[str, Tally]
    payloads_dropped: Mapping[str, Tally]

    @property
    def is_empty(self) -> bool:
        """Say whether nothing would go."""
        return not self.quotes and not self.payloads


def plan(session: Session, policy: RetentionPolicy, day: date) -> Plan:
    """Return what `policy` would keep and drop on the morning of `day`, UTC; changes nothing.

    Raises Refused for a database role that sees one tenant: what the others rest on would be taken for unneeded.
    """
    must_see_all(session.connection, "a plan of retention")
    at = datetime.combine(day, time(0, 0), UTC)
    quotes = _Sorted()
    _sort_quotes(session, policy, at, quotes)
    payloads = _Sorted()
    _sort_payloads(session, at - timedelta(days=policy.payload_days), payloads)
    gone = {int(name): digest for name, digest in quotes.gone.items()}
    emptied = {name: int(size) for name, size in payloads.gone.items()}
    return Plan(
        _name(day, policy, gone, emptied), day, policy, gone, emptied, quotes.kept, quotes.dropped, payloads.kept,
        payloads.dropped,
    )  # fmt: skip


def _name(day: date, policy: RetentionPolicy, quotes: Mapping[int, str], payloads: Mapping[str, int]) -> str:
    gone = hash_lines([
        *(f"quote {number} {digest}" for number, digest in quotes.items()), *(f"payload {sha}" for sha in payloads),
    ])  # fmt: skip
    return f"{day.isoformat()}-{content_id('retention', day, policy.to_json(), gone)[:16]}"


@dataclass(slots=True)
class _Sorted:
    """What was looked at so far, by what becomes of it."""

    kept: dict[str, Tally] = field(default_factory=dict)
    dropped: dict[str, Tally] = field(default_factory=dict)
    gone: dict[str, str] = field(default_factory=dict)

    def keep(self, why: str, size: int) -> None:
        self.kept[why] = self.kept.get(why, Tally()).plus(size)

    def drop(self, why: str, size: int, name: str, mark: str) -> None:
        self.dropped[why] = self.dropped.get(why, Tally()).plus(size)
        self.gone[name] = mark


def _sort_quotes(session: Session, policy: RetentionPolicy, at: datetime, into: _Sorted) -> None:
    before = at - timedelta(days=policy.quote_days)
    sampling = Sampling(timedelta(minutes=policy.quote_minutes), before)
    names = [row.event_id for row in session.rows(_OLD_EVENTS, {"before": before})]
    looked_at = 0
    for start in range(0, len(names), _EVENTS_AT_ONCE):
        some = names[start : start + _EVENTS_AT_ONCE]
        known = anchors.of_events(session, some)
        for name, rows in _by_event(session, some):
            looked_at += len(rows)
            _sort_event(rows, known[name], sampling, into)
    rest = int(session.scalar(_ALL_QUOTES) or 0) - looked_at
    if rest:
        # Nobody reads what is not old enough to be looked at: its bytes are not counted.
        into.kept[NOT_STARTED] = Tally(rest, 0)


def _by_event(session: Session, events: Sequence[str]) -> Iterator[tuple[str, list[Row[Any]]]]:
    found: dict[str, list[Row[Any]]] = {}
    for row in session.rows(_QUOTES, {"events": list(events)}):
        found.setdefault(row.event_id, []).append(row)
    yield from sorted(found.items())


def _sort_event(rows: Sequence[Row[Any]], known: Anchors, sampling: Sampling, into: _Sorted) -> None:
    placed = [
        Placed(
            row.quote_id, row.market_key, (row.book, row.market_key, row.player_id, row.side), row.received_at,
            row.previous_seen_at,
        )
        for row in rows
    ]  # fmt: skip
    stays: Mapping[int, Kept] = kept(placed, known, sampling)
    for row in rows:
        text = row_text(row)
        why = stays.get(row.quote_id)
        if why is None:
            into.drop(THINNED, len(text), str(row.quote_id), content_id(text))
        else:
            into.keep(why, len(text))


def row_text(row: Row[Any]) -> str:
    """Return a quote's row as the one text that it has: what its digest is the digest of."""
    return canonical_json([
        micros(value) if isinstance(column.type, Instant) and value is not None else value
        for column, value in zip(_COLUMNS, row, strict=True)
    ])  # fmt: skip


def _sort_payloads(session: Session, before: datetime, into: _Sorted) -> None:
    held = anchors.payloads(session)
    counted: Counter[str] = Counter()
    for row in session.rows(_PAYLOADS):
        why = next((reason for reason, names in held.items() if row.payload_sha in names), None)
        if not row.stored:
            counted[ALREADY] += 1
        elif row.received_at >= before:
            into.keep(RECENT, row.stored)
        elif why is not None:
            into.keep(why, row.stored)
        else:
            into.drop(DROPPED, row.stored, row.payload_sha, str(row.stored))
    for why, count in counted.items():
        into.kept[why] = Tally(count, 0)
