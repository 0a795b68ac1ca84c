"""A simulated game: its board of markets, how its scores are spread, and legs together."""

from closeline.schemas.decomposition import Decomposition
from closeline.schemas.shape import Shape


class OfGame(Shape):
    """One figure of the margin (home - away) and one of the total, points."""

    margin: float
    total: float


class MarketChances(Shape):
    """What becomes of one side of a market at a line (points, from its own side; null where there is none)."""

    market_key: str
    side: str
    line: float | None
    win: float
    push: float
    loss: float


class Distribution(Shape):
    """The chances of whole numbers of points, one after the other, beginning with `first`."""

    first: int
    mass: list[float]


class Distributions(Shape):
    """How margin and total are spread; tails that nobody could see are left out."""

    margin: Distribution
    total: Distribution


class Subset(Shape):
    """Some of the legs, by their places from 0: what they are worth when the others push or are void.

    The fair decimal odds are given that none of them pushes, and null where they never win together.
    """

    legs: list[int]
    win: float
    no_push: float
    fair_decimal: float | None


class Legs(Shape):
    """Legs on the same worlds: P(all win), what independence would say, and the lift where worlds suffice for it."""

    legs: list[MarketChances]
    win: float
    win_standard_error: float
    independent: float
    lift: float | None
    lift_standard_error: float | None
    fair_decimal: float | None
    hits: int
    enough: bool
    reason: str | None
    subsets: list[Subset]


class Simulation(Shape):
    """A game, simulated. Without worlds there is no sample, so its effective size is null, and so is the seed.

    effective_share: the share of worlds that re-weighting leaves, by either evaluator; too_few: below 0.8.
    wanted: the means that the model was solved to.
    """

    league: str
    event_id: str | None
    name: str
    engine: str
    worlds: int
    seed: int | None
    effective_sample_size: float | None
    effective_share: float
    too_few: bool
    seconds: float
    simulation_version: str
    fitted_on: str
    notes: list[str]
    wanted: OfGame
    mean: OfGame
    sd: OfGame
    distribution: Distributions
    decomposition: Decomposition | None
    legs: Legs | None
    markets: list[MarketChances]
