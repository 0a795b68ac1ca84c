"""Adjustments by name, and which of them are news beside a price."""

from datetime import UTC, datetime, timedelta, timezone
from math import nan

import pytest

from closeline.domain.forecasts.adjustments import Adjustment, AdjustmentName, moved_by, news_since

NOON = datetime(2024, 1, 14, 12, tzinfo=UTC)


def an_adjustment(name=AdjustmentName.INJURIES, margin=-3.0, total=-1.5, source="report", known_at=NOON):
    return Adjustment(name, margin, total, source, known_at)


def test_only_what_became_known_after_the_quotes_is_news():
    older, newer = (
        an_adjustment(known_at=NOON - timedelta(minutes=1)),
        an_adjustment(known_at=NOON + timedelta(minutes=1)),
    )

    news = news_since([older, newer], NOON)

    assert news.kept == (newer,)
    assert news.dropped == (older,)


def test_what_the_quotes_could_just_see_is_in_the_price():
    assert news_since([an_adjustment(known_at=NOON)], NOON).kept == ()


def test_what_carries_no_time_is_no_news():
    rested = an_adjustment(AdjustmentName.REST, known_at=None)

    assert news_since([rested], NOON).dropped == (rested,)


def test_news_is_told_by_the_instant_and_not_by_the_clock_on_the_wall():
    # 13:30 in a zone two hours east of Greenwich is 11:30 UTC: before the quotes.
    early = an_adjustment(known_at=datetime(2024, 1, 14, 13, 30, tzinfo=timezone(timedelta(hours=2))))

    assert news_since([early], NOON).kept == ()


def test_the_order_of_the_adjustments_is_kept_on_both_sides():
    dated = [an_adjustment(source=str(hour), known_at=NOON + timedelta(hours=hour)) for hour in (3, -2, 1, -1, 2)]

    news = news_since(dated, NOON)

    assert [item.source for item in news.kept] == ["3", "1", "2"]
    assert [item.source for item in news.dropped] == ["-2", "-1"]


def test_points_add_up_whatever_their_order():
    many = [an_adjustment(margin=margin, total=-margin) for margin in (0.1, 1e9, 0.2, -1e9, 0.3)]

    assert moved_by(many) == moved_by(reversed(many)) == (0.6, -0.6)


def test_nothing_moves_a_forecast_without_adjustments():
    assert moved_by([]) == (0.0, 0.0)


@pytest.mark.parametrize(
    ("fault", "what"),
    [
        ({"margin": nan}, "points must be finite"),
        ({"total": float("inf")}, "points must be finite"),
        ({"source": ""}, "source must say"),
        ({"known_at": NOON.replace(tzinfo=None)}, "must carry a zone"),
    ],
)
def test_an_adjustment_that_means_nothing_is_refused(fault, what):
    with pytest.raises(ValueError, match=what):
        an_adjustment(**fault)


def test_quotes_of_no_zone_are_refused():
    with pytest.raises(ValueError, match="must carry a zone"):
        news_since([], NOON.replace(tzinfo=None))
