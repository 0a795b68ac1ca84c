"""Cohorts: picks that have something in common, named by one typed key.

A key is `dimension=value` joined by commas, in the order of `Dimension`: `league=nba,market=TOTAL:FULL_GAME`. The key
of everything is `all`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from closeline.domain.errors import BadInput
from closeline.domain.leagues import League
from closeline.domain.markets import market
from closeline.domain.picks import Decision, Tier

ALL = "all"
# A value that is nothing, such as the tier of a lean, is spelled so that a key never ends in `=`.
NOTHING = "none"


class Dimension(StrEnum):
    """What picks are told apart by. `hours` is from publication to the start, as it was known at publication."""

    LEAGUE = "league"
    MARKET = "market"
    DECISION = "decision"
    TIER = "tier"
    BOOK = "book"
    HOURS = "hours"
    POLICY = "policy"
    CALIBRATION = "calibration"


# The upper ends of the buckets of hours to the start, in hours; what is longer is the last bucket.
HOURS_ENDS = (1, 3, 6, 12, 24, 48)
HOURS = (*(f"{low}-{high}" for low, high in zip((0, *HOURS_ENDS), HOURS_ENDS, strict=False)), f"{HOURS_ENDS[-1]}+")


def hours_to_start(published_at: datetime, starts_at: datetime) -> str:
    """Return the bucket of the time that was left: `0-1` is up to one hour, of a start that had passed as well."""
    left = starts_at - published_at
    return next((name for name, end in zip(HOURS, HOURS_ENDS, strict=False) if left <= timedelta(hours=end)), HOURS[-1])


def _market(value: str) -> bool:
    try:
        return market(value).key == value
    except ValueError:
        return False


def _one_of(words: tuple[str, ...]) -> Callable[[str], bool]:
    return lambda value: value in words


_MENDS: Mapping[Dimension, tuple[Callable[[str], bool], str]] = {
    Dimension.LEAGUE: (_one_of(tuple(League)), ", ".join(League)),
    Dimension.MARKET: (_market, "TYPE:PERIOD, such as TOTAL:FULL_GAME"),
    Dimension.DECISION: (_one_of(tuple(Decision)), ", ".join(Decision)),
    Dimension.TIER: (
        _one_of(tuple(tier or NOTHING for tier in Tier)), ", ".join(tier or NOTHING for tier in Tier)
    ),
    Dimension.HOURS: (_one_of(HOURS), ", ".join(HOURS)),
}  # fmt: skip


@dataclass(frozen=True, slots=True, order=True)
class Cohort:
    """Some picks: those that have each of these values. Parts stand in the order of `Dimension`, each at most once."""

    parts: tuple[tuple[Dimension, str], ...] = ()

    @property
    def key(self) -> str:
        """Return the cohort's name."""
        return ",".join(f"{dimension}={value}" for dimension, value in self.parts) or ALL

    def holds(self, other: "Cohort") -> bool:
        """Say whether every pick of `other` is in this cohort too."""
        return set(self.parts) <= set(other.parts)

    def along(self, dimensions: tuple[Dimension, ...]) -> "Cohort":
        """Return the wider cohort that keeps only these dimensions."""
        return Cohort(tuple(part for part in self.parts if part[0] in dimensions))


def cohort(values: Mapping[Dimension, str]) -> Cohort:
    """Return the cohort of picks with these values; raises BadInput for a value that a dimension cannot have."""
    for dimension, value in values.items():
        _check(dimension, value)
    return Cohort(tuple((dimension, values[dimension]) for dimension in Dimension if dimension in values))


def parse_cohort(key: str) -> Cohort:
    """Read a cohort's key; parts may come in any order. Raises BadInput in one line for anything else."""
    if key.strip() == ALL:
        return Cohort()
    values: dict[Dimension, str] = {}
    for part in key.split(","):
        name, equals, value = part.strip().partition("=")
        if not equals:
            message = f"cohort must be {ALL} or dimension=value joined by commas, was {key!r}; such as league=nba"
            raise BadInput(message)
        dimension = parse_dimension(name)
        if dimension in values:
            raise BadInput(f"cohort must name {dimension} once, was {key!r}; leave one out")
        values[dimension] = value
    return cohort(values)


def parse_dimension(name: str) -> Dimension:
    """Read the name of a dimension; raises BadInput for one that there is not."""
    if name not in tuple(Dimension):
        raise BadInput(f"dimension must be one of {', '.join(Dimension)}, was {name!r}")
    return Dimension(name)


def parse_dimensions(text: str) -> tuple[Dimension, ...]:
    """Read dimensions joined by commas, in the order of `Dimension`; raises BadInput for one that there is not."""
    named = {parse_dimension(name.strip()) for name in text.split(",")}
    return tuple(dimension for dimension in Dimension if dimension in named)


def _check(dimension: Dimension, value: str) -> None:
    may_be, mend = _MENDS.get(dimension, (_a_word, "a name without comma and equals sign"))
    if not may_be(value):
        raise BadInput(f"{dimension} must be {mend}, was {value!r}")


def _a_word(value: str) -> bool:
    return bool(value) and "," not in value and "=" not in value
