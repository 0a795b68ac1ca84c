"""The filters that the owner asked for: their numbers, and what cannot be meant."""

import math

import pytest

from closeline.domain.props.filters import REQUESTED, FilterReason, PropFilters


def test_what_was_requested_is_the_default():
    assert PropFilters() == REQUESTED
    asked = (
        REQUESTED.min_edge,
        REQUESTED.min_confidence,
        REQUESTED.max_cv,
        REQUESTED.kelly_fraction,
        REQUESTED.kelly_cap,
        REQUESTED.min_games,
    )

    assert asked == (0.03, 0.60, 0.35, 0.25, 0.01, 5)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("min_edge", 3), ("min_edge", -0.01), ("min_edge", math.nan), ("min_confidence", 60), ("max_cv", -0.1),
        ("max_cv", math.inf), ("kelly_fraction", 1.0), ("kelly_fraction", -0.25), ("kelly_cap", 1), ("min_games", -1),
        ("min_games", 2.5), ("min_games", True),
    ],
)  # fmt: skip
def test_numbers_that_cannot_be_meant_are_refused_by_name(name, value):
    with pytest.raises(ValueError, match=f"{name} must"):
        PropFilters(**{name: value})


@pytest.mark.parametrize("bands", [((2.0, 0.5), (1.5, 0.6)), ((2.0, 0.5), (2.0, 0.6)), ((0.9, 0.5),), ((2.0, 55.0),)])
def test_bands_of_confidence_must_rise(bands):
    with pytest.raises(ValueError, match="confidence_by_price must be"):
        PropFilters(confidence_by_price=bands)


def test_the_confidence_asked_is_that_of_the_last_band_reached():
    filters = PropFilters(confidence_by_price=((2.0, 0.52), (2.5, 0.45)))

    assert [filters.min_confidence_at(odds) for odds in (1.9, 2.0, 2.4, 2.5, 9.0)] == [0.60, 0.52, 0.52, 0.45, 0.45]


def test_reasons_are_told_in_the_order_of_the_rules():
    assert [str(reason) for reason in FilterReason] == ["EDGE", "CONFIDENCE", "CV", "INSUFFICIENT_DATA", "NOT_PLAYING"]
