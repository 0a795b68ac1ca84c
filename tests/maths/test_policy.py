"""How far a market later moves, and from which edge its price pays: against closed forms and brute force."""

# mypy: disable-error-code="call-arg"

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from closeline.maths import policy
from closeline.maths.policy import EDGES, NORMAL_90, PLAYED_LEAST, fit_movement, fit_threshold, log_odds

DAYS = np.arange(400) // 4


def expit(x):
    return 1 / (1 + np.exp(-np.asarray(x)))


def a_world(beta, noise=0.05, seed=1, size=400):
    generator = np.random.default_rng(seed)
    market, distance = generator.normal(0, 0.6, size), generator.normal(0, 0.5, size)
    close = market + beta * distance + generator.normal(0, noise, size)
    return expit(market + distance), expit(market), expit(close)


@given(st.floats(-1, 2))
def test_a_market_that_moves_by_an_exact_share_shows_that_share(beta):
    found = fit_movement(*a_world(beta, noise=0.0), DAYS)

    assert found.beta == pytest.approx(beta, abs=1e-9)
    assert found.n == 400


def test_the_share_is_the_least_squares_solution():
    model, market, close = a_world(0.4, noise=0.3)
    expected = np.linalg.lstsq(
        (log_odds(model) - log_odds(market))[:, None], log_odds(close) - log_odds(market), rcond=None
    )[0][0]

    assert fit_movement(model, market, close, DAYS).beta == pytest.approx(expected, rel=1e-10)


@given(st.integers(0, 50))
def test_the_share_does_not_depend_on_which_side_is_called_home(seed):
    model, market, close = a_world(0.3, noise=0.2, seed=seed)
    flip = np.arange(400) % 3 == 0
    there, here = (
        fit_movement(model, market, close, DAYS),
        fit_movement(*(np.where(flip, 1 - p, p) for p in (model, market, close)), DAYS),
    )

    assert here.beta == pytest.approx(there.beta, rel=1e-9)


def test_the_standard_error_covers_the_truth_as_often_as_it_says():
    inside = 0
    for seed in range(300):
        found = fit_movement(*a_world(0.4, noise=0.3, seed=seed), DAYS)
        inside += abs(found.beta - 0.4) < 1.96 * found.standard_error

    # 95 % of 300 is 285, with a standard deviation of 3.8.
    assert 270 <= inside <= 299


def test_a_model_that_never_differs_from_its_market_teaches_nothing():
    half = np.full(10, 0.5)
    with pytest.raises(ValueError, match="differ"):
        fit_movement(half, half, np.full(10, 0.6), DAYS[:10])


def brute_threshold(edge, value, days, least=PLAYED_LEAST):
    for floor in EDGES:
        played = [index for index, each in enumerate(edge) if each >= floor]
        if len(played) < least:
            return None
        by_day = {
            day: [value[index] for index in played if days[index] == day] for day in {days[index] for index in played}
        }
        mean = sum(value[index] for index in played) / len(played)
        residual = [sum(group) - len(group) * mean for group in by_day.values()]
        count = len(by_day)
        error = (sum(r * r for r in residual) * count / (count - 1)) ** 0.5 / len(played) if count > 1 else float("nan")
        if mean - NORMAL_90 * error >= 0:
            return floor
    return None


@given(st.integers(0, 10_000), st.floats(-0.02, 0.02), st.floats(0, 1.5))
def test_the_threshold_is_the_lowest_edge_that_brute_force_finds(seed, bias, slope):
    generator = np.random.default_rng(seed)
    edge = generator.normal(0, 0.02, 200)
    value = bias + slope * edge + generator.normal(0, 0.03, 200)
    days = np.arange(200) // 3
    found = fit_threshold(edge, value, days)

    assert found.edge == brute_threshold(edge.tolist(), value.tolist(), days.tolist())


def test_a_market_that_never_pays_has_no_threshold_and_says_how_many_were_looked_at():
    found = fit_threshold(np.full(60, 0.01), np.full(60, -0.01), np.arange(60))

    assert (found.edge, found.n, found.lower_90) == (None, 60, None)


def test_a_handful_of_lucky_edges_proves_nothing():
    edge = np.full(PLAYED_LEAST - 1, 0.03)

    assert fit_threshold(edge, np.full(edge.size, 0.05), np.arange(edge.size)).edge is None


def test_no_threshold_lies_below_nought():
    assert min(EDGES) == 0.0
    assert policy.fit_threshold(np.full(60, -0.001), np.full(60, 0.05), np.arange(60)).edge is None
