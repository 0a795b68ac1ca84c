"""The other archives: the ten-year football file, the weekly books, and college football."""

import json
from datetime import UTC, date, datetime

import pytest

from closeline.domain.errors import BadInput
from closeline.domain.feeds.captures import Basis, Feed, ParsedPayload, Phase
from closeline.domain.markets import MONEYLINE, SPREAD, TOTAL, Market, MarketType, Period, Side
from closeline.providers.archives.college_football import CollegeGames, CollegeLines, slug
from closeline.providers.archives.football_archive import FootballArchive
from closeline.providers.archives.weekly_books import WeeklyBooks
from closeline.providers.reasons import Reason
from tests.providers import payloads as made
from tests.providers.conformance import received

HALF_SPREAD = Market(MarketType.SPREAD, Period.SECOND_HALF)
HALF_TOTAL = Market(MarketType.TOTAL, Period.SECOND_HALF)


def line(parsed: ParsedPayload, market: Market, phase: Phase = Phase.CLOSE) -> float | None:
    found = [
        q.line_quarters for q in parsed.quotes if (q.market, q.phase) == (market, phase) and q.side is market.sides[0]
    ]
    return None if not found or found[0] is None else found[0] / 4


def reasons(parsed: ParsedPayload) -> list[tuple[str, int]]:
    return [(each.reason, each.prices) for each in parsed.rejected]


def football(**changes: object) -> ParsedPayload:
    return FootballArchive().parse(made.football_archive(made.archive_record(**changes)))


def test_the_football_archive_has_lines_and_quarters() -> None:
    parsed = football()

    assert [(e.away, e.home, e.day, e.season) for e in parsed.events] == [("Saints", "Packers", date(2011, 9, 8), 2011)]
    assert [line(parsed, SPREAD, Phase.OPEN), line(parsed, TOTAL, Phase.OPEN)] == [-4.5, 46]
    assert [line(parsed, SPREAD), line(parsed, TOTAL), line(parsed, HALF_SPREAD), line(parsed, HALF_TOTAL)] == [
        -5,
        48,
        -1.5,
        23.5,
    ]
    assert parsed.results[0].periods == ((21, 7), (7, 10), (7, 10), (7, 7))


@pytest.mark.parametrize(("moneylines", "spread"), [((-150, 130), -1), ((130, -150), 1)])
def test_a_swapped_close_is_set_right_by_the_moneyline(moneylines: tuple[int, int], spread: int) -> None:
    parsed = football(
        home_close_spread=40.5,
        away_close_spread=-40.5,
        close_over_under=1.0,
        home_close_ml=moneylines[0],
        away_close_ml=moneylines[1],
    )

    assert (line(parsed, SPREAD), line(parsed, TOTAL)) == (spread, 40.5)
    assert reasons(parsed) == [(Reason.DOUBTFUL_SIGN, 2)]  # the opening spread has the sign of the closing favourite
    assert received(parsed) == 14


def test_a_swapped_close_without_a_moneyline_has_no_favourite() -> None:
    cells = {"home_close_spread": 40.5, "away_close_spread": -40.5, "home_close_ml": 0, "away_close_ml": 0}

    parsed = football(**cells, close_over_under=1.0)
    assert (line(parsed, SPREAD), line(parsed, TOTAL)) == (None, 40.5)
    assert line(football(**cells, close_over_under=0), SPREAD) == 0  # a pick'em needs none
    assert not [q for q in parsed.quotes if q.market == MONEYLINE]


def test_a_swapped_second_half_keeps_its_total_alone() -> None:
    parsed = football(**{"home_2H_spread": -24.5, "away_2H_spread": 24.5, "2H_total": 3.0})

    assert (line(parsed, HALF_SPREAD), line(parsed, HALF_TOTAL)) == (None, 24.5)
    assert reasons(parsed) == [(Reason.DOUBTFUL_SIGN, 2)]


def test_an_opening_pick_beside_a_wide_close_is_a_placeholder() -> None:
    assert reasons(football(home_open_spread=0, away_open_spread=0)) == [(Reason.PLACEHOLDER_LINE, 2)]
    close = {"home_close_spread": -2.5, "away_close_spread": 2.5}
    assert reasons(football(home_open_spread=0, away_open_spread=0, **close)) == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"home_team": 0, "home_close_ml": 0}, (Reason.UNKNOWN_TEAM, 13)),
        ({"date": 20111308.0}, (Reason.BAD_RECORD, 14)),
        ({"date": 20150908.0}, (Reason.BAD_RECORD, 14)),
        ({"away_close_spread": 4}, (Reason.UNPAIRED_LINE, 2)),
        ({"open_over_under": 1.5}, (Reason.OUT_OF_RANGE_LINE, 2)),
        ({"close_over_under": "many"}, (Reason.UNREADABLE_CELL, 2)),
        ({"home_close_ml": 50}, (Reason.IMPOSSIBLE_PRICE, 1)),
        ({"home_final": "x"}, (Reason.BAD_RESULT, 0)),
    ],
)
def test_a_football_record_that_cannot_be_used_is_counted(
    changes: dict[str, object], expected: tuple[str, int]
) -> None:
    assert reasons(football(**changes)) == [expected]


def test_a_record_that_is_no_object_is_rejected_and_the_rest_is_read() -> None:
    parsed = FootballArchive().parse(made.football_archive(made.archive_record(), 7, None))

    assert (len(parsed.events), [each.place for each in parsed.rejected]) == (1, ["row 2", "row 3"])


def weekly(*rows: dict[str, object]) -> ParsedPayload:
    return WeeklyBooks().parse(made.weekly(*rows))


def test_numbered_books_close_and_the_site_opens() -> None:
    parsed = weekly(*made.weekly_rows())
    books = {(q.book, q.phase) for q in parsed.quotes}
    prices = {q.side: q.price.text for q in parsed.quotes if q.market == TOTAL and q.book == "archive-8"}

    assert books == {("archive", Phase.OPEN), ("archive-8", Phase.CLOSE)}
    assert prices == {Side.OVER: "-105", Side.UNDER: "-115"}  # the visitor's row holds the over
    assert line(parsed, SPREAD) == -7
    assert parsed.events[0].starts_at == datetime(2018, 9, 10, 23, 10, tzinfo=UTC)
    assert parsed.events[0].start_basis is Basis.QUOTED


def test_a_week_of_january_is_of_the_next_year() -> None:
    assert weekly(*made.weekly_rows(date=("Sun 1/6", "Sun 1/6"))).events[0].day == date(2019, 1, 6)


def test_overtime_is_read_from_the_outcome() -> None:
    assert weekly(*made.weekly_rows(outcome=("FINAL OT", "FINAL OT"))).results[0].overtime
    assert weekly(*made.weekly_rows(outcome=("POSTPONED", "POSTPONED"))).results == ()


def test_the_home_row_may_come_first() -> None:
    assert weekly(*reversed(made.weekly_rows())).events[0].home == "Detroit"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"8_spread": (7.0, -6.5)}, (Reason.UNPAIRED_LINE, 2)),
        ({"8_total": (44.0, 44.5)}, (Reason.UNPAIRED_LINE, 2)),
        ({"8_moneyline": (12, -340)}, (Reason.IMPOSSIBLE_PRICE, 1)),
        ({"opening_spread": (0.0, 0.0)}, (Reason.PLACEHOLDER_LINE, 2)),
        ({"time": ("TBD", "TBD")}, (Reason.BAD_RECORD, 12)),
        ({"date": ("Mon 13/40", "Mon 13/40")}, (Reason.BAD_RECORD, 12)),
        ({"score": ("", "")}, (Reason.BAD_RESULT, 0)),
    ],
)
def test_a_week_that_cannot_be_read_is_counted(
    changes: dict[str, tuple[object, object]], expected: tuple[str, int]
) -> None:
    parsed = weekly(*made.weekly_rows(**changes))

    assert reasons(parsed) == [expected]
    assert received(parsed) == 12


def test_a_row_without_its_partner_is_rejected_with_what_it_holds() -> None:
    lost = made.weekly_rows(game_id=(6, 6))[0]
    parsed = weekly(lost, *made.weekly_rows())

    assert reasons(parsed) == [(Reason.BAD_RECORD, 6)]
    assert len(parsed.events) == 1


def college(feed: Feed, *records: object) -> ParsedPayload:
    return feed.parse(made.college_lines(*records))


def test_college_lines_are_the_home_teams_at_the_providers_slug() -> None:
    parsed = college(CollegeLines(), made.college_record())

    assert {q.book for q in parsed.quotes} == {"william-hill-new-jersey"}
    assert (line(parsed, SPREAD, Phase.OPEN), line(parsed, SPREAD), line(parsed, TOTAL)) == (21, 24.5, 51.5)
    assert parsed.events[0].day == date(2022, 9, 5)  # eight in the evening of Labor Day in New York
    assert (parsed.results[0].home_score, parsed.results[0].away_score) == (10, 41)


def test_a_book_is_named_by_letters_and_hyphens() -> None:
    assert slug("Caesars Sportsbook (Colorado)") == "caesars-sportsbook-colorado"
    assert slug(None) == slug("()") == ""


def test_a_provider_that_stands_there_twice_is_read_once() -> None:
    lines = made.college_record()["lines"]
    parsed = college(CollegeLines(), made.college_record(lines=[*lines, *lines]))  # type: ignore[misc]

    assert len(parsed.quotes) == 10
    assert {each.reason for each in parsed.rejected} == {Reason.DUPLICATE_PRICE}
    assert received(parsed) == 20


@pytest.mark.parametrize(
    "changes", [{"startDate": None}, {"homeTeam": ""}, {"season": 1999}, {"awayTeam": "Georgia Tech"}]
)
def test_a_college_game_that_cannot_be_read_is_counted(changes: dict[str, object]) -> None:
    assert reasons(college(CollegeLines(), made.college_record(**changes))) == [(Reason.BAD_RECORD, 10)]


def test_lines_and_results_of_one_game_have_one_id() -> None:
    start = {"startDate": "2016-08-27 02:00:00+00:00", "season": 2016, "homeTeam": "California", "awayTeam": "Hawai'i"}
    lines = college(CollegeLines(), made.college_record(**start))
    results = CollegeGames().parse(made.college_games())

    assert lines.provider == results.provider
    assert lines.events[0].provider_event_id == results.results[0].provider_event_id
    assert results.events[0].neutral


def test_overtime_in_college_is_what_the_quarters_lack() -> None:
    scores = {"homePoints": 24, "awayPoints": 21, "homeLineScores": [7, 7, 7, 0, 3], "awayLineScores": [7, 7, 7, 0, 0]}
    result = CollegeGames().parse(made.college_games(**scores)).results[0]

    assert result.overtime
    assert result.periods == ((7, 7), (7, 7), (7, 7), (0, 0), (3, 0))


def test_a_game_not_completed_has_no_result() -> None:
    assert CollegeGames().parse(made.college_games(completed=False, homePoints=None, awayPoints=None)).results == ()


@pytest.mark.parametrize("feed", [FootballArchive(), CollegeLines(), CollegeGames()])
def test_an_object_where_a_list_belongs_is_refused(feed: Feed) -> None:
    with pytest.raises(BadInput, match="must be a list of games"):
        feed.parse(made.payload(json.dumps({"a": 1})))
