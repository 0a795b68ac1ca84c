"""How picks have done, by cohort: results, scores, closing-line value and what may be concluded from them."""

from datetime import date, datetime

from closeline.schemas.shape import Shape


class Estimate(Shape):
    """A mean per pick over n picks on so many days.

    low, high: the ordinary 95 % interval, clustered by day, right on one day that was chosen beforehand.
    always_low, always_high: the 95 % confidence sequence, right on all days at once. e_value: what one unit bet against
    "the mean is at most nought" has become. These two are of the whole record of the cohort: of always_n picks with
    the mean always_mean, from its first day to the last day asked for, whatever first day was asked for, and with each
    pick that was left out of the mean because it was void counted as nought. Null where there is nothing to average.
    """

    mean: float | None
    low: float | None
    high: float | None
    n: int
    days: int
    always_mean: float | None
    always_low: float | None
    always_high: float | None
    always_n: int
    always_days: int
    e_value: float | None


class Expected(Shape):
    """Units that were promised, units that came over the same n picks, and the difference in standard errors."""

    expected: float
    realised: float
    z: float | None
    n: int


class Scores(Shape):
    """Mean Brier score and log-loss of the n picks that won or lost; skill is 1 - Brier / Brier of the market.

    skill_publish is against the market at publication, skill_close against the close, over the n_close picks with one.
    """

    n: int
    brier: float | None
    log_loss: float | None
    skill_publish: float | None
    n_close: int
    skill_close: float | None


class ClosingValue(Shape):
    """Closing-line value in probability, fair to fair, of picks with a close; `missing` counts the others by reason.

    Void before play is in neither. Shares are of the n picks with a close. Median is null where only sums were read.
    """

    value: Estimate
    median: float | None
    sd: float | None
    share_positive: float | None
    share_zero: float | None
    share_negative: float | None
    missing: dict[str, int]


class Figures(Shape):
    """How the graded picks of one cohort have done.

    Voids are in no figure of money and no score. Those that came after the start keep their closing-line value.

    units: profit at the real price, one unit risked on each; units_staked: the same at each pick's own stake; roi: the
    mean of `units` per pick. survives: still flagged after all cohorts that were looked at, at a false discovery rate
    of 10 % (e-BH over the e-values of the closing-line value, each from its cohort's first day on).
    """

    cohort_key: str
    graded: int
    open: int
    wins: int
    losses: int
    pushes: int
    voids: int
    units: float
    units_staked: float
    roi: Estimate
    expected_publish: Expected
    expected_close: Expected
    scores: Scores
    clv: ClosingValue
    survives: bool


class Bin(Shape):
    """Forecasts of about one probability: how many, their mean, and how often they came true."""

    n: int
    probability: float
    frequency: float


class Point(Shape):
    """A place on the CORP reliability curve, with the band in which a calibrated forecaster's curve would lie."""

    probability: float
    observed: float
    low: float
    high: float


class Reliability(Shape):
    """Whether picks given 55 % won 55 % of the time; null and empty with fewer than ten that won or lost.

    error: ECE in bins of equal mass, beside what a perfect forecaster would show (noise_floor).
    """

    n: int
    error: float | None
    noise_floor: float | None
    bins: list[Bin]
    curve: list[Point]


class PerformanceSummary(Shape):
    """One cohort between two league days, both included, as of a moment (null: as the record stands)."""

    cohort_key: str
    start_date: date
    end_date: date
    as_of: datetime | None
    figures: Figures
    reliability: Reliability


class CohortPerformance(Shape):
    """All cohorts of some dimensions with a pick in so many days; `tested` counts those without one too."""

    dimensions: list[str]
    start_date: date | None
    end_date: date | None
    as_of: datetime | None
    tested: int
    surviving: int
    rows: list[Figures]


class ClvBin(Shape):
    """Picks whose closing-line value, in probability, lies in [low, high); null is without end."""

    low: float | None
    high: float | None
    n: int


class ClvDistribution(Shape):
    """How closing-line value is spread, all of it in probability. Quantiles are by level, such as `0.05`."""

    cohort_key: str
    start_date: date | None
    end_date: date | None
    as_of: datetime | None
    n: int
    missing: dict[str, int]
    value: Estimate
    median: float | None
    sd: float | None
    share_positive: float | None
    share_zero: float | None
    share_negative: float | None
    quantiles: dict[str, float]
    bins: list[ClvBin]


class RollupsRebuilt(Shape):
    """What was counted again: days, picks and the rows that hold their sums."""

    league: str | None
    days: int
    picks: int
    cells: int
