"""From the bookmakers of one event to quotes."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from closeline.domain.captures import ParsedEvent, ParsedQuote, Phase, Rejected
from closeline.domain.errors import ImpossiblePrice
from closeline.domain.markets import Market, MarketType, Side
from closeline.domain.odds import OddsFormat, Price
from closeline.providers.archive_prices import quarters
from closeline.providers.fields import instant, number
from closeline.providers.reasons import Reason
from closeline.providers.spellings import excerpt_of, name_of
from closeline.providers.strict_json import Json, prices_in
from closeline.providers.the_odds_api.markets import Key, Shape, is_lay, key_of, with_draw
from closeline.providers.the_odds_api.prices import price_text

Reading = ParsedQuote | Rejected

_DRAW = "draw"
_NUMBER_SIDES = {"over": Side.OVER, "under": Side.UNDER}


@dataclass(frozen=True, slots=True)
class Context:
    """What every price of one book's market shares."""

    event: ParsedEvent
    book: str
    odds: OddsFormat
    received_at: datetime
    updated_at: datetime | None
    key: Key


def event_readings(event: ParsedEvent, bookmakers: Json, odds: OddsFormat, received_at: datetime) -> Iterator[Reading]:
    """Yield every price of an event as a quote or as a rejection."""
    place = f"{event.place}.bookmakers"
    if not isinstance(bookmakers, list):
        yield from _rejected(Reason.BAD_RECORD, place, bookmakers)
        return
    for position, book in enumerate(bookmakers):
        where = f"{place}[{position}]"
        name = name_of(book.get("key")) if isinstance(book, dict) else None
        markets = book.get("markets") if isinstance(book, dict) else None
        if not isinstance(book, dict) or name is None or not isinstance(markets, list):
            yield from _rejected(Reason.BAD_RECORD, where, book)
            continue
        for index, market in enumerate(markets):
            updated = market.get("last_update") if isinstance(market, dict) else None
            updated_at = instant(updated) or instant(book.get("last_update"))
            yield from _market(event, name, market, f"{where}.markets[{index}]", odds, received_at, updated_at)


def _rejected(reason: Reason, place: str, record: Json) -> Iterator[Rejected]:
    """Yield one rejection for a record with all its prices; a record that holds nothing at all is no loss."""
    if record is not None:
        yield Rejected(reason, place, excerpt_of(record), prices_in(record))


def _market(
    event: ParsedEvent,
    book: str,
    market: Json,
    place: str,
    odds: OddsFormat,
    received_at: datetime,
    updated_at: datetime | None,
) -> Iterator[Reading]:
    name = name_of(market.get("key")) if isinstance(market, dict) else None
    outcomes = market.get("outcomes") if isinstance(market, dict) else None
    if name is None or not isinstance(outcomes, list):
        yield from _rejected(Reason.BAD_RECORD, place, market)
        return
    key = key_of(name)
    if key is None:
        reason = Reason.LAY_PRICE if is_lay(name) else Reason.UNSUPPORTED_MARKET
        yield Rejected(reason, place, excerpt_of(name), prices_in(outcomes))
        return
    if key.type is MarketType.MONEYLINE and any(_is_draw(outcome) for outcome in outcomes):
        key = with_draw(key)
    context = Context(event, book, odds, received_at, updated_at, key)
    yield from _checked(
        [_outcome(context, outcome, f"{place}.outcomes[{index}]") for index, outcome in enumerate(outcomes)]
    )


def _is_draw(outcome: Json) -> bool:
    return isinstance(outcome, dict) and str(outcome.get("name")).casefold() == _DRAW


def _outcome(context: Context, outcome: Json, place: str) -> Reading:
    reading = _read(context, outcome, place)
    return (
        reading
        if isinstance(reading, ParsedQuote)
        else Rejected(reading, place, excerpt_of(outcome), prices_in(outcome))
    )


def _read(context: Context, outcome: Json, place: str) -> ParsedQuote | Reason:
    if not isinstance(outcome, dict) or outcome.get("price") is None:
        return Reason.BAD_RECORD
    sided = _side(context, outcome)
    if sided is None:
        return Reason.UNKNOWN_SIDE
    market, side = sided
    line = None
    if market.has_line:
        point = number(outcome.get("point"))
        line = quarters(point)
        if line is None:
            return Reason.MISSING_LINE if point is None else Reason.OFF_GRID_LINE
    try:
        price = Price.quoted(price_text(outcome["price"]), context.odds)
    except ImpossiblePrice:
        return Reason.IMPOSSIBLE_PRICE
    return ParsedQuote(
        context.event.provider_event_id, Phase.LIVE, context.book, market, side, line, price,
        context.received_at, context.updated_at, place,
    )  # fmt: skip


def _side(context: Context, outcome: dict[str, Json]) -> tuple[Market, Side] | None:
    """Return the market and side that an outcome names; position means nothing."""
    key, name = context.key, name_of(outcome.get("name"))
    if name is None:
        return None
    if key.shape is Shape.TEAMS:
        side = Side.DRAW if name.casefold() == _DRAW else _team_side(context.event, name)
        return (key.market, side) if side in key.market.sides else None
    side = _NUMBER_SIDES.get(name.casefold())
    market = key.market if key.shape is Shape.NUMBERS else _team_total(context, name_of(outcome.get("description")))
    return None if side is None or market is None else (market, side)


def _team_side(event: ParsedEvent, name: str) -> Side | None:
    return {event.home: Side.HOME, event.away: Side.AWAY}.get(name)


def _team_total(context: Context, team: str | None) -> Market | None:
    side = None if team is None else _team_side(context.event, team)
    types = {Side.HOME: MarketType.TEAM_TOTAL_HOME, Side.AWAY: MarketType.TEAM_TOTAL_AWAY}
    return None if side is None else Market(types[side], context.key.period)


def _checked(readings: list[Reading]) -> Iterator[Reading]:
    """Yield the readings of one market without sides priced twice and halves that contradict each other."""
    quotes = [reading for reading in readings if isinstance(reading, ParsedQuote)]
    for reading in readings:
        if not isinstance(reading, ParsedQuote):
            yield reading
        elif (fault := _fault(reading, quotes)) is not None:
            excerpt = excerpt_of((str(reading.side), reading.line_quarters, reading.price.text))
            yield Rejected(fault, reading.place, excerpt)
        else:
            yield reading


def _fault(quote: ParsedQuote, quotes: list[ParsedQuote]) -> Reason | None:
    """Return what is wrong with a quote beside the others: a side has one price, a market one line."""
    same = [other for other in quotes if (other.market, other.side) == (quote.market, quote.side)]
    if len(same) > 1:
        alike = all((other.line_quarters, other.price) == (quote.line_quarters, quote.price) for other in same)
        return None if alike and quote is same[0] else Reason.DUPLICATE_PRICE
    if quote.line_quarters is None:
        return None
    mirrored = quote.market.type is MarketType.SPREAD
    expected = -quote.line_quarters if mirrored else quote.line_quarters
    others = [other for other in quotes if other.market == quote.market and other.side is not quote.side]
    return Reason.UNPAIRED_LINE if any(other.line_quarters != expected for other in others) else None
