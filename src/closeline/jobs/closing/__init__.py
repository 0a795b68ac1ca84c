"""Closing: what the record knows of a market's prices and of its close, asked for one event at a time."""

from datetime import datetime, timedelta

from closeline.domain.errors import BadInput, NotFound
from closeline.domain.leagues import League
from closeline.domain.markets import GAME_MARKETS, Market, Side, is_of_players, market
from closeline.domain.odds import default_method
from closeline.flow.review import closer_of, rules_in_force
from closeline.flow.review.closes import Close, Closer, Start
from closeline.flow.review.history import seen_until
from closeline.flow.review.players import OfPlayers
from closeline.flow.review.starts import starts_of
from closeline.schemas.ending import clv as shapes
from closeline.store import quotes
from closeline.store.quotes import Quote
from closeline.store.session import Session


def closing_line(
    session: Session, event_id: str, market_key: str | None = None, book: str | None = None, *, tenant_id: str,
    as_of: datetime,
) -> shapes.ClosingQuotes:  # fmt: skip
    """Return the close of each side of an event's markets by the rules in force, as a ticket at `book` would meet it.

    Without a key the main markets of the whole game. Raises NotFound for no such event, BadInput for no such market.
    """
    wanted = GAME_MARKETS if market_key is None else (_market(market_key),)
    start = _start(session, event_id, as_of)
    league = League(event_id.partition("_")[0])
    rules = rules_in_force(session, tenant_id, league, as_of)
    # Of a player his own line alone: what would carry it to another is the forecast of a pick.
    of_players: OfPlayers | None = {} if any(of.player_id for of in wanted) else None
    closer = closer_of(session, tenant_id, league, rules, {event_id: start}, as_of, of_players)
    return shapes.ClosingQuotes(
        event_id=event_id, book=book, rules=rules.version, starts_at=start.at, start_basis=start.basis,
        closes=[_closing(closer, event_id, of, side, book) for of in wanted if len(of.sides) == 2 for side in of.sides],
    )  # fmt: skip


def odds_snapshots(
    session: Session, event_id: str, market_key: str | None = None, book: str | None = None, *, as_of: datetime
) -> shapes.Snapshots:
    """Return every price of an event that was received by `as_of`, oldest first; of one market or book where asked.

    Raises NotFound for no such event, BadInput for no such market.
    """
    key = None if market_key is None else _market(market_key).key
    start = _start(session, event_id, as_of)
    players = key is not None and is_of_players(key)
    rows = quotes.of_events(session, [event_id], as_of=as_of, players=players)
    until = seen_until(rows, quotes.seen_by(session, [event_id], as_of=as_of, players=players))
    return shapes.Snapshots(
        event_id=event_id, market_key=market_key, book=book, starts_at=start.at, start_basis=start.basis,
        snapshots=[
            _snapshot(row, until[row.quote_id])
            for row in rows
            if key in (None, row.market.key) and book in (None, row.book)
        ],
    )  # fmt: skip


def _market(key: str) -> Market:
    try:
        return market(key)
    except ValueError:
        raise BadInput(f"market_key must be like SPREAD:FULL_GAME, was {key[:60]!a}") from None


def _start(session: Session, event_id: str, as_of: datetime) -> Start:
    found = starts_of(session, [event_id], as_of=as_of).get(event_id)
    if found is None:
        raise NotFound(f"event must be in the record, {event_id[:100]!a} was not")
    return found


def _closing(closer: Closer, event_id: str, of: Market, side: Side, book: str | None) -> shapes.ClosingQuote:
    close = closer.close(event_id, of, side, ticket_book=book)
    method = default_method(closer.league, of.type)
    return shapes.ClosingQuote(
        market_key=of.key, side=side, quality=close.quality, reason=close.reason,
        line=None if close.line_quarters is None else close.line_quarters / 4, book=close.book,
        consensus_books=list(close.consensus_books), price=close.price.text if close.price else None,
        price_opposite=close.opposite.text if close.opposite else None, fair=close.fair.get(method), method=method,
        fair_by_method={str(name): chance for name, chance in close.fair.items()}, captured_at=close.captured_at,
        seen_until=close.seen_until, age_minutes=_age(close, closer.starts[event_id].at),
        snapshot_id=close.snapshot_id,
    )  # fmt: skip


def _age(close: Close, starts_at: datetime) -> float | None:
    seen = close.seen_until or close.captured_at
    return None if seen is None else max(starts_at - seen, timedelta(0)) / timedelta(minutes=1)


def _snapshot(row: Quote, until: datetime) -> shapes.Snapshot:
    return shapes.Snapshot(
        snapshot_id=row.snapshot_id, book=row.book, market_key=row.market.key, side=row.side,
        line=None if row.line_quarters is None else row.line_quarters / 4, price=row.price.text,
        decimal=row.price.decimal, captured_at=row.received_at, seen_until=until, assumed=row.price.assumed,
    )  # fmt: skip
