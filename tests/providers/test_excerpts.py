"""Excerpts: a place leads back to the record that stands there, in every kind of bytes."""

import io
import json
from datetime import UTC, datetime

import polars as pl
import pytest

from closeline.domain.feeds.captures import RawPayload
from closeline.providers.excerpts import LENGTH_MAX, excerpt_at
from tests.builders.archives import rows, table

NOW = datetime(2024, 1, 1, tzinfo=UTC)


def payload(content: bytes, name: str = "x") -> RawPayload:
    return RawPayload(name, content, NOW)


def read(content: bytes, place: str) -> object:
    found = excerpt_at(payload(content), place)
    return None if found is None else json.loads(found)


def test_a_row_of_a_csv_is_counted_below_the_header() -> None:
    assert read(b"a,b\n1,x\n2,y\n", "row 2 b") == {"a": "2", "b": "y"}


def test_the_column_of_the_place_comes_first() -> None:
    found = read(table(rows(days=1)), "row 1 open_spread_home")

    assert isinstance(found, dict)
    assert list(found)[:3] == ["open_spread_home", "open_spread_price_home", "open_spread_price_away"]


def test_empty_cells_are_left_out() -> None:
    assert read(b"a,b\n1,\n", "row 1") == {"a": "1"}


def test_a_row_of_a_parquet_is_the_row_of_the_table() -> None:
    file = io.BytesIO()
    pl.DataFrame({"a": [1, 2], "b": ["x", None]}).write_parquet(file)

    assert read(file.getvalue(), "row 2 a") == {"a": 2}


def test_two_rows_of_one_game_are_shown_together() -> None:
    content = b"game_id,rotation,team\n7,101,Bears\n7,102,Lions\n8,103,Colts\n"

    assert read(content, "row 1 team") == [
        {"team": "Bears", "game_id": "7", "rotation": "101"},
        {"team": "Lions", "game_id": "7", "rotation": "102"},
    ]


def test_a_path_leads_into_json() -> None:
    content = json.dumps({"data": [{"bookmakers": [{"markets": [{"price": 1.95}]}]}]}).encode()

    assert read(content, "$.data[0].bookmakers[0].markets[0]") == {"price": 1.95}


def test_a_row_of_a_json_list_is_counted_from_one() -> None:
    assert read(b'[{"a": 1}, {"a": 2, "b": null}]', "row 2 a") == {"a": 2}


@pytest.mark.parametrize(
    ("content", "place"),
    [
        (b"a,b\n1,2\n", "row 9 b"),
        (b"a,b\n1,2\n", "row 0 b"),
        (b"a,b\n1,2\n", "elsewhere"),
        (b'{"a": [1]}', "$.a[4]"),
        (b'{"a": [1]}', "$.b.c"),
        (b'[{"a": 1}]', "row 3"),
        (b"\xff\xfe\x00", "row 1"),
        (b"PK\x03\x04 no workbook", "row 1"),
    ],
)
def test_a_place_that_is_not_there_has_no_excerpt(content: bytes, place: str) -> None:
    assert excerpt_at(payload(content), place) is None


def test_an_excerpt_has_an_end() -> None:
    found = excerpt_at(payload(b"a\n" + b"x" * 5000 + b"\n"), "row 1")

    assert found is not None
    assert len(found) == LENGTH_MAX
