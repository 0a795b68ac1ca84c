"""A candidate that a person writes, and what the rules say of it."""

from collections.abc import Callable
from math import isfinite
from typing import Annotated

from pydantic import AfterValidator, ConfigDict, Field

from closeline.schemas.shape import Shape


def _within(low: float, high: float) -> Callable[[float], float]:
    """Refuse a number outside a range; what is no number passes, for the rules to block."""

    def checked(value: float) -> float:
        if isfinite(value) and not low <= value <= high:
            raise ValueError("outside its range")
        return value

    return checked


Share = Annotated[float, AfterValidator(_within(0, 1))]
Number = Annotated[float, AfterValidator(_within(-1_000_000, 1_000_000))]
Count = Annotated[int, Field(ge=0, le=1_000_000)]
PriceText = str | float


class Written(Shape):
    """A part of a document that a person writes: read strictly, so that nothing is taken for what it is not."""

    model_config = ConfigDict(strict=True)


class WrittenParts(Written):
    """What a forecast's mean is made of, points."""

    mean: Number = Field(description="points: the mean of the forecast")
    moved: Number = Field(description="points: the mean less the base rating's")
    adjusted: Number = Field(description="points: the sum of the named adjustments")
    pace_z: Number = Field(0.0, description="sds of the league: how unusual the pace is")
    efficiency_z: Number = Field(0.0, description="sds of the league: how unusual the efficiency is")
    pace_alone: Number = Field(0.0, description="points that pace alone adds to an average team's")
    efficiency_alone: Number = Field(0.0, description="points that efficiency alone adds to an average team's")
    together: Number = Field(0.0, description="points that pace and efficiency add together")
    shared_sources: list[str] = Field([], description="a list of sources behind two adjustments")
    stale_news: list[str] = Field([], description="a list of adjustments known before the quotes")


class WrittenPolicy(Written):
    """What the decision policy says of the market."""

    beta: Annotated[float, AfterValidator(_within(0, 10))] = Field(
        description="a number from 0 to 10: how far the market follows the model"
    )
    threshold: Share | None = Field(None, description="a number from 0 to 1: the edge from which it is a PICK, or null")


class WrittenBias(Written):
    """What the last table of the league's bias says."""

    bias: Number = Field(description="points: the mean miss of totals")
    structural_days: Count = Field(description="a whole number: the days that a structural trigger has stood")
    day: str = Field("", description="a day such as 2026-01-05")
    games: Count = Field(0, description="a whole number of games")
    correction: Number = Field(0.0, description="points that damping takes off the mean")
    damp_factor: Number = Field(1.0, description="a number: 1 - correction / the league's mean")
    triggers: list[str] = Field([], description="a list of triggers such as BIAS")


class WrittenSlate(Written):
    """How the totals of the day lean."""

    games: Count = Field(description="a whole number of games priced")
    share: Share = Field(description="a number from 0 to 1: the share of totals that lean over")


class WrittenCandidate(Written):
    """A candidate written by hand. What has a harmless reading may be left out, and its rule says INACTIVE.

    Left out, `calibration_active` and `market_rated` are false, the reading that lets less through.
    """

    league: str = Field(description="one of nfl, ncaaf, nba, ncaab, mlb, nhl")
    market: str = Field(
        description="a key such as TOTAL:FULL_GAME, or a leg such as OVER 225.5 or 1H HOME -3.5, side and line in it"
    )
    probability: Share = Field(
        description="a number from 0 to 1: the calibrated probability of the side, given no push"
    )
    quote_age_minutes: Number = Field(description="minutes since the quote was last seen")
    minutes_to_start: Number = Field(description="minutes to the start of the game")
    side: str | None = Field(None, description="HOME, AWAY, OVER or UNDER")
    line: Number | None = Field(None, description="points on a quarter, of the side itself: -3.5 gives 3.5")
    price: PriceText | None = Field(None, description='as quoted, such as "-110", "1.91", "10/11" or "EVEN"')
    price_other: PriceText | None = Field(None, description='the other side\'s price as quoted, such as "-110"')
    market_probability: Share | None = Field(
        None, description="a number from 0 to 1: the market's fair probability of the side"
    )
    probability_sd: Share | None = Field(None, description="a number from 0 to 1: the sd of the probability")
    push: Share = Field(0.0, description="a number from 0 to 1: the chance of a push")
    suspended: bool = Field(default=False, description="true or false: the market is suspended")
    mapped: bool = Field(default=True, description="true or false: the names were resolved to this event")
    mirrored: bool = Field(default=True, description="true or false: the other side shows the opposite line")
    favourite_differs: bool = Field(
        default=False, description="true or false: spread and moneyline name different favourites"
    )
    consensus_line: Number | None = Field(None, description="points: the median line of the other books")
    consensus_moved: bool = Field(default=False, description="true or false: the other books moved since the quote")
    opener_disagreement: Number | None = Field(
        None, description="points of margin between the book's spread and its moneyline"
    )
    suspect: bool = Field(default=False, description="true or false: the forecast did not believe the sheet")
    model_mean: Number | None = Field(
        None, description="points, given together with model_sd: the mean of the forecast"
    )
    model_sd: Number | None = Field(None, description="points, given together with model_mean: the sd of the outcome")
    market_mean: Number | None = Field(None, description="points: the mean behind the line and its fair price")
    baseline_mean: Number | None = Field(None, description="points: what the league's average teams come to")
    built_mean: Number | None = Field(None, description="points: what units times efficiency come to")
    line_quantile: Share | None = Field(None, description="a number from 0 to 1: the share of outcomes below the line")
    mass: Number = Field(1.0, description="a number: the sum of the simulated chances")
    parts: WrittenParts | None = Field(None, description="a document of mean, moved, adjusted and more, or null")
    policy: WrittenPolicy | None = Field(None, description="a document of beta and threshold, or null")
    calibration_active: bool = Field(default=False, description="true or false: an active calibration stands behind it")
    market_rated: bool = Field(default=False, description="true or false: the ratings have seen closing lines")
    bias: WrittenBias | None = Field(None, description="a document of bias, structural_days and more, or null")
    slate: WrittenSlate | None = Field(None, description="a document of games and share, or null")


class JudgedFinding(Shape):
    """What one rule said, with the numbers that it looked at; `left` is the product of multipliers down to it."""

    gate: str
    action: str
    highest_state: str
    reason: str
    multiplier: float
    left: float
    cap: float | None
    inputs: dict[str, float | int | str | bool | None]


class JudgedCandidate(Shape):
    """What becomes of a candidate written by hand: findings in order, the verdict, and by which limits."""

    league: str
    selection: str
    price: str
    config_version: str
    limits_from: str
    notes: list[str]
    findings: list[JudgedFinding]
    market_probability: float
    probability: float
    multiplier: float
    trust: float
    p_final: float
    edge: float
    ev_per_unit: float
    decision: str
    tier: str
    confidence: float
    edge_confidence: float | None
    parlay_eligible: bool
    reasons: list[str]
