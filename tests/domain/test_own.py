"""Models of somebody's own: what they are called, and what they say of their means."""

from datetime import UTC
from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from closeline.domain.forecasts.adjustments import Adjustment, AdjustmentName
from closeline.domain.forecasts.own import Expected, OwnProjection, engine_of, family_of, is_own

points = st.floats(-1000, 1000)
expected = st.none() | st.builds(Expected, points, st.floats(0.001, 1000), st.none() | points)
adjustments = st.builds(
    Adjustment, st.sampled_from(AdjustmentName), points, points, st.text(min_size=1),
    st.none() | st.datetimes(timezones=st.just(UTC)),
)  # fmt: skip


@given(st.builds(OwnProjection, expected, expected, st.lists(adjustments, max_size=4).map(tuple)))
def test_what_a_run_expects_is_read_back_as_it_was_written(projection):
    assert OwnProjection.from_json(projection.to_json()) == projection


@pytest.mark.parametrize(
    "told", [(nan, 1.0, None), (0.0, nan, None), (0.0, 1.0, inf), (0.0, 0.0, None), (0.0, -1.0, None)]
)
def test_an_expectation_that_is_none_cannot_be_made(told):
    with pytest.raises(ValueError, match="must be"):
        Expected(*told)


@pytest.mark.parametrize(("engine", "family"), [
    ("exact-v1", ""), ("exact-v1/results-only", ""), ("worlds-v1", ""), (engine_of("elo"), "own/elo"),
    (f"{engine_of('elo')}/results-only", "own/elo"),
])  # fmt: skip
def test_a_family_is_one_model_whatever_it_was_rated_on(engine, family):
    assert family_of(engine) == family
    assert is_own(engine) == bool(family)
