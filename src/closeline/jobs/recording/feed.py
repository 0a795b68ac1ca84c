"""The feed `client`: prices that somebody handed in, as the bytes that the record keeps and reads again."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from pydantic import ValidationError

from closeline.domain.errors import ImpossiblePrice, UnknownFormat
from closeline.domain.feeds.captures import Basis, ParsedEvent, ParsedPayload, ParsedQuote, Phase, RawPayload, Rejected
from closeline.domain.ids import canonical_json
from closeline.domain.leagues import league_day, season_of
from closeline.domain.markets import Market, line_quarters, market, opposite_line
from closeline.domain.odds import Price
from closeline.schemas.recording import CaptureSnapshot, OwnGame, OwnQuote

FEED = "client"
FORMAT = "closeline-snapshot-v1"
PARSER = "client/1"
_HEAD = b'{"format":"closeline-snapshot-v1",'

# The reasons of the other feeds, word for word.
BAD_MARKET, BAD_LINE, BAD_PRICE = "UNSUPPORTED_MARKET", "OFF_GRID_LINE", "IMPOSSIBLE_PRICE"
TWICE, UNPAIRED, BAD_RECORD = "DUPLICATE_PRICE", "UNPAIRED_LINE", "DUPLICATE_RECORD"


def payload_of(snapshot: CaptureSnapshot, *, at: datetime) -> RawPayload:
    """Write what was handed in as the one text that it has: these bytes are the evidence."""
    content = canonical_json({"format": FORMAT, "snapshot": snapshot.model_dump(mode="json")})
    return RawPayload(f"{snapshot.source}.json", content.encode(), at)


def is_snapshot(payload: RawPayload) -> bool:
    """Say whether bytes are a snapshot that was handed in."""
    return payload.content.startswith(_HEAD)


def parse(payload: RawPayload) -> ParsedPayload:
    """Read a snapshot back; raises UnknownFormat for bytes that are none."""
    try:
        text = payload.content.removeprefix(_HEAD).removeprefix(b'"snapshot":').removesuffix(b"}")
        snapshot = CaptureSnapshot.model_validate_json(text)
    except ValidationError as fault:
        raise UnknownFormat(f"{payload.name} must be a snapshot that was handed in, was not") from fault
    counted = Counter(game.game for game in snapshot.games)
    events: list[ParsedEvent] = []
    quotes: list[ParsedQuote] = []
    rejected: list[Rejected] = []
    for place, game in enumerate(snapshot.games):
        where = f"$.snapshot.games[{place}]"
        if counted[game.game] > 1:
            rejected.append(Rejected(BAD_RECORD, where, game.game, len(game.quotes)))
            continue
        events.append(_event(snapshot, game, where))
        for read in _quotes(game, where, payload.received_at, snapshot.captured_at):
            (rejected if isinstance(read, Rejected) else quotes).append(read)  # type: ignore[arg-type]
    return ParsedPayload(provider_of(snapshot.source), PARSER, tuple(events), tuple(quotes), (), tuple(rejected))


def provider_of(source: str) -> str:
    """Return the name under which a source's spellings and ids are known: nobody else's can be taken for them."""
    return f"{FEED}:{source}"


def _event(snapshot: CaptureSnapshot, game: OwnGame, place: str) -> ParsedEvent:
    day = league_day(game.starts_at)
    return ParsedEvent(
        game.game, snapshot.league, day, season_of(snapshot.league, day), game.home, game.away, game.starts_at,
        Basis.QUOTED, game.neutral, place=place, playoff=game.playoff,
    )  # fmt: skip


def _quotes(game: OwnGame, where: str, at: datetime, seen_at: datetime) -> Iterator[ParsedQuote | Rejected]:
    read = [_quote(game, quote, f"{where}.quotes[{place}]", at, seen_at) for place, quote in enumerate(game.quotes)]
    taken = [item for item in read if isinstance(item, ParsedQuote)]
    for item in read:
        fault = "" if isinstance(item, Rejected) else _fault(item, taken)
        if fault and isinstance(item, ParsedQuote):
            yield Rejected(fault, item.place, f"{item.book} {item.market.key} {item.side} {item.price.text}")
        else:
            yield item


def of_game(of: Market) -> bool:
    """Say whether a market is of the game or its teams: one of a player would have to name the player."""
    return not of.type.startswith("PLAYER_")


def _quote(game: OwnGame, quote: OwnQuote, place: str, at: datetime, seen_at: datetime) -> ParsedQuote | Rejected:
    excerpt = f"{quote.book} {quote.market_key} {quote.side} {quote.line} {quote.price}"
    try:
        of = market(quote.market_key)
    except ValueError:
        return Rejected(BAD_MARKET, place, excerpt)
    if quote.side not in of.sides or not of_game(of):
        return Rejected(BAD_MARKET, place, excerpt)
    try:
        quarters = None if quote.line is None else line_quarters(quote.line)
        price = Price.quoted(quote.price, quote.price_format)
    except ImpossiblePrice:
        return Rejected(BAD_PRICE, place, excerpt)
    except ValueError:
        return Rejected(BAD_LINE, place, excerpt)
    if (quarters is not None) != of.has_line:
        return Rejected(BAD_LINE, place, excerpt)
    return ParsedQuote(game.game, Phase.LIVE, quote.book, of, quote.side, quarters, price, at, seen_at, place)


def _fault(quote: ParsedQuote, others: list[ParsedQuote]) -> str:
    """Return what is wrong with a price beside the others of its book: a side has one price, a market one line."""
    same = [item for item in others if (item.book, item.market) == (quote.book, quote.market)]
    if sum(item.side is quote.side for item in same) > 1:
        return TWICE
    expected = opposite_line(quote.market.type, quote.line_quarters)
    apart = any(item.side is not quote.side and item.line_quarters != expected for item in same)
    return UNPAIRED if apart and quote.market.has_line else ""
