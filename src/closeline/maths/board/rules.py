"""The numbers that the board is made by: what is stale, what is no market, what counts as movement."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from closeline.domain.gates import Limits
from closeline.domain.leagues import League
from closeline.domain.markets import Market, MarketType

# Sums of implied figures beyond these are no market (devig-v1, section 1.2): props and three-way markets hold more.
WIDE_BOOKSUM_HIGH = 1.20
# Props go out of date twice as fast (safety-v1, section 6.1).
PROP_AGE_SHARE = 0.5
# By a book's own time its price may be so many times as old as by ours: a quiet market that nobody touched is honest.
CONTENT_AGES = 3.0
# Movement: the hour that a velocity looks back on, and the least of it that makes one.
VELOCITY_MINUTES, VELOCITY_MINUTES_LEAST = 60.0, 5.0
# Steam: so many books, so many points of fair probability each, within so many minutes. A judgement, not a measurement.
STEAM_BOOKS, STEAM_POINTS, STEAM_MINUTES = 3, 0.5, 10.0
# A middle that costs more than this share of what is staked is two bad bets.
MIDDLE_COST_MAX = 0.05

_WIDE = frozenset({
    MarketType.MONEYLINE_3WAY, MarketType.PLAYER_POINTS, MarketType.PLAYER_REBOUNDS, MarketType.PLAYER_ASSISTS,
    MarketType.PLAYER_PRA, MarketType.PLAYER_THREES,
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class BoardRules:
    """The limits of one league that the board shares with the gates (safety-v1): ages in minutes, sums of implied."""

    quote_age_minutes: tuple[tuple[float, float], ...] = ((1440.0, 360.0), (180.0, 60.0), (30.0, 10.0), (0.0, 3.0))
    booksum_low: float = 0.99
    booksum_high: float = 1.12

    def age_max_seconds(self, market: Market, minutes_to_start: float) -> float:
        """Return how old a price may be so long before the start; 0 once it has begun."""
        age = next((age for ahead, age in self.quote_age_minutes if minutes_to_start > ahead), 0.0)
        return 60.0 * age * (PROP_AGE_SHARE if is_prop(market) else 1.0)

    def booksums(self, market: Market) -> tuple[float, float]:
        """Return the least and the greatest sum of implied figures that make a market."""
        high = self.booksum_high
        return self.booksum_low, max(high, WIDE_BOOKSUM_HIGH) if market.type in _WIDE else high


def is_prop(market: Market) -> bool:
    """Say whether a market is about one player."""
    return market.type in _WIDE and market.type is not MarketType.MONEYLINE_3WAY


def rules_of(limits: Limits) -> BoardRules:
    """Return the board's rules from a league's limits."""
    return BoardRules(limits.quote_age_minutes, limits.booksum_low, limits.booksum_high)


DEFAULT_RULES: Mapping[League, BoardRules] = MappingProxyType({league: BoardRules() for league in League})
