"""Tables of players: what a box score cannot but add up to, and which of many lines is the main one."""

from datetime import UTC, date, datetime, timedelta
from io import BytesIO

import polars as pl
import pytest

from closeline.domain.errors import BadInput, UnreadableFile
from closeline.domain.feeds.captures import RawPayload
from closeline.domain.markets import Side
from closeline.providers.archives.player_games import PlayerGames
from closeline.providers.archives.player_props import PlayerProps
from closeline.providers.reasons import Reason
from tests.builders.box_scores import STARTS_AT, a_game, a_price_row, as_csv, as_parquet

BAD_ROWS = [
    ({"minutes": -1}, Reason.BAD_RESULT), ({"minutes": "long"}, Reason.UNREADABLE_CELL),
    ({"minutes": "nan"}, Reason.BAD_RESULT), ({"minutes": 151}, Reason.BAD_RESULT), ({"pts": 22}, Reason.BAD_RESULT),
    ({"reb": 8}, Reason.BAD_RESULT), ({"ast": -1}, Reason.BAD_RESULT), ({"fgm": 18}, Reason.BAD_RESULT),
    ({"stl": "1.5"}, Reason.UNREADABLE_CELL), ({"home": "perhaps"}, Reason.UNREADABLE_CELL),
    ({"game_date": "10/11/2025"}, Reason.UNREADABLE_DATE), ({"player_name": ""}, Reason.BAD_RECORD),
    ({"team": "MIA"}, Reason.BAD_RECORD), ({"season_type": "summer"}, Reason.UNKNOWN_SEASON_TYPE),
    ({"player_id": 2}, Reason.DUPLICATE_RECORD), ({"player_id": "3.0"}, Reason.BAD_RECORD),
    ({"player_id": "3:x"}, Reason.BAD_RECORD), ({"player_id": "03"}, Reason.BAD_RECORD),
    ({"game_id": "22500200"}, Reason.BAD_RECORD), ({"game_date": "9999-12-31"}, Reason.UNREADABLE_DATE),
    ({"game_date": "0001-01-01"}, Reason.UNREADABLE_DATE), ({"season": 2026}, Reason.BAD_RECORD),
    ({"season": 1900}, Reason.BAD_RECORD), ({"plus_minus": ""}, Reason.UNREADABLE_CELL),
]  # fmt: skip


def parsed(rows):
    return PlayerGames().parse(as_csv(rows))


def priced(*rows):
    return PlayerProps().parse(as_parquet(rows))


def shown(found):
    return {(item.line_quarters / 4, item.side, item.price.text, item.alternate) for item in found.quotes}


def test_a_game_is_an_event_its_players_points_are_its_score_and_each_row_is_a_box():
    found = parsed(a_game())
    (event,), (ended,) = found.events, found.results

    assert (event.home, event.away, event.day, event.season) == ("BOS", "MIA", date(2025, 11, 10), 2025)
    assert (ended.home_score, ended.away_score, event.playoff) == (105, 100, False)
    assert ended.place.endswith("points of its players added up")
    assert ended.received_at == datetime(2025, 11, 11, 9, tzinfo=UTC)
    assert [(box.player, box.home, box.seconds, box.pts) for box in found.boxes][::9] == [
        ("1", 1, 2880, 21), ("15", 0, 2880, 20)
    ]  # fmt: skip
    assert found.rejected == ()


def test_parquet_and_csv_say_the_same():
    assert parsed(a_game()) == PlayerGames().parse(as_parquet(a_game()))


@pytest.mark.parametrize(("changes", "reason"), BAD_ROWS)
def test_a_row_that_no_game_can_have_is_refused_and_its_game_has_no_score(changes, reason):
    rows = a_game()
    rows[2] |= changes
    found = parsed(rows)

    assert [item.reason for item in found.rejected] == [reason, Reason.INCOMPLETE_BOX]
    assert (len(found.boxes), found.results) == (9, ())


def test_what_is_wrong_with_a_row_is_said_with_its_place():
    rows = a_game()
    rows[3]["pts"] = 40
    first = parsed(rows).rejected[0]

    assert first.place == "row 4"
    assert "pts must be 2*(fgm-fg3m)+3*fg3m+ftm" in first.excerpt


@pytest.mark.parametrize(
    ("rows", "reasons"),
    [
        (a_game()[:9], [Reason.INCOMPLETE_BOX]),
        (a_game()[:5], [Reason.INCOMPLETE_BOX]),
        (a_game(minutes=40), [Reason.INCOMPLETE_BOX]),
        (a_game(won=False), [Reason.BAD_RESULT]),
        (a_game(pts=20, ftm=1), [Reason.BAD_RESULT]),
        (a_game(home=False), [Reason.UNKNOWN_HOME]),
        (a_game()[5:], [Reason.UNKNOWN_HOME]),
        (a_game(home=True), [Reason.BAD_RECORD] * 10),
    ],
    ids=["four men", "one team", "few minutes", "no winner", "a draw", "neutral", "guests alone", "two hosts"],
)
def test_no_score_is_told_where_the_box_does_not_bear_it_out(rows, reasons):
    found = parsed(rows)

    assert ([item.reason for item in found.rejected], found.results) == (reasons, ())


def test_on_a_neutral_floor_there_is_no_event_and_every_line_is_kept():
    found = parsed(a_game(home=False))

    assert (found.events, {box.home for box in found.boxes}, len(found.boxes)) == ((), {-1}, 10)


@pytest.mark.parametrize(
    ("feed", "row", "name"), [(PlayerGames(), a_game()[0], "fg3m"), (PlayerProps(), a_price_row(), "under_odds")]
)
def test_a_missing_column_is_named_in_one_line(feed, row, name):
    payload = as_csv([{key: value for key, value in row.items() if key != name}])

    assert feed.recognises(payload)
    with pytest.raises(BadInput, match=rf"^table.csv must have the columns of player \w+, lacked {name}$"):
        feed.parse(payload)


def test_a_single_line_is_the_main_one_whatever_its_prices():
    assert shown(priced(a_price_row(over_odds=-400.0, under_odds=None))) == {(25.5, Side.OVER, "-400", False)}


def test_of_a_ladder_the_pair_nearest_to_even_counts_and_the_rest_are_alternates():
    ladder = [(23.5, -180.0, 145.0), (24.5, -125.0, -105.0), (25.5, -105.0, -125.0), (26.5, 130.0, -160.0),
              (27.5, 100.0, None)]  # fmt: skip
    found = priced(*(a_price_row(line=line, over_odds=over, under_odds=under) for line, over, under in ladder))
    main = {item.line_quarters / 4 for item in found.quotes if not item.alternate}

    # 24.5 and 25.5 lie as near to even, each on its side: the lower one counts.
    assert (main, len(found.quotes)) == ({24.5}, 9)


def test_several_one_sided_lines_have_no_main_one():
    found = priced(*(a_price_row(line=line, under_odds=None) for line in (10.5, 12.5)))

    assert {item.alternate for item in found.quotes} == {True}


def test_each_book_player_and_market_has_a_ladder_of_its_own():
    rows = [a_price_row(), a_price_row(bookmaker="fanduel", line=26.5), a_price_row("Bam Adebayo", line=18.5),
            a_price_row(market="player_rebounds", line=7.5)]  # fmt: skip

    assert not any(item.alternate for item in priced(*rows).quotes)


BAD_PRICES = [
    ({"player": ""}, Reason.UNKNOWN_PLAYER, 2), ({"market": "player_naps"}, Reason.UNSUPPORTED_MARKET, 2),
    ({"market": "spreads"}, Reason.UNSUPPORTED_MARKET, 2), ({"line": None}, Reason.MISSING_LINE, 2),
    ({"line": 25.3}, Reason.OFF_GRID_LINE, 2), ({"over_odds": 50.0}, Reason.IMPOSSIBLE_PRICE, 1),
    ({"snapshot_time": STARTS_AT}, Reason.IN_PLAY, 2), ({"bookmaker": " "}, Reason.BAD_RECORD, 2),
    ({"over_odds": None, "under_odds": None}, Reason.BAD_RECORD, 0), ({"home_team": None}, Reason.BAD_RECORD, 2),
    ({"commence_time": STARTS_AT + timedelta(days=1)}, Reason.BAD_RECORD, 2),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "reason", "prices"), BAD_PRICES)
def test_a_price_that_cannot_be_used_is_refused_with_its_reason_and_none_is_made_up(changes, reason, prices):
    found = priced(a_price_row(line=20.5), a_price_row(**changes))

    assert [(item.reason, item.prices) for item in found.rejected] == [(reason, prices)]
    assert not any(item.price.assumed for item in found.quotes)


def test_the_same_line_twice_is_priced_once():
    found = priced(a_price_row(), a_price_row(over_odds=-120.0))

    assert [item.reason for item in found.rejected] == [Reason.DUPLICATE_PRICE]
    assert len(found.quotes) == 2


def test_a_table_of_other_games_is_not_taken_for_one_of_players():
    assert not PlayerProps().recognises(as_csv([{"home_team": "A", "away_team": "B", "market": "h2h", "line": 1}]))
    assert not PlayerGames().recognises(as_csv([{"player_id": 1, "pts": 2}]))


def changed(rows, column, cells):
    content = BytesIO()
    pl.DataFrame(rows, infer_schema_length=None).with_columns(cells.alias(column)).write_parquet(content)
    return RawPayload("table.parquet", content.getvalue(), STARTS_AT)


LIST, RECORD, BYTES = pl.Series([[1, 2]]), pl.Series([{"a": 1}]), pl.Series([b"x"])


@pytest.mark.parametrize(
    ("column", "cells"),
    [
        *(("game_date", cells) for cells in (LIST, RECORD, BYTES)), ("pts", RECORD), ("player_id", LIST),
    ],
)  # fmt: skip
def test_a_box_score_whose_cells_are_no_cells_is_refused_in_one_line(column, cells):
    with pytest.raises(UnreadableFile, match=f"must hold text, numbers or times in the column {column}") as fault:
        PlayerGames().parse(changed(a_game()[:1], column, cells))

    assert "\n" not in str(fault.value)


@pytest.mark.parametrize("cells", [pl.Series([20251110]), pl.Series([True]), pl.Series([timedelta(1)])])
def test_a_number_is_no_day(cells):
    found = PlayerGames().parse(changed(a_game()[:1], "game_date", cells))

    assert [(item.reason, item.place) for item in found.rejected] == [(Reason.UNREADABLE_DATE, "row 1")]


@pytest.mark.parametrize(
    ("column", "cells", "wanted"),
    [
        ("line", LIST, "text, numbers or times"), ("over_odds", RECORD, "text, numbers or times"),
        ("commence_time", RECORD, "text, numbers or times"), ("line", pl.Series([True]), "numbers"),
        ("line", pl.Series([STARTS_AT]), "numbers"), ("under_odds", pl.Series([timedelta(1)]), "numbers"),
        ("snapshot_time", pl.Series([5]), "times"), ("commence_time", pl.Series([True]), "times"),
    ],
)  # fmt: skip
def test_a_table_of_lines_with_a_column_of_another_kind_is_refused_in_one_line(column, cells, wanted):
    with pytest.raises(UnreadableFile, match=f"must hold {wanted} in the column {column}"):
        PlayerProps().parse(changed([a_price_row()], column, cells))


@pytest.mark.parametrize("year", [1, 1945, 2200, 9999])
def test_a_line_on_a_game_of_a_year_that_is_none_is_set_aside(year):
    found = priced(a_price_row(commence_time=STARTS_AT.replace(year=year), snapshot_time=STARTS_AT.replace(year=year)))

    assert ([item.reason for item in found.rejected], found.events) == ([Reason.BAD_RECORD], ())


def test_a_table_of_thousands_of_columns_is_refused_before_it_is_read():
    row = a_game()[0] | {f"column{place}": 0 for place in range(2000)}
    for table in (as_csv([row]), as_parquet([row])):
        with pytest.raises(UnreadableFile, match="must have at most 2000 columns, had 2027"):
            PlayerGames().parse(table)
