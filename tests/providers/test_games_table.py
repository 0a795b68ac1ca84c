"""The documented import format, and the times that archives are given."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from closeline.domain.errors import BadInput, UnreadableFile
from closeline.domain.feeds.captures import Basis, ParsedPayload, Phase, RawPayload, ResultStatus
from closeline.domain.markets import MONEYLINE, SPREAD, TOTAL, Period, Side
from closeline.providers.archives.games_table import GamesTable, columns
from closeline.providers.reasons import Reason
from tests.providers.conformance import received
from tests.providers.payloads import a_game, games_csv, games_parquet, payload


def parse(made: RawPayload) -> ParsedPayload:
    return GamesTable().parse(made)


def prices(parsed: ParsedPayload, phase: Phase = Phase.CLOSE) -> dict[str, tuple[float | None, str, bool]]:
    return {
        f"{q.market.key} {q.side}": (q.line_quarters and q.line_quarters / 4, q.price.text, q.price.assumed)
        for q in parsed.quotes
        if q.phase is phase
    }


def reasons(parsed: ParsedPayload) -> list[tuple[str, str, int]]:
    return [(each.reason, each.place, each.prices) for each in parsed.rejected]


def test_both_sides_of_a_line_are_quoted_and_mirrored() -> None:
    parsed = parse(games_csv(a_game()))

    assert prices(parsed) == {
        "SPREAD:FULL_GAME HOME": (-4, "-110", True), "SPREAD:FULL_GAME AWAY": (4, "-110", True),
        "TOTAL:FULL_GAME OVER": (221.5, "-110", True), "TOTAL:FULL_GAME UNDER": (221.5, "-110", True),
        "MONEYLINE:FULL_GAME HOME": (None, "-170", False), "MONEYLINE:FULL_GAME AWAY": (None, "150", False),
    }  # fmt: skip


def test_parquet_and_csv_say_the_same() -> None:
    games = [a_game(), a_game(home_team="Utah", close_spread_home=None, neutral=True)]

    assert parse(games_csv(*games)) == parse(games_parquet(*games))


def test_an_archive_names_its_events_by_league_day_teams_and_number() -> None:
    parsed = parse(games_csv(a_game()))

    assert parsed.archive
    assert parsed.provider == "games_table"
    assert [event.provider_event_id for event in parsed.events] == ["nba:2019-01-11:LALakers@SanAntonio:1"]
    assert {quote.book for quote in parsed.quotes} == {"archive"}
    assert parsed.events[0].season == 2018


def test_times_are_assumed_where_the_table_has_none() -> None:
    parsed = parse(games_csv(a_game()))
    at = {quote.phase: quote.received_at for quote in parsed.quotes}

    assert parsed.events[0].start_basis is Basis.ASSUMED
    assert parsed.events[0].starts_at == datetime(2019, 1, 12, 0, tzinfo=UTC)  # 19:00 in New York
    assert at == {
        Phase.OPEN: datetime(2019, 1, 11, 15, tzinfo=UTC),  # 10:00
        Phase.CLOSE: datetime(2019, 1, 11, 23, 55, tzinfo=UTC),  # 18:55
    }
    assert parsed.results[0].received_at == datetime(2019, 1, 12, 9, tzinfo=UTC)  # 04:00 of the next day


def test_an_early_start_opens_its_whole_day_an_hour_before() -> None:
    early = a_game(home_team="Utah", start_time_utc="2019-01-11T13:30:00Z")
    parsed = parse(games_csv(early, a_game(start_time_utc=None)))

    opened = {quote.received_at for quote in parsed.quotes if quote.phase is Phase.OPEN}

    assert opened == {datetime(2019, 1, 11, 12, 30, tzinfo=UTC)}
    assert [event.start_basis for event in parsed.events] == [Basis.QUOTED, Basis.ASSUMED]


def test_a_late_start_is_settled_four_hours_after_it() -> None:
    late = parse(games_csv(a_game(start_time_utc="2019-01-12 05:30:00+00:00", game_date="2019-01-12")))

    assert late.results[0].received_at == datetime(2019, 1, 13, 9, tzinfo=UTC)
    night = parse(games_csv(a_game(start_time_utc="2019-01-12T06:30:00Z", game_date="2019-01-11")))
    assert night.results[0].received_at == datetime(2019, 1, 12, 10, 30, tzinfo=UTC)


def test_times_follow_the_clock_of_new_york_in_summer() -> None:
    parsed = parse(games_csv(a_game(league="MLB", game_date="2019-07-04", home_team="NYY", away_team="BOS")))

    assert parsed.events[0].starts_at == datetime(2019, 7, 4, 23, tzinfo=UTC)


def test_a_start_to_be_decided_is_no_start() -> None:
    parsed = parse(games_csv(a_game(start_time_utc="2019-01-11T17:00:00Z", start_time_tbd="true")))

    assert parsed.events[0].start_basis is Basis.ASSUMED


def test_half_time_lines_are_second_half_markets_an_hour_into_the_game() -> None:
    parsed = parse(games_csv(a_game(h2_spread_home=-1.5, h2_total=110)))
    halves = [quote for quote in parsed.quotes if quote.market.period is Period.SECOND_HALF]

    assert [quote.line_quarters for quote in halves] == [-6, 6, 440, 440]
    assert {(quote.phase, quote.received_at) for quote in halves} == {
        (Phase.CLOSE, datetime(2019, 1, 12, 1, tzinfo=UTC))
    }


def test_a_moneyline_of_one_side_is_one_quote() -> None:
    parsed = parse(games_csv(a_game(close_ml_away=None)))

    assert [q.side for q in parsed.quotes if q.market == MONEYLINE] == [Side.HOME]


def test_a_line_with_one_price_is_one_quote_and_nothing_is_assumed_beside_it() -> None:
    parsed = parse(games_csv(a_game(close_total_over_price=-105)))

    assert [
        (q.side, q.price.text, q.price.assumed) for q in parsed.quotes if q.market == TOTAL and q.phase is Phase.CLOSE
    ] == [(Side.OVER, "-105", False)]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"close_ml_home": 50}, (Reason.IMPOSSIBLE_PRICE, "row 1 close_ml HOME", 1)),
        ({"close_ml_home": "even-ish"}, (Reason.IMPOSSIBLE_PRICE, "row 1 close_ml HOME", 1)),
        ({"close_ml_home": "inf"}, (Reason.IMPOSSIBLE_PRICE, "row 1 close_ml HOME", 1)),
        ({"close_ml_home": 499980}, (Reason.IMPOSSIBLE_PRICE, "row 1 close_ml HOME", 1)),
        ({"close_total": 221.4}, (Reason.OFF_GRID_LINE, "row 1 close_total", 2)),
        ({"close_total": "two hundred"}, (Reason.UNREADABLE_CELL, "row 1 close_total", 2)),
        ({"close_total": None, "close_total_over_price": -110}, (Reason.MISSING_LINE, "row 1 close_total", 1)),
        ({"home_team": None}, (Reason.BAD_RECORD, "row 1", 10)),
        ({"home_team": "LALakers"}, (Reason.BAD_RECORD, "row 1", 10)),
        ({"league": "WNBA"}, (Reason.BAD_RECORD, "row 1", 10)),
        ({"game_date": "11/01/2019"}, (Reason.BAD_RECORD, "row 1", 10)),
        ({"start_time_utc": "2019-01-15T00:00:00Z"}, (Reason.BAD_RECORD, "row 1", 10)),
        ({"start_time_utc": "soon"}, (Reason.BAD_RECORD, "row 1", 10)),
        ({"season": 2010}, (Reason.BAD_RECORD, "row 1", 10)),
        ({"game_no": 0}, (Reason.BAD_RECORD, "row 1", 10)),
        ({"home_score": -3}, (Reason.BAD_RESULT, "row 1 home_score", 0)),
        ({"home_score": "many"}, (Reason.BAD_RESULT, "row 1 home_score", 0)),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_rejected_in_its_place_and_counted(
    changes: dict[str, object], expected: tuple[str, str, int]
) -> None:
    whole = received(parse(games_csv(a_game())))
    parsed = parse(games_csv(a_game(**changes)))

    assert reasons(parsed) == [expected]
    assert received(parsed) == whole - ("close_total_over_price" in changes)


@pytest.mark.parametrize(
    ("cell", "playoff"),
    [
        ("POST", True), ("postseason", True), ("Playoff", True), ("PLAYOFFS", True), ("REG", False), ("regular", False),
        ("", None), ("  ", None), ("NaN", None), (None, None),
    ],
)  # fmt: skip
def test_a_season_type_says_whether_a_game_is_of_the_play_offs(cell: object, playoff: bool | None) -> None:
    parsed = parse(games_csv(a_game(season_type=cell)))

    assert [event.playoff for event in parsed.events] == [playoff]
    assert not parsed.rejected


def test_a_table_without_season_types_is_silent_and_so_is_one_whose_column_is_empty() -> None:
    silent = parse(games_csv(a_game()))

    assert [event.playoff for event in silent.events] == [None]
    assert parse(games_parquet(a_game(season_type=float("nan")))) == silent


def test_a_season_type_that_is_neither_is_set_aside_with_its_game_and_says_what_it_must_be() -> None:
    whole = received(parse(games_csv(a_game())))
    parsed = parse(games_csv(a_game(season_type="PRE"), a_game(home_team="Utah", season_type="REG")))

    assert [event.home for event in parsed.events] == ["Utah"]
    assert reasons(parsed) == [(Reason.UNKNOWN_SEASON_TYPE, "row 1 season_type", 10)]
    assert "must be reg, regular, post, postseason, playoff, playoffs or empty, was pre" in parsed.rejected[0].excerpt
    assert received(parsed) == 2 * whole


def test_a_null_is_nothing_in_any_of_its_forms() -> None:
    nothing = a_game(close_total=None, close_ml_home=None, close_ml_away=None)
    blank = games_csv(nothing | {"close_total": "  ", "close_ml_home": "nan"})

    assert parse(blank).quotes == parse(games_csv(nothing)).quotes
    assert not parse(blank).rejected
    assert parse(games_parquet(nothing | {"close_total": float("nan")})).quotes == parse(games_csv(nothing)).quotes


@pytest.mark.parametrize("column", ["league", "game_date", "home_team"])
def test_a_missing_column_is_named_in_one_line(column: str) -> None:
    game = a_game()
    del game[column]

    with pytest.raises(BadInput, match=rf"^games.csv must have the columns {column}, had not$"):
        parse(games_csv(game))


def test_unknown_columns_are_left_alone() -> None:
    assert parse(games_csv(a_game(weather="rain"))) == parse(games_csv(a_game()))


def test_the_second_game_of_a_pair_on_a_day_is_numbered() -> None:
    parsed = parse(games_csv(a_game(), a_game(home_score=90)))

    assert [event.game_no for event in parsed.events] == [1, 2]
    assert parsed.events[1].provider_event_id.endswith(":2")


def test_a_numbered_game_that_stands_there_twice_is_rejected_once() -> None:
    parsed = parse(games_csv(a_game(game_no=1), a_game(game_no=1)))

    assert reasons(parsed) == [(Reason.DUPLICATE_RECORD, "row 2", 10)]


def test_a_teams_code_is_read_rather_than_its_ambiguous_name() -> None:
    parsed = parse(games_csv(a_game(league="NFL", home_team="NewYork", home_code="NYG", away_code="LV")))

    assert (parsed.events[0].away, parsed.events[0].home) == ("LV", "NYG")


def test_a_game_without_a_score_has_no_result() -> None:
    assert parse(games_csv(a_game(home_score=None, away_score=None))).results == ()


def baseball(home: list[int | None], away: list[int | None], **more: object) -> ParsedPayload:
    innings: dict[str, object] = {f"home_p{n}": runs for n, runs in enumerate(home, 1)}
    innings |= {f"away_p{n}": runs for n, runs in enumerate(away, 1)}
    score = {"home_score": sum(run or 0 for run in home), "away_score": sum(run or 0 for run in away)}
    base = {"league": "MLB", "game_date": "2019-07-04", "home_team": "NYY", "away_team": "BOS"}
    return parse(games_csv(base | score | innings | more))


def test_an_inning_not_batted_counts_nothing() -> None:
    result = baseball([1, 0, 0, 0, 0, 0, 0, 0, None], [0] * 9).results[0]

    assert result.periods[8] == (0, 0)
    assert result.status is ResultStatus.FINAL


def test_a_game_stopped_by_rain_is_shortened() -> None:
    result = baseball([1, 0, 0, 0, 0, 2], [0] * 6).results[0]

    assert result.status is ResultStatus.SHORTENED
    assert len(result.periods) == 6


def test_runs_after_the_ninth_are_overtime() -> None:
    result = baseball([0] * 9, [0] * 9, home_score=1, away_score=0).results[0]

    assert result.overtime
    assert result.periods[-1] == (1, 0)


def test_seven_innings_were_the_schedule_of_a_double_header_in_2021() -> None:
    game: dict[str, object] = {
        "league": "MLB", "game_date": "2021-07-04", "home_team": "NYY", "away_team": "BOS", "home_score": 1, "away_score": 0,
    }  # fmt: skip
    game |= {f"home_p{n}": int(n == 1) for n in range(1, 8)} | {f"away_p{n}": 0 for n in range(1, 8)}

    assert [result.status for result in parse(games_csv(game, game)).results] == [ResultStatus.FINAL] * 2
    assert [result.status for result in parse(games_csv(game)).results] == [ResultStatus.SHORTENED]


def test_periods_that_cannot_add_up_are_left_out() -> None:
    assert parse(games_csv(a_game(home_p1=80))).results[0].periods == ()
    assert parse(games_csv(a_game(home_p1=20))).results[0].periods == ()  # ten points after an unequal regulation


def test_truncated_parquet_is_one_line() -> None:
    content = games_parquet(a_game()).content

    with pytest.raises(UnreadableFile, match="must be a readable parquet file"):
        parse(payload(content[:-9], "games.parquet"))


def test_a_spread_market_has_its_home_line() -> None:
    quotes = [q for q in parse(games_csv(a_game())).quotes if q.market == SPREAD and q.phase is Phase.OPEN]

    assert {q.side: q.line_quarters for q in quotes} == {Side.HOME: -14, Side.AWAY: 14}


def test_every_column_and_every_reason_is_documented() -> None:
    page = (Path(__file__).parents[2] / "docs" / "import_format.md").read_text(encoding="utf-8")
    periods = {*columns.HOME_PERIODS[1:-1], *columns.AWAY_PERIODS[1:-1]}

    assert {name for name in columns.KNOWN - periods if f"`{name}`" not in page} == set()
    assert {reason for reason in Reason if f"| {reason} |" not in page} == set()
