"""From the bookmakers of one event to quotes, and to what is shown without a price."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from closeline.domain.errors import ImpossiblePrice
from closeline.domain.feeds.captures import ParsedEvent, ParsedQuote, ParsedSuspension, Phase, Rejected
from closeline.domain.markets import Market, MarketType, Side
from closeline.domain.odds import OddsFormat, Price
from closeline.providers.cells import quarters
from closeline.providers.fields import instant, number
from closeline.providers.reasons import Reason
from closeline.providers.spellings import excerpt_of, name_of
from closeline.providers.strict_json import Json, prices_in
from closeline.providers.the_odds_api.markets import Key, Shape, is_lay, key_of, with_draw
from closeline.providers.the_odds_api.pairs import checked, place_of
from closeline.providers.the_odds_api.prices import price_text

Reading = ParsedQuote | ParsedSuspension | Rejected

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


class Named(NamedTuple):
    """What an outcome is a price of."""

    market: Market
    side: Side
    player: str = ""


def event_readings(event: ParsedEvent, bookmakers: Json, odds: OddsFormat, received_at: datetime) -> Iterator[Reading]:
    """Yield every price of an event as a quote or as a rejection, and what stands there without one.

    A market may stand there twice, and so may a book: what was priced already is rejected the second time.
    """
    place = f"{event.place}.bookmakers"
    if not isinstance(bookmakers, list):
        yield from _rejected(Reason.BAD_RECORD, place, bookmakers)
        return
    told: defaultdict[tuple[str, Market], list[ParsedQuote]] = defaultdict(list)
    for position, book in enumerate(bookmakers):
        where = f"{place}[{position}]"
        name = name_of(book.get("key")) if isinstance(book, dict) else None
        markets = book.get("markets") if isinstance(book, dict) else None
        if not isinstance(book, dict) or name is None or not isinstance(markets, list):
            yield from _rejected(Reason.BAD_RECORD, where, book)
            continue
        of_book = instant(book.get("last_update"))
        if not markets:
            yield ParsedSuspension(event.provider_event_id, name, None, None, received_at, of_book, where)
        for index, market in enumerate(markets):
            updated = market.get("last_update") if isinstance(market, dict) else None
            updated_at = instant(updated) or of_book
            found = list(_market(event, name, market, f"{where}.markets[{index}]", odds, received_at, updated_at))
            yield from _once(found, told)


def _once(readings: list[Reading], told: dict[tuple[str, Market], list[ParsedQuote]]) -> Iterator[Reading]:
    """Yield the readings of one market without what the same book priced before under a key of the same meaning."""
    quotes = [reading for reading in readings if isinstance(reading, ParsedQuote)]
    if not quotes:
        yield from readings
        return
    market = quotes[0].market
    if market.type is MarketType.TEAM_TOTAL_AWAY:
        market = Market(MarketType.TEAM_TOTAL_HOME, market.period)  # both teams stand under one key
    before = told[quotes[0].book, market]
    taken = {place_of(quote) for quote in before}
    before += quotes
    if not taken:
        yield from readings
        return
    for reading in readings:
        if isinstance(reading, ParsedQuote) and place_of(reading) in taken:
            yield Rejected(Reason.DUPLICATE_PRICE, reading.place, excerpt_of(reading.price.text))
        else:
            yield reading


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
    key = key_of(name, event.league)
    if key is None:
        reason = Reason.LAY_PRICE if is_lay(name) else Reason.UNSUPPORTED_MARKET
        yield Rejected(reason, place, excerpt_of(name), prices_in(outcomes))
        return
    if key.type is MarketType.MONEYLINE and any(_is_draw(outcome) for outcome in outcomes):
        key = with_draw(key)
    context = Context(event, book, odds, received_at, updated_at, key)
    if not outcomes:
        yield from _emptied(context, place)
    yield from checked(
        [_outcome(context, outcome, f"{place}.outcomes[{index}]") for index, outcome in enumerate(outcomes)]
    )


def _emptied(context: Context, place: str) -> Iterator[ParsedSuspension]:
    """Yield the markets of a key that stands there without outcomes; other lines than the main one say nothing."""
    if context.key.alternate:
        return
    of_team = context.key.shape is Shape.TEAM_NUMBERS
    kinds = (MarketType.TEAM_TOTAL_HOME, MarketType.TEAM_TOTAL_AWAY) if of_team else (context.key.type,)
    for kind in kinds:
        yield _suspension(context, Market(kind, context.key.period), None, "", place)


def _is_draw(outcome: Json) -> bool:
    return isinstance(outcome, dict) and str(outcome.get("name")).casefold() == _DRAW


def _outcome(context: Context, outcome: Json, place: str) -> Reading:
    reading = _read(context, outcome, place)
    if isinstance(reading, Reason):
        return Rejected(reading, place, excerpt_of(outcome), prices_in(outcome))
    return reading


def _read(context: Context, outcome: Json, place: str) -> ParsedQuote | ParsedSuspension | Reason:
    if not isinstance(outcome, dict) or "price" not in outcome:
        return Reason.BAD_RECORD
    named = _named(context, outcome)
    if isinstance(named, Reason):
        return named
    if outcome["price"] is None:
        # Another line that is gone says nothing of the market; the main line without a price is suspended.
        alternate = context.key.alternate
        return Reason.BAD_RECORD if alternate else _suspension(context, named.market, named.side, named.player, place)
    line = None
    if named.market.has_line:
        point = number(outcome.get("point"))
        line = quarters(point)
        if line is None:
            return Reason.MISSING_LINE if point is None else Reason.OFF_GRID_LINE
    try:
        price = Price.quoted(price_text(outcome["price"]), context.odds)
    except ImpossiblePrice:
        return Reason.IMPOSSIBLE_PRICE
    return ParsedQuote(
        context.event.provider_event_id, Phase.LIVE, context.book, named.market, named.side, line, price,
        context.received_at, context.updated_at, place, named.player, context.key.alternate,
    )  # fmt: skip


def _suspension(context: Context, market: Market, side: Side | None, player: str, place: str) -> ParsedSuspension:
    return ParsedSuspension(
        context.event.provider_event_id, context.book, market, side, context.received_at, context.updated_at, place,
        player,
    )  # fmt: skip


def _named(context: Context, outcome: dict[str, Json]) -> Named | Reason:
    """Return the market, side and player that an outcome names; position means nothing."""
    key, name = context.key, name_of(outcome.get("name"))
    if name is None:
        return Reason.UNKNOWN_SIDE
    if key.shape is Shape.TEAMS:
        side = Side.DRAW if name.casefold() == _DRAW else _team_side(context.event, name)
        return Named(key.market, side) if side in key.market.sides else Reason.UNKNOWN_SIDE
    side = _NUMBER_SIDES.get(name.casefold())
    if side is None:
        return Reason.UNKNOWN_SIDE
    if key.shape is Shape.NUMBERS:
        return Named(key.market, side)
    described = name_of(outcome.get("description"))
    if key.shape is Shape.PLAYER_NUMBERS:
        return Reason.UNKNOWN_PLAYER if described is None else Named(key.market, side, described)
    market = _team_total(context, described)
    return Reason.UNKNOWN_SIDE if market is None else Named(market, side)


def _team_side(event: ParsedEvent, name: str) -> Side | None:
    if name == event.home:
        return Side.HOME
    return Side.AWAY if name == event.away else None


def _team_total(context: Context, team: str | None) -> Market | None:
    side = None if team is None else _team_side(context.event, team)
    types = {Side.HOME: MarketType.TEAM_TOTAL_HOME, Side.AWAY: MarketType.TEAM_TOTAL_AWAY}
    return None if side is None else Market(types[side], context.key.period)
