"""Boards as they are shown: a slate of made-up games at some books, whole, changed, or hostile."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from closeline.domain.board import (
    Availability,
    Board,
    EventCard,
    Leg,
    LiveQuote,
    Movement,
    Opportunity,
    OpportunityKind,
    Row,
)
from closeline.domain.leagues import League
from closeline.domain.markets import MONEYLINE, SPREAD, TOTAL, Market, Side
from closeline.domain.odds import OddsFormat, Price

NOON = datetime(2026, 1, 11, 17, 0, tzinfo=UTC)
BOOKS = ("pinnacle", "draftkings", "fanduel", "betmgm", "caesars")
GAMES = (
    (League.NBA, "Los Angeles Lakers", "San Antonio Spurs", "lakers", "spurs"),
    (League.NFL, "Buffalo Bills", "Kansas City Chiefs", "bills", "chiefs"),
    (League.NHL, "Boston Bruins", "Montréal Canadiens", "bruins", "canadiens"),
    (League.NCAAB, "Duke Blue Devils", "North Carolina Tar Heels", "duke", "north-carolina"),
    (League.NBA, "Denver Nuggets", "Boston Celtics", "nuggets", "celtics"),
    (League.NFL, "Detroit Lions", "Philadelphia Eagles", "lions", "eagles"),
    (League.NHL, "Edmonton Oilers", "Colorado Avalanche", "oilers", "avalanche"),
)
TOTALS = {League.NBA: 227, League.NFL: 47, League.NHL: 6, League.NCAAB: 148}
HOSTILE = (
    "<img src=x onerror=alert(1)>",
    "</script><script>alert(2)</script>",
    "javascript:alert(3)",
    '"><svg onload=alert(4)>',
    "'; alert(5); //",
    "{{ 7 * 7 }}",
)


def price(american: int) -> Price:
    return Price.quoted(f"{american:+d}", OddsFormat.AMERICAN)


def a_card(number: int = 0, *, at: datetime = NOON) -> EventCard:
    league, away, home, short_away, short_home = GAMES[number % len(GAMES)]
    starts, game = at + timedelta(hours=2 + number), number // len(GAMES) + 1
    name = f"{league}_{short_away}_{short_home}_{starts:%Y_%m_%d}" + (f"_g{game}" if game > 1 else "")
    return EventCard(name, league, home, away, starts)


def a_quote(
    card: EventCard | None = None, book: str = "draftkings", of: Market = SPREAD, side: Side = Side.HOME,
    line: int | None = -14, american: int = -110, *, at: datetime = NOON, **more: Any,
) -> LiveQuote:  # fmt: skip
    times = (at - timedelta(minutes=7), at - timedelta(seconds=9), at - timedelta(seconds=21))
    return replace(LiveQuote((card or a_card()).event_id, book, of, side, line, price(american), *times), **more)


def a_row(quote: LiveQuote | None = None, **more: Any) -> Row:
    quote = quote or a_quote()
    opened = Movement("-105", quote.line_quarters, quote.changed_at - timedelta(hours=5), 1.2, 0.24)
    made = Row(quote, 0.5, 0.512, ("pinnacle", "fanduel"), 0.0476, 0.0455, -0.0225, 0.0, best=False, movement=opened)
    return replace(made, **more)


def rows_of_game(card: EventCard, number: int, books: Sequence[str] = BOOKS, *, at: datetime = NOON) -> list[Row]:
    """Give a row for both sides of the three main markets at each book, with figures that hang together."""
    spread, total = -4 * (2 + number % 6) - 2, 4 * TOTALS.get(card.league, 8) + 2
    sides = (
        (MONEYLINE, Side.HOME, None, 0.62), (MONEYLINE, Side.AWAY, None, 0.38), (SPREAD, Side.HOME, spread, 0.505),
        (SPREAD, Side.AWAY, -spread, 0.495), (TOTAL, Side.OVER, total, 0.49), (TOTAL, Side.UNDER, total, 0.51),
    )  # fmt: skip
    made = []
    for place, (of, side, line, fair) in enumerate(sides):
        seeds = [7 * number + 3 * place + 5 * k for k in range(len(books))]
        found = [
            priced(a_quote(card, book, of, side, line, at=at), fair, seed, sharp=book == books[0], at=at)
            for book, seed in zip(books, seeds, strict=True)
        ]
        best = max(range(len(found)), key=lambda k: found[k].quote.price.decimal)
        made += [replace(row, best=k == best) for k, row in enumerate(found)]
    return made


def priced(quote: LiveQuote, fair: float, seed: int, *, sharp: bool, at: datetime) -> Row:
    """Give a row whose price follows from a fair probability; a book in nine is late with it, and there the value is."""
    margin = 0.018 if sharp else 0.045
    decimal = 1 / (fair + margin / 2 + ((seed * 37) % 17 - 8) / 1000 - (0.034 if seed % 9 == 4 and not sharp else 0.0))
    points = round(100 * (decimal - 1)) if decimal >= 2 else -round(100 / (decimal - 1))
    shown = price(100 if -100 <= points < 100 else points)
    ev, shift = fair * shown.decimal - 1, ((seed * 53) % 31 - 15) / 10
    opened = points - 5 if abs(points - 5) >= 100 else -105
    quote = replace(
        quote, price=shown, changed_at=at - timedelta(minutes=3 + seed % 90),
        seen_at=at - timedelta(seconds=5 + seed % 7),
        availability=Availability.SUSPENDED if seed % 47 == 9 else Availability.PRICED,
    )  # fmt: skip
    return Row(
        quote, own_fair=shown.implied / (1 + margin), fair=fair,
        fair_books=tuple(name for name in BOOKS if name != quote.book), overround=margin, hold=margin / (1 + margin),
        ev=ev, kelly=max(0.0, ev / (shown.decimal - 1)), best=False,
        movement=Movement(
            f"{opened:+d}", quote.line_quarters, at - timedelta(hours=9), shift, shift / 9, steam=seed % 23 == 5
        ),
        flags=("STALE",) if seed % 31 == 4 else ("UNDERROUND",) if seed % 41 == 7 else (),
    )  # fmt: skip


def a_shown_board(
    games: int = 3, *, version: int = 1, at: datetime = NOON, books: Sequence[str] = BOOKS, synthetic: bool = True,
    opportunities: bool = True,
) -> Board:  # fmt: skip
    cards = [a_card(number, at=at) for number in range(games)]
    rows = [row for number, card in enumerate(cards) for row in rows_of_game(card, number, books, at=at)]
    found = (an_arbitrage(cards[0], at=at), a_middle(cards[-1], at=at)) if opportunities and cards else ()
    return Board(version, at, tuple(cards), tuple(rows), found, synthetic)


def an_arbitrage(card: EventCard, *, at: datetime = NOON) -> Opportunity:
    legs = (
        Leg(a_quote(card, "fanduel", MONEYLINE, Side.HOME, None, -135, at=at), 0.5895, 11.0),
        Leg(a_quote(card, "caesars", MONEYLINE, Side.AWAY, None, 150, at=at), 0.4105, 74.0),
    )
    return Opportunity(OpportunityKind.ARBITRAGE, card.event_id, MONEYLINE, legs, 0.0263)


def a_middle(card: EventCard, *, at: datetime = NOON) -> Opportunity:
    low = 4 * TOTALS.get(card.league, 8)
    legs = (
        Leg(a_quote(card, "betmgm", TOTAL, Side.OVER, low - 2, -108, at=at), 0.5, 8.0),
        Leg(a_quote(card, "draftkings", TOTAL, Side.UNDER, low + 6, -105, at=at), 0.5, 212.0),
    )
    return Opportunity(OpportunityKind.MIDDLE, card.event_id, TOTAL, legs, -0.0312, (low - 2, low + 6))


def next_board(board: Board, rows: Iterable[Row] | None = None, *, seconds: float = 60, **more: Any) -> Board:
    """Give the version after a board, with other rows where they are given."""
    found = board.rows if rows is None else tuple(rows)
    made = replace(board, version=board.version + 1, made_at=board.made_at + timedelta(seconds=seconds), rows=found)
    return replace(made, **more)


def repriced(row: Row, american: int, **more: Any) -> Row:
    """Give a row at another price."""
    quote = replace(row.quote, price=price(american), changed_at=row.quote.seen_at)
    return replace(row, quote=quote, **more)


def a_large_board(rows: int = 200, *, version: int = 1, at: datetime = NOON) -> Board:
    """Give a board of so many rows."""
    made = a_shown_board(-(-rows // 30), version=version, at=at, opportunities=False)
    return replace(made, rows=made.rows[:rows])


def a_hostile_board(version: int = 1) -> Board:
    """Give a board whose every text of a provider tries to be more than text."""
    cards = [
        replace(a_card(number), home=HOSTILE[number], away=HOSTILE[(number + 1) % len(HOSTILE)])
        for number in range(len(HOSTILE) - 1)
    ]
    rows = [
        replace(row, fair_books=HOSTILE, flags=(HOSTILE[number],))
        for number, card in enumerate(cards)
        for row in rows_of_game(card, number, HOSTILE)
    ]
    return Board(version, NOON, tuple(cards), tuple(rows), (), synthetic=True)
