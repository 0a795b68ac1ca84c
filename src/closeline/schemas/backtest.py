"""What a backtest came to, league by league."""

from datetime import date, datetime

from closeline.schemas.again.replaying import Replay
from closeline.schemas.shape import Shape


class Slope(Shape):
    """A regression through the origin of realised on predicted closing-line value."""

    slope: float | None
    standard_error: float | None
    n: int


class MarketFigures(Shape):
    """One market's PICKs. CLV is in points of probability; units are at the real price, one risked on each."""

    picks: int
    clv_prob_mean: float | None
    clv_prob_low: float | None
    clv_prob_high: float | None
    clv_prob_n: int
    clv_ev_mean: float | None
    predicted_clv_mean: float | None
    clv_slope: float | None
    clv_slope_standard_error: float | None
    clv_slope_n: int
    clv_slope_picks: Slope
    wins: int
    losses: int
    pushes: int
    voids: int
    open: int
    missing_closes: int
    units: float
    units_expected: float
    units_expected_at_close: float


class Mean(Shape):
    """A mean with its 95 % interval, clustered by day."""

    mean: float | None
    low: float | None
    high: float | None
    n: int


class HomeWin(Shape):
    """Log-loss of the home win over the same games, by who gave the probability.

    `everything` is the same with the games whose opener was suspect; there nothing is published but the open.
    """

    open: float | None
    rating: float | None
    published: float | None
    close: float | None
    n: int
    open_source: str
    close_source: str
    left_out: int
    left_out_suspect: int
    rating_minus_open: Mean
    published_minus_open: Mean
    everything: "HomeWin | None"


class CalibrationError(Shape):
    """Calibration error in ten bins of equal mass, beside what a perfect forecaster would show."""

    value: float | None
    noise_floor: float | None
    n: int


class Refusal(Shape):
    """How many candidates of a market a rule held back, and for what reason."""

    gate: str
    reason: str
    market_key: str
    candidates: int


class LeagueFigures(Shape):
    """The figures of one league's record."""

    league: str
    games: int
    warmup_games: int
    decisions: dict[str, int]
    published: int
    leans: int
    open: int
    assumed_prices: int
    graded: dict[str, int]
    quarantined: dict[str, int]
    markets: dict[str, MarketFigures]
    home_win_log_loss: HomeWin
    ece: CalibrationError
    ece_equal_width: CalibrationError
    ece_by_market: dict[str, CalibrationError]
    refusals: list[Refusal]
    notes: list[str]


class Backtest(LeagueFigures):
    """A backtest of one league, with how long it took and the hash of the record that it left."""

    publish_from: date
    archives: list[str]
    seconds: float
    games_per_second: float
    record_hash: str


class Backtests(Shape):
    """The backtests of one command, league by league, where they were spread."""

    backtests: list[Backtest]


class Happened(Shape):
    """One thing that happened on the demonstration's evening, and when."""

    at: datetime
    what: str


class ChatMessage(Shape):
    """One message of the simulated chat as it reads now."""

    message_id: str
    kind: str
    about: str
    edited: bool
    text: str


class Evening(Shape):
    """The demonstration's scripted evening, the laws that the record was held against, and its replayed week."""

    happened: list[Happened]
    chat: list[ChatMessage]
    laws: int
    broken: list[str]
    replay: Replay


class Demo(Shape):
    """The demonstration: what each verb did, the figures of its leagues, its evening, and a run executed again."""

    condition: str
    publish_from: date
    steps: dict[str, dict[str, int]]
    leagues: dict[str, LeagueFigures]
    verified_run: str | None
    identical: bool | None
    differences: list[str]
    evening: Evening
    report: str | None
    seconds: float
    record_hash: str
