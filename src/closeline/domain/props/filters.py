"""What the owner asks of a bet on a player, as configured policy: thresholds that are met when they are reached."""

import math
from dataclasses import dataclass
from enum import StrEnum


class FilterReason(StrEnum):
    """Why a bet is refused, in the order in which reasons are told (props-v1, Appendix C, then what came later)."""

    EDGE = "EDGE"
    CONFIDENCE = "CONFIDENCE"
    CV = "CV"
    INSUFFICIENT_DATA = "INSUFFICIENT_DATA"
    NOT_PLAYING = "NOT_PLAYING"


# Above this edge, in points of probability, somebody looks at line, injury and role before anything is staked more.
# Source: domain notes, section 7.4.
EDGE_REVIEW = 0.10


@dataclass(frozen=True, slots=True)
class PropFilters:
    """The thresholds of a bet, all inclusive, and what is staked of the Kelly fraction.

    min_edge: least q - 1/d in points of probability; min_confidence: least push-free chance of the side; max_cv: most
    sd / mean; kelly_fraction: share of full Kelly; kelly_cap: most of the bankroll; min_games: fewest games that a
    player was seen in. confidence_by_price: pairs of decimal odds and the least confidence from them on, rising, where
    one for all prices costs too much. ValueError for a number that cannot be meant.
    """

    min_edge: float = 0.03
    min_confidence: float = 0.60
    max_cv: float = 0.35
    kelly_fraction: float = 0.25
    kelly_cap: float = 0.01
    min_games: int = 5
    confidence_by_price: tuple[tuple[float, float], ...] = ()

    def __post_init__(self) -> None:
        """Refuse thresholds out of reach: percents given as 3 for .03, full Kelly, a negative count."""
        for name, low, high in _RANGES:
            value = getattr(self, name)
            if not (math.isfinite(value) and low <= value <= high):
                raise ValueError(f"{name} must lie in [{low:g}, {high:g}], was {value}")
        if isinstance(self.min_games, bool) or self.min_games != int(self.min_games):
            raise ValueError(f"min_games must be a whole number, was {self.min_games}")
        starts = [start for start, _ in self.confidence_by_price]
        if starts != sorted(set(starts)) or not all(
            start > 1.0 and 0.0 <= p <= 1.0 for start, p in self.confidence_by_price
        ):
            raise ValueError(
                f"confidence_by_price must be pairs of rising odds and chances, was {self.confidence_by_price}"
            )

    def min_confidence_at(self, decimal: float) -> float:
        """Return the least confidence that is asked at these decimal odds."""
        reached = [confidence for start, confidence in self.confidence_by_price if decimal >= start]
        return reached[-1] if reached else self.min_confidence


# Full Kelly on a raw model probability is forbidden (staking-v1), so the fraction ends at a half.
_RANGES = (
    ("min_edge", 0.0, 0.5),
    ("min_confidence", 0.0, 1.0),
    ("max_cv", 0.0, 10.0),
    ("kelly_fraction", 0.0, 0.5),
    ("kelly_cap", 0.0, 0.05),
    ("min_games", 0, 1000),
)

REQUESTED = PropFilters()
