"""Arrays of prices agree with the exact conversions, and refuse what those refuse."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from closeline.domain import odds
from closeline.domain.errors import ImpossiblePrice
from closeline.domain.odds import OddsFormat, Price
from closeline.maths import prices

americans = st.lists(st.integers(100, 100_000) | st.integers(-100_000, -101), min_size=1, max_size=30)


@given(americans)
def test_an_array_converts_as_the_exact_functions_do(points):
    decimals = prices.american_to_decimal(points)

    np.testing.assert_allclose(decimals, [float(odds.american_to_decimal(american)) for american in points], rtol=1e-15)
    assert prices.rounded_american(decimals).tolist() == points
    np.testing.assert_allclose(prices.implied(decimals), 1 / decimals)


def test_minus_100_comes_back_as_plus_100():
    assert prices.rounded_american(prices.american_to_decimal([-100, 100])).tolist() == [100, 100]
    assert prices.rounded_american([1.999]).tolist() == [100]


@pytest.mark.parametrize("wrong", [np.nan, np.inf, 1.0, 0.0, -3.0])
def test_one_wrong_decimal_refuses_the_array(wrong):
    with pytest.raises(ImpossiblePrice):
        prices.implied([2.0, wrong])


@pytest.mark.parametrize("wrong", [np.nan, np.inf, 0.0, 99.9, -99.9])
def test_one_wrong_american_refuses_the_array(wrong):
    with pytest.raises(ImpossiblePrice):
        prices.american_to_decimal([150.0, wrong])


@pytest.mark.parametrize("wrong", [np.nan, 0.0, 1.0])
def test_one_wrong_probability_refuses_the_array(wrong):
    with pytest.raises(ImpossiblePrice):
        prices.probability_to_decimal([0.5, wrong])


def test_booksum_and_hold_are_by_market():
    market = prices.american_to_decimal([[-110, -110], [100, 100]])

    np.testing.assert_allclose(prices.booksum(market), [22 / 21, 1.0])
    np.testing.assert_allclose(prices.hold(market), [1 / 22, 0.0], atol=1e-15)


def test_exact_prices_become_an_array():
    quoted = [Price.quoted(text, OddsFormat.AMERICAN) for text in ("-110", "+150")]

    assert prices.decimals(quoted).tolist() == [21 / 11, 2.5]
