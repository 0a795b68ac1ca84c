"""A table of price changes keeps its real moments, and nothing of the game in play can pass for a close."""

from collections import Counter
from datetime import timedelta

import pytest

from closeline.domain.errors import BadInput, UnreadableFile
from closeline.domain.feeds.captures import ParsedPayload, Phase, RawPayload, ResultStatus
from closeline.domain.leagues import League
from closeline.providers.catalog import recognise
from closeline.providers.reasons import Reason
from tests.builders.changes import NOW, START, Row, a_change, a_table, an_event_row
from tests.providers.test_team_aliases import table
from tests.shared_data import shared_data

MINUTE = timedelta(minutes=1)


def parsed(*rows: Row, name: str = "nfl_2025.parquet") -> ParsedPayload:
    payload = a_table(*rows, name=name)
    return recognise(payload).parse(payload)


def reasons(found: ParsedPayload) -> list[tuple[str, int]]:
    return [(item.reason, item.prices) for item in found.rejected]


def test_a_row_is_two_prices_at_the_moment_at_which_they_were_seen() -> None:
    found = parsed(a_change(60, price_away_or_under=105.0))

    assert [(str(quote.side), quote.line_quarters, quote.price.text, quote.received_at) for quote in found.quotes] == [
        ("HOME", -14, "-110", START - 60 * MINUTE),
        ("AWAY", 14, "105", START - 60 * MINUTE),
    ]
    assert {(quote.book, quote.phase, quote.place) for quote in found.quotes} == {("draftkings", Phase.LIVE, "row 1")}
    assert {quote.source_updated_at for quote in found.quotes} == {START - 61 * MINUTE}


def test_totals_and_moneylines_are_read_too() -> None:
    found = parsed(a_change(market="totals", point=44.5), a_change(market="h2h", point=None))

    assert Counter((quote.market.key, str(quote.side), quote.line_quarters) for quote in found.quotes) == Counter(
        [
            ("TOTAL:FULL_GAME", "OVER", 178), ("TOTAL:FULL_GAME", "UNDER", 178),
            ("MONEYLINE:FULL_GAME", "HOME", None), ("MONEYLINE:FULL_GAME", "AWAY", None),
        ]
    )  # fmt: skip


@pytest.mark.parametrize(
    "row",
    [
        a_change(0),
        a_change(-30),
        a_change(0, in_play=False),
        a_change(30, commence_time_final=START - 31 * MINUTE),
        a_change(5, in_play=True),
    ],
    ids=["at the start", "after it", "not marked", "the game began early", "marked by the source"],
)
def test_what_stands_at_or_after_the_start_is_left_out_and_counted(row: Row) -> None:
    found = parsed(a_change(60), row)

    assert [quote.received_at for quote in found.quotes] == [START - 60 * MINUTE] * 2
    assert reasons(found) == [(Reason.IN_PLAY, 2)]


def test_a_price_from_after_the_planned_start_of_a_delayed_game_is_from_before_the_game() -> None:
    found = parsed(a_change(60), a_change(-10, commence_time_final=START + 60 * MINUTE, in_play=False))

    assert len(found.quotes) == 4
    assert found.rejected == ()


def test_every_change_of_a_start_is_told_when_it_was_told() -> None:
    later = START + 60 * MINUTE
    found = parsed(
        a_change(30, commence_time=later, commence_time_final=later),
        a_change(90, commence_time_final=later),
        a_change(60, commence_time_final=later),
        a_change(10, commence_time=later, commence_time_final=later),
    )

    assert [event.starts_at for event in found.events] == [START]
    assert [(start.starts_at, start.received_at, start.place) for start in found.starts] == [
        (later, START - 30 * MINUTE, "row 1")
    ]


def test_two_games_of_one_pair_on_one_day_are_numbered_by_their_starts() -> None:
    late: Row = {"commence_time": START + timedelta(hours=4), "commence_time_final": START + timedelta(hours=4)}
    found = parsed(a_change(event_id="second") | late, a_change(event_id="first"), name="mlb.parquet")

    assert {event.provider_event_id: event.game_no for event in found.events} == {"first": 1, "second": 2}


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"point": None}, [(Reason.MISSING_LINE, 2)]),
        ({"point": -3.3}, [(Reason.OFF_GRID_LINE, 2)]),
        ({"price_home_or_over": -3.0}, [(Reason.IMPOSSIBLE_PRICE, 1)]),
        ({"market": "outrights"}, [(Reason.UNSUPPORTED_MARKET, 2)]),
        ({"bookmaker": ""}, [(Reason.BAD_RECORD, 2)]),
        ({"away_team": "Chicago Bears"}, [(Reason.BAD_RECORD, 2)]),
        ({"price_home_or_over": None}, []),
    ],
)
def test_what_cannot_be_read_is_rejected_with_its_reason_and_its_prices(
    cells: Row, expected: list[tuple[str, int]]
) -> None:
    found = parsed(a_change(90), a_change(60, **cells))

    assert reasons(found) == expected
    assert len(found.quotes) == 2 + (2 - sum(count for _, count in expected) if expected else 1)


def test_the_same_market_twice_at_one_moment_is_a_duplicate() -> None:
    assert reasons(parsed(a_change(60), a_change(60, point=-4.5))) == [(Reason.DUPLICATE_PRICE, 2)]


@pytest.mark.parametrize("name", ["odds.parquet", "nfl_and_mlb.parquet", "infla.parquet"])
def test_a_file_must_name_its_one_league(name: str) -> None:
    with pytest.raises(BadInput, match="must name its league"):
        parsed(a_change(), name=name)


def test_event_rows_give_the_last_start_and_the_score() -> None:
    found = parsed(an_event_row(), an_event_row(event_id="e2", home_score=None, away_score=None))

    assert [(event.provider_event_id, event.starts_at) for event in found.events] == [("e1", START)]
    assert [(item.status, item.home_score, item.away_score) for item in found.results] == [(ResultStatus.FINAL, 24, 20)]
    assert all(item.received_at > START for item in found.results)
    assert (found.archive, found.rejected) == (True, ())


@pytest.mark.parametrize("cells", [{"home_score": None}, {"home_score": -1.0}, {"away_score": 3.5}])
def test_a_score_that_no_game_can_have_is_no_result(cells: Row) -> None:
    found = parsed(an_event_row(**cells))

    assert reasons(found) == [(Reason.BAD_RESULT, 0)]
    assert found.results == ()


def test_damaged_bytes_are_refused_in_one_line() -> None:
    whole = a_table(a_change()).content
    for cut in (5, len(whole) // 2, len(whole) - 3):
        payload = RawPayload("nfl_2025.parquet", whole[:cut], NOW)
        with pytest.raises(UnreadableFile) as fault:
            recognise(payload).parse(payload)
        assert "\n" not in str(fault.value)


@pytest.mark.parametrize("league", [League.NFL, League.NCAAF, League.MLB])
def test_the_real_tables_are_read_whole_and_every_team_is_known(league: League) -> None:
    for path in shared_data(f"odds_series/{league}_2*.parquet"):
        payload = RawPayload(path.name, path.read_bytes(), NOW)
        found = recognise(payload).parse(payload)
        names = {name for event in found.events for name in (event.home, event.away)}

        assert [name for name in names if table(league).resolve(league, found.provider, name) is None] == []
        assert {item.reason for item in found.rejected} <= {Reason.IN_PLAY, Reason.OFF_GRID_LINE}
