"""Which limits are each rule's own: what it reads of `Limits`, itself or through what was made for it with them."""

from collections.abc import Mapping

# A reference sd and the range of totals serve two rules, and so they are named twice. `league` names the set itself.
OWN_LIMITS: Mapping[str, tuple[str, ...]] = {
    "line_integrity": (
        "total_low", "total_high", "spread_max", "moneyline_max", "booksum_low", "booksum_high", "quote_age_minutes",
        "outlier_points", "league", "prop_booksum_high", "prop_age_minutes_max",
    ),
    "no_market_no_pick": (),
    "flags": ("league", "publishing", "closed_markets"),
    "opener_consistency": ("opener_disagreement_points_max",),
    "direction": ("opener_disagreement_points_max",),
    "reality_check": (
        "total_low", "total_high", "margin_mean_max", "baseline_mean_total", "closing_total_sd", "reference_total_sd",
        "reference_margin_sd", "confidence_cap",
    ),
    "double_counting": ("adjustments_max",),
    "league_baseline": ("bias_limit", "clamp_cap", "over_rate_low", "over_rate_high", "baseline_mean_total"),
    "slate_skew": ("slate_games_least", "slate_share_max"),
    "market_rated": (),
    "calibration_active": ("bootstrap_trust",),
    "market_deviation": (
        "total_soft", "total_hard", "total_block", "margin_soft", "margin_hard", "margin_block", "confidence_cap",
        "reference_total_sd",
    ),
    "high_variance": ("variance_soft", "variance_hard", "reference_total_sd", "reference_margin_sd"),
    "participation": (),
    "prop_filters": ("prop_edge_min", "prop_confidence_min", "prop_cv_max", "prop_games_least"),
    "publish_thresholds": ("edge_lean", "edge_pick", "ev_lean", "ev_pick", "edge_implausible"),
}  # fmt: skip
