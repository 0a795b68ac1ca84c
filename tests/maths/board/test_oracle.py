"""The board against an oracle that shares no code with it: every figure of every row, on random boards and real ones."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest

from closeline.domain.board import Availability, LiveQuote, Opportunity, OpportunityKind
from closeline.domain.board.market import MarketState
from closeline.domain.leagues import League
from closeline.domain.markets import MONEYLINE, SPREAD, TOTAL, Market, MarketType
from closeline.domain.settlement import Result
from closeline.maths.board.rules import DEFAULT_RULES
from closeline.maths.board.worth import MarketWorth, market_worths
from tests.builders import board_oracle as oracle
from tests.builders.boards import BOOKS, NOW, THREE_WAY, a_card, a_price, a_quote, a_state, american

PROP = Market(MarketType.PLAYER_POINTS)
_STARTS = [timedelta(hours=hours) for hours in (30, 12, 2, 0.25)] + [timedelta(minutes=-5)]


def a_random_state(random: Random) -> MarketState:
    """Draw one market with all that can be wrong with its quotes, each of it now and then."""
    league = random.choice(list(League))
    market = random.choice((MONEYLINE, SPREAD, TOTAL, THREE_WAY, PROP))
    card = a_card(
        f"{league}_a_b_2023_11_19", league=league, starts_at=NOW + random.choices(_STARTS, (4, 4, 4, 2, 1))[0]
    )
    chance = random.uniform(0.08, 0.9)
    chances = (chance, 1 - chance) if len(market.sides) == 2 else (chance, (1 - chance) * 0.3, (1 - chance) * 0.7)
    others = ("betfair_ex_eu", "betopenly", "prizepicks", "bookmaker", "unibet_us", "betparx")
    books = random.sample((*BOOKS, *others), random.randint(1, 14))
    near = random.choice((2, 20))
    main = 2 * random.randint(-near, near) if market is SPREAD else 2 * random.randint(60, 100)
    quotes: list[LiveQuote] = []
    for book in books:
        lines: set[int | None] = {main + random.choice((0, 0, 0, 2, -2, 1, -1))} if market.has_line else {None}
        if market.has_line and random.random() < 0.1:
            lines.add(main + random.choice((4, 3, 2)))
        for line in lines:
            quotes += a_random_book(random, card, market, book, chances, line)
    return a_state(quotes, card) if quotes else a_random_state(random)


def a_random_book(random, card, market, book, chances, line) -> list[LiveQuote]:
    margin = random.choice((0.02, 0.045, 0.045, 0.07, -0.004, 0.3))
    nudge = random.gauss(0, 0.015) if random.random() < 0.93 else random.choice((-0.1, 0.1))
    seen_at = NOW - timedelta(seconds=random.choice((0, 0, 20, 60, 400, 2000, 9000)))
    shown = []
    for place, side in enumerate(market.sides):
        if random.random() < 0.05:
            continue
        own = -line if line is not None and market is SPREAD and place else line
        price = american(
            a_price(random, min(max(chances[place] + nudge * (1, -1, 0)[place], 0.02), 0.95), margin),
            assumed=random.random() < 0.02,
        )
        availability = Availability.PRICED if random.random() < 0.95 else random.choice(list(Availability))
        quote = a_quote(
            book, side, price, market=market, line=own, card=card, seen_at=seen_at, availability=availability,
            player="p1" if market is PROP else "",
        )  # fmt: skip
        shown.append(replace(quote, seen_at=seen_at - timedelta(seconds=30)) if random.random() < 0.1 else quote)
    return shown


def told_by_books(state: MarketState, random: Random) -> MarketState:
    """Let each book tell a time of its own, old ones too, and call its later lines alternates."""
    firsts: dict[str, int | None] = {}
    quotes = []
    for quote in state.quotes:
        main = firsts.setdefault(quote.book, oracle.canonical(quote)) == oracle.canonical(quote)
        ago = random.choices((None, 0, 60, 500, 4000, 40_000, 100_000), (4, 6, 3, 2, 1, 1, 1))[0]
        told = None if ago is None else NOW - timedelta(seconds=ago)
        quotes.append(replace(quote, alternate=not main, updated_at=told))
    return replace(state, quotes=tuple(quotes))


def agrees(state: MarketState, found: MarketWorth) -> Counter[str]:
    """Compare every figure of a market with the oracle's, and count what was compared."""
    seen: Counter[str] = Counter()
    assert len(found.rows) == len(state.quotes)
    for row in found.rows:
        told = oracle.worth(state, row.quote, NOW)
        for name in ("own_fair", "fair", "ev", "kelly"):
            wanted, given = getattr(told, name), getattr(row, name)
            assert (given is None) == (wanted is None), (name, row, told)
            if wanted is not None:
                assert given == pytest.approx(wanted, rel=1e-9, abs=1e-11), (name, row, told)
                seen[name] += 1
        assert set(row.fair_books) == told.books, (row, told)
        assert row.best == told.best, (row, told)
        seen["best"] += row.best
        seen["old"] += "OLD_CONTENT" in row.flags
    return seen + agrees_on_opportunities(state, found)


def agrees_on_opportunities(state: MarketState, found: MarketWorth) -> Counter[str]:
    seen: Counter[str] = Counter()
    sums = oracle.arbitrages(state, NOW)
    given = [item for item in found.opportunities if item.kind is OpportunityKind.ARBITRAGE]
    assert {oracle.canonical(item.legs[0].quote) for item in given} == set(sums)
    for item in given:
        total = sums[oracle.canonical(item.legs[0].quote)]
        assert item.margin == pytest.approx(float(1 / total - 1), abs=1e-12)
        assert len({leg.quote.book for leg in item.legs}) > 1
        for leg in item.legs:
            assert leg.stake_share == pytest.approx(float(1 / leg.quote.price.exact / total), abs=1e-12)
        seen["arbitrage"] += 1
    told = oracle.middles(state, NOW)
    between = {lines_of(item): item for item in found.opportunities if item.kind is OpportunityKind.MIDDLE}
    assert set(between) == set(told)
    for lines, item in between.items():
        left, results = told[lines]
        assert item.window_quarters is not None
        low, high = item.window_quarters
        assert {result for result in oracle.results_of(state) if low < 4 * result < high} == results
        assert item.margin == pytest.approx(left, abs=1e-12)
        seen["middle"] += 1
        seen["quarter middle"] += lines[0] % 2 or lines[1] % 2
    for item in found.opportunities:
        agrees_on_what_is_left(state, item)
    return seen


def lines_of(item: Opportunity) -> tuple[int, int]:
    first, second = (oracle.canonical(leg.quote) for leg in item.legs)
    assert first is not None
    assert second is not None
    return first, second


def agrees_on_what_is_left(state: MarketState, item: Opportunity) -> None:
    """Settle an opportunity at every result: the margin is the most of an arbitrage and the least of a middle."""
    if not state.market.has_line:
        return
    left, comes_back = [], False
    for result in oracle.results_of(state):
        grades = [oracle.grade_of(state, leg.quote, result) for leg in item.legs]
        comes_back |= any(grade.result is Result.PUSH or grade.fraction_quarters == 2 for grade in grades)
        left.append(sum(leg.stake_share * float(grade.units) for leg, grade in zip(item.legs, grades, strict=True)))
    most_or_least = max(left) if item.kind is OpportunityKind.ARBITRAGE else min(left)
    assert most_or_least == pytest.approx(item.margin, abs=1e-12)
    assert min(left) > -1e-12 or item.kind is OpportunityKind.MIDDLE
    assert item.flags or not comes_back


def compared(boards: int, seed: int) -> Counter[str]:
    random, books = Random(seed), Random(seed)
    seen: Counter[str] = Counter()
    for _ in range(0, boards, 500):
        states = [told_by_books(a_random_state(random), books) for _ in range(min(500, boards))]
        for state, found in zip(states, market_worths(states, now=NOW, rules=DEFAULT_RULES), strict=True):
            seen += agrees(state, found)
    return seen


def test_every_figure_of_random_boards_is_the_oracles():
    seen = compared(400, seed=20231119)

    assert all(seen[name] > 20 for name in ("own_fair", "fair", "ev", "kelly", "best", "old", "arbitrage", "middle")), (
        seen
    )
    assert seen["quarter middle"] > 5


@pytest.mark.campaign
def test_every_figure_of_ten_thousand_random_boards_is_the_oracles():
    seen = compared(10_000, seed=1)

    assert seen["ev"] > 20_000, seen
