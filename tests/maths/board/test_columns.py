"""Fair odds in bulk: a market that has none is left out alone."""

import numpy as np
import pytest

from closeline.domain.odds import DevigMethod
from closeline.maths.board import columns
from closeline.maths.board.columns import fair_of
from closeline.maths.devig_arrays import devig_markets

# Both sides pay next to nothing: no power of these sums to one.
IMPOSSIBLE = 1.0000001


def a_batch(count, sides):
    """Draw prices of sound markets, shape (markets, 3), NaN beyond their sides."""
    random = np.random.default_rng(20231119)
    chances = random.dirichlet(np.full(sides, 4.0), size=count)
    prices = np.full((count, 3), np.nan)
    prices[:, :sides] = np.maximum(1.0 / (chances * 1.04), 1.02)
    return prices


def fair(prices, sides):
    return fair_of(prices, np.full(len(prices), sides), [DevigMethod.POWER] * len(prices))


@pytest.mark.parametrize("sides", [2, 3])
@pytest.mark.parametrize("spoilt", [(0,), (250,), (499, 3, 4), tuple(range(100, 120))])
def test_markets_without_fair_odds_change_no_bit_of_the_others(sides, spoilt):
    prices = a_batch(500, sides)
    bad = prices.copy()
    bad[list(spoilt), :sides] = IMPOSSIBLE
    sound = np.setdiff1d(np.arange(500), spoilt)
    well = prices.copy()
    well[list(spoilt), :sides] = float(sides)

    assert np.isnan(fair(bad, sides)[list(spoilt)]).all()
    assert np.array_equal(fair(bad, sides)[sound], fair(well, sides)[sound], equal_nan=True)
    if sides == 2:
        assert np.array_equal(fair(bad, sides)[sound], fair(prices[sound], sides), equal_nan=True)


def test_one_market_without_fair_odds_costs_a_few_passes_and_not_one_for_each_market(monkeypatch):
    passes: list[int] = []

    def counted(prices, method):
        passes.append(len(prices))
        return devig_markets(prices, method)

    monkeypatch.setattr(columns, "devig_markets", counted)
    monkeypatch.setattr(columns, "devig", None, raising=False)
    prices = a_batch(1024, 2)
    prices[700, :2] = IMPOSSIBLE

    assert np.isfinite(fair(prices, 2)[:, 0]).sum() == 1023
    assert sum(passes) <= 5 * 1024
    assert len(passes) < 30
