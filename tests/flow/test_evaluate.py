"""Evaluate: fair prices equal a scalar oracle, and only whole markets have one."""

# mypy: disable-error-code="misc, arg-type"

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from closeline.domain.feeds.captures import Phase
from closeline.domain.leagues import League
from closeline.domain.markets import GAME_MARKETS, MONEYLINE, SPREAD, TOTAL, Market, MarketType, Period, Side
from closeline.domain.odds import default_method
from closeline.maths.devig import devig
from closeline.store import evaluations
from closeline.store.session import unit_of_work
from tests.builders.moments import CLOSES, ENDS, HOUR, OPENS
from tests.builders.payloads import GAME, a_payload, a_price, a_quote, both_sides, three_markets
from tests.builders.records import number, rolled_back, take_in, take_in_and_price
from tests.strategies import american


def priced(session, parsed, **other):
    snapshot = take_in_and_price(session, parsed, **other)
    return {(item.book, item.market_key): item for item in evaluations.of_snapshot(session, snapshot, as_of=ENDS)}


@settings(max_examples=25)
@given(
    st.sampled_from(GAME_MARKETS),
    st.tuples(american, american).filter(lambda pair: 1 <= sum(a_price(price).implied for price in pair) <= 1.6),
)
def test_a_fair_price_equals_the_scalar_oracle(seeded, market, prices):
    with rolled_back(seeded) as session:
        found = priced(
            session, a_payload(*both_sides(market=market, line=None if market == MONEYLINE else 900, prices=prices))
        )
        (item,) = found.values()

    oracle = devig([a_price(price).exact for price in prices], default_method(League.NBA, market.type))
    assert item.fair_probability == pytest.approx(float(oracle.probabilities[0]), abs=1e-9)
    assert item.overround == pytest.approx(float(sum(1 / a_price(price).exact for price in prices) - 1), abs=1e-9)
    assert item.method == default_method(League.NBA, market.type)


@pytest.mark.parametrize("market", GAME_MARKETS)
@pytest.mark.parametrize("side", [0, 1])
def test_a_market_of_one_side_is_never_evaluated(seeded, market, side):
    alone = both_sides(market=market, line=None if market == MONEYLINE else 900)[side]
    with unit_of_work(seeded) as session:
        assert priced(session, a_payload(alone)) == {}


def test_a_side_that_a_snapshot_no_longer_shows_does_not_make_its_market_whole(seeded):
    home, away = both_sides()
    with unit_of_work(seeded) as session:
        assert len(priced(session, a_payload(home, away))) == 1
        only_home = a_quote(price="-120", at=OPENS + 5 * HOUR)
        assert priced(session, a_payload(only_home), at=OPENS + 5 * HOUR) == {}


def test_sides_of_two_books_make_no_market(seeded):
    home, _ = both_sides(book="pinnacle")
    _, away = both_sides(book="circa")
    with unit_of_work(seeded) as session:
        assert priced(session, a_payload(home, away)) == {}


def test_sides_whose_lines_do_not_answer_each_other_make_no_market(seeded):
    with unit_of_work(seeded) as session:
        assert priced(session, a_payload(a_quote(line=-14), a_quote(side=Side.AWAY, line=12))) == {}
        assert (
            priced(
                session, a_payload(a_quote(market=TOTAL, line=900), a_quote(market=TOTAL, side=Side.UNDER, line=902))
            )
            == {}
        )


def test_three_outcomes_are_left_to_others_and_a_half_is_a_market_of_its_own(seeded):
    three_way = Market(MarketType.MONEYLINE_3WAY)
    half = Market(MarketType.SPREAD, Period.FIRST_HALF)
    with unit_of_work(seeded) as session:
        parts = [a_quote(market=three_way, side=side, price="+200") for side in (Side.HOME, Side.AWAY)]
        (item,) = priced(session, a_payload(*parts, *both_sides(market=half))).values()

    assert item.market_key == half.key


@pytest.mark.parametrize(
    ("prices", "flags"),
    [
        (("-110", "-110"), ""),
        (("+100", "+100"), ""),
        (("+102", "+100"), "UNDERROUND"),
        (("+200", "+200"), "UNDERROUND"),
        (("-1000", "-1000"), "BOOKSUM"),
    ],
)
def test_a_market_without_a_margin_or_with_an_absurd_one_is_flagged(seeded, prices, flags):
    with unit_of_work(seeded) as session:
        (item,) = priced(session, a_payload(*both_sides(market=TOTAL, line=900, prices=prices))).values()

    assert item.flags == flags
    assert item.is_reference == (flags == "")


def test_a_spread_and_a_moneyline_that_contradict_each_other_are_both_flagged_and_the_total_is_not(seeded):
    with unit_of_work(seeded) as session:
        found = priced(session, a_payload(*three_markets(spread=-14, moneyline=("+140", "-160"))))

    assert {key: item.flags for (_, key), item in found.items()} == {
        MONEYLINE.key: "INCONSISTENT", SPREAD.key: "INCONSISTENT", TOTAL.key: "",
    }  # fmt: skip


def test_an_unchanged_quote_is_priced_again_in_the_snapshot_that_saw_it(seeded):
    with unit_of_work(seeded) as session:
        first = priced(session, a_payload(*three_markets()))
        again = priced(session, a_payload(*three_markets(at=CLOSES, phase=Phase.CLOSE)), at=CLOSES, phase=Phase.CLOSE)
        assert number(session, "SELECT count(*) FROM quote") == 6

    assert {key: item.fair_probability for key, item in first.items()} == {
        key: item.fair_probability for key, item in again.items()
    }
    assert {item.received_at for item in again.values()} == {CLOSES}


def test_evaluating_a_snapshot_twice_changes_nothing(seeded):
    from closeline.flow import evaluate

    with unit_of_work(seeded) as session:
        snapshot = take_in_and_price(session, a_payload(*three_markets()))
        told = evaluate.evaluate(session, league=League.NBA, snapshot_id=snapshot, as_of=OPENS)
        assert number(session, "SELECT count(*) FROM market_evaluation") == 3
        assert number(session, "SELECT count(*) FROM quote WHERE event_id = :name", name=GAME) == 6

    assert told.markets == 3


def test_a_quote_of_the_future_is_not_priced(seeded):
    from closeline.flow import evaluate

    with unit_of_work(seeded) as session:
        told = take_in(session, a_payload(*three_markets())).events[0]
        take_in(session, a_payload(*three_markets(at=OPENS + HOUR, spread=-30)), at=OPENS + HOUR)
        # The trap has beaten the heart of the series by now; the first snapshot is priced late.
        evaluate.evaluate(session, league=League.NBA, snapshot_id=told.snapshot_id, as_of=OPENS)
        found = evaluations.of_snapshot(session, told.snapshot_id, as_of=OPENS + timedelta(0))

    assert all(item.received_at <= OPENS and item.line_quarters != -30 for item in found)
