"""Participation: a void is worth nothing and changes no stake, shown by settling whole mixtures with the real engine."""

import math
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar

from closeline.domain.forecasts.injuries import PlayStatus
from closeline.domain.markets import Side
from closeline.domain.odds import OddsFormat, Price
from closeline.domain.settlement import PlayerRecord, Result, Role, settle_prop
from closeline.maths.props.distributions import PropForecast, mixed_chances
from closeline.maths.props.families import ON_INTEGERS, Family
from closeline.maths.props.participation import (
    MinutesState,
    after_minutes,
    endings,
    kelly_given_play,
    plays_of,
    value,
    value_given_play,
)
from closeline.maths.staking import outcomes_value
from tests.domain.settlement.builders import graded

sides = st.sampled_from([Side.OVER, Side.UNDER])
prices = st.sampled_from(["-200", "-125", "-110", "+100", "+150", "+400"]).map(
    lambda text: Price.quoted(text, OddsFormat.AMERICAN)
)
forecasts = st.builds(
    lambda mean, ratio, family, plays: PropForecast(mean, mean * ratio, family, plays),
    st.floats(0.5, 45.0), st.floats(0.3, 8.0), st.sampled_from(ON_INTEGERS), st.floats(0.0, 1.0),
)  # fmt: skip
near = st.integers(-12, 12)
OUT = PlayerRecord(None, seconds_played=0.0)


def line_near(forecast, offset):
    return max(0, round(4 * forecast.mean) + offset)


def settled_units(side, line, price, number):
    """Give the net units of one ticket by the settlement engine itself; None did not play."""
    record = OUT if number is None else PlayerRecord(number, seconds_played=1800.0)
    return float(graded(settle_prop(Role.BASKETBALL, side, line, price.exact, record)).units)


def brute_returns(forecast, side, line, price):
    """Give chance and net units of every number that can be, and of not playing."""
    mass = forecast.pmf()
    units = [settled_units(side, line, price, k) for k in range(mass.size)]
    return np.append(forecast.plays * mass, 1.0 - forecast.plays), np.append(
        units, settled_units(side, line, price, None)
    )


@settings(deadline=None, max_examples=60)
@given(forecasts, sides, prices, near)
def test_value_is_what_settling_every_number_comes_to(forecast, side, price, offset):
    line = line_near(forecast, offset)
    chances, units = brute_returns(forecast, side, line, price)

    assert value(forecast, side, line, price.decimal) == pytest.approx(chances @ units, abs=1e-12)


@settings(deadline=None, max_examples=60)
@given(forecasts, sides, prices, near)
def test_endings_are_the_settled_units_and_their_chances(forecast, side, price, offset):
    line = line_near(forecast, offset)
    chances, units = brute_returns(forecast, side, line, price)
    ways = endings(forecast, side, line, price.decimal)

    assert math.fsum(way.probability for way in ways) == pytest.approx(1.0, abs=1e-12)
    assert outcomes_value(ways) == pytest.approx(chances @ units, abs=1e-12)
    for net in {way.net for way in ways}:
        told = sum(way.probability for way in ways if way.net == net)
        assert told == pytest.approx(chances[np.isclose(units, net, atol=1e-12)].sum(), abs=1e-12)


@pytest.mark.parametrize(
    ("side", "line"), [(Side.OVER, 122), (Side.UNDER, 122), (Side.OVER, 120), (Side.UNDER, 120), (Side.OVER, 121)]
)
@pytest.mark.parametrize("family", ON_INTEGERS)
def test_simulated_settlement_comes_to_the_formula(family, side, line):
    forecast = PropForecast(31.0, 70.0, family, plays=0.8)
    price = Price.quoted("-115", OddsFormat.AMERICAN)
    generator = np.random.default_rng(11)
    numbers = np.searchsorted(forecast.below(), generator.random(200_000))
    played = generator.random(200_000) < forecast.plays

    table = np.array([settled_units(side, line, price, k) for k in range(int(numbers.max()) + 1)])
    units = np.where(played, table[numbers], settled_units(side, line, price, None))

    error = units.std(ddof=1) / math.sqrt(units.size)
    assert units.mean() == pytest.approx(value(forecast, side, line, price.decimal), abs=4 * error)
    # Twin: a value that knows nothing of the void is off by more than that.
    if abs(value_given_play(forecast, side, line, price.decimal)) > 0.05:
        assert abs(units.mean() - value_given_play(forecast, side, line, price.decimal)) > 4 * error


@settings(deadline=None, max_examples=30)
@given(forecasts, sides, prices, near)
def test_kelly_given_play_grows_most_however_likely_he_plays(forecast, side, price, offset):
    line = line_near(forecast, offset)
    chances, units = brute_returns(forecast, side, line, price)
    stake = kelly_given_play(forecast, side, line, price.decimal)

    def growth(share):
        return chances @ np.log1p(np.minimum(share, 1 - 1e-9) * units)

    best = minimize_scalar(
        lambda share: -growth(share), bounds=(0.0, 0.999999), method="bounded", options={"xatol": 1e-9}
    )
    # What he might not play scales the growth, and with it the slack of the search.
    assert growth(stake) >= -best.fun - 1e-9
    if forecast.plays > 0.05 and 1e-4 < stake < 0.99:
        assert stake == pytest.approx(best.x, abs=2e-4)


def test_a_chance_that_counts_not_playing_as_a_loss_would_stake_less():
    forecast = PropForecast(34.0, 64.0, plays=0.55)
    chances = forecast.chances(Side.OVER, 122)
    decimal = 21 / 11

    honest = kelly_given_play(forecast, Side.OVER, 122, decimal)
    as_loss = max(0.0, (0.55 * chances.win * (decimal - 1) - (1 - 0.55 * chances.win)) / (decimal - 1))
    assert honest == kelly_given_play(PropForecast(34.0, 64.0), Side.OVER, 122, decimal)
    assert as_loss == 0.0
    assert honest > 0.2


@pytest.mark.parametrize("line", [2, 4, 5, 3])
def test_what_cannot_be_lost_is_all_of_the_bankroll_to_kelly_at_every_kind_of_line(line):
    sure = PropForecast(40.0, 1.0)

    assert kelly_given_play(sure, Side.OVER, line, 21 / 11) == 1.0
    assert kelly_given_play(sure, Side.UNDER, line, 21 / 11) == 0.0
    assert kelly_given_play(replace(sure, plays=0.0), Side.OVER, line, 21 / 11) == 1.0


def test_reports_say_who_plays_and_the_prior_speaks_where_nobody_reports():
    assert plays_of(PlayStatus.OUT, prior=0.97) == 0.0
    assert plays_of(PlayStatus.QUESTIONABLE, prior=0.97) == 0.55
    assert plays_of(None, prior=0.97) == 0.97
    with pytest.raises(ValueError, match="prior must be a chance"):
        plays_of(None, prior=97.0)


def test_minutes_are_mixed_given_that_he_plays():
    states = (MinutesState(0.1, 12.0, 20.0), MinutesState(0.8, 31.0, 60.0))
    forecast = after_minutes(states)

    shares = (1 / 9, 8 / 9)
    mean = 12 * shares[0] + 31 * shares[1]
    spread = 20 * shares[0] + 60 * shares[1] + shares[0] * (12 - mean) ** 2 + shares[1] * (31 - mean) ** 2
    assert (forecast.mean, forecast.variance, forecast.plays) == pytest.approx((mean, spread, 0.9))
    exact = mixed_chances([PropForecast(12.0, 20.0), PropForecast(31.0, 60.0)], Side.OVER, 122, shares)
    assert forecast.chances(Side.OVER, 122).win == pytest.approx(exact.win, abs=0.08)


@pytest.mark.parametrize("chances", [(), (0.0,), (0.7, 0.7), (-0.1, 0.5)])
def test_minutes_that_are_no_mixture_are_refused(chances):
    with pytest.raises(ValueError, match="chances must be"):
        after_minutes([MinutesState(chance, 20.0, 30.0) for chance in chances])


def test_a_player_who_is_out_makes_every_bet_worthless_and_void():
    out = PropForecast(34.0, 64.0, Family.GAMMA_LATTICE, plays_of(PlayStatus.OUT, prior=1.0))

    assert value(out, Side.OVER, 122, 2.5) == 0.0
    assert graded(settle_prop(Role.BASKETBALL, Side.OVER, 122, Fraction(5, 2), OUT)).result is Result.VOID
