"""Polls of a feed with what they were asked for, kept in the record, and a full recording of them in plain Python."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from closeline.domain.board import Availability
from closeline.domain.board.availability import Suspension
from closeline.domain.feeds.captures import Coverage, Phase, RawPayload
from closeline.domain.leagues import League
from closeline.domain.markets import Market, Side
from closeline.store import quotes
from closeline.store.polls import captures
from closeline.store.quotes import Asking, Kept, NewQuote, coverage
from closeline.store.session import Session
from tests.builders.payloads import FEED, a_payload, a_price

SUSPENDED = "SUSPENDED"
Key = tuple[str, str, Market, Side]
# (line in quarters, price as quoted), or SUSPENDED.
Shown = tuple[int | None, str] | str


@dataclass(frozen=True)
class Polled:
    """One answer: when it came, what it shows by series, and what it was asked for; all None for whole."""

    at: datetime
    shown: Mapping[Key, Shown]
    markets: tuple[Market, ...]
    books: tuple[str, ...] | None = None
    own_ids: tuple[str, ...] | None = None

    def covers(self, key: Key, own_ids: Mapping[str, str]) -> bool:
        event, book, market, _ = key
        return (
            market in self.markets
            and (self.books is None or book in self.books)
            and (self.own_ids is None or own_ids[event] in self.own_ids)
        )


@dataclass(frozen=True)
class Seen:
    """What a full recording says of a series at a moment."""

    availability: Availability
    line: int | None
    price: str | None
    seen_at: datetime


def recorded(polls: Iterable[Polled], own_ids: Mapping[str, str], at: datetime) -> dict[Key, Seen]:
    """Replay every answer that came by a moment, nothing left out: the oracle of storage by change."""
    found: dict[Key, Seen] = {}
    for poll in sorted((poll for poll in polls if poll.at <= at), key=lambda poll: poll.at):
        for key, shown in poll.shown.items():
            if not isinstance(shown, str):
                found[key] = Seen(Availability.PRICED, shown[0], shown[1], poll.at)
        for key, before in list(found.items()):
            shown_now = poll.shown.get(key)
            if shown_now == SUSPENDED:
                found[key] = Seen(Availability.SUSPENDED, None, None, before.seen_at)
            elif shown_now is None and poll.covers(key, own_ids):
                found[key] = Seen(Availability.ABSENT, None, None, before.seen_at)
    return found


def keep_poll(
    session: Session, poll: Polled, *, pending: Iterable[str] = (), feed: str = FEED, covered: bool = True
) -> Kept:  # fmt: skip
    """Keep one answer as a capture would."""
    raw = RawPayload("polled", f"{poll!r}{feed}".encode(), poll.at)
    sha = captures.keep_payload(session, raw, feed=feed)
    parsed = a_payload(archive=False)
    snapshot = captures.add_snapshot(
        session, payload_sha=sha, feed=feed, phase=Phase.LIVE, day=None, parsed=parsed, received_at=poll.at
    )
    asking = None
    if covered:
        asked = Coverage(League.NBA, poll.markets, poll.books, poll.own_ids)
        made = coverage.poll_of(
            asked, snapshot_id=snapshot.snapshot_id, feed=feed, provider=FEED, received_at=poll.at
        )  # fmt: skip
        coverage.add(session, made)
        off = tuple(
            Suspension(event, book, market.key, "", side)
            for (event, book, market, side), shown in poll.shown.items()
            if shown == SUSPENDED
        )
        asking = Asking(made, off, frozenset(pending))
    return quotes.keep(session, [
        NewQuote(event, book, market, side, shown[0], a_price(shown[1]), poll.at, None, "row 1")
        for (event, book, market, side), shown in poll.shown.items()
        if not isinstance(shown, str)
    ], snapshot_id=snapshot.snapshot_id, asking=asking)  # fmt: skip


def answered(session: Session, events: Iterable[str], at: datetime) -> dict[Key, Seen]:
    """Say what the record answers of a moment, in the words of the oracle."""
    found = quotes.states(session, sorted(events), as_of=at)
    return {
        (event, book, quotes.market_of(key), side): Seen(
            state.availability, state.line_quarters, state.price.text if state.price else None, state.seen_at
        )
        for (event, book, key, _, side), state in found.items()
    }
