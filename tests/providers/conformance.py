"""What every feed must do, whatever its format. A feed passes by giving one payload that it reads."""

from collections import Counter
from dataclasses import dataclass

from closeline.domain.errors import BadInput
from closeline.domain.feeds.captures import Feed, ParsedPayload, RawPayload
from closeline.domain.leagues import season_of
from closeline.providers.catalog import recognise
from closeline.providers.reasons import Reason


@dataclass(frozen=True)
class Sample:
    """A payload, the feed that reads it, and the prices that a person counts in it."""

    feed: type[Feed]
    payload: RawPayload
    received: int


def check(sample: Sample) -> None:
    feed = recognise(sample.payload)
    parsed = feed.parse(sample.payload)

    assert type(feed) is sample.feed
    assert feed.parse(sample.payload) == parsed
    assert received(parsed) == sample.received
    check_sound(parsed)


def received(parsed: ParsedPayload) -> int:
    return len(parsed.quotes) + sum(each.prices for each in parsed.rejected)


def check_sound(parsed: ParsedPayload) -> None:
    ids = Counter(event.provider_event_id for event in parsed.events)
    assert not ids or max(ids.values()) == 1
    assert {quote.provider_event_id for quote in parsed.quotes} <= set(ids)
    assert {result.provider_event_id for result in parsed.results} <= set(ids)
    assert all(event.place for event in parsed.events)
    assert all(quote.place and quote.received_at.tzinfo for quote in parsed.quotes)
    assert all(result.place and result.received_at.tzinfo for result in parsed.results)
    assert all(each.place for each in parsed.rejected)
    assert all(each.reason in set(Reason) and each.prices >= 0 for each in parsed.rejected)
    assert all(quote.side in quote.market.sides for quote in parsed.quotes)
    assert all((quote.line_quarters is not None) == quote.market.has_line for quote in parsed.quotes)
    assert all(abs(event.season - season_of(event.league, event.day)) <= 1 for event in parsed.events)
    assert all(event.home != event.away for event in parsed.events)
    keys = Counter(
        (q.provider_event_id, q.book, q.market, q.side, q.phase, q.player, q.alternate, q.alternate and q.line_quarters)
        for q in parsed.quotes
    )
    assert not keys or max(keys.values()) == 1


def check_damaged(payload: RawPayload) -> None:
    """Damaged bytes are refused in one line, or read with every loss named."""
    faults: list[BadInput] = []
    try:
        check_sound(recognise(payload).parse(payload))
    except BadInput as fault:
        faults.append(fault)
    assert all(str(fault) and "\n" not in str(fault) for fault in faults)
