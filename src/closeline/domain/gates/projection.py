"""What a forecast says of the quantity behind a market, for the rules that ask whether it can be true."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Projection:
    """The forecast of a margin (home - away) or a total, points.

    sd: of the outcome, as it was simulated. market_mean: the mean behind the line and its fair price, null without one.
    baseline_mean: what the league's average teams come to on this ground. line_quantile: the share of the simulated
    outcomes below the market's line, half of a push counted, null without a line. built_mean: what units times
    efficiency of both teams, overtime included, come to. mass: the sum of the simulated chances.
    """

    mean: float
    sd: float
    market_mean: float | None
    baseline_mean: float | None
    line_quantile: float | None
    built_mean: float | None
    mass: float = 1.0


@dataclass(frozen=True, slots=True)
class PlayerOutlook:
    """What a run says of a player's number, given that he plays: mean and sd of it, in its unit.

    plays: the chance that he does. games: how many of his games the forecast rests on.
    """

    mean: float
    sd: float
    plays: float
    games: int


@dataclass(frozen=True, slots=True)
class Parts:
    """What a forecast is made of, in the quantity behind the market (points).

    moved: the mean less the base rating's, null where a model does not tell its base. adjusted: the sum of the named
    adjustments. pace_z, efficiency_z: how far the team of the two that is most above the league in both is above it.
    pace_alone, efficiency_alone, together: points that its pace alone, its efficiency alone and both at once add to an
    average team's. shared_sources: sources that stand behind two adjustments. stale_news: adjustments known before the
    quotes that they were laid on.
    """

    mean: float
    moved: float | None
    adjusted: float
    pace_z: float
    efficiency_z: float
    pace_alone: float
    efficiency_alone: float
    together: float
    shared_sources: tuple[str, ...] = ()
    stale_news: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Baseline:
    """What the last bias table of a league says: the correction in force, triggers, days of a structural one."""

    day: str
    games: int
    bias: float
    correction: float
    damp_factor: float
    structural_days: int
    triggers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Slate:
    """How a day's totals lean: how many games are priced, and the share of them that lean over."""

    games: int
    share: float
