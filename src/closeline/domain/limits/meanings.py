"""What each limit means, its unit, which way it loosens, and the hard bounds that no configuration may pass.

The safety layers have no off switch: a limit may be made stricter almost at will, but never so loose that its rule says
nothing. `Limits` holds the values, this table everything else about them.
"""

from dataclasses import dataclass
from enum import StrEnum

from closeline.domain.leagues import League


class Kind(StrEnum):
    """What a limit is made of."""

    NAME = "NAME"
    NUMBER = "NUMBER"
    COUNT = "COUNT"
    FLAG = "FLAG"
    MARKETS = "MARKETS"
    AGES = "AGES"


class Looser(StrEnum):
    """Which way a limit lets more through; NEITHER where it moves a range or means two things."""

    HIGHER = "HIGHER"
    LOWER = "LOWER"
    NEITHER = "NEITHER"


class Measure(StrEnum):
    """What a bound is a multiple of: one, or a number of the sport."""

    ONE = "ONE"
    TOTAL_LEAST = "TOTAL_LEAST"
    TOTAL_MOST = "TOTAL_MOST"
    SPREAD_MOST = "SPREAD_MOST"
    MONEYLINE_MOST = "MONEYLINE_MOST"
    TOTAL_SD = "TOTAL_SD"
    MARGIN_SD = "MARGIN_SD"


@dataclass(frozen=True, slots=True)
class Bound:
    """A hard bound: so many times a measure; an open one must not be reached."""

    times: float
    measure: Measure = Measure.ONE
    open: bool = False

    def of(self, league: League) -> float:
        """Return the bound for a league."""
        return self.times * SPORTS[league][self.measure]


@dataclass(frozen=True, slots=True)
class Field:
    """What a limit is. `why`: the reason for its bounds, or for having none."""

    meaning: str
    unit: str
    why: str
    kind: Kind = Kind.NUMBER
    low: Bound | None = None
    high: Bound | None = None
    looser: Looser = Looser.HIGHER


def _sport(
    total: tuple[float, float], spread: float, moneyline: float, sds: tuple[float, float]
) -> dict[Measure, float]:
    return dict(zip(Measure, (1.0, *total, spread, moneyline, *sds), strict=True))


# Beyond every line that was ever on file of the league (DOMAIN appendix D), and the sds of its results (section 6.9).
SPORTS: dict[League, dict[Measure, float]] = {
    League.NFL: _sport((20, 80), 35, 10_000, (13.3, 13.3)),
    League.NCAAF: _sport((15, 120), 75, 100_000, (16.5, 16.0)),
    League.NBA: _sport((150, 320), 35, 20_000, (18.5, 13.3)),
    League.NCAAB: _sport((80, 220), 60, 100_000, (16.5, 10.8)),
    League.MLB: _sport((3, 25), 8, 2_000, (4.4, 4.3)),
    League.NHL: _sport((3, 12), 6.5, 2_000, (2.3, 2.6)),
}

# (minutes to start, oldest quote in minutes): section 6.1. No configuration may let a quote be older than twice this.
STANDARD_AGES: tuple[tuple[float, float], ...] = ((1440, 360), (180, 60), (30, 10), (0, 3))
AGES_FACTOR = 2

_ABOVE_NOUGHT = Bound(0, open=True)
_ODDS_ENDS = "no game of the league was ever quoted beyond, so a line out there is an error"
_SUMS = "a sum further from fair is an error of the book or two quotes of different moments"
_FAR_TOTAL = "a mean a whole sd of the league's totals off the market is a broken forecast"
_FAR_MARGIN = "a mean more than a sd of the league's margins off the market is a broken forecast"
_WIDE = "twice the league's own sd is a broken simulation, and below it nothing is wide"
_OWN_SD = "the sd of a league is known to a quarter; another one would blind two rules"
_LEAST_EDGE = "an edge of nearly nothing is noise, and an edge of a fifth does not exist"
_LEAST_VALUE = "a value of nearly nothing is noise, and one above a half does not exist"
_BAND = "a band that holds a third or two thirds tells no bias"
_POINTS = "points"
_TOTAL_LOW, _TOTAL_HIGH = Bound(1, Measure.TOTAL_LEAST), Bound(1, Measure.TOTAL_MOST)
_SD_LOW, _SD_HIGH = 0.75, 1.25


def _points(meaning: str, why: str, times: float, measure: Measure) -> Field:
    return Field(meaning, _POINTS, why, low=_ABOVE_NOUGHT, high=Bound(times, measure))


def _probability(meaning: str, why: str, low: float, high: float, looser: Looser = Looser.HIGHER) -> Field:
    return Field(meaning, "probability", why, low=Bound(low), high=Bound(high), looser=looser)


def _value(meaning: str, low: float, high: float) -> Field:
    unit = "units per unit staked"
    return Field(meaning, unit, _LEAST_VALUE, low=Bound(low), high=Bound(high), looser=Looser.LOWER)


def _ratio(meaning: str, low: Bound) -> Field:
    return Field(meaning, "times the reference", _WIDE, low=low, high=Bound(2))


def _own_sd(meaning: str, measure: Measure) -> Field:
    low, high = Bound(_SD_LOW, measure), Bound(_SD_HIGH, measure)
    return Field(meaning, _POINTS, _OWN_SD, low=low, high=high, looser=Looser.NEITHER)


FIELDS: dict[str, Field] = {
    "league": Field(
        "the league that these limits judge", "code", "a name is no number; a proposal cannot rename it", Kind.NAME,
        looser=Looser.NEITHER,
    ),
    "total_low": Field(
        "lowest total that is believed, of a line or a forecast", _POINTS, _ODDS_ENDS, low=_TOTAL_LOW,
        high=_TOTAL_HIGH, looser=Looser.LOWER,
    ),
    "total_high": Field(
        "highest total that is believed, of a line or a forecast", _POINTS, _ODDS_ENDS, low=_TOTAL_LOW,
        high=_TOTAL_HIGH,
    ),
    "spread_max": _points("largest spread that is believed, either way", _ODDS_ENDS, 1, Measure.SPREAD_MOST),
    "moneyline_max": Field(
        "longest and shortest moneyline that is believed", "American odds", _ODDS_ENDS, Kind.COUNT, low=Bound(100),
        high=Bound(1, Measure.MONEYLINE_MOST),
    ),
    "booksum_low": Field(
        "lowest sum of the implied figures of both sides", "booksum", _SUMS, low=Bound(0.95), high=Bound(1.05),
        looser=Looser.LOWER,
    ),
    "booksum_high": Field(
        "highest sum of the implied figures of both sides", "booksum", _SUMS, low=Bound(1), high=Bound(1.3),
    ),
    "quote_age_minutes": Field(
        "oldest quote that is used, by the time to the start", "minutes to start: minutes",
        "a quote older than twice the standard is a price that nobody offers", Kind.AGES,
    ),
    "outlier_points": _points(
        "furthest line from the consensus of the other books", "half a sd off the other books is an error",
        0.5, Measure.TOTAL_SD,
    ),
    "opener_disagreement_points_max": Field(
        "furthest apart that spread and moneyline of a book may be", "points of margin",
        "two records of the same openers differ by 1.7; 5 are different games", low=_ABOVE_NOUGHT, high=Bound(5),
    ),
    "margin_mean_max": _points("largest mean margin that a forecast may have", _ODDS_ENDS, 1, Measure.SPREAD_MOST),
    "baseline_mean_total": Field(
        "mean total of the league, where the baseline has no better", _POINTS, _ODDS_ENDS, low=_TOTAL_LOW,
        high=_TOTAL_HIGH, looser=Looser.NEITHER,
    ),
    "closing_total_sd": Field(
        "sd of closing totals: a forecast may lie three of these off the baseline", _POINTS,
        "closing totals vary less than results do", low=Bound(0.1, Measure.TOTAL_SD),
        high=Bound(0.75, Measure.TOTAL_SD),
    ),
    "reference_total_sd": _own_sd("sd of a total, against which a forecast is too wide or narrow", Measure.TOTAL_SD),
    "reference_margin_sd": _own_sd("sd of a margin, against which a forecast is too wide or narrow", Measure.MARGIN_SD),
    "adjustments_max": _points(
        "most that all adjustments of a total may add up to", "news that moves a total by a sd has been counted twice",
        1, Measure.TOTAL_SD,
    ),
    "bias_limit": _points(
        "mean miss of the totals of 28 days from which they are damped", "a quarter sd over weeks is a broken model",
        0.25, Measure.TOTAL_SD,
    ),
    "clamp_cap": Field(
        "most that damping may move a mean", _POINTS, "less would damp nothing, and a model that needs more is broken",
        low=Bound(0.05, Measure.TOTAL_SD), high=Bound(0.5, Measure.TOTAL_SD), looser=Looser.NEITHER,
    ),
    "over_rate_low": _probability(
        "share of forecasts over their line, below which totals are damped", _BAND, 0.35, 0.49, Looser.LOWER
    ),
    "over_rate_high": _probability(
        "share of forecasts over their line, above which totals are damped", _BAND, 0.51, 0.65
    ),
    "slate_games_least": Field(
        "fewest games of which a slate can be called skewed", "games",
        "fewer than four lean one way by chance; more than sixteen would pass any Sunday", Kind.COUNT, low=Bound(4),
        high=Bound(16),
    ),
    "slate_share_max": _probability(
        "largest share of a slate's totals that may lean one way", "a slate of which nine tenths lean is skewed",
        0.55, 0.9,
    ),
    "total_soft": _points("total off the market: trusted less from here", _FAR_TOTAL, 1, Measure.TOTAL_SD),
    "total_hard": _points("total off the market: LEAN at most from here", _FAR_TOTAL, 1, Measure.TOTAL_SD),
    "total_block": _points("total off the market: not played from here", _FAR_TOTAL, 1, Measure.TOTAL_SD),
    "margin_soft": _points("margin off the market: trusted less from here", _FAR_MARGIN, 1.25, Measure.MARGIN_SD),
    "margin_hard": _points("margin off the market: LEAN at most from here", _FAR_MARGIN, 1.25, Measure.MARGIN_SD),
    "margin_block": _points("margin off the market: not played from here", _FAR_MARGIN, 1.25, Measure.MARGIN_SD),
    "variance_soft": _ratio("sd of a forecast: LEAN at most and half trusted from here", Bound(1, open=True)),
    "variance_hard": _ratio("sd of a forecast: not played beyond", Bound(1, open=True)),
    "bootstrap_trust": Field(
        "trust in a market whose calibration is not active", "multiplier",
        "full trust is for what was proved; none at all is what closed_markets says", low=_ABOVE_NOUGHT,
        high=Bound(1),
    ),
    "confidence_cap": Field(
        "highest confidence of what a rule doubts", "of 100", "what is doubted is not sure by three to one",
        low=_ABOVE_NOUGHT, high=Bound(75),
    ),
    "edge_lean": _probability("least edge of a LEAN", _LEAST_EDGE, 0.005, 0.2, Looser.LOWER),
    "edge_pick": _probability("least edge of a PICK", _LEAST_EDGE, 0.01, 0.2, Looser.LOWER),
    "ev_lean": _value("least expected value of a LEAN", 0.005, 0.5),
    "ev_pick": _value("least expected value of a PICK", 0.01, 0.5),
    "edge_implausible": Field(
        "edge above which a person looks, and LEAN is the most", "probability",
        "an edge of a fifth against a market is an error in ours", low=_ABOVE_NOUGHT, high=Bound(0.2),
    ),
    "publishing": Field(
        "whether anything of the league is played at all", "yes or no",
        "closed or not: it can only take away what the rules allow", Kind.FLAG,
    ),
    "closed_markets": Field(
        "markets of which nothing is played", "market keys", "any market may be closed: it can only take away",
        Kind.MARKETS,
    ),
    "prop_edge_min": _probability(
        "least edge against the price that a player's line must have", _LEAST_EDGE, 0.005, 0.2, Looser.LOWER
    ),
    "prop_confidence_min": _probability(
        "least chance, pushes apart, of the side of a player's line",
        "long prices pay for small chances, but not for next to none; near certainty does not exist", 0.05, 0.95,
        Looser.LOWER,
    ),
    "prop_cv_max": Field(
        "widest forecast of a player's number, sd over mean", "ratio", "beyond .8 a forecast says nothing of a player",
        low=_ABOVE_NOUGHT, high=Bound(0.8),
    ),
    "prop_games_least": Field(
        "fewest games that a player's forecast rests on", "games", "nothing is known of who has not played",
        Kind.COUNT, low=Bound(1), high=Bound(82), looser=Looser.LOWER,
    ),
    "prop_booksum_high": Field(
        "highest sum of the implied figures of both sides of a player's line", "booksum", _SUMS, low=Bound(1),
        high=Bound(1.3),
    ),
    "prop_age_minutes_max": Field(
        "oldest quote of a player's line, and half of a game's is the most", "minutes",
        "a player's line moves with every report of who plays", low=_ABOVE_NOUGHT, high=Bound(30),
    ),
}  # fmt: skip

# (lower, higher, why): strictly in this order, whatever the values.
ORDERS: tuple[tuple[str, str, str], ...] = (
    ("total_low", "total_high", "a range holds something"),
    ("total_low", "baseline_mean_total", "the league's mean is inside its range"),
    ("baseline_mean_total", "total_high", "the league's mean is inside its range"),
    ("booksum_low", "booksum_high", "a range holds something"),
    ("over_rate_low", "over_rate_high", "a band holds something"),
    ("total_soft", "total_hard", "doubt comes before a cap"),
    ("total_hard", "total_block", "a cap comes before a block"),
    ("margin_soft", "margin_hard", "doubt comes before a cap"),
    ("margin_hard", "margin_block", "a cap comes before a block"),
    ("variance_soft", "variance_hard", "a cap comes before a block"),
    ("edge_lean", "edge_pick", "a PICK asks for more than a LEAN"),
    ("edge_pick", "edge_implausible", "some edges are PICKs; to play none set publishing = false"),
    ("ev_lean", "ev_pick", "a PICK asks for more than a LEAN"),
)
