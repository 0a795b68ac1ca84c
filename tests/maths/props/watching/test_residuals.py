"""Drift of residuals: rarely where there is none, whatever the nights share, and soon where one is planted."""

from datetime import date, timedelta

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import norm

from closeline.maths.peeking import by_day, daily_intervals
from closeline.maths.props.watching.residuals import MIDDLE_MARGIN, WIDTH_MARGIN, residuals

NIGHTS, PER_NIGHT = 60, 40
FIRST = (date(2025, 1, 1) - date(1970, 1, 1)).days
DAYS = np.repeat(np.arange(FIRST, FIRST + NIGHTS, dtype=np.int32), PER_NIGHT)


def nightly(generator, *, shared=0.3, shift=0.0, wider=1.0, since=0):
    """SYNTHETIC PITs of a night that moves together: exactly uniform each, but for what is planted from a night on."""
    night = np.repeat(generator.normal(size=NIGHTS), PER_NIGHT)
    z = shared * night + np.sqrt(1 - shared**2) * generator.normal(size=len(DAYS))
    planted = FIRST + since <= DAYS
    return norm.cdf(np.where(planted, wider * z + shift, z))


def test_the_margins_are_what_their_comments_say_of_a_normal_forecast():
    middle = quad(lambda z: (norm.cdf(z + 0.1) - 0.5) * norm.pdf(z), -9, 9)[0]
    width = quad(lambda z: (norm.cdf(1.1 * z) - 0.5) ** 2 * norm.pdf(z), -9, 9)[0] - 1 / 12

    assert pytest.approx(middle, abs=5e-4) == MIDDLE_MARGIN
    assert pytest.approx(width, abs=5e-5) == WIDTH_MARGIN


def test_right_forecasts_raise_an_alarm_in_fewer_than_one_of_twenty_records_read_on_every_day():
    generator = np.random.default_rng(8)
    found = [residuals(nightly(generator), DAYS) for _ in range(60)]

    assert sum(item.alarm for item in found) <= 3
    assert found[0].middle.n == NIGHTS * PER_NIGHT
    assert found[0].middle.low < 0 < found[0].middle.high


@pytest.mark.parametrize(
    ("planted", "part", "sign"),
    [({"shift": 0.8}, "middle", 1), ({"shift": -0.8}, "middle", -1), ({"wider": 1.6}, "width", 1)],
)
def test_a_planted_drift_raises_the_alarm_of_its_own_kind_after_it_began(planted, part, sign):
    generator = np.random.default_rng(9)
    found = residuals(nightly(generator, since=10, **planted), DAYS)
    own = getattr(found, part)

    assert own.alarm
    assert own.since is not None
    assert own.since >= date(2025, 1, 1) + timedelta(days=10)
    assert np.sign(own.mean) == sign


def test_what_is_no_place_within_a_forecast_is_refused():
    with pytest.raises(ValueError, match="within their bounds"):
        residuals(np.array([0.2, 1.4]), np.array([1, 2], dtype=np.int32))


def test_an_alarm_is_raised_on_the_day_on_which_the_daily_interval_leaves_the_margin():
    found = nightly(np.random.default_rng(10), since=10, shift=0.8)
    daily = daily_intervals(by_day(found - 0.5, DAYS.astype(np.int64), low=-0.5, high=0.5), level=0.975)
    first = int(np.flatnonzero(daily.low > MIDDLE_MARGIN)[0])

    assert residuals(found, DAYS).middle.since == date(2025, 1, 1) + timedelta(days=first)
