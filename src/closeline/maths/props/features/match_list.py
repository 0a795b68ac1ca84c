"""The features of a game and of the teams in it, declared: matchup and context.

Games of a team are those with numbers of both teams on days before this one; a number of its last 10 is of as many as
there are up to 10 and NaN below 5; "allowed" is what its opponents did against it, sums over its games of the season.
The possessions of a game are the mean of both teams' FGA + .44 FTA - OREB + TOV; its pace is 48 x possessions / (mean
of both teams' minutes / 5). Days and venues are known of games that are about to be played as well.
"""

from closeline.maths.props.features.feature import Family, Feature, Input, feature

_C, _D = Family.MATCHUP, Family.CONTEXT
_SCORING, _THREES, _SPLIT = Input.SCORING, Input.THREES, Input.SPLIT_REBOUNDS
_POSSESSIONS = (Input.SCORING, Input.SPLIT_REBOUNDS, Input.TURNOVERS)
_PACE = (*_POSSESSIONS, Input.MINUTES)
_MARKET = Input.MARKET
BLOWOUT_POINTS = 15.0
MARGIN_SD = (
    13.0  # of the margin about the market's mean, points; between what is fitted (11.8) and the raw sd (13.7 on)
)

MATCHUP: tuple[Feature, ...] = (
    feature("opponent_defence_season", _C, "points allowed by the opponent per 100 possessions", *_POSSESSIONS),
    feature("opponent_defence_10", _C, "the same over its last 10 games", *_POSSESSIONS),
    feature("opponent_pace_season", _C, "mean pace of the opponent's games of the season", *_PACE),
    feature("opponent_pace_10", _C, "mean pace of the opponent's last 10 games", *_PACE),
    feature(
        "projected_pace", _C, "team_pace_10 x opponent_pace_10 / mean pace of all games of the season (counted once "
        "for each team) on days before", *_PACE,
    ),
    feature("team_pace_10", _C, "mean pace of the team's last 10 games", *_PACE),
    feature("opponent_position_pts_15", _C, "points allowed to his position, last 15 games", Input.POSITIONS),
    feature("opponent_position_reb_15", _C, "rebounds allowed to his position, last 15 games", Input.POSITIONS),
    feature("opponent_position_ast_15", _C, "assists allowed to his position, last 15 games", Input.POSITIONS),
    feature("opponent_position_pra_15", _C, "PRA allowed to his position, last 15 games", Input.POSITIONS),
    feature("opponent_effective_field_goals", _C, "(FGM + .5 FG3M) / FGA allowed", _SCORING, _THREES),
    feature("opponent_three_rate", _C, "FG3A / FGA allowed", _SCORING, _THREES),
    feature("opponent_rim_field_goals", _C, "share of shots at the rim that fall, allowed", Input.SHOT_PLACES),
    feature("opponent_offensive_rebounds", _C, "OREB allowed / (OREB allowed + own DREB)", _SPLIT),
    feature("opponent_defensive_rebounds", _C, "DREB allowed / (DREB allowed + own OREB)", _SPLIT),
    feature("opponent_forced_turnovers", _C, "TOV of its opponents per 100 possessions", *_POSSESSIONS),
    feature("opponent_fouls", _C, "own PF per 100 possessions", *_POSSESSIONS),
    feature(
        "market_team_total", _C, "(total + spread) / 2 at home, (total - spread) / 2 away; NaN on a neutral floor, "
        "where it is not told which team the spread calls home", _MARKET,
    ),
    feature("market_total", _C, "the market's mean total", _MARKET),
    feature("market_spread", _C, "the market's mean of team less opponent; NaN on a neutral floor", _MARKET),
    feature(
        "market_blowout", _C, f"chance of a margin beyond {BLOWOUT_POINTS:g} points either way, normal about the "
        f"spread with sd {MARGIN_SD:g}", _MARKET,
    ),
    feature("defender_minutes", _C, "minutes that he is guarded by the opponent's main defender", Input.DEFENDERS),
)  # fmt: skip

LONGEST_REST = 10
SEASON_GAMES = 82
PAUSE_DAYS = 5

CONTEXT: tuple[Feature, ...] = (
    feature("home", _D, "1 at home, 0 away, NaN on a neutral floor", Input.SCHEDULE),
    feature(
        "rest_days", _D, f"days without a game since the team's latest, at most {LONGEST_REST}; NaN before its first",
        Input.SCHEDULE,
    ),
    feature("back_to_back", _D, "1 where the team plays on the day before, else 0", Input.SCHEDULE),
    feature("three_in_four", _D, "1 where this is at least the team's third game in 4 days, else 0", Input.SCHEDULE),
    feature("four_in_six", _D, "1 where this is at least the team's fourth game in 6 days, else 0", Input.SCHEDULE),
    feature("opponent_rest", _D, "rest_days of the opponent", Input.SCHEDULE),
    feature("rest_difference", _D, "rest_days - opponent_rest", Input.SCHEDULE),
    feature(
        "travel_miles_48h", _D, "great-circle miles from the arenas of the team's latest two games, as far as they "
        "are of the two days before, to this one; 0 without such; NaN where an arena of them is unknown", Input.ARENAS,
    ),
    feature(
        "time_zone_shift", _D, "hours of standard time by which this arena is east of that of the team's latest "
        "game; NaN where either is unknown", Input.ARENAS,
    ),
    feature("altitude", _D, "metres of this arena above the sea", Input.ARENAS),
    feature("season_fraction", _D, f"games of the team in the season so far / {SEASON_GAMES}", Input.SCHEDULE),
    feature("games_played", _D, "his own games of the season", Input.SCHEDULE),
    feature("weekend", _D, "1 on Saturday and Sunday, else 0", Input.SCHEDULE),
    feature("playoff", _D, "1 in the playoffs, else 0", Input.SEASON_TYPE),
    feature("local_start_hour", _D, "hour of the day at the arena at which it starts", Input.START_TIME, Input.ARENAS),
    feature(
        "post_all_star", _D, f"1 where, between 25 January and 31 March of the season, two neighbouring days with "
        f"games of the league up to this one are {PAUSE_DAYS} days or more apart, else 0", Input.SCHEDULE,
    ),
)  # fmt: skip
