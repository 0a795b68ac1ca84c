"""Bets against closing lines: what each bet's own line and price were worth at the close of its market (clv-v1).

Computed from the record whenever it is asked for, and stored nowhere: a close is never imputed, and where there is none
the reason is told.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from closeline.domain.leagues import League
from closeline.domain.money.bets import Bet
from closeline.flow.review import close_of, closer_of, rules_in_force
from closeline.flow.review.starts import starts_of
from closeline.flow.review.values import Ticket, Valued, value
from closeline.store.session import Session

# Quotes of so many events are held at a time.
_EVENTS = 40


def valued_bets(session: Session, bets: Sequence[Bet], *, tenant_id: str, at: datetime) -> Mapping[str, Valued]:
    """Return each bet with its close and what it was worth, by the bet's name; of games that have begun by `at`."""
    found: dict[str, Valued] = {}
    for league in sorted({bet.league for bet in bets}):
        own = [bet for bet in bets if bet.league is league]
        names = sorted({bet.selection.event_id for bet in own})
        for place in range(0, len(names), _EVENTS):
            some = frozenset(names[place : place + _EVENTS])
            part = [bet for bet in own if bet.selection.event_id in some]
            found |= _of_league(session, league, part, tenant_id, at)
    return found


def _of_league(
    session: Session, league: League, bets: Sequence[Bet], tenant_id: str, at: datetime
) -> dict[str, Valued]:
    known = starts_of(session, sorted({bet.selection.event_id for bet in bets}), as_of=at)
    starts = {name: start for name, start in known.items() if start.at <= at}
    begun = [bet for bet in bets if bet.selection.event_id in starts]
    rules = rules_in_force(session, tenant_id, league, at)
    closer = closer_of(session, tenant_id, league, rules, starts, at)
    tickets = [Ticket(bet.selection, bet.price, bet.book) for bet in begun]
    valued = value(league, closer.shapes, [(ticket, close_of(closer, ticket)) for ticket in tickets])
    return {bet.bet_id: item for bet, item in zip(begun, valued, strict=True)}
