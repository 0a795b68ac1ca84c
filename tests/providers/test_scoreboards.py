"""Result feeds: what each says has become of a game, and the traps in which others were caught."""

from datetime import date

import pytest

from closeline.domain.errors import UnreadableFile
from closeline.domain.feeds.captures import ParsedPayload, ParsedResult, RawPayload, ResultStatus
from closeline.domain.leagues import League
from closeline.providers.catalog import recognise
from closeline.providers.reasons import Reason
from tests.providers.scoreboards import espn, espn_game, mlb, mlb_game, nhl, nhl_game


def read(payload: RawPayload) -> ParsedPayload:
    return recognise(payload).parse(payload)


def the_result(payload: RawPayload) -> ParsedResult:
    parsed = read(payload)

    assert parsed.rejected == ()
    assert len(parsed.results) == 1
    return parsed.results[0]


def score_of(result: ParsedResult) -> tuple[int | None, int | None]:
    return (result.home_score, result.away_score)


# ---------------------------------------------------------------------------------------------- scoreboards


@pytest.mark.parametrize("away_first", [False, True])
def test_sides_are_found_by_name_whatever_their_order(away_first: bool) -> None:
    parsed = read(espn(espn_game(away_first=away_first)))

    assert [(event.home, event.away) for event in parsed.events] == [("Boston Celtics", "Miami Heat")]
    assert score_of(parsed.results[0]) == (101, 99)
    assert parsed.results[0].periods == ((20, 25), (30, 25), (25, 25), (26, 24))


def test_the_day_of_a_game_is_new_yorks() -> None:
    parsed = read(espn(espn_game(date="2026-11-20T00:10Z")))

    assert parsed.events[0].day == date(2026, 11, 19)


@pytest.mark.parametrize(
    ("status", "completed", "state", "expected"),
    [
        ("STATUS_POSTPONED", False, "post", ResultStatus.POSTPONED),
        ("STATUS_CANCELED", False, "post", ResultStatus.CANCELLED),
        ("STATUS_FINAL", False, "post", ResultStatus.LIVE),
        ("STATUS_FINAL_OVERTIME", True, "post", ResultStatus.FINAL),
        ("STATUS_SUSPENDED", False, "in", ResultStatus.SUSPENDED),
        ("STATUS_RAIN_DELAY", False, "in", ResultStatus.LIVE),
        ("STATUS_SCHEDULED", False, "pre", ResultStatus.SCHEDULED),
    ],
)
def test_only_a_completed_final_is_final_whatever_the_state_says(
    status: str, completed: bool, state: str, expected: ResultStatus
) -> None:
    result = the_result(espn(espn_game(status=status, completed=completed, state=state)))

    assert result.status is expected
    assert status in result.words


def test_a_postponed_game_with_a_score_of_nought_has_no_score() -> None:
    result = the_result(espn(espn_game(status="STATUS_POSTPONED", completed=False, score=("0", "0"))))

    assert score_of(result) == (None, None)


def test_an_unknown_status_is_set_aside_and_never_guessed() -> None:
    parsed = read(espn(espn_game(status="STATUS_SOMETHING_NEW")))

    assert parsed.results == ()
    assert [item.reason for item in parsed.rejected] == [Reason.UNKNOWN_GAME_STATUS]


@pytest.mark.parametrize("completed", ["true", None, 1])
def test_completed_must_be_true_or_false(completed: object) -> None:
    parsed = read(espn(espn_game(completed=completed)))

    assert [item.reason for item in parsed.rejected] == [Reason.UNKNOWN_GAME_STATUS]


def test_a_scoreboard_must_say_its_league() -> None:
    with pytest.raises(UnreadableFile, match=r"must name its league in leagues\[0\].slug"):
        read(espn(espn_game(), league=None))


def test_overtime_is_what_regulation_lacks() -> None:
    result = the_result(
        espn(espn_game(score=("110", "108"), lines=([25, 25, 25, 25, 10], [25, 25, 25, 25, 8]), period=5))
    )

    assert (result.overtime, result.periods[-1]) == (True, (10, 8))


def test_line_scores_that_do_not_add_up_are_left_out() -> None:
    result = the_result(espn(espn_game(lines=([20, 30, 25, 29], [25, 25, 25, 24]))))

    assert (score_of(result), result.periods) == ((101, 99), ())


def test_a_shootout_counts_one_goal_and_is_told_from_overtime() -> None:
    game = espn_game(
        home="Boston Bruins", away="Montreal Canadiens", score=("3", "2"), lines=([1, 1, 0, 0, 1], [0, 1, 1, 0, 0]),
        period=5,
    )  # fmt: skip
    result = the_result(espn(game, league="nhl"))

    assert (result.overtime, result.shootout, result.periods) == (True, True, ((1, 0), (1, 1), (0, 1), (1, 0)))


def test_a_game_called_early_says_how_many_innings_were_played() -> None:
    game = espn_game(
        home="Boston Red Sox",
        away="New York Yankees",
        score=("4", "1"),
        lines=([1, 0, 3, 0], [0, 0, 0, 1, 0]),
        period=5,
    )
    result = the_result(espn(game, league="mlb"))

    assert (result.status, result.facts.innings_completed) == (ResultStatus.SHORTENED, 4.5)


# ------------------------------------------------------------------------------------------------ baseball


def test_a_game_that_reads_final_in_the_abstract_may_be_postponed() -> None:
    result = the_result(mlb(mlb_game(state="Postponed", abstract="Final", score=None)))

    assert (result.status, score_of(result)) == (ResultStatus.POSTPONED, (None, None))


def test_one_number_on_two_dates_is_one_game_on_its_first_day() -> None:
    parsed = read(mlb(
        mlb_game(state="Postponed", score=None, start="2026-07-20T23:05:00Z", day="2026-07-20"),
        mlb_game(start="2026-07-22T17:05:00Z", day="2026-07-22"),
    ))  # fmt: skip

    assert [event.day for event in parsed.events] == [date(2026, 7, 20)]
    assert parsed.events[0].starts_at.day == 22
    assert [result.status for result in parsed.results] == [ResultStatus.FINAL]


def test_two_endings_under_one_number_are_both_told() -> None:
    parsed = read(espn(
        espn_game(date="2026-01-20T00:10Z", score=("111", "100"), lines=([], [])),
        espn_game(date="2026-01-21T00:10Z", score=("90", "100"), lines=([], [])),
    ))  # fmt: skip

    assert len(parsed.events) == 1
    assert [score_of(result) for result in parsed.results] == [(111, 100), (90, 100)]


def test_a_game_that_is_over_before_it_begins_is_set_aside() -> None:
    parsed = read(espn(espn_game(date="2026-12-02T00:10Z")))

    assert parsed.results == ()
    assert [item.reason for item in parsed.rejected] == [Reason.BAD_RESULT]


def test_a_moved_game_alone_still_belongs_to_its_first_day() -> None:
    parsed = read(mlb(mlb_game(start="2026-07-22T17:05:00Z", day="2026-07-22", rescheduledFromDate="2026-07-20")))

    assert parsed.events[0].day == date(2026, 7, 20)


def test_the_two_games_of_a_double_header_are_two() -> None:
    parsed = read(mlb(
        mlb_game(number=1, game_no=1, double="S", start="2026-07-20T17:05:00Z"),
        mlb_game(number=2, game_no=2, double="S", start="2026-07-20T23:05:00Z", score=(0, 0), state="Scheduled"),
    ))  # fmt: skip

    assert [(event.provider_event_id, event.game_no) for event in parsed.events] == [("1", 1), ("2", 2)]


def test_a_suspended_game_holds_what_was_played() -> None:
    result = the_result(mlb(mlb_game(state="Suspended: Rain", innings=[(1, 0), (0, 2), (None, 1)], score=(1, 3))))

    assert result.status is ResultStatus.SUSPENDED
    assert (result.facts.at_suspension, result.facts.innings_at_suspension) == ((1, 3), 2.5)


def test_a_resumed_game_began_when_it_first_began() -> None:
    result = the_result(mlb(mlb_game(
        start="2026-07-21T17:05:00Z", resumedFromDate="2026-07-20", resumedFrom="2026-07-20T23:05:00Z"
    )))  # fmt: skip

    assert result.status is ResultStatus.FINAL
    assert result.facts.started_at is not None
    assert result.facts.ended_at is not None
    assert (result.facts.ended_at - result.facts.started_at).total_seconds() == 18 * 3600


def test_probable_pitchers_are_of_the_event_and_who_is_not_announced_is_not_known() -> None:
    game = mlb_game()
    game["teams"]["home"]["probablePitcher"] = {"id": 1, "fullName": "Brayan Bello"}
    (event,) = read(mlb(game)).events

    assert (event.home_pitcher, event.away_pitcher) == ("Brayan Bello", None)


def test_a_game_before_the_season_is_set_aside_for_what_it_is() -> None:
    before = espn_game() | {"season": {"year": 2026, "type": 1, "slug": "preseason"}}
    told = [
        read(espn(before, espn_game(name="402") | {"season": {"type": 2}}, league="nba")),
        read(mlb(mlb_game(gameType="S"), mlb_game(number=746, gameType="R"))),
        read(nhl(nhl_game(gameType=1), nhl_game(gameType=2) | {"id": 2026020346})),
    ]

    assert [[(each.reason, each.prices) for each in found.rejected] for found in told] == [[("PRESEASON", 0)]] * 3
    assert [len(found.events) for found in told] == [1, 1, 1]


def test_a_game_completed_early_is_shortened() -> None:
    result = the_result(
        mlb(mlb_game(state="Completed Early: Rain", innings=[(1, 0), (0, 0), (2, 1), (0, 0), (None, 0)], score=(3, 1)))
    )

    assert (result.status, result.facts.innings_completed) == (ResultStatus.SHORTENED, 4.5)


def test_game_over_is_not_yet_final() -> None:
    assert the_result(mlb(mlb_game(state="Game Over"))).status is ResultStatus.LIVE


# -------------------------------------------------------------------------------------------------- hockey


def test_goals_are_counted_by_period() -> None:
    result = the_result(nhl(nhl_game()))

    assert (result.status, result.periods) == (ResultStatus.FINAL, ((1, 1), (1, 0), (1, 1)))


def test_the_winner_of_a_shootout_has_one_goal_more() -> None:
    game = nhl_game(score=(3, 2), last="SO", goals=((1, "BOS"), (1, "MTL"), (2, "BOS"), (3, "MTL")))
    result = the_result(nhl(game))

    assert (result.overtime, result.shootout, result.periods[-1]) == (True, True, (1, 0))


@pytest.mark.parametrize(
    ("state", "schedule", "expected"),
    [
        ("FUT", "PPD", ResultStatus.POSTPONED),
        ("OFF", "CNCL", ResultStatus.CANCELLED),
        ("LIVE", "SUSP", ResultStatus.SUSPENDED),
        ("FINAL", "OK", ResultStatus.FINAL),
        ("CRIT", "OK", ResultStatus.LIVE),
        ("PRE", "OK", ResultStatus.SCHEDULED),
    ],
)
def test_the_schedule_goes_before_the_state_of_play(state: str, schedule: str, expected: ResultStatus) -> None:
    assert the_result(nhl(nhl_game(state=state, schedule=schedule))).status is expected


def test_a_final_without_its_last_period_is_set_aside() -> None:
    parsed = read(nhl(nhl_game(last="??")))

    assert [item.reason for item in parsed.rejected] == [Reason.BAD_RESULT]


def test_every_feed_names_its_league() -> None:
    leagues = [read(payload).events[0].league for payload in (espn(espn_game()), mlb(mlb_game()), nhl(nhl_game()))]

    assert leagues == [League.NBA, League.MLB, League.NHL]
