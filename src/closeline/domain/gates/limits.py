"""The numbers that judge a candidate, one set for each league, from a configuration version."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """The numbers of one league that judge a candidate (safety-v1), points of the sport where nothing else is said.

    `quote_age_minutes` pairs (minutes to start, oldest quote in minutes), longest first: the first pair whose time to
    start has not passed yet governs. `publishing` and `closed_markets` can only take away what the rules would allow.
    """

    league: str
    total_low: float
    total_high: float
    spread_max: float
    moneyline_max: int
    booksum_low: float
    booksum_high: float
    quote_age_minutes: tuple[tuple[float, float], ...]
    outlier_points: float
    opener_disagreement_points_max: float
    margin_mean_max: float
    baseline_mean_total: float
    closing_total_sd: float
    reference_total_sd: float
    reference_margin_sd: float
    adjustments_max: float
    bias_limit: float
    clamp_cap: float
    over_rate_low: float
    over_rate_high: float
    slate_games_least: int
    slate_share_max: float
    total_soft: float
    total_hard: float
    total_block: float
    margin_soft: float
    margin_hard: float
    margin_block: float
    variance_soft: float
    variance_hard: float
    bootstrap_trust: float
    confidence_cap: float
    edge_lean: float
    edge_pick: float
    ev_lean: float
    ev_pick: float
    edge_implausible: float
    publishing: bool = True
    closed_markets: tuple[str, ...] = ()
    prop_edge_min: float = 0.03
    prop_confidence_min: float = 0.60
    prop_cv_max: float = 0.35
    prop_games_least: int = 5
    prop_booksum_high: float = 1.20
    prop_age_minutes_max: float = 15.0

    def quote_age_max(self, minutes_to_start: float) -> float:
        """Return how old a quote may be, in minutes, so long before the start."""
        return next((age for ahead, age in self.quote_age_minutes if minutes_to_start > ahead), 0.0)

    def prop_age_max(self, minutes_to_start: float) -> float:
        """Return how old a player's quote may be, in minutes: half of a game's, and never above its own limit."""
        return min(self.quote_age_max(minutes_to_start) / 2, self.prop_age_minutes_max)

    def deviation(self, *, of_total: bool) -> tuple[float, float, float]:
        """Return from how many points off the market a mean is trusted less, is a LEAN at most, is not played."""
        if of_total:
            return self.total_soft, self.total_hard, self.total_block
        return self.margin_soft, self.margin_hard, self.margin_block
