"""Baseline bias: how far a league's totals have been off of late, and by how much the next ones are moved for it.

The measure is of forecasts as they were before any correction, so that a correction never feeds on itself. Under and
over are treated alike.  Source: domain notes, section 6.3 (safety-v1, L2).
"""

import json
from dataclasses import asdict, dataclass
from math import exp, fsum, lgamma, log, log1p, sqrt

from closeline.domain.digits import of_fit
from closeline.domain.gates.rolling import HOME_WIN_RATE, OVERTIME_RATE, RollingSample, rolling_rate
from closeline.domain.ids import canonical_json

BIAS_ACTUAL = "BIAS_ACTUAL"
BIAS_MARKET = "BIAS_MARKET"
OVER_RATE = "OVER_RATE"
MODEL_BIAS = "MODEL_BIAS"
STRUCTURAL = frozenset({BIAS_ACTUAL, BIAS_MARKET})
STRUCTURAL_DAYS = 3

GAMES_LEAST = 50
BIAS_DAYS = 28
# So many games of nought are added to the sample: a bias of few games is mostly chance.
SHRINKING_GAMES = 100
STANDARD_ERRORS = 2.0
# The market moves as well: a model may be further from it than from what happened before it counts.
MARKET_SHARE = 1.5
ALPHA = 0.05
NOTHING_ROLLING = RollingSample()


@dataclass(frozen=True, slots=True)
class BiasLimits:
    """The numbers of one league, points of the sport where nothing else is said.

    The over-rate should lie in [over_low, over_high]. With fewer games than `games_least` nothing triggers.
    """

    baseline_mean: float
    limit: float
    cap: float
    over_low: float
    over_high: float
    games_least: int = GAMES_LEAST
    days: int = BIAS_DAYS


@dataclass(frozen=True, slots=True)
class BiasSample:
    """What was observed of a league's finished games.

    errors: forecast total - final total of each game. market_errors: forecast total - the closing market's mean, where
    there was a close. over_n: quoted totals that were forecast, overs: those called over. won, lost: graded picks, a
    half result half.
    """

    errors: tuple[float, ...]
    market_errors: tuple[float, ...] = ()
    overs: int = 0
    over_n: int = 0
    won: float = 0.0
    lost: float = 0.0
    graded: int = 0


@dataclass(frozen=True, slots=True)
class BaselineBias:
    """One day's row of a league's bias table; `day` is the UTC day on which it was measured.

    bias, bias_market: mean of forecast - final total, and of forecast - closing mean; null where nothing was there.
    over_p_value: chance of an over-rate as far out, at the nearer edge of the band. correction: points taken off every
    total from now on. structural_days: days in a row, this one included, on which a bias triggered. home_win, overtime:
    the rolling rates of the last games, whatever the days; n is 0 in rows written before they were measured.
    """

    league: str
    day: str
    n: int
    bias: float
    bias_se: float | None
    bias_market: float | None
    n_market: int
    over_rate: float | None
    over_n: int
    over_p_value: float | None
    win_rate: float | None
    graded: int
    correction: float
    damp_factor: float
    triggers: tuple[str, ...]
    structural_days: int
    home_win_n: int = 0
    home_win_expected: float | None = None
    home_win_rate: float | None = None
    home_win_z: float | None = None
    overtime_n: int = 0
    overtime_expected: float | None = None
    overtime_rate: float | None = None
    overtime_z: float | None = None

    def to_json(self) -> str:
        """Write the row as canonical JSON."""
        return canonical_json(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "BaselineBias":
        """Read a row back; the exact inverse of `to_json`."""
        content = json.loads(text)
        return cls(**content | {"triggers": tuple(content["triggers"])})


@dataclass(frozen=True, slots=True)
class OverRate:
    """A share of overs beside one edge of its band: the chance of as many or more, exactly, if the edge were true."""

    over_rate: float
    p_value: float
    triggered: bool


def baseline_correction(n: int, bias: float, cap: float, *, games_least: int = GAMES_LEAST) -> float:
    """Return the points that a bias over n games takes off: shrunk to nought, capped, none below the least."""
    if n < games_least:
        return 0.0
    return min(max(bias * n / (n + SHRINKING_GAMES), -cap), cap)


def damp_factor(correction: float, baseline_mean: float) -> float:
    """Return the share of a league's usual total that a correction leaves."""
    return 1.0 - correction / baseline_mean


def over_rate_test(overs: int, n: int, upper: float, alpha: float = ALPHA) -> OverRate:
    """Test overs of n against the upper edge of a band, one-sided and exact; ValueError outside 0 <= overs <= n.

    For the lower edge, ask of the unders: n - overs against 1 - lower.
    """
    if not 0 <= overs <= n or n == 0 or not 0.0 < upper < 1.0:
        raise ValueError(f"overs must be among n games and upper between 0 and 1, were {overs}, {n}, {upper}")
    chance = _as_many(overs, n, upper)
    return OverRate(overs / n, chance, overs / n > upper and chance < alpha)


def _as_many(least: int, n: int, p: float) -> float:
    """Return P(X >= least) of a binomial."""
    if least <= 0:
        return 1.0
    whole, hit, miss = lgamma(n + 1), log(p), log1p(-p)
    return min(fsum(
        exp(whole - lgamma(k + 1) - lgamma(n - k + 1) + k * hit + (n - k) * miss) for k in range(least, n + 1)
    ), 1.0)  # fmt: skip


def measured(
    sample: BiasSample, limits: BiasLimits, *, league: str, day: str, before: BaselineBias | None,
    rolling: RollingSample = NOTHING_ROLLING,
) -> BaselineBias:  # fmt: skip
    """Return the row of a day from what was observed; `before` is the last row that is still in force, null for none.

    ValueError for a sample without a game. The rolling rates trigger by themselves: nothing is corrected for them.
    """
    n, n_market = len(sample.errors), len(sample.market_errors)
    if not n:
        raise ValueError("a bias must be measured on a game at least, the sample was empty")
    bias = of_fit(fsum(sample.errors) / n)
    error = of_fit(sqrt(fsum((item - bias) ** 2 for item in sample.errors) / (n - 1) / n)) if n > 1 else None
    market = of_fit(fsum(sample.market_errors) / n_market) if n_market else None
    edge = _nearer_edge(sample, limits)
    found = _triggers(n, bias, error, limits)
    found += [BIAS_MARKET] if market is not None and _off_market(n_market, market, limits) else []
    off_band = edge is not None and edge.triggered and sample.over_n >= limits.games_least
    found += [OVER_RATE] if off_band else []
    days = (before.structural_days if before else 0) + 1 if STRUCTURAL & set(found) else 0
    correction = of_fit(baseline_correction(n, bias, limits.cap, games_least=limits.games_least))
    if not found or not _helps(correction, found, bias, market, sample):
        correction = 0.0
    decided = sample.won + sample.lost
    home, overtime = rolling_rate(rolling.home_wins), rolling_rate(rolling.overtimes)
    rates = [name for name, rate in ((HOME_WIN_RATE, home), (OVERTIME_RATE, overtime)) if rate.is_off]
    return BaselineBias(
        league, day, n, bias, error, market, n_market,
        of_fit(sample.overs / sample.over_n) if sample.over_n else None, sample.over_n,
        of_fit(edge.p_value) if edge else None,
        of_fit(sample.won / decided) if decided else None, sample.graded,
        correction, of_fit(damp_factor(correction, limits.baseline_mean)),
        (*found, *([MODEL_BIAS] if days >= STRUCTURAL_DAYS else []), *rates), days,
        home.n, home.expected, home.rate, home.z, overtime.n, overtime.expected, overtime.rate, overtime.z,
    )  # fmt: skip


def _triggers(n: int, bias: float, error: float | None, limits: BiasLimits) -> list[str]:
    sure = error is not None and abs(bias) > STANDARD_ERRORS * error
    return [BIAS_ACTUAL] if n >= limits.games_least and sure and abs(bias) > limits.limit else []


def _off_market(n: int, market: float, limits: BiasLimits) -> bool:
    return n >= limits.games_least and abs(market) > MARKET_SHARE * limits.limit


def _nearer_edge(sample: BiasSample, limits: BiasLimits) -> OverRate | None:
    """Return the test at the edge that the sample is nearer to breaking."""
    if not sample.over_n:
        return None
    high = over_rate_test(sample.overs, sample.over_n, limits.over_high)
    low = over_rate_test(sample.over_n - sample.overs, sample.over_n, 1.0 - limits.over_low)
    return min(high, low, key=lambda edge: edge.p_value)


def _helps(correction: float, triggers: list[str], bias: float, market: float | None, sample: BiasSample) -> bool:
    """Say whether a correction brings every statistic that triggered nearer to where it should be."""
    sizes = {BIAS_ACTUAL: bias, BIAS_MARKET: market or 0.0}
    smaller = all(abs(size - correction) < abs(size) for name, size in sizes.items() if name in triggers)
    # Fewer points are fewer overs.
    towards = OVER_RATE not in triggers or (correction > 0.0) == (2 * sample.overs > sample.over_n)
    return smaller and towards
