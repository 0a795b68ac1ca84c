"""A recording from tables of changes: the board at a moment is the last row of each book's market before it."""

from datetime import timedelta

import polars as pl
import pytest

from closeline.domain.errors import BadInput
from closeline.domain.feeds.captures import RawPayload
from closeline.domain.leagues import League
from closeline.providers.simulator.answering import dumped
from closeline.providers.simulator.folder import Folder
from closeline.providers.simulator.recording import LENGTHS, stamp
from closeline.providers.simulator.series import Series
from closeline.providers.the_odds_api.feed import TheOddsApi
from tests.builders.recordings import BEARS, BROWNS, FIRST, NFL, START, a_change, a_recording, a_score, board_of
from tests.shared_data import shared_data


def board(recording, minutes):
    return {event["id"]: event for event in recording.board(NFL, FIRST + timedelta(minutes=minutes))}


def spreads(event):
    return {
        book["key"]: [(item["name"], item["point"], item["price"]) for item in market["outcomes"]]
        for book in event["bookmakers"]
        for market in book["markets"]
        if market["key"] == "spreads"
    }


def test_an_event_is_not_known_before_its_first_row():
    assert board(a_recording(), -1) == {}
    assert set(board(a_recording(), 0)) == {BROWNS}
    assert set(board(a_recording(), 10)) == {BROWNS, BEARS}


def test_each_book_stands_as_its_last_row_left_it():
    recording = a_recording()

    assert spreads(board(recording, 29)[BROWNS])["synthetic_harbour"] == [
        ("Cleveland Browns", -3, -110), ("Chicago Bears", 3, -110),
    ]  # fmt: skip
    assert spreads(board(recording, 30)[BROWNS])["synthetic_harbour"][0] == ("Cleveland Browns", -3.5, -108)
    assert spreads(board(recording, 59)[BROWNS])["synthetic_delta"][0][1] == -2.5
    assert spreads(board(recording, 60)[BROWNS])["synthetic_delta"][0][1] == -3


def test_a_book_that_did_not_change_is_shown_as_looked_at_within_the_minute():
    at = FIRST + timedelta(minutes=25)
    (event,) = [item for item in a_recording().board(NFL, at) if item["id"] == BROWNS]

    assert {book["last_update"] for book in event["bookmakers"]} == {stamp(at - timedelta(seconds=20))}


def test_a_game_goes_on_in_play_and_is_gone_when_it_is_over():
    recording = a_recording()
    ends = START + LENGTHS[League.NFL]

    assert spreads(recording.board(NFL, START + timedelta(minutes=15))[0])["synthetic_harbour"][0][1] == -9.5
    assert recording.board(NFL, ends) == []
    assert [ending.over for ending in recording.endings(NFL, ends - timedelta(seconds=1))] == [False, False]
    ended = {ending.event_id: ending for ending in recording.endings(NFL, ends)}
    assert (ended[BROWNS].home_points, ended[BROWNS].away_points, ended[BROWNS].over) == (20, 17, True)


def test_no_score_is_told_before_the_end():
    for minutes in (0, 360, 500):
        endings = a_recording().endings(NFL, FIRST + timedelta(minutes=minutes))
        assert {(ending.home_points, ending.over) for ending in endings} == {(None, False)}


def test_a_start_is_the_one_that_was_known_then():
    later = START + timedelta(minutes=30)
    recording = a_recording([a_change(0, final=later), a_change(90, start=later, final=later, point=-4.0)], [
        a_score(start=later),
    ])  # fmt: skip

    assert board(recording, 89)[BROWNS]["commence_time"] == stamp(START)
    assert board(recording, 90)[BROWNS]["commence_time"] == stamp(later)


def test_a_side_without_a_price_is_left_out():
    (event,) = a_recording([a_change(0, prices=(None, -110.0))], []).board(NFL, FIRST)

    assert spreads(event) == {"synthetic_harbour": [("Chicago Bears", 3, -110)]}


def test_a_game_that_nobody_played_is_gone_when_it_should_begin():
    assert a_recording([a_change(0)], []).board(NFL, START) == []


def test_synthetic_days_say_so_in_every_title():
    (event,) = board(a_recording(), 5).values()

    assert "SYNTHETIC" in event["sport_title"]
    assert all("SYNTHETIC" in book["title"] for book in event["bookmakers"])
    (real,) = board(a_recording(synthetic=False), 5).values()
    assert "SYNTHETIC" not in dumped(real).decode()


def test_tables_without_a_game_are_no_recording():
    with pytest.raises(BadInput, match="must hold a game"):
        a_recording([a_change(0)][:0], [])


def brute_board(frame, at):
    """Return (event, book, market) -> (point, price, price) at a moment, from the file alone."""
    standing = frame.filter(pl.col("snapshot_time") <= at).sort("snapshot_time", maintain_order=True)
    last = standing.group_by("event_id", "bookmaker", "market", maintain_order=True).last()
    return {
        (row["event_id"], row["bookmaker"], row["market"]):
            (row["point"], row["price_home_or_over"], row["price_away_or_under"])
        for row in last.iter_rows(named=True)
    }  # fmt: skip


@pytest.mark.parametrize("name", ["nfl_2025", "mlb_2026"])
def test_a_real_board_equals_an_independent_reading_and_parses_whole(name):
    (path,) = shared_data(f"odds_series/{name}.parquet")
    (events,) = shared_data(f"odds_series/{name}_events.parquet")
    recording = Series(
        [RawPayload(path.name, path.read_bytes(), FIRST)], [RawPayload(events.name, events.read_bytes(), FIRST)]
    )
    frame = pl.read_parquet(path)
    (sport,) = recording.sports()
    for share in (0.2, 0.5, 0.8):
        times = frame["snapshot_time"].unique().sort()
        at = times[int(len(times) * share)]
        shown = board_of(recording, sport, at)
        found, expected = {}, brute_board(frame, at)
        for event in shown:
            for book in event["bookmakers"]:
                for market in book["markets"]:
                    by_name = {item["name"]: item for item in market["outcomes"]}
                    first, second = ("Over", "Under") if market["key"] == "totals" else (
                        event["home_team"], event["away_team"])  # fmt: skip
                    point = by_name[first].get("point") if first in by_name else None
                    prices = [by_name[side]["price"] if side in by_name else None for side in (first, second)]
                    found[event["id"], book["key"], market["key"]] = (point, *prices)
        assert len(found) > 100
        assert {key: expected[key] for key in found} == found
        parsed = TheOddsApi().parse(RawPayload(f"odds_{sport}.json", dumped(shown), at))
        assert not parsed.rejected
        assert len(parsed.quotes) == sum(price is not None for item in found.values() for price in item[1:])


def test_a_folder_answers_with_its_newest_board():
    paths = shared_data("theoddsapi/odds_americanfootball_nfl_2025-10-2*.json")
    folder = Folder([RawPayload(path.name, path.read_bytes(), FIRST) for path in paths])
    times = folder.times(NFL)

    assert folder.sports() == [NFL]
    assert folder.board(NFL, folder.span().first - timedelta(seconds=1)) == []
    assert folder.board(NFL, times[1] - timedelta(seconds=1)) == folder.board(NFL, times[0])
    assert folder.board(NFL, times[1]) != folder.board(NFL, times[0])
    assert folder.board(NFL, times[-1] + timedelta(days=1)) == []


def test_a_folder_without_a_board_is_refused():
    with pytest.raises(BadInput, match="recorded boards"):
        Folder([RawPayload("MANIFEST.csv", b"file,bytes", FIRST)])
