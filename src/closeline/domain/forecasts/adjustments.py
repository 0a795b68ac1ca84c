"""Adjustments: what moves a forecast away from plain team strength, by name, in points.

An adjustment that was known before a price was quoted is in that price already; only news counts beside it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from math import fsum, isfinite

from closeline.domain.clock import aware


class AdjustmentName(StrEnum):
    """What a forecast is made of; `BASE_RATING` is what the others move."""

    BASE_RATING = "BASE_RATING"
    HOME_EDGE = "HOME_EDGE"
    REST = "REST"
    BACK_TO_BACK = "BACK_TO_BACK"
    TRAVEL = "TRAVEL"
    ALTITUDE = "ALTITUDE"
    WEATHER = "WEATHER"
    PARK = "PARK"
    STARTER = "STARTER"
    GOALIE = "GOALIE"
    INJURIES = "INJURIES"
    MARKET_BLEND = "MARKET_BLEND"
    BASELINE_CLAMP = "BASELINE_CLAMP"


@dataclass(frozen=True, slots=True)
class Adjustment:
    """Points that one circumstance adds to the margin (home - away) and to the total.

    source: what it was learned from; two adjustments from one source may count the same thing twice.
    known_at: when it became known, with a zone; null for what was always there.
    """

    name: AdjustmentName
    margin_points: float
    total_points: float
    source: str
    known_at: datetime | None = None

    def __post_init__(self) -> None:
        """Refuse points that are no numbers, a missing source and a time without a zone."""
        if not (isfinite(self.margin_points) and isfinite(self.total_points)):
            raise ValueError(f"points must be finite, were {self.margin_points}, {self.total_points}")
        if not self.source:
            raise ValueError("source must say what an adjustment was learned from, was empty")
        if self.known_at is not None:
            aware(self.known_at)


@dataclass(frozen=True, slots=True)
class News:
    """Adjustments beside a price: those that it cannot know, and those dropped because it does."""

    kept: tuple[Adjustment, ...]
    dropped: tuple[Adjustment, ...]


def news_since(adjustments: Iterable[Adjustment], quotes_at: datetime) -> News:
    """Keep what became known after the quotes were taken; the rest, the undated too, is in the price.

    Raises ValueError when `quotes_at` has no zone.  Source: domain notes, section 5.8.
    """
    taken = aware(quotes_at)
    kept: list[Adjustment] = []
    dropped: list[Adjustment] = []
    for adjustment in adjustments:
        is_news = adjustment.known_at is not None and aware(adjustment.known_at) > taken
        (kept if is_news else dropped).append(adjustment)
    return News(tuple(kept), tuple(dropped))


def moved_by(adjustments: Iterable[Adjustment]) -> tuple[float, float]:
    """Return the points that adjustments add together to margin and total, whatever their order."""
    points = tuple(adjustments)
    return fsum(item.margin_points for item in points), fsum(item.total_points for item in points)
