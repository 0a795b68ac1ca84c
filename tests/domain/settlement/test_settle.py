"""Which score settles, how much has to be played, and what a game that moved or stopped comes to."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from closeline.domain.leagues import League
from closeline.domain.markets import Market, MarketType, Period, Side
from closeline.domain.settlement import (
    SETTLEMENT_V1,
    Grading,
    NotFinal,
    PitcherRule,
    Result,
    same_game_week,
    settle,
    settles,
)
from tests.domain.settlement.builders import a_game, a_ticket, graded

NBA_PERIODS = ((25, 26), (28, 27), (27, 25), (24, 26), (14, 8))
NINE = ((0, 0), (1, 0), (0, 3), (2, 0), (0, 0), (0, 1), (0, 0), (1, 0), (0, 1))


def result(ticket, game, rules=SETTLEMENT_V1):
    grade = settle(ticket, game, rules)
    return grade.reason if isinstance(grade, NotFinal) or grade.reason else grade.result.value


@pytest.mark.parametrize(
    ("kind", "side", "line", "period", "expected"),
    [
        ("SPREAD", "HOME", -4.5, "FULL_GAME", "WIN"),  # 118-112 after overtime
        ("SPREAD", "HOME", -0.5, "REGULATION", "LOSS"),  # 104-104 before it
        ("MONEYLINE", "HOME", None, "REGULATION", "PUSH"),
        ("TOTAL", "OVER", 208, "REGULATION", "PUSH"),
        ("TOTAL", "OVER", 123.5, "2H", "WIN"),  # 65 + 59, overtime in it
        ("TOTAL", "OVER", 50, "4Q", "PUSH"),  # 24 + 26, overtime not in it
        ("TOTAL", "UNDER", 106.5, "1H", "WIN"),
        ("SPREAD", "AWAY", -1, "1Q", "PUSH"),
        ("TEAM_TOTAL_AWAY", "OVER", 33.5, "2H", "WIN"),
        ("MONEYLINE_3WAY", "DRAW", None, "FULL_GAME", "WIN"),
        ("MONEYLINE_3WAY", "HOME", None, "REGULATION", "LOSS"),
    ],
)
def test_overtime_counts_where_the_rules_say(kind, side, line, period, expected):
    ticket = a_ticket(kind, side, line, league="nba", period=period)

    assert result(ticket, a_game(118, 112, overtime=True, periods=NBA_PERIODS)) == expected


@given(regulation=st.tuples(st.integers(60, 150), st.integers(60, 150)), extra=st.integers(1, 40))
def test_a_full_game_total_takes_overtime_in_and_regulation_leaves_it_out(regulation, extra):
    home, away = regulation
    game = a_game(home + extra, away, overtime=True, reg_home=home, reg_away=away)
    line = home + away + 0.5

    assert result(a_ticket("TOTAL", "OVER", line, league="nba"), game) == "WIN"
    assert result(a_ticket("TOTAL", "OVER", line, league="nba", period="REGULATION"), game) == "LOSS"


def test_the_second_half_has_its_overtime_even_where_no_feed_lists_it():
    ticket = a_ticket("TOTAL", "OVER", 123.5, league="nba", period="2H")

    assert result(ticket, a_game(118, 112, overtime=True, periods=NBA_PERIODS[:4])) == "WIN"


def test_regulation_is_not_guessed_from_a_score_with_overtime_in_it():
    ticket = a_ticket("TOTAL", "OVER", 200, league="nba", period="REGULATION")

    assert settle(ticket, a_game(118, 112, overtime=True)) == NotFinal("PERIODS_MISSING")


def test_a_college_first_half_is_one_period():
    ticket = a_ticket("TOTAL", "OVER", 70.5, league="ncaab", period="1H")

    assert result(ticket, a_game(80, 70, periods=((40, 31), (40, 39)))) == "WIN"


@pytest.mark.parametrize("period", ["1Q", "1P", "F5"])
def test_a_period_that_the_league_does_not_have_is_refused(period):
    with pytest.raises(ValueError, match="period must be"):
        settle(a_ticket("TOTAL", "OVER", 3.5, league="ncaab", period=period), a_game(80, 70))


def test_a_player_market_is_not_settled_by_a_score():
    with pytest.raises(ValueError, match="game's score"):
        a_ticket("PLAYER_PRA", "OVER", 30.5)


def test_a_shootout_adds_exactly_one_goal():
    shot = a_game(6, 2, overtime=True, shootout=True, reg_home=2, reg_away=2)

    assert result(a_ticket("TOTAL", "OVER", 5, league="nhl"), shot) == "PUSH"
    assert result(a_ticket("SPREAD", "AWAY", 1.5, league="nhl"), shot) == "WIN"
    assert result(a_ticket("MONEYLINE", "HOME", league="nhl"), shot) == "WIN"


def test_a_shootout_score_that_cannot_be_right_is_held():
    ticket = a_ticket("TOTAL", "OVER", 5, league="nhl")

    assert settle(ticket, a_game(6, 2, shootout=True)) == NotFinal("PERIODS_MISSING")
    assert settle(ticket, a_game(2, 2, shootout=True)) == NotFinal("PERIODS_MISSING")


def test_the_shootout_goal_leaves_team_totals_when_the_rules_say_so():
    without = replace(SETTLEMENT_V1, version="test", nhl_team_total_includes_shootout=False)
    shot = a_game(3, 2, overtime=True, shootout=True)
    over = a_ticket("TEAM_TOTAL_HOME", "OVER", 2.5, league="nhl")

    assert result(over, shot) == "WIN"
    assert result(over, shot, without) == "LOSS"
    assert result(a_ticket("TOTAL", "OVER", 4.5, league="nhl"), shot, without) == "WIN"


@pytest.mark.parametrize(("league", "enough"), [("nfl", 55), ("ncaaf", 55), ("nba", 43), ("ncaab", 35), ("nhl", 55)])
def test_minimum_play_is_inclusive(league, enough):
    ticket = a_ticket("MONEYLINE", "HOME", league=league)

    assert result(ticket, a_game(9, 3, "ABANDONED", minutes_played=enough)) == "WIN"
    assert result(ticket, a_game(9, 3, "ABANDONED", minutes_played=enough - 0.1)) == "INSUFFICIENT_PLAY"


def test_hockey_totals_need_full_time_unless_determined_or_configured():
    short = a_game(2, 1, "ABANDONED", minutes_played=57)
    under = a_ticket("TOTAL", "UNDER", 5.5, league="nhl")
    like_the_rest = replace(SETTLEMENT_V1, version="test", nhl_total_minutes=None)

    assert result(under, short) == "INSUFFICIENT_PLAY"
    assert result(under, short, like_the_rest) == "WIN"
    assert result(a_ticket("TOTAL", "UNDER", 2.5, league="nhl"), short) == "LOSS"


@given(home=st.integers(0, 60), away=st.integers(0, 60), line=st.integers(1, 400), minutes=st.integers(1, 54))
def test_points_already_scored_settle_both_sides_or_neither(home, away, line, minutes):
    game = a_game(home, away, "ABANDONED", minutes_played=minutes)
    over, under = (
        graded(settle(replace(a_ticket("TOTAL", side, 0), line_quarters=line), game)) for side in ("OVER", "UNDER")
    )
    past = 4 * (home + away) > line + line % 2

    assert (over.result, under.result) == ((Result.WIN, Result.LOSS) if past else (Result.VOID, Result.VOID))
    assert over.fraction_quarters == under.fraction_quarters == 4


@pytest.mark.parametrize(("line", "expected"), [(5.25, "WIN"), (5.75, "INSUFFICIENT_PLAY"), (6, "INSUFFICIENT_PLAY")])
def test_a_quarter_line_past_only_its_lower_half_is_not_determined(line, expected):
    six = a_game(4, 2, "SHORTENED", innings_completed=6)

    assert result(a_ticket("TOTAL", "OVER", line, league="mlb"), six) == expected


def test_the_clause_for_determined_outcomes_can_be_off():
    strict = replace(SETTLEMENT_V1, version="test", determined_stands=False)
    game = a_game(21, 17, "ABANDONED", minutes_played=41)

    assert result(a_ticket("TOTAL", "OVER", 31.5), game, strict) == "INSUFFICIENT_PLAY"


def test_a_completed_period_of_an_abandoned_game_stands():
    game = a_game(17, 13, "ABANDONED", minutes_played=41, periods=((7, 7), (7, 3), (3, 3)))

    assert result(a_ticket(line=-3.5, period="1H"), game) == "WIN"
    assert result(a_ticket(line=-0.5, period="3Q"), game) == "INSUFFICIENT_PLAY"
    assert result(a_ticket("TOTAL", "OVER", 5.5, period="3Q"), game) == "WIN"
    assert result(a_ticket("TOTAL", "OVER", 9.5, period="4Q"), game) == "INSUFFICIENT_PLAY"


def test_quarters_padded_with_zeros_are_not_taken_as_played():
    game = a_game(17, 10, "ABANDONED", minutes_played=29, periods=((7, 7), (10, 3), (0, 0), (0, 0)))

    assert result(a_ticket(line=-3.5, period="1H"), game) == "INSUFFICIENT_PLAY"


def test_a_called_game_that_does_not_say_how_much_was_played_is_held():
    game = a_game(17, 13, "ABANDONED")

    assert settle(a_ticket(line=-3.5), game) == NotFinal("PLAY_UNKNOWN")
    assert result(a_ticket("TOTAL", "OVER", 29.5), game) == "WIN"


@pytest.mark.parametrize(
    ("kind", "line", "innings", "scheduled", "score", "expected"),
    [
        ("MONEYLINE", None, 5, 9, (4, 2), "WIN"),
        ("MONEYLINE", None, 4.5, 9, (4, 2), "WIN"),
        ("MONEYLINE", None, 4.5, 9, (2, 4), "INSUFFICIENT_PLAY"),
        ("MONEYLINE", None, 4, 9, (4, 2), "INSUFFICIENT_PLAY"),
        ("MONEYLINE", None, 6, 9, (3, 3), "PUSH"),
        ("SPREAD", -1.5, 8.5, 9, (4, 2), "WIN"),
        ("SPREAD", -1.5, 8.5, 9, (2, 2), "INSUFFICIENT_PLAY"),
        ("SPREAD", -1.5, 6.5, 7, (4, 2), "WIN"),
        ("SPREAD", -1.5, 6, 7, (4, 2), "INSUFFICIENT_PLAY"),
    ],
)
def test_baseball_needs_five_innings_for_a_winner_and_all_of_them_for_a_number(
    kind, line, innings, scheduled, score, expected
):
    home, away = score
    game = a_game(home, away, "SHORTENED", innings_completed=innings, scheduled_innings=scheduled)

    assert result(a_ticket(kind, "HOME", line, league="mlb"), game) == expected


def test_a_game_called_in_mid_inning_goes_back_to_the_last_full_one():
    lines = ((1, 0), (0, 0), (0, 0), (0, 0), (1, 0), (0, 3))
    away_ahead = a_game(2, 3, "SHORTENED", innings_completed=5.5, periods=lines)
    level = a_game(3, 3, "SHORTENED", innings_completed=5.5, periods=(*lines[:5], (1, 3)))

    assert result(a_ticket("MONEYLINE", "HOME", league="mlb"), away_ahead) == "WIN"  # 2-0 after five
    assert result(a_ticket("MONEYLINE", "HOME", league="mlb"), level) == "PUSH"  # tied in the bottom half


def test_runs_of_an_unfinished_top_half_do_not_count():
    lines = ((1, 0), (0, 0), (0, 0), (0, 0), (1, 0), (0, 5))
    game = a_game(2, 5, "SHORTENED", innings_completed=5, periods=lines)

    assert result(a_ticket("MONEYLINE", "HOME", league="mlb"), game) == "WIN"
    assert result(a_ticket("TOTAL", "OVER", 6.5, league="mlb"), game) == "INSUFFICIENT_PLAY"


@pytest.mark.parametrize(
    ("kind", "side", "line", "expected"),
    [
        ("MONEYLINE", "HOME", None, "PUSH"),  # 3-3 after five
        ("SPREAD", "AWAY", 0.5, "WIN"),
        ("TOTAL", "OVER", 5.5, "WIN"),
        ("MONEYLINE_3WAY", "DRAW", None, "WIN"),
    ],
)
@pytest.mark.parametrize("period", ["F5", "1H"])
def test_first_five_innings_are_settled_by_five_innings(kind, side, line, expected, period):
    game = a_game(4, 5, innings_completed=9, periods=NINE)

    assert result(a_ticket(kind, side, line, league="mlb", period=period), game) == expected


def test_four_and_a_half_innings_are_enough_for_a_first_five_winner_that_leads_in_a_called_game():
    called = a_game(4, 2, "SHORTENED", innings_completed=4.5)

    assert result(a_ticket("MONEYLINE", "HOME", league="mlb", period="F5"), called) == "WIN"
    assert result(a_ticket("SPREAD", "HOME", -1.5, league="mlb", period="F5"), called) == "WIN"
    assert result(a_ticket("TOTAL", "UNDER", 6.5, league="mlb", period="F5"), called) == "INSUFFICIENT_PLAY"
    assert result(a_ticket("TOTAL", "UNDER", 5.5, league="mlb", period="F5"), called) == "LOSS"
    behind = a_game(2, 4, "SHORTENED", innings_completed=4.5)
    assert result(a_ticket("MONEYLINE", "HOME", league="mlb", period="F5"), behind) == "INSUFFICIENT_PLAY"


def test_extra_innings_count_for_the_game_and_not_for_regulation():
    game = a_game(5, 4, innings_completed=10.5, overtime=True, periods=(*NINE[:8], (0, 0), (1, 0)))

    assert result(a_ticket("TOTAL", "OVER", 8.5, league="mlb"), game) == "WIN"
    assert result(a_ticket("MONEYLINE_3WAY", "DRAW", league="mlb"), game) == "WIN"


@pytest.mark.parametrize(
    ("league", "facts", "expected"),
    [
        ("nba", {"hours_to_actual_start": 24}, "WIN"),
        ("nba", {"hours_to_actual_start": 24.1}, "POSTPONED_OUTSIDE_WINDOW"),
        ("nfl", {"hours_to_actual_start": 54, "same_game_week": True}, "WIN"),
        ("nfl", {"hours_to_actual_start": 57, "hours_to_completion": 60.5, "same_game_week": True}, "WIN"),
        ("nfl", {"hours_to_actual_start": 30, "same_game_week": False}, "POSTPONED_OUTSIDE_WINDOW"),
        ("ncaaf", {"hours_to_actual_start": 200}, "POSTPONED_OUTSIDE_WINDOW"),
        ("mlb", {"hours_to_actual_start": 3}, "WIN"),
        ("mlb", {"hours_to_actual_start": 16}, "POSTPONED_OUTSIDE_WINDOW"),
        ("mlb", {"hours_to_actual_start": 7, "same_local_date": False}, "POSTPONED_OUTSIDE_WINDOW"),
        ("nhl", {"home_away_swapped": True}, "VENUE_SWAPPED"),
    ],
)
def test_a_game_that_moved_stands_inside_its_window(league, facts, expected):
    assert result(a_ticket("MONEYLINE", "HOME", league=league), a_game(24, 17, **facts)) == expected


def test_a_game_week_runs_from_thursday_to_wednesday_in_the_nfl_and_from_tuesday_in_college():
    thursday, tuesday, wednesday = date(2025, 9, 4), date(2025, 9, 9), date(2025, 9, 10)

    assert same_game_week(League.NFL, thursday, wednesday)
    assert not same_game_week(League.NFL, wednesday, date(2025, 9, 11))
    assert not same_game_week(League.NCAAF, thursday, tuesday)
    assert same_game_week(League.NCAAF, tuesday, date(2025, 9, 15))
    with pytest.raises(ValueError, match="game weeks"):
        same_game_week(League.NBA, thursday, tuesday)


SUSPENDED_AFTER_SIX = {
    "innings_completed": 9,
    "innings_at_suspension": 6,
    "home_at_suspension": 2,
    "away_at_suspension": 1,
    "hours_to_completion": 60,
    "periods": ((0, 1), (0, 0), (1, 0), (1, 0), (0, 0), (0, 0), (4, 3), (0, 0), (0, 0)),
}


@pytest.mark.parametrize(
    ("kind", "side", "line", "period", "expected"),
    [
        ("TOTAL", "OVER", 9.5, "FULL_GAME", "SUSPENSION_OUTSIDE_WINDOW"),
        ("TOTAL", "OVER", 2.5, "FULL_GAME", "WIN"),
        ("TOTAL", "UNDER", 2.5, "FULL_GAME", "LOSS"),
        ("MONEYLINE", "HOME", None, "FULL_GAME", "SUSPENSION_OUTSIDE_WINDOW"),
        ("MONEYLINE", "HOME", None, "F5", "WIN"),
    ],
)
def test_a_game_completed_too_late_settles_only_what_was_settled_when_it_stopped(kind, side, line, period, expected):
    ticket = a_ticket(kind, side, line, league="mlb", period=period)

    assert result(ticket, a_game(6, 4, **SUSPENDED_AFTER_SIX)) == expected


def test_a_postseason_game_waits_thirty_days():
    game = a_game(6, 4, **{**SUSPENDED_AFTER_SIX, "postseason": True})
    ticket = a_ticket("TOTAL", "OVER", 9.5, league="mlb")

    assert result(ticket, game) == "WIN"
    assert result(ticket, replace(game, hours_to_completion=721)) == "SUSPENSION_OUTSIDE_WINDOW"


def test_a_game_that_moved_within_its_week_is_not_taken_for_suspended_while_nobody_told_its_start():
    moved = a_game(27, 20, same_game_week=True, hours_to_completion=51.2)
    ticket = a_ticket(line=-3.5)

    assert result(ticket, moved) == "WIN"
    assert result(ticket, replace(moved, hours_to_actual_start=48)) == "WIN"
    assert result(ticket, replace(moved, hours_to_actual_start=0)) == "SUSPENSION_OUTSIDE_WINDOW"


@pytest.mark.parametrize(
    ("league", "facts", "expected"),
    [
        ("nba", {"hours_to_completion": 78}, "START_UNKNOWN"),
        ("nba", {}, "START_UNKNOWN"),
        # It was over within the window, and so it began within it.
        ("nba", {"hours_to_completion": 23}, "WIN"),
        ("nba", {"hours_to_completion": 78, "hours_to_actual_start": 75}, "POSTPONED_OUTSIDE_WINDOW"),
        ("nba", {"hours_to_completion": 26, "hours_to_actual_start": 23}, "WIN"),
        ("nfl", {"hours_to_completion": 51, "same_game_week": True}, "WIN"),
        ("nfl", {"hours_to_completion": 200}, "START_UNKNOWN"),
        ("mlb", {"hours_to_completion": 9}, "WIN"),
        ("mlb", {"hours_to_completion": 21}, "START_UNKNOWN"),
    ],
)
def test_a_game_that_was_put_off_is_held_while_its_start_may_lie_outside_the_window(league, facts, expected):
    assert result(a_ticket(line=-3.5, league=league), a_game(27, 20, put_off=True, **facts)) == expected


def test_a_suspended_game_waits_until_its_window_is_over():
    waiting = a_game(6, 4, "SUSPENDED", innings_completed=6, hours_waited=48)
    over = a_ticket("TOTAL", "OVER", 8.5, league="mlb")

    assert settle(over, waiting) == NotFinal("SUSPENDED")
    assert result(over, replace(waiting, hours_waited=48.5)) == "WIN"
    run_line = a_ticket("SPREAD", "HOME", -1.5, league="mlb")
    assert result(run_line, replace(waiting, hours_waited=48.5)) == "SUSPENSION_OUTSIDE_WINDOW"


def test_the_period_in_which_a_game_stopped_counts_what_had_been_scored_in_it():
    stopped = a_game(
        30, 27, minutes_played=60, minutes_at_suspension=41, home_at_suspension=17, away_at_suspension=16,
        hours_to_completion=70, same_game_week=True, periods=((7, 7), (7, 3), (10, 10), (6, 7)),
    )  # fmt: skip

    assert result(a_ticket("TOTAL", "OVER", 8.5, period="3Q"), stopped) == "WIN"  # 3 + 6 when it stopped
    assert result(a_ticket("TOTAL", "OVER", 9.5, period="3Q"), stopped) == "SUSPENSION_OUTSIDE_WINDOW"
    assert result(a_ticket(line=-3.5, period="1H"), stopped) == "WIN"


STATUSES = st.sampled_from(["SCHEDULED", "LIVE", "POSTPONED", "SUSPENDED"])


@given(status=STATUSES, home=st.integers(0, 99), away=st.integers(0, 99), line=st.integers(1, 400))
def test_a_game_that_is_not_over_is_never_graded(status, home, away, line):
    ticket = replace(a_ticket("TOTAL", "OVER", 0), line_quarters=line)

    assert settle(ticket, a_game(home, away, status, minutes_played=60)) == NotFinal(status)


def test_a_final_without_a_score_is_held():
    assert settle(a_ticket(line=-3), a_game(None, 20)) == NotFinal("SCORE_MISSING")


def test_a_postponed_game_is_void_once_it_is_too_late():
    ticket = a_ticket("MONEYLINE", "HOME", league="nba")

    assert settle(ticket, a_game(status="POSTPONED", hours_waited=20)) == NotFinal("POSTPONED")
    assert result(ticket, a_game(status="POSTPONED", hours_waited=25)) == "POSTPONED_OUTSIDE_WINDOW"


@pytest.mark.parametrize("status", ["CANCELLED", "FORFEITED"])
def test_a_game_without_play_is_void_whatever_score_is_written_down(status):
    assert settle(a_ticket(line=-3), a_game(9, 0, status)) == Grading(Result.VOID, 4, Fraction(0), status)


def test_a_forfeit_after_enough_play_stands_like_a_called_game():
    assert result(a_ticket(line=-3), a_game(9, 0, "FORFEITED", minutes_played=56)) == "WIN"


@pytest.mark.parametrize(
    ("rule", "changed", "expected"),
    [
        ("ACTION", (Side.HOME, Side.AWAY), "WIN"),
        ("LISTED_BOTH", (Side.AWAY,), "LISTED_PITCHER_CHANGED"),
        ("LISTED_HOME", (Side.AWAY,), "WIN"),
        ("LISTED_HOME", (Side.HOME,), "LISTED_PITCHER_CHANGED"),
        ("LISTED_AWAY", (Side.AWAY,), "LISTED_PITCHER_CHANGED"),
        ("LISTED_BOTH", (), "WIN"),
    ],
)
def test_a_listed_pitcher_must_throw_the_first_pitch(rule, changed, expected):
    ticket = a_ticket("MONEYLINE", "HOME", league="mlb", pitcher=PitcherRule(rule))

    assert result(ticket, a_game(4, 2, innings_completed=9, starters_changed=changed)) == expected


def test_a_pitcher_rule_says_nothing_about_a_goalie():
    ticket = a_ticket("MONEYLINE", "HOME", league="nhl", pitcher=PitcherRule.LISTED_BOTH)

    assert result(ticket, a_game(4, 2, starters_changed=(Side.AWAY,))) == "WIN"


def test_a_changed_starter_of_an_action_ticket_is_flagged():
    grade = settle(a_ticket("MONEYLINE", "HOME", league="mlb"), a_game(4, 2, starters_changed=(Side.AWAY,)))

    assert graded(grade).flags == ("PREMISE_CHANGED",)


LEAGUES = st.sampled_from(list(League))
GAMES = st.builds(
    a_game,
    st.integers(0, 40),
    st.integers(0, 40),
    st.sampled_from(["FINAL", "SHORTENED", "ABANDONED", "SUSPENDED", "CANCELLED", "FORFEITED"]),
    minutes_played=st.none() | st.integers(1, 65),
    innings_completed=st.none() | st.integers(2, 22).map(lambda half: half / 2),
    hours_waited=st.none() | st.integers(0, 100),
    hours_to_completion=st.none() | st.integers(0, 100),
)


@given(league=LEAGUES, game=GAMES, line=st.integers(-200, 200))
def test_whatever_becomes_of_a_game_both_sides_mirror(league, game, line):
    home = replace(a_ticket(line=0, league=league), line_quarters=line)
    away = replace(home, side=Side.AWAY, line_quarters=-line)
    ours, theirs = settle(home, game), settle(away, game)
    mirrored = {Result.WIN: Result.LOSS, Result.LOSS: Result.WIN}

    if isinstance(ours, NotFinal) or isinstance(theirs, NotFinal):
        assert ours == theirs
    else:
        assert theirs.result == mirrored.get(ours.result, ours.result)
        assert theirs.fraction_quarters == ours.fraction_quarters
        assert theirs.reason == ours.reason


@pytest.mark.parametrize(
    ("league", "market", "expected"),
    [
        (League.NFL, Market(MarketType.SPREAD, Period.FIRST_HALF), True),
        (League.NFL, Market(MarketType.SPREAD, Period.FIRST_PERIOD), False),
        (League.MLB, Market(MarketType.TOTAL, Period.FIRST_FIVE), True),
        (League.MLB, Market(MarketType.TOTAL, Period.SECOND_HALF), False),
        (League.NBA, Market(MarketType.PLAYER_PRA), False),
        (League.NHL, Market(MarketType.MONEYLINE_3WAY, Period.REGULATION), True),
    ],
)
def test_the_engine_says_what_it_can_settle(league, market, expected):
    assert settles(league, market) is expected
