"""Boards: events, quotes and markets as they stand, small ones by hand and large ones by lot."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from random import Random

from closeline.domain.board import Availability, EventCard, LiveQuote
from closeline.domain.board.market import LiveMarket, MarketState, Sighting
from closeline.domain.leagues import League
from closeline.domain.markets import MONEYLINE, SPREAD, TOTAL, Market, MarketType, Side, opposite_line
from closeline.domain.odds import OddsFormat, Price

NOW = datetime(2023, 11, 19, 17, 0, tzinfo=UTC)
STARTS = NOW + timedelta(hours=4)
THREE_WAY = Market(MarketType.MONEYLINE_3WAY)
BOOKS = (
    "pinnacle", "circa", "betmgm", "betrivers", "bovada", "caesars", "draftkings", "espnbet", "fanduel", "lowvig",
    "williamhill_us",
)  # fmt: skip


def a_card(name: str = "nfl_bills_jets_2023_11_19", *, league: League = League.NFL, starts_at: datetime = STARTS, version: int = 1) -> EventCard:  # fmt: skip
    return EventCard(name, league, f"{name} home", f"{name} away", starts_at, version)


def american(text: str | int, *, assumed: bool = False) -> Price:
    return Price.quoted(f"{text:+d}" if isinstance(text, int) else text, OddsFormat.AMERICAN, assumed=assumed)


def a_quote(
    book: str, side: Side, price: str | int | Price, *, market: Market = MONEYLINE, line: int | None = None,
    card: EventCard | None = None, seen_at: datetime = NOW, changed_at: datetime | None = None, player: str = "",
    availability: Availability = Availability.PRICED, alternate: bool = False,
) -> LiveQuote:  # fmt: skip
    shown = price if isinstance(price, Price) else american(price)
    return LiveQuote(
        (card or a_card()).event_id, book, market, side, line, shown, changed_at or seen_at, seen_at,
        availability=availability, player_id=player, alternate=alternate,
    )  # fmt: skip


def two_way(
    book: str, first: str | int, second: str | int, *, market: Market = MONEYLINE, line: int | None = None,
    card: EventCard | None = None, seen_at: datetime = NOW,
) -> list[LiveQuote]:  # fmt: skip
    """Give both sides of a book's market; the line is the canonical side's."""
    sides, lines = market.sides, (line, opposite_line(market.type, line))
    return [
        a_quote(book, side, price, market=market, line=at, card=card, seen_at=seen_at)
        for side, price, at in zip(sides, (first, second), lines, strict=True)
    ]


def a_state(quotes: Sequence[LiveQuote], card: EventCard | None = None) -> MarketState:
    """Give one market as it stands, without a past."""
    return MarketState(card or a_card(), quotes[0].market, quotes[0].player_id, tuple(quotes))


def a_market(*sightings: Sighting) -> LiveMarket:
    market = LiveMarket()
    for sighting in sightings:
        market.apply(sighting)
    return market


def a_price(random: Random, chance: float, margin: float) -> str:
    implied = min(max(chance * (1 + margin), 0.01), 0.97)
    points = 100 * (1 / implied - 1) if implied <= 0.5 else -100 / (1 / implied - 1)
    whole = round(points + random.uniform(-4, 4))
    return f"{whole:+d}" if abs(whole) >= 100 else "+100"


def a_slate(games: int, random: Random, *, league: League = League.NFL, books: Sequence[str] = BOOKS, now: datetime = NOW) -> Sighting:  # fmt: skip
    """Give a slate as one answer shows it: moneyline, spread and total of every game at every book."""
    cards, quotes = [], []
    for number in range(games):
        card = a_card(f"{league}_away{number}_home{number}_2023_11_19", league=league, starts_at=now + timedelta(hours=2, minutes=number))  # fmt: skip
        cards.append(card)
        chance, spread, total = random.uniform(0.15, 0.85), 2 * random.randint(-20, 20), 2 * random.randint(70, 110)
        for book in books:
            margin = 0.02 if book in ("pinnacle", "circa", "lowvig") else 0.045
            nudge = random.gauss(0, 0.01)
            for market, p, line in (
                (MONEYLINE, chance, None), (SPREAD, 0.5, spread + random.choice((0, 0, 0, 2))), (TOTAL, 0.5, total),
            ):  # fmt: skip
                first, second = a_price(random, p + nudge, margin), a_price(random, 1 - p - nudge, margin)
                quotes += two_way(book, first, second, market=market, line=line, card=card, seen_at=now)
    return Sighting(now, tuple(cards), tuple(quotes))
