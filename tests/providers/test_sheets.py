"""Sportsbook sheets: each pitfall of the format by name."""

from collections.abc import Sequence
from datetime import date

import pytest

from closeline.domain.errors import BadInput
from closeline.domain.feeds.captures import ParsedPayload, Phase
from closeline.domain.leagues import League
from closeline.domain.markets import MONEYLINE, SPREAD, TOTAL, Market, MarketType, Period, Side
from closeline.providers.archives.sheets.dates import Calendar, year_in
from closeline.providers.archives.sheets.feed import Sheets
from closeline.providers.reasons import Reason
from tests.providers.conformance import received
from tests.providers.payloads import (
    BASEBALL,
    BASKETBALL,
    COLLEGE_BASKETBALL,
    HOCKEY,
    HOCKEY_TEXT,
    basketball_rows,
    payload,
    workbook,
)

HALF_SPREAD = Market(MarketType.SPREAD, Period.SECOND_HALF)
HALF_TOTAL = Market(MarketType.TOTAL, Period.SECOND_HALF)


def parse(
    *rows: Sequence[object], header: tuple[object, ...] = BASKETBALL, name: str = "nba odds 2018-19.xlsx"
) -> ParsedPayload:
    return Sheets().parse(workbook(header, *rows, name=name))


def line(parsed: ParsedPayload, market: Market, phase: Phase = Phase.CLOSE) -> float | None:
    """The home line or the total, in points."""
    found = [
        q.line_quarters for q in parsed.quotes if (q.market, q.phase) == (market, phase) and q.side is market.sides[0]
    ]
    return None if not found or found[0] is None else found[0] / 4


def price(parsed: ParsedPayload, market: Market, side: Side, phase: Phase = Phase.CLOSE) -> str | None:
    return next((q.price.text for q in parsed.quotes if (q.market, q.phase, q.side) == (market, phase, side)), None)


def reasons(parsed: ParsedPayload) -> list[tuple[str, str, int]]:
    return [(each.reason, each.place, each.prices) for each in parsed.rejected]


def test_the_favourites_row_holds_the_spread_and_the_other_the_total() -> None:
    parsed = parse(*basketball_rows())

    assert [(e.away, e.home, e.neutral, e.day, e.season) for e in parsed.events] == [
        ("Philadelphia", "Boston", False, date(2018, 10, 16), 2018)
    ]
    assert line(parsed, SPREAD, Phase.OPEN) == -5
    assert line(parsed, TOTAL, Phase.OPEN) == 208.5
    assert line(parsed, SPREAD) == -4.5
    assert line(parsed, HALF_SPREAD) == -1
    assert line(parsed, HALF_TOTAL) == 106
    assert price(parsed, MONEYLINE, Side.HOME) == "-200"
    assert price(parsed, MONEYLINE, Side.AWAY) == "170"


def test_the_favourite_may_change_between_the_open_and_the_close() -> None:
    parsed = parse(*basketball_rows(opening=(2.5, 208.5), closing=(211.5, 4.5)))

    assert line(parsed, SPREAD, Phase.OPEN) == 2.5
    assert line(parsed, SPREAD) == -4.5


@pytest.mark.parametrize("word", ["pk", "PK"])
def test_a_pick_is_a_spread_of_zero(word: str) -> None:
    assert line(parse(*basketball_rows(opening=(word, 208.5))), SPREAD, Phase.OPEN) == 0


def test_no_line_is_nothing() -> None:
    parsed = parse(*basketball_rows(opening=("NL", "NL"), ml=("NL", -200)))

    assert line(parsed, SPREAD, Phase.OPEN) is None
    assert [q.side for q in parsed.quotes if q.market == MONEYLINE] == [Side.HOME]
    assert parsed.rejected == ()


def test_a_half_sign_is_half_a_point() -> None:
    assert line(parse(*basketball_rows(closing=("211½", 4.5))), TOTAL) == 211.5


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ((208.5, 209), [(Reason.UNPAIRED_LINE, "row 1 Open", 2)] * 2),
        ((4.5, 3.5), [(Reason.UNPAIRED_LINE, "row 1 Open", 2)] * 2),
        (("197.5u10", 4.5), [(Reason.UNPAIRED_LINE, "row 1 Open", 2), (Reason.UNREADABLE_CELL, "row 1 Open", 2)]),
        ((80, 4.5), [(Reason.UNPAIRED_LINE, "row 1 Open", 2), (Reason.OUT_OF_RANGE_LINE, "row 1 Open", 2)]),
        ((208.6, 5), [(Reason.OFF_GRID_LINE, "row 1 Open", 2)]),
    ],
)
def test_cells_that_contradict_each_other_are_rejected_and_counted(
    cells: tuple[object, object], expected: list[tuple[str, str, int]]
) -> None:
    parsed = parse(*basketball_rows(opening=cells))

    assert sorted(reasons(parsed)) == sorted(expected)
    assert received(parsed) == 14


def test_a_number_that_could_be_either_is_the_spread_in_the_favourites_row() -> None:
    header, name = BASKETBALL, "ncaa football 2019.xlsx"
    rows = basketball_rows(day=831, opening=(45, 48), closing=(45, 48), half=(20, 24), ml=(9000, -50000))

    assert line(parse(*rows, header=header, name=name), SPREAD) == -48
    assert line(parse(*rows, header=header, name=name), TOTAL) == 45


def test_a_neutral_site_has_its_designated_visitor_first() -> None:
    parsed = parse(*basketball_rows(venues="NN"))

    assert [(e.away, e.neutral) for e in parsed.events] == [("Philadelphia", True)]


def test_a_pair_in_reverse_is_turned() -> None:
    parsed = parse(*basketball_rows(venues="HV"))

    assert [(e.away, e.home) for e in parsed.events] == [("Boston", "Philadelphia")]
    assert line(parsed, SPREAD) == 4.5


@pytest.mark.parametrize("lost", range(6))
def test_a_lost_row_costs_one_game_and_never_shifts_the_rest(lost: int) -> None:
    rows = [row for rot in (501, 503, 505) for row in basketball_rows(rot=rot, venues="NN" if rot == 503 else "VH")]
    whole = {q.received_at for q in parse(*rows).quotes}
    parsed = parse(*rows[:lost], *rows[lost + 1 :])

    assert len(parsed.events) == 2
    assert {(e.away, e.home) for e in parsed.events} == {("Philadelphia", "Boston")}
    assert [each.reason for each in parsed.rejected] == [Reason.BAD_RECORD]
    assert {q.received_at for q in parsed.quotes} <= whole


def test_years_follow_the_order_of_the_rows() -> None:
    days = [1016, 1231, 101, 613]
    parsed = parse(*[row for day in days for row in basketball_rows(day=day)])

    assert [e.day for e in parsed.events] == [
        date(2018, 10, 16),
        date(2018, 12, 31),
        date(2019, 1, 1),
        date(2019, 6, 13),
    ]


def test_a_season_may_end_after_the_month_in_which_the_next_begins() -> None:
    calendar = Calendar(League.NBA, 2019)

    assert [calendar.day(raw) for raw in (1022, 311, 730, 1011)] == [
        date(2019, 10, 22), date(2020, 3, 11), date(2020, 7, 30), date(2020, 10, 11),
    ]  # fmt: skip


def test_a_season_that_starts_late_begins_in_its_second_year() -> None:
    assert Calendar(League.NHL, 2012).day(119) == date(2013, 1, 19)


def test_a_row_out_of_order_does_not_move_the_year() -> None:
    calendar = Calendar(League.NBA, 2018)

    assert [calendar.day(raw) for raw in (1231, 101, 1231, 102)] == [
        date(2018, 12, 31), date(2019, 1, 1), date(2018, 12, 31), date(2019, 1, 2),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "year"),
    [
        ("nba odds 2007-08.xlsx", 2007),
        ("20152016VegasOdds.xlsx", 2015),
        ("mlb-odds-2019.xlsx", 2019),
        ("nba.xlsx", None),
    ],
)
def test_the_year_is_the_first_in_the_name(name: str, year: int | None) -> None:
    assert year_in(name) == year


def test_a_sheet_without_a_year_has_no_dates() -> None:
    parsed = parse(*basketball_rows(), name="nba odds.xlsx")

    assert parsed.events == ()
    assert reasons(parsed) == [(Reason.UNREADABLE_DATE, "row 1 Date", 14)]


@pytest.mark.parametrize("day", [1301, 230, 0, "soon", 1016.5, ""])
def test_a_date_that_is_none_is_rejected_in_its_place(day: object) -> None:
    parsed = parse(*basketball_rows(day=day))  # type: ignore[arg-type]

    assert reasons(parsed) == [(Reason.UNREADABLE_DATE, "row 1 Date", 14)]


def test_two_rows_a_day_apart_are_one_game() -> None:
    away, home = basketball_rows(day=630)

    assert len(parse(away, [701, *home[1:]]).events) == 1


def hockey(
    away: list[object], home: list[object], header: tuple[object, ...] = HOCKEY, name: str = "nhl 2018.xlsx"
) -> ParsedPayload:
    return parse(
        [1003, 1, "V", "Montreal", 1, 1, 0, 2, 184, 210, *away],
        [1003, 2, "H", "Toronto", 1, 1, 0, 3, -220, -240, *home],
        header=header,
        name=name,
    )


def test_hockey_has_moneylines_puck_lines_and_totals_in_unnamed_price_columns() -> None:
    parsed = hockey([1.5, -125, 6, -115, 6.5, 100], [-1.5, 105, 6, -105, 6.5, -120])

    assert parsed.events[0].league is League.NHL
    assert price(parsed, MONEYLINE, Side.AWAY, Phase.OPEN) == "184"
    assert (line(parsed, SPREAD), price(parsed, SPREAD, Side.HOME), price(parsed, SPREAD, Side.AWAY)) == (
        -1.5,
        "105",
        "-125",
    )
    assert (price(parsed, TOTAL, Side.OVER, Phase.OPEN), price(parsed, TOTAL, Side.UNDER, Phase.OPEN)) == (
        "-115",
        "-105",
    )
    assert (line(parsed, TOTAL), price(parsed, TOTAL, Side.OVER), price(parsed, TOTAL, Side.UNDER)) == (
        6.5,
        "100",
        "-120",
    )
    assert parsed.results[0].overtime


def test_a_puck_line_may_be_text() -> None:
    parsed = hockey(
        ["-1.5(+170)", 5, -125, 5, -115], ["+1.5(-200)", 5, 105, 5, -105], HOCKEY_TEXT, "20152016VegasOdds.xlsx"
    )

    assert (line(parsed, SPREAD), price(parsed, SPREAD, Side.HOME), price(parsed, SPREAD, Side.AWAY)) == (
        1.5,
        "-200",
        "170",
    )


@pytest.mark.parametrize(
    ("away", "home", "expected"),
    [
        ([1.5, -125, 6, -115, 6.5, 100], [-2.5, 105, 6, -105, 6.5, -120], (Reason.UNPAIRED_LINE, "row 1 line", 2)),
        ([1.5, -125, 6, -115, 6.5, 100], [-1.5, 105, 6, -105, 6, -120], (Reason.UNPAIRED_LINE, "row 1 Close OU", 2)),
        (
            [1.5, -125, 98, -115, 6.5, 100],
            [-1.5, 105, 98, -105, 6.5, -120],
            (Reason.OUT_OF_RANGE_LINE, "row 1 Open OU", 2),
        ),
        (
            [1.5, 12, 6, -115, 6.5, 100],
            [-1.5, 105, 6, -105, 6.5, -120],
            (Reason.IMPOSSIBLE_PRICE, "row 1 line AWAY", 1),
        ),
        (["odd", -125, 6, -115, 6.5, 100], [-1.5, 105, 6, -105, 6.5, -120], (Reason.UNREADABLE_CELL, "row 1 line", 2)),
    ],
)
def test_halves_that_do_not_match_are_rejected(
    away: list[object], home: list[object], expected: tuple[str, str, int]
) -> None:
    parsed = hockey(away, home)

    assert reasons(parsed) == [expected]
    assert received(parsed) == 10


def test_baseball_has_pitchers_innings_not_batted_and_a_run_line() -> None:
    parsed = parse(
        [328, 905, "V", "NYM", "JDEGROM-R", *[0] * 8, 0, 0, 110, 115, 1.5, -215, 6.5, -110, 6.5, -105],
        [328, 906, "H", "WAS", "MSCHERZER-R", 1, *[0] * 7, "x", 1, -121, -125, -1.5, 180, 6.5, -110, 6.5, -115],
        header=BASEBALL,
        name="mlb-odds-2019.xlsx",
    )

    event, result = parsed.events[0], parsed.results[0]

    assert (event.league, event.home_pitcher, event.away_pitcher) == (League.MLB, "MSCHERZER-R", "JDEGROM-R")
    assert result.periods[0] == (1, 0)
    assert len(result.periods) == 9
    assert (line(parsed, SPREAD), line(parsed, TOTAL)) == (-1.5, 6.5)
    assert received(parsed) == 10


def test_college_basketball_is_known_by_its_halves() -> None:
    parsed = parse(
        [1110, 517, "V", "TexasA&M", 45, 43, 88, 141, 143, 260, 77.5],
        [1110, 518, "H", "WestVirginia", 38, 27, 65, 6, 7, -330, 5.5],
        header=COLLEGE_BASKETBALL,
        name="season 2017-18.xlsx",
    )

    assert parsed.events[0].league is League.NCAAB
    assert parsed.results[0].periods == ((38, 45), (27, 43))


def test_a_sheet_whose_league_is_in_doubt_is_refused() -> None:
    rows = basketball_rows(opening=(44, 3), closing=(45, 3.5), half=(22, 1))

    with pytest.raises(BadInput, match="must name its league"):
        parse(*rows, name="season 2019.xlsx")
    assert parse(*rows, name="nfl odds 2019.xlsx").events[0].league is League.NFL


def test_a_name_that_contradicts_the_columns_is_refused() -> None:
    with pytest.raises(BadInput, match="must be a sheet of"):
        parse(*basketball_rows(), name="mlb 2019.xlsx")


def test_a_workbook_of_another_kind_is_refused() -> None:
    with pytest.raises(BadInput, match="must have the columns Date, VH, Team"):
        parse([1, 2], header=("a", "b"))
    with pytest.raises(BadInput, match="readable workbook"):
        Sheets().parse(payload(b"PK\x03\x04 xl/", "nba.xlsx"))
