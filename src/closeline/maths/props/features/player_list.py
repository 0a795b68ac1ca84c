"""The features of a player himself, declared: averages, trends, rates, position and absence.

"His games" are the rows with numbers of the player, whatever his team, on days before this game's, in order; the
latest last. "Of the season" narrows them to this game's season. PRA is points + rebounds + assists. A mean, sd, slope
or other number of his last k games is of as many as there are up to k, and NaN below half of k, rounded up
(`minimum_of`). An EWMA of half-life h weighs the game that is k games ago by .5 ** (k / h), k = 0 for the latest, and
divides by the sum of the weights; NaN without a game. Every quotient is NaN where its divisor is not above 0.
"""

from closeline.maths.props.features.feature import Family, Feature, Input, feature

HALF_LIVES = (3, 7, 15)
NUMBERS = ("pts", "reb", "ast", "pra", "min")
SCORING, REBOUNDS, MINUTES = Input.SCORING, Input.REBOUNDS, Input.MINUTES
_OF = {"pts": (SCORING,), "reb": (REBOUNDS,), "ast": (SCORING,), "pra": (SCORING, REBOUNDS), "min": (MINUTES,)}
_PRA = _OF["pra"]


def minimum_of(window: int) -> int:
    """Return how many games a number of the last `window` games needs."""
    return (window + 1) // 2


def _each(pattern: str, family: Family, definition: str, windows: tuple[int, ...], numbers: str) -> tuple[Feature, ...]:
    return tuple(
        feature(pattern.format(k=k, x=x), family, definition.format(k=k, x=x), *_OF[x])
        for k in windows
        for x in numbers.split()
    )


_A, _B, _E = Family.ROLLING, Family.TREND, Family.ADVANCED
_P, _G = Family.POSITION, Family.INJURY
_ALL = " ".join(NUMBERS)

ROLLING: tuple[Feature, ...] = (
    *_each("ewma{k}_{x}", _A, "EWMA of {x}, half-life {k} games", HALF_LIVES, _ALL),
    *_each("mean{k}_{x}", _A, "mean {x} of the last {k} games", (3, 5, 10, 20), "pra min"),
    *_each("mean{k}_{x}", _A, "mean {x} of the last {k} games", (5, 10), "pts reb ast"),
    *_each("season_{x}", _A, "mean {x} of his games of the season", (0,), _ALL),
    *_each("lag{k}_{x}", _A, "{x} of his latest game", (1,), _ALL),
    feature(
        "versus_opponent_pra", _A, "(sum of PRA in his games against this opponent + 5 m) / (their number + 5), "
        "m the mean PRA of all his games", *_PRA,
    ),
    feature("last_season_pra", _A, "mean PRA of his games of the season before", *_PRA, later=1),
    feature("career_pra_per_36", _A, "36 x sum of PRA / sum of minutes, all his games", *_PRA, MINUTES),
    feature("home_pra", _A, "mean PRA of his games of the season at home, neutral floors left out", *_PRA),
    feature("away_pra", _A, "mean PRA of his games of the season away, neutral floors left out", *_PRA),
    feature("starter_pra", _A, "mean PRA of his games that he started", *_PRA, Input.STARTERS),
)  # fmt: skip

TREND: tuple[Feature, ...] = (
    *_each("slope{k}_{x}", _B, "least-squares slope of {x} per game, last {k} games", (5, 10, 20), "pra min"),
    *_each("sd{k}_{x}", _B, "sd (n - 1) of {x}, last {k} games", (5, 10, 20), "pra"),
    *_each("cv{k}_{x}", _B, "sd (n - 1) over mean of {x}, last {k} games", (10, 20), "pra"),
    *_each("sd{k}_{x}", _B, "sd (n - 1) of {x}, last {k} games", (10,), "pts reb ast min"),
    *_each("ewma3_less_ewma15_{x}", _B, "ewma3_{x} - ewma15_{x}", (0,), "pra min"),
    *_each("range{k}_{x}", _B, "most less least {x}, last {k} games", (10,), "pra"),
    *_each("mad{k}_{x}", _B, "median distance of {x} from its median, last {k} games", (10,), "pra"),
    feature(
        "above_median_pra", _B,
        "share of the last 10 games with PRA above the median of the last 20; NaN below 5 games",
        *_PRA,
    ),
)  # fmt: skip

_SEASON = "sums over his games of the season"
_SHARE = "share = minutes / (minutes of the team / 5)"
_PLAYS = "plays = FGA + .44 FTA + TOV"

ADVANCED: tuple[Feature, ...] = (
    feature(
        "usage_ewma7", _E, f"EWMA, half-life 7, of 100 x plays / (share x plays of the team); {_PLAYS}; {_SHARE}; "
        "games where that is not defined are left out", SCORING, MINUTES, Input.TURNOVERS,
    ),
    feature(
        "usage_season", _E, f"100 x plays / (share x plays of the team), {_SEASON}", SCORING, MINUTES, Input.TURNOVERS,
    ),
    feature("true_shooting", _E, f"points / (2 (FGA + .44 FTA)), {_SEASON}", SCORING),
    feature("effective_field_goals", _E, f"(FGM + .5 FG3M) / FGA, {_SEASON}", SCORING, Input.THREES),
    feature("three_rate", _E, f"FG3A / FGA, {_SEASON}", SCORING, Input.THREES),
    feature("free_throw_rate", _E, f"FTA / FGA, {_SEASON}", SCORING),
    feature("assist_share", _E, f"AST / (share x FGM of the team - own FGM), {_SEASON}", SCORING, MINUTES),
    feature("assists_per_turnover", _E, f"AST / TOV, {_SEASON}", SCORING, Input.TURNOVERS),
    feature("potential_assists", _E, "passes that led to a shot, per game", Input.TRACKING),
    feature("touches", _E, "touches per game", Input.TRACKING),
    feature("possession_time", _E, "minutes with the ball, per game", Input.TRACKING),
    feature(
        "offensive_rebound_share", _E, "OREB / (share x (OREB of the team + DREB of the opponent)), sums over his "
        "games of the season in which the opponent has rows", MINUTES, Input.SPLIT_REBOUNDS,
    ),
    feature(
        "defensive_rebound_share", _E, "DREB / (share x (DREB of the team + OREB of the opponent)), sums as above",
        MINUTES, Input.SPLIT_REBOUNDS,
    ),
    feature("rebound_chance_share", _E, "rebounds taken of those in reach", Input.TRACKING),
    feature(
        "impact", _E, "EWMA, half-life 15, of game score: PTS + .4 FGM - .7 FGA - .4 (FTA - FTM) + .7 OREB + .3 DREB + "
        "STL + .7 AST + .7 BLK - .4 PF - TOV", SCORING, Input.SPLIT_REBOUNDS, Input.TURNOVERS,
    ),
    feature(
        "on_court_net_rating", _E, "100 x plus-minus / (share x possessions of the game), sums over his games of the "
        "season with both; possessions on court are taken to go by minutes", MINUTES, Input.PLUS_MINUS,
    ),
    feature("on_off_pace", _E, "pace with him on court less pace without", Input.STINTS),
    feature("minutes_share", _E, f"minutes / (minutes of the team / 5), {_SEASON}", MINUTES),
    feature("starter_share", _E, "share of his games of the season that he started", Input.STARTERS),
)  # fmt: skip

POSITION: tuple[Feature, ...] = (
    feature("position_z_pra", _P, "z of season_pra among players of his position", *_PRA, Input.POSITIONS),
    feature("position_percentile_pra", _P, "percentile of season_pra in his position", *_PRA, Input.POSITIONS),
    feature("position_z_usage", _P, "z of usage_season in his position", Input.TURNOVERS, Input.POSITIONS),
    feature("position_z_minutes", _P, "z of season_min in his position", MINUTES, Input.POSITIONS),
    feature(
        "position_percentile_allowed", _P, "percentile of what the opponent allows his position", *_PRA, Input.POSITIONS
    ),
    feature("size_mismatch", _P, "his height less that of the opponent at his position", Input.SIZES, Input.POSITIONS),
)  # fmt: skip

INJURY: tuple[Feature, ...] = (
    feature(
        "games_missed_30d", _G, "games of this row's team on the 30 days before this one less his own games on them, "
        "at least 0; NaN without an earlier game", Input.SCHEDULE,
    ),
    feature(
        "games_since_return", _G, "his games in a row with this team in the season since it last played without him: 0 "
        "where it did after his latest game; NaN where his latest game is of another team or season", Input.SCHEDULE,
    ),
    feature("days_since_last_game", _G, "days since his latest game", Input.SCHEDULE),
    feature("minutes_restriction", _G, "mean3_min / mean20_min", MINUTES),
    feature(
        "vacated_usage", _G, "sum of usage_season of the other players whose latest game is of this team and season "
        "and who are reported not to play: the latest report told before the cut-off, and not before the day after the "
        "player's latest game, gives him no chance; whose usage is NaN counts nothing. NaN where the cut-off is "
        "unknown, or nobody was reported since the first day of the season",
        Input.REPORTS, SCORING, MINUTES, Input.TURNOVERS,
    ),
    feature(
        "play_probability", _G, "the chance that his own latest report gives him, told before the cut-off and not "
        "before the day after his latest game; NaN without one", Input.REPORTS,
    ),
)  # fmt: skip
