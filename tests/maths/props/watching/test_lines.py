"""Against lines: the losses of a peer library, pushes left out, a market that knows more seen, and lines carried."""

import math

import numpy as np
import pytest

from closeline.domain.markets import Side
from closeline.maths.props.distributions import PropForecast
from closeline.maths.props.families import Family
from closeline.maths.props.watching.lines import Lines, against, carried


def lines(n=2000, *, noise=0.0, seed=5):
    """SYNTHETIC lines of a market that is right and a model that is right but for noise."""
    generator = np.random.default_rng(seed)
    q = generator.uniform(0.3, 0.7, n)
    over = generator.random(n) < q
    y = np.where(over, 21.0, 19.0)
    y[:100] = 20.0
    p = np.clip(q + noise * generator.normal(size=n), 0.05, 0.95)
    return Lines(
        np.sort(generator.integers(0, 25, n)).astype(np.int32), y, np.full(n, 20.0), 20.0 + 4 * (p - 0.5), p, q
    )  # fmt: skip


def draws():
    return np.random.default_rng(2)


def slow_log_loss(happened, said):
    return -sum(math.log(p if it else 1.0 - p) for it, p in zip(happened, said, strict=True)) / len(said)


def test_losses_are_those_of_a_peer_over_lines_that_did_not_push():
    held = lines(noise=0.1)
    found = against("SYNTHETIC", held, generator=draws())
    over = held.y[100:] > 20.0

    assert found is not None
    assert (found.n, found.pushes, found.days) == (2000, 100, 25)
    assert found.log_loss_model == pytest.approx(slow_log_loss(over, held.p_over[100:]))
    assert found.log_loss_market == pytest.approx(slow_log_loss(over, held.q_over[100:]))
    assert found.log_loss_gain.mean == pytest.approx(found.log_loss_market - found.log_loss_model)
    assert found.mae_line == pytest.approx(np.abs(held.y - 20.0).mean())


def test_a_model_that_adds_noise_to_the_market_is_seen_to_lose_and_one_that_repeats_it_neither():
    worse = against("worse", lines(noise=0.15), generator=draws())
    same = against("same", lines(), generator=draws())

    assert worse is not None
    assert worse.log_loss_gain.high < 0
    assert same is not None
    assert same.log_loss_gain.mean == 0.0


def test_lines_that_all_pushed_compare_nothing():
    held = lines()

    assert against("nothing", held.where(held.pushed), generator=draws()) is None


def test_a_close_is_carried_by_the_forecasts_shape_and_stays_at_its_own_line():
    forecast = PropForecast(24.0, 60.0, Family.NEGATIVE_BINOMIAL, 1.0)
    fair = forecast.no_push(Side.OVER, 98)

    assert carried(forecast, 98, 0.61, 98) == 0.61
    assert carried(forecast, 98, fair, 106) == pytest.approx(forecast.no_push(Side.OVER, 106), abs=1e-6)
    assert 0.0 < (carried(forecast, 98, 0.61, 106) or 0.0) < 0.61
    assert carried(forecast, 98, 1.0, 106) is None
