"""What a training is told: which library, how its trees grow, and how time is cut."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from enum import StrEnum

from closeline.domain.ids import canonical_json


class Library(StrEnum):
    """Who grows the trees."""

    XGBOOST = "XGBOOST"
    LIGHTGBM = "LIGHTGBM"


class Objective(StrEnum):
    """What is minimised; both predict the logarithm of a mean, so that what they predict is above 0."""

    TWEEDIE = "TWEEDIE"
    GAMMA = "GAMMA"


@dataclass(frozen=True, slots=True)
class Growth:
    """How one model grows: so many rounds of trees of a depth, each counted at `rate`.

    columns: the share of features that a tree may use. leaf_least: the least weight of a leaf, in the objective's own
    second derivatives. ridge: the penalty on a leaf's square. power: the variance power of Tweedie, between 1 and 2.
    """

    objective: Objective
    rounds: int
    depth: int
    rate: float
    columns: float = 0.5
    leaf_least: float = 20.0
    ridge: float = 5.0
    power: float = 1.5

    def __post_init__(self) -> None:
        """Refuse what no tree can grow by."""
        whole = self.rounds >= 1 and 1 <= self.depth <= 16
        if not (whole and 0 < self.rate <= 1 and 0 < self.columns <= 1 and self.leaf_least >= 0 and self.ridge >= 0):
            raise ValueError(f"growth must have rounds, a depth up to 16, a rate and columns up to 1, was {self}")


# By the held-out scores of PRA on a season; see docs/props.md. Squared error and Poisson were a little worse.
MEAN = Growth(Objective.TWEEDIE, rounds=200, depth=5, rate=0.05)
VARIANCE = Growth(Objective.GAMMA, rounds=120, depth=3, rate=0.05, leaf_least=100.0)
# What residuals are taken from where no fold looks: half as fine, since only their squares are used.
OUTLINE = Growth(Objective.TWEEDIE, rounds=100, depth=5, rate=0.1)


@dataclass(frozen=True, slots=True)
class Settings:
    """A training: so many folds, each of `window_years` before `validate_days` days of play.

    embargo_days: whole days between the two sides. outline_days: days of play of a block of the outline. bins: into how
    many a feature is cut. monotone: whether means must rise with the player's own averages of the statistic. members:
    how many windows answer together, the newest and the latest folds, each weighing half of the one after it.
    """

    library: Library = Library.XGBOOST
    folds: int = 19
    window_years: int = 3
    validate_days: int = 18
    embargo_days: int = 1
    outline_days: int = 80
    bins: int = 64
    seed: int = 7
    monotone: bool = True
    members: int = 1
    mean: Growth = field(default=MEAN)
    variance: Growth = field(default=VARIANCE)
    outline: Growth = field(default=OUTLINE)

    def __post_init__(self) -> None:
        """Refuse folds that cannot be cut."""
        counts = (self.folds, self.window_years, self.validate_days, self.outline_days)
        if not 1 <= self.members <= self.folds + 1:
            raise ValueError(f"members must be at least 1 and at most the folds and one, were {self.members}")
        if min(counts) < 1 or self.embargo_days < 0 or not 2 <= self.bins <= 255:
            message = "folds, window_years, validate_days and outline_days must be at least 1 and bins 2 to 255, were"
            raise ValueError(f"{message} {counts} and {self.bins}")

    def to_json(self) -> str:
        """Write them as canonical JSON: part of a version's name."""
        return canonical_json(asdict(self))
