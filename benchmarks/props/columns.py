"""What the rivals write: every declared feature that can be had, but for these, which they are spared."""

from closeline.maths.props.features.declared import FEATURES

# Spared because they need arenas, prices, reports or a walk through each player's games, which columns do badly.
SPARED = {
    "travel_miles_48h", "time_zone_shift", "altitude", "local_start_hour", "post_all_star", "market_team_total",
    "market_total", "market_spread", "market_blowout", "vacated_usage", "play_probability", "games_since_return",
    "projected_pace",
}  # fmt: skip
WRITTEN = tuple(one.name for one in FEATURES if one.since is not None and one.name not in SPARED)
SUMMED = ("minutes", "pts", "fgm", "fga", "fg3m", "fg3a", "fta", "oreb", "dreb", "tov", "pf")
NUMBERS = ("pts", "reb", "ast", "pra", "min")
