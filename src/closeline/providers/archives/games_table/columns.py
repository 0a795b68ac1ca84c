"""The columns of a games table: what each is called, what type it has, and which offers they make."""

from dataclasses import dataclass

from closeline.domain.feeds.captures import Phase
from closeline.domain.markets import MONEYLINE, SPREAD, TOTAL, Market, MarketType, Period

REQUIRED = ("league", "game_date", "home_team", "away_team")

TEXT = ("league", "home_team", "away_team", "home_code", "away_code", "home_pitcher", "away_pitcher")
WHOLE = ("season", "game_no", "home_score", "away_score", "home_ot", "away_ot", "home_extra", "away_extra")
TRUTH = ("neutral", "start_time_tbd", "overtime")
SEASON_TYPE = "season_type"
REGULAR, PLAYOFFS = ("reg", "regular"), ("post", "postseason", "playoff", "playoffs")
DAY = "game_date"
START = "start_time_utc"

# Points after regulation: of a table that has them, periods that contradict them are left out.
EXTRA = (("home_ot", "away_ot"), ("home_extra", "away_extra"))
PERIODS_MAX = 9
HOME_PERIODS = tuple(f"home_p{number}" for number in range(1, PERIODS_MAX + 1))
AWAY_PERIODS = tuple(f"away_p{number}" for number in range(1, PERIODS_MAX + 1))


@dataclass(frozen=True, slots=True)
class OfferColumns:
    """Where one market of one phase stands: its line, and its prices, HOME or OVER first."""

    phase: Phase
    market: Market
    line: str | None
    prices: tuple[str, str] | None = None

    @property
    def name(self) -> str:
        """Return what places call the offer: its line's column, or the beginning of its prices' columns."""
        return self.line or f"{self.phase.lower()}_ml"

    @property
    def columns(self) -> tuple[str, ...]:
        """Return all columns of the offer."""
        return (*([self.line] if self.line else []), *(self.prices or ()))


def _of_phase(phase: Phase) -> tuple[OfferColumns, ...]:
    word = phase.lower()
    spread_prices = (f"{word}_spread_price_home", f"{word}_spread_price_away")
    total_prices = (f"{word}_total_over_price", f"{word}_total_under_price")
    return (
        OfferColumns(phase, SPREAD, f"{word}_spread_home", spread_prices),
        OfferColumns(phase, TOTAL, f"{word}_total", total_prices),
        OfferColumns(phase, MONEYLINE, None, (f"{word}_ml_home", f"{word}_ml_away")),
    )


OFFERS = (
    *_of_phase(Phase.OPEN),
    *_of_phase(Phase.CLOSE),
    OfferColumns(Phase.CLOSE, Market(MarketType.SPREAD, Period.SECOND_HALF), "h2_spread_home"),
    OfferColumns(Phase.CLOSE, Market(MarketType.TOTAL, Period.SECOND_HALF), "h2_total"),
)

NUMBERS = tuple(column for offer in OFFERS for column in offer.columns)
KNOWN = frozenset((*TEXT, *WHOLE, *TRUTH, SEASON_TYPE, DAY, START, *HOME_PERIODS, *AWAY_PERIODS, *NUMBERS))
