"""Hypothetical tickets: every price that stood so long before the start, met with its close as a pick would be.

Nothing is picked, published or stored: this measures how well a record of prices can say what a close was.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from closeline.domain.leagues import League
from closeline.domain.markets import GAME_MARKETS, Selection
from closeline.domain.picks.closing import BookQuote, ClosingRules
from closeline.flow.review import close_of, closer_of, rules_in_force
from closeline.flow.review.closes import Closer, Start
from closeline.flow.review.starts import starts_of
from closeline.flow.review.values import Ticket, Valued, value
from closeline.store.past import quoted
from closeline.store.session import Session

# Quotes of so many events are held at a time.
_EVENTS = 40


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """What every such ticket came to. `empty` are events of which no price stood so long before the start."""

    rules: ClosingRules
    starts: dict[str, Start]
    empty: int
    valued: tuple[Valued, ...]


def hypothetical(
    session: Session, *, tenant_id: str, league: League, before: timedelta, book: str | None, as_of: datetime
) -> Hypothesis:
    """Value a ticket at each price of a main market that stood `before` the start, at one book or at each of them."""
    rules = rules_in_force(session, tenant_id, league, as_of)
    names = quoted.events_with_quotes(session, league=league)
    starts = {name: start for name, start in starts_of(session, names, as_of=as_of).items() if start.at <= as_of}
    found: list[Valued] = []
    held = 0
    for place in range(0, len(names), _EVENTS):
        some = {name: starts[name] for name in names[place : place + _EVENTS] if name in starts}
        closer = closer_of(session, tenant_id, league, rules, some, as_of)
        tickets = [ticket for name in some for ticket in _tickets(closer, name, before, book)]
        held += len({ticket.selection.event_id for ticket in tickets})
        found += value(league, closer.shapes, [(ticket, close_of(closer, ticket)) for ticket in tickets])
    return Hypothesis(rules, starts, len(starts) - held, tuple(found))


def _tickets(closer: Closer, event_id: str, before: timedelta, book: str | None) -> Iterator[Ticket]:
    moment = closer.starts[event_id].at - before
    for market in GAME_MARKETS:
        for side in market.sides:
            for quote in _standing(closer.histories.of(event_id, market, side), moment):
                if book in (None, quote.book):
                    yield Ticket(Selection(event_id, market, side, quote.line_quarters), quote.price, quote.book)


def _standing(history: Sequence[BookQuote], moment: datetime) -> list[BookQuote]:
    """Return each book's last quote by a moment: what is kept is every change, so it stood until the next."""
    last = {quote.book: quote for quote in history if quote.captured_at <= moment}
    return [last[book] for book in sorted(last)]
