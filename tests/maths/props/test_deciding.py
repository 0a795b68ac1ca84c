"""Decisions: thresholds are met when reached, every reason is told, and what each filter costs is counted."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from closeline.domain.markets import Side
from closeline.domain.odds import DevigMethod, OddsFormat, Price
from closeline.domain.props.filters import REQUESTED, FilterReason, PropFilters
from closeline.maths.devig import devig
from closeline.maths.props.deciding import decide, filter_costs, filter_costs_by_price
from closeline.maths.props.distributions import PropForecast
from closeline.maths.props.participation import kelly_given_play, value

american = st.one_of(st.integers(-300, -101), st.integers(100, 300)).map(lambda n: f"{n:+d}")


def price(text):
    return Price.quoted(text, OddsFormat.AMERICAN)


def decided(forecast, line=122, over="-110", under="-110", filters=REQUESTED, games=20):
    return decide(forecast, line, price(over), price(under), filters, games=games)


STRONG = PropForecast(34.0, 64.0)


@given(st.floats(5.0, 45.0), st.floats(1.2, 4.0), st.integers(20, 180), american, american)
def test_the_side_is_the_one_with_the_larger_edge_over_its_own_price(mean, ratio, line, over, under):
    forecast = PropForecast(mean, mean * ratio)
    made = decided(forecast, line, over, under)

    edges = {
        side: forecast.no_push(side, line) - 1 / price(text).decimal
        for side, text in ((Side.OVER, over), (Side.UNDER, under))
    }
    assert made.edge_prob == max(edges.values()) == edges[made.side]
    assert made.ev == value(forecast, made.side, line, made.decimal)
    assert made.bet == (made.reasons == ())
    assert made.stake == (min(0.01, made.kelly_quarter) if made.bet else 0.0)


def test_a_tie_is_over():
    even = PropForecast(30.0, 64.0)
    line = next(line for line in (118, 120, 122) if abs(even.no_push(Side.OVER, line) - 0.5) < 0.1)
    q = even.no_push(Side.OVER, line)

    made = decide(
        even,
        line,
        Price.quoted(repr(1 / q), OddsFormat.DECIMAL),
        Price.quoted(repr(1 / (1 - q)), OddsFormat.DECIMAL),
        games=9,
    )
    assert abs(made.edge_prob) < 1e-12
    assert FilterReason.EDGE in made.reasons


def test_thresholds_are_met_when_they_are_reached():
    made = decided(STRONG)
    exact = replace(REQUESTED, min_edge=made.edge_prob, min_confidence=made.p_side, max_cv=made.cv, min_games=20)
    beyond = replace(
        exact, min_edge=made.edge_prob + 1e-9, min_confidence=made.p_side + 1e-9, max_cv=made.cv - 1e-9, min_games=21
    )

    assert decided(STRONG, filters=exact).bet
    assert decided(STRONG, filters=beyond).reasons == (
        FilterReason.EDGE, FilterReason.CONFIDENCE, FilterReason.CV, FilterReason.INSUFFICIENT_DATA,
    )  # fmt: skip


def test_reasons_keep_their_order_and_a_refusal_stakes_nothing():
    made = decided(PropForecast(30.0, 200.0, plays=0.0), over="-150", under="-150", games=4)

    assert made.reasons == tuple(FilterReason)
    assert (made.bet, made.stake, made.kelly_quarter, made.ev) == (False, 0.0, 0.0, 0.0)


def test_players_with_few_games_are_told_and_not_dropped():
    assert decided(STRONG, games=4).reasons == (FilterReason.INSUFFICIENT_DATA,)
    assert decided(STRONG, games=5).bet


def test_who_is_out_is_never_bet_on():
    assert decided(replace(STRONG, plays=0.0)).reasons == (FilterReason.NOT_PLAYING,)
    assert decided(replace(STRONG, plays=0.1)).bet


def test_a_chance_not_to_play_lowers_the_value_and_leaves_edge_and_stake():
    sure, doubtful = decided(STRONG), decided(replace(STRONG, plays=0.55))

    assert doubtful.ev == pytest.approx(0.55 * sure.ev)
    assert doubtful.ev_if_plays == sure.ev_if_plays == sure.ev
    assert (doubtful.edge_prob, doubtful.kelly_quarter, doubtful.stake) == (
        sure.edge_prob,
        sure.kelly_quarter,
        sure.stake,
    )


def test_a_large_edge_is_reviewed_and_not_staked_more():
    large, huge = decided(STRONG), decided(PropForecast(44.0, 64.0))

    assert large.review
    assert huge.review
    assert large.stake == huge.stake == 0.01
    assert not decided(PropForecast(31.5, 49.0), over="+120", under="-140").review


def test_edges_against_price_and_against_the_fair_market_are_both_told():
    made = decided(STRONG, over="-120", under="-105")
    fair = devig([price("-120").decimal, price("-105").decimal], DevigMethod.POWER).probabilities[0]

    assert made.p_fair == fair
    assert made.edge_fair == made.p_side - fair
    assert made.edge_fair > made.edge_prob


def test_the_stake_is_the_asked_fraction_of_kelly_below_the_cap():
    thin = PropForecast(31.0, 64.0)
    filters = PropFilters(min_edge=0.0, min_confidence=0.0, kelly_fraction=0.1, kelly_cap=0.05)
    made = decided(thin, 118, filters=filters)

    assert made.bet
    assert made.stake == made.kelly_quarter == 0.1 * kelly_given_play(thin, Side.OVER, 118, 21 / 11)


def test_quarter_lines_are_staked_as_two_halves():
    made = decided(STRONG, 121)

    assert made.bet
    assert made.kelly_quarter == pytest.approx(0.25 * kelly_given_play(STRONG, Side.OVER, 121, 21 / 11))
    assert decided(STRONG, 122).kelly_quarter < made.kelly_quarter < decided(STRONG, 118).kelly_quarter


def many():
    generator = np.random.default_rng(2)
    made = []
    for number in range(300):
        mean = generator.uniform(8, 40)
        over, under = (("-110", "-110"), ("+130", "-155"), ("-145", "+120"))[number % 3]
        line = 4 * round(mean + generator.normal(0, 3)) + 2
        made.append(
            decided(
                PropForecast(mean, mean * generator.uniform(1.2, 2.5)),
                line,
                over,
                under,
                games=int(generator.integers(2, 40)),
            )
        )
    return made


def test_costs_are_what_refusing_by_hand_counts():
    made = many()
    costs = {cost.reason: cost for cost in filter_costs(made)}

    assert tuple(costs) == tuple(FilterReason)
    for reason, cost in costs.items():
        alone = [item.ev for item in made if reason in item.reasons]
        only = [item.ev for item in made if set(item.reasons) == {reason}]
        assert (cost.removed_alone, cost.removed_marginal) == (len(alone), len(only))
        assert cost.ev_alone == (pytest.approx(np.mean(alone)) if alone else None)
        assert cost.ev_marginal == (pytest.approx(np.mean(only)) if only else None)
    # What confidence alone takes away had an edge of at least three points: it is not free.
    assert costs[FilterReason.CONFIDENCE].removed_marginal > 0
    assert (costs[FilterReason.CONFIDENCE].ev_marginal or 0.0) > 0.0
    assert costs[FilterReason.NOT_PLAYING].removed_alone == 0


def test_at_standard_prices_confidence_makes_the_edge_filter_redundant_and_at_long_ones_takes_the_value():
    short, even, long = filter_costs_by_price(many(), (1.85, 2.0))

    def marginal(band, reason):
        return next(cost.removed_marginal for cost in band.costs if cost.reason is reason)

    assert short.candidates + even.candidates + long.candidates == 300
    assert marginal(even, FilterReason.EDGE) == 0
    assert marginal(long, FilterReason.CONFIDENCE) > 0
    assert sum(band.bets for band in (short, even, long)) == sum(item.bet for item in many())
    with pytest.raises(ValueError, match="edges must rise"):
        filter_costs_by_price([], (2.0, 1.5))


def test_a_least_confidence_may_depend_on_the_price():
    loose = PropFilters(confidence_by_price=((2.0, 0.5),))
    plus = {"line": 122, "over": "+130", "under": "-150"}
    forecast = PropForecast(31.5, 49.0)

    assert decided(forecast, **plus).reasons == (FilterReason.CONFIDENCE,)
    assert decided(forecast, **plus, filters=loose).bet
    assert not decided(forecast, filters=loose).bet
