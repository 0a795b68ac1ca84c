"""Writing the board: plain values to JSON.

Values go from the domain's types straight into the dictionaries that are dumped; `tests/schemas` holds them against the
shapes. A whole board is written quicker by `pressing`.
"""

import gzip
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Any

from closeline.domain.board import Board, EventCard, Leg, LiveQuote, Movement, Opportunity, Row
from closeline.domain.board.changes import Changes, row_id
from closeline.domain.markets import Market, MarketType, Selection, Side
from closeline.domain.odds import Price
from closeline.domain.publishing.labels import label

Plain = dict[str, Any]

# Level 1 is five times quicker than 6, and a tenth larger.
_LEVEL = 1
_REMEMBERED = 16_384
_QUARTERS = 4
_NO_WORTH: Plain = {
    "own_fair": None, "fair": None, "fair_books": [], "overround": None, "hold": None, "ev": None, "kelly": None,
    "best": False, "movement": None, "flags": [],
}  # fmt: skip


def headed(version: int, digest: str, body: bytes) -> bytes:
    """Put the name of an edition before what it is the hash of: it cannot be a part of that."""
    return b'{"edition":"%d-%s",' % (version, digest[:12].encode()) + body[1:]


def packed(content: bytes) -> bytes:
    """Return bytes compressed: the same for the same bytes."""
    return gzip.compress(content, _LEVEL, mtime=0)


def dumped(plain: object) -> bytes:
    """Return JSON without spaces."""
    return json.dumps(plain, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def plain_page(
    board: Board, rows: Sequence[Row] | None = None, *, edition: str = "", next_cursor: str | None = None
) -> Plain:
    """Return a board, or some of its rows, as plain values in the form of `BoardPage`."""
    cards = {card.event_id: card for card in board.events}
    return {
        "edition": edition,
        "version": board.version,
        "made_at": time_text(board.made_at),
        "synthetic": board.synthetic,
        "total": len(board.rows),
        "events": [plain_event(card) for card in board.events],
        "rows": plain_rows(board.rows if rows is None else rows, cards),
        "opportunities": [plain_opportunity(found, cards) for found in board.opportunities],
        "next_cursor": next_cursor,
    }


def plain_changes(news: Changes, cards: Mapping[str, EventCard], *, since: str, edition: str) -> Plain:
    """Return changes as plain values in the form of `BoardChanges`; who adds a row is told of whom it is."""
    found = news.opportunities
    told = {card.event_id: card for card in news.events}
    told |= {row.quote.event_id: cards[row.quote.event_id] for row in news.added if row.quote.event_id in cards}
    return {
        "since": since,
        "edition": edition,
        "version": news.version,
        "made_at": time_text(news.made_at),
        "synthetic": news.synthetic,
        "events": [plain_event(card) for card in told.values()],
        "gone_events": list(news.gone_events),
        "added": plain_rows(news.added, cards),
        "changed": plain_rows(news.changed, cards),
        "removed": list(news.removed),
        "seen": [{"seen_at": time_text(at), "row_ids": list(names)} for at, names in news.seen],
        "opportunities": None if found is None else [plain_opportunity(item, cards) for item in found],
    }


def plain_event(card: EventCard) -> Plain:
    """Return an event as plain values."""
    return {
        "event_id": card.event_id, "league": card.league, "home": card.home, "away": card.away,
        "starts_at": time_text(card.starts_at), "version": card.version,
    }  # fmt: skip


def plain_rows(rows: Iterable[Row], cards: Mapping[str, EventCard]) -> list[Plain]:
    """Return rows as plain values, in their order."""
    return [plain_row(row, cards.get(row.quote.event_id)) for row in rows]


def plain_row(row: Row, card: EventCard | None) -> Plain:
    """Return a row as plain values in the form of `BoardRow`."""
    return {
        "row_id": row_id(row),
        **_plain_quote(row.quote, card),
        "own_fair": row.own_fair,
        "fair": row.fair,
        "fair_books": list(row.fair_books),
        "overround": row.overround,
        "hold": row.hold,
        "ev": row.ev,
        "kelly": row.kelly,
        "best": row.best,
        "movement": None if row.movement is None else _plain_movement(row.movement),
        "flags": list(row.flags),
    }


def plain_opportunity(found: Opportunity, cards: Mapping[str, EventCard]) -> Plain:
    """Return an opportunity as plain values in the form of `BoardOpportunity`."""
    window = found.window_quarters
    return {
        "kind": found.kind,
        "event_id": found.event_id,
        "market_key": found.market.key,
        "player_id": found.player_id,
        "margin": found.margin,
        "window": None if window is None else [window[0] / 4, window[1] / 4],
        "legs": [_plain_leg(leg, cards.get(leg.quote.event_id)) for leg in found.legs],
        "flags": list(found.flags),
    }


def selection_label(quote: LiveQuote, card: EventCard | None) -> str:
    """Write what a quote is on, for people; its bare name where its event is not known or it is no selection."""
    names = None if card is None else (card.home, card.away)
    return label_of(quote.event_id, quote.market, quote.side, quote.line_quarters, quote.player_id, names)


# Every book asks a price for the same selections, and the same prices come again and again.
@lru_cache(maxsize=_REMEMBERED)
def label_of(
    event_id: str, of: Market, side: Side, line: int | None, player_id: str, names: tuple[str, str] | None
) -> str:
    """Write what a selection is, for people; its bare name where its teams are not known or it is none."""
    try:
        chosen = Selection(event_id, replace(of, player_id=player_id), side, line)
    except ValueError:
        return f"{of.key} {side}"
    if names is None:
        return chosen.selection_id
    return label(chosen, home=names[0], away=names[1])


@lru_cache(maxsize=_REMEMBERED)
def plain_price(price: Price) -> Plain:
    """Return a price as plain values."""
    return {
        "price": price.text, "format": price.format, "assumed": price.assumed, "decimal": price.decimal,
        "american": price.american,
    }  # fmt: skip


@lru_cache(maxsize=_REMEMBERED)
def time_text(at: datetime) -> str:
    """Write a time in UTC as `2026-01-11T20:00:00Z`."""
    return at.isoformat().replace("+00:00", "Z")


def _plain_quote(quote: LiveQuote, card: EventCard | None) -> Plain:
    return {
        "event_id": quote.event_id,
        "label": selection_label(quote, card),
        "book": quote.book,
        "market_key": quote.market.key,
        "side": quote.side,
        "line": None if quote.line_quarters is None else quote.line_quarters / 4,
        "player_id": quote.player_id,
        "alternate": quote.alternate,
        **plain_price(quote.price),
        "availability": quote.availability,
        "changed_at": time_text(quote.changed_at),
        "seen_at": time_text(quote.seen_at),
        "updated_at": None if quote.updated_at is None else time_text(quote.updated_at),
    }


def _plain_movement(moved: Movement) -> Plain:
    line = moved.opened_line_quarters
    return {
        "opened": moved.opened_text,
        "opened_line": None if line is None else line / 4,
        "opened_at": time_text(moved.opened_at),
        "probability_points": moved.probability_points,
        "points_per_hour": moved.points_per_hour,
        "steam": moved.steam,
    }


def _plain_leg(leg: Leg, card: EventCard | None) -> Plain:
    quote = leg.quote
    name = row_id(Row(quote, None, None, (), None, None, None, None, best=False, movement=None))
    row = {"row_id": name, **_plain_quote(quote, card), **_NO_WORTH}
    return {"row": row, "stake_share": leg.stake_share, "age_seconds": leg.age_seconds}


def window_label(found: Opportunity, card: EventCard | None) -> str:
    """Say on which results both bets of a middle win in full, as results and not as a handicap; empty for none."""
    if found.window_quarters is None:
        return ""
    low, high = found.window_quarters
    results = range(low // _QUARTERS + 1, -(-high // _QUARTERS))
    if not results:
        return ""
    first, last = results[0], results[-1]
    if found.market.type is not MarketType.SPREAD:
        return f"a total of {first}" if first == last else f"a total of {first} to {last}"
    home, away = (card.home, card.away) if card else ("home", "away")
    if first * last <= 0 and first != last:
        return f"anything from {_won(first, home, away)} to {_won(last, home, away)}"
    near, far = sorted((first, last), key=abs)
    return _won(near, home, away) + ("" if near == far else f" to {abs(far)}")


def _won(margin: int, home: str, away: str) -> str:
    """Write the margin of the home team as a result."""
    return f"{home if margin > 0 else away} wins by {abs(margin)}" if margin else "a tie"
