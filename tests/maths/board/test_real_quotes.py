"""The board on real quotes: every recorded response against the oracle, and its de-vig against peers."""

import warnings
from collections import defaultdict
from datetime import datetime

import pytest

from closeline.domain.board import LiveQuote
from closeline.domain.board.market import MarketState
from closeline.domain.feeds.captures import ParsedPayload, RawPayload
from closeline.maths.board.rules import DEFAULT_RULES
from closeline.maths.board.worth import market_worths
from closeline.providers.the_odds_api.feed import TheOddsApi
from tests.builders import board_oracle as oracle
from tests.builders.boards import NOW, a_card
from tests.shared_data import shared_data


def states_of(parsed: ParsedPayload) -> list[MarketState]:
    """Give the markets of a payload as if they had been seen at its own time, by the provider's own ids."""
    cards = {
        event.provider_event_id: a_card(f"{event.league}_{at}", league=event.league, starts_at=event.starts_at)
        for at, event in enumerate(parsed.events)
    }
    quotes: defaultdict[tuple[str, object], list[LiveQuote]] = defaultdict(list)
    for item in parsed.quotes:
        if not item.player and not item.alternate:
            quotes[item.provider_event_id, item.market].append(LiveQuote(
                cards[item.provider_event_id].event_id, item.book, item.market, item.side, item.line_quarters, item.price,
                item.received_at, item.received_at,
            ))  # fmt: skip
    return [MarketState(cards[name], found[0].market, "", tuple(found)) for (name, _), found in quotes.items()]


def recorded(every: int = 1) -> list[tuple[datetime, list[MarketState]]]:
    """Give each of every so many recorded responses as its markets, with its own time."""
    found = []
    for path in shared_data("theoddsapi/odds_americanfootball_*.json")[::every]:
        parsed = TheOddsApi().parse(RawPayload(path.name, path.read_bytes(), NOW))
        if parsed.quotes:
            found.append((max(quote.received_at for quote in parsed.quotes), states_of(parsed)))
    return found


def compared(every: int) -> int:
    """Compare every figure of recorded boards with the oracle's, and count the values that were."""
    seen = 0
    for now, states in recorded(every):
        for state, found in zip(states, market_worths(states, now=now, rules=DEFAULT_RULES), strict=True):
            for row in found.rows:
                told = oracle.worth(state, row.quote, now)
                for name in ("own_fair", "fair", "ev", "kelly"):
                    given, wanted = getattr(row, name), getattr(told, name)
                    assert (given is None) == (wanted is None), (name, row)
                    assert given is None or given == pytest.approx(wanted, rel=1e-9, abs=1e-11), (name, row)
                assert (row.best, set(row.fair_books)) == (told.best, told.books)
                seen += row.ev is not None
    return seen


def test_a_recorded_board_is_the_oracles():
    assert compared(every=12) > 300


@pytest.mark.campaign
def test_every_recorded_board_is_the_oracles():
    assert compared(every=1) > 5000


def test_every_books_fair_odds_are_those_of_a_peer():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        implied = pytest.importorskip("penaltyblog.implied")
    seen = 0
    for now, states in recorded(every=6):
        for state, found in zip(states, market_worths(states, now=now, rules=DEFAULT_RULES), strict=True):
            for row in found.rows:
                whole = oracle.book_market(state, row.quote.book, oracle.canonical(row.quote))
                if whole is None or row.own_fair is None:
                    continue
                told = implied.calculate_implied([q.price.decimal for q in whole], method=oracle.method_of(state))
                place = state.market.sides.index(row.quote.side)
                assert row.own_fair == pytest.approx(told.probabilities[place], abs=1e-6)
                seen += 1
    assert seen > 300
