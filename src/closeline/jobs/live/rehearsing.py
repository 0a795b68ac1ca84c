"""Rehearsing: a made-up board once before the first real one, so that no capture pays for what is loaded then.

Kernels are read, modules imported and caches made.
"""

from datetime import datetime, timedelta

from closeline.domain.board import EventCard, LiveQuote
from closeline.domain.board.market import Sighting
from closeline.domain.leagues import League
from closeline.domain.markets import GAME_MARKETS, Market
from closeline.domain.odds import OddsFormat, Price
from closeline.jobs.live.follower import Follower
from closeline.schemas.board.pressing import press

_BOOKS = ("rehearsal_a", "rehearsal_b", "rehearsal_c", "rehearsal_d")
_PRICES = tuple(Price.quoted(text, OddsFormat.AMERICAN) for text in ("-115", "-105", "-112", "-108"))


def rehearse(now: datetime) -> int:
    """Make two versions of a made-up board that nobody sees, and return how many rows it had."""
    follower = Follower(keeps_opinions=False)
    board = None
    for step in range(2):
        at = now + timedelta(minutes=step)
        board = follower.take([_sighting(at, step)], now=at) or board
    assert board is not None, follower.health().last_fault
    return len(press(board).board.rows)


def _sighting(at: datetime, step: int) -> Sighting:
    cards = tuple(
        EventCard(f"{league}_rehearsal", league, "home", "away", at + timedelta(hours=5)) for league in League
    )
    quotes = [
        quote
        for card in cards
        for market in GAME_MARKETS
        for place, book in enumerate(_BOOKS)
        for quote in _quotes(card, market, book, (place + step) % len(_PRICES), at)
    ]
    return Sighting(at, cards, tuple(quotes))


def _quotes(card: EventCard, market: Market, book: str, place: int, at: datetime) -> list[LiveQuote]:
    prices = (_PRICES[place], _PRICES[place - 1])
    lines = (-14, 14) if market == GAME_MARKETS[1] else (180, 180)
    return [
        LiveQuote(card.event_id, book, market, side, line if market.has_line else None, price, at, at)
        for side, line, price in zip(market.sides, lines, prices, strict=True)
    ]
