"""A player's forecast tilted to the market's price: checked against a search of our own over the same mass."""

# mypy: disable-error-code="operator"

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import brentq

from closeline.domain.markets import Side
from closeline.maths.props.closing import mass_of, mean_at
from closeline.maths.props.distributions import PropForecast
from closeline.maths.props.families import Family

MEANS = st.floats(2, 60)
CVS = st.floats(0.15, 0.6)
CHANCES = st.floats(0.2, 0.8)


def a_forecast(mean, cv, family=Family.GAMMA_LATTICE):
    # No number of a player varies less than one that is only counted.
    return PropForecast(mean, max(mean, (mean * cv) ** 2), family)


def tilted_mean(mass, line, chance):
    """Find by scipy's root what theta gives the chance, number by number, and return the mean there."""
    k = np.arange(mass.size)

    def beyond(theta):
        weights = np.log(np.maximum(mass, 1e-300)) + theta * k
        tilted = np.exp(weights - weights.max())
        over, under = tilted[k > line].sum(), tilted[k < line].sum()
        return over / (over + under) - chance, float(tilted @ k / tilted.sum())

    theta = brentq(lambda value: beyond(value)[0], -8, 8, xtol=1e-14)
    return beyond(theta)[1]


@given(MEANS, CVS, CHANCES, st.integers(-3, 3))
def test_the_markets_mean_is_that_of_the_mass_which_agrees_with_the_price(mean, cv, chance, off):
    forecast = a_forecast(mean, cv)
    line = max(2, 2 * round(mean) + off) / 2
    found = mean_at(forecast, round(4 * line), chance)

    assert found == pytest.approx(tilted_mean(forecast.pmf(), line, chance), rel=1e-6)


@given(MEANS, CVS, st.integers(-3, 3))
def test_a_market_that_says_what_the_forecast_says_has_its_mean(mean, cv, off):
    forecast = a_forecast(mean, cv)
    quarters = 4 * max(1, round(mean)) + 2 * off
    chance = forecast.no_push(Side.OVER, max(2, quarters))

    assert mean_at(forecast, max(2, quarters), chance) == pytest.approx(float(forecast.pmf() @ mass_values(forecast)))


def mass_values(forecast):
    return np.arange(forecast.pmf().size)


@given(MEANS, CVS, CHANCES, CHANCES)
def test_a_higher_chance_of_over_is_a_higher_mean(mean, cv, one, other):
    quarters = 4 * round(mean) + 2
    low, high = sorted((one, other))
    found = [mean_at(a_forecast(mean, cv), quarters, chance) for chance in (low, high)]

    assert found[0] <= found[1] + 1e-9


@pytest.mark.parametrize("chance", [0.0, 1.0, float("nan"), -0.1])
def test_a_chance_that_is_none_has_no_mean(chance):
    assert mean_at(a_forecast(30, 0.25), 110, chance) is None


def test_a_family_without_mass_on_numbers_has_no_mean_of_the_market():
    assert mass_of(a_forecast(30, 0.25, Family.GAMMA)) is None
    assert mean_at(a_forecast(30, 0.25, Family.GAMMA), 110, 0.5) is None
