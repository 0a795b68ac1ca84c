"""A book that moves every minute, written into a record of the past: synthetic quotes that nobody offered."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from closeline.domain.clock import instant
from closeline.domain.feeds.captures import Phase, RawPayload
from closeline.domain.markets import MONEYLINE, Market, MarketType, Side
from closeline.store import quotes
from closeline.store.polls import captures
from closeline.store.quotes import NewQuote
from closeline.store.session import Session
from tests.builders.payloads import a_payload, a_price
from tests.builders.records import rows_of

BOOK = "lively"
MINUTE = timedelta(minutes=1)


def move_every_minute(
    session: Session, event_id: str, *, first: datetime, minutes: int, market: Market = MONEYLINE,
    sides: Sequence[Side] | None = None, start: int = 0, line: int | None = None,
) -> None:  # fmt: skip
    """Write a capture for each minute: its bytes, its snapshot and a new price of both sides."""
    for number in range(start, start + minutes):
        at = first + number * MINUTE
        raw = RawPayload(f"minute {number}", f"synthetic {event_id} {market.key} {number}".encode(), at)
        sha = captures.keep_payload(session, raw, feed="synthetic")
        made = captures.add_snapshot(
            session, payload_sha=sha, feed="synthetic", phase=Phase.LIVE, day=None, parsed=a_payload(), received_at=at
        )
        quotes.keep(session, [
            NewQuote(event_id, BOOK, market, side, _line(market, place, line), a_price(f"-{110 + (number + place) % 60}"), at, None, "made up")
            for place, side in enumerate(sides or market.sides)
        ], snapshot_id=made.snapshot_id)  # fmt: skip


def _line(market: Market, place: int, line: int | None) -> int | None:
    return -line if line is not None and place and market.type is MarketType.SPREAD else line


def without_a_pick(session: Session) -> tuple[str, datetime]:
    """Give an event that has started, and its start, whose moneyline nobody picked."""
    row = rows_of(session, """
        SELECT v.event_id, max(v.starts_at) AS starts_at FROM event_version v
        WHERE NOT EXISTS (SELECT 1 FROM pick p WHERE p.event_id = v.event_id AND p.market_key = 'MONEYLINE:FULL_GAME')
        GROUP BY v.event_id ORDER BY 1""")[0]  # fmt: skip
    return row["event_id"], instant(row["starts_at"])
