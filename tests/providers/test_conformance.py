"""The conformance suite on every feed, with sound bytes and with damaged ones."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from closeline.domain.errors import UnknownFormat
from closeline.domain.feeds.captures import RawPayload
from closeline.providers.archives.college_football import CollegeGames, CollegeLines
from closeline.providers.archives.football_archive import FootballArchive
from closeline.providers.archives.games_table import GamesTable
from closeline.providers.archives.nflverse import NflverseSchedule
from closeline.providers.archives.player_games import PlayerGames
from closeline.providers.archives.player_props import PlayerProps
from closeline.providers.archives.price_changes import PriceChanges, PriceEvents
from closeline.providers.archives.sheets.feed import Sheets
from closeline.providers.archives.weekly_books import WeeklyBooks
from closeline.providers.catalog import FEEDS, recognise
from closeline.providers.results.espn import EspnScoreboard
from closeline.providers.results.mlb_schedule import MlbSchedule
from closeline.providers.results.nhl_scores import NhlScores
from closeline.providers.the_odds_api.feed import TheOddsApi
from tests.builders import box_scores, changes
from tests.providers import payloads as made
from tests.providers import scoreboards as boards
from tests.providers import test_nflverse as nflverse
from tests.providers.conformance import Sample, check, check_damaged

SAMPLES = {
    "games_csv": Sample(GamesTable, made.games_csv(made.a_game(), made.a_game(game_date="2019-01-12")), 20),
    "games_parquet": Sample(GamesTable, made.games_parquet(made.a_game(home_team="Utah")), 10),
    "sheet": Sample(Sheets, made.workbook(made.BASKETBALL, *made.basketball_rows()), 14),
    "football_archive": Sample(FootballArchive, made.football_archive(made.archive_record()), 14),
    "weekly_books": Sample(WeeklyBooks, made.weekly(*made.weekly_rows()), 12),
    "college_lines": Sample(CollegeLines, made.college_lines(made.college_record()), 10),
    "college_games": Sample(CollegeGames, made.college_games(), 0),
    "espn": Sample(EspnScoreboard, boards.espn(boards.espn_game(), boards.espn_game(name="402", home="Utah Jazz")), 0),
    "mlb_schedule": Sample(MlbSchedule, boards.mlb(boards.mlb_game()), 0),
    "nhl_scores": Sample(NhlScores, boards.nhl(boards.nhl_game()), 0),
    "nflverse": Sample(NflverseSchedule, nflverse.sample(nflverse.a_row(), nflverse.played()), 12),
    "price_changes": Sample(PriceChanges, changes.a_table(changes.a_change(60), changes.a_change(-5)), 4),
    "price_events": Sample(PriceEvents, changes.a_table(changes.an_event_row()), 0),
    "player_games": Sample(PlayerGames, box_scores.as_csv(box_scores.a_game()), 0),
    "player_props": Sample(PlayerProps, box_scores.as_parquet([box_scores.a_price_row()]), 2),
    "the_odds_api": Sample(
        TheOddsApi, made.odds_response(made.odds_event(made.h2h(), made.spreads(), made.totals())), 6
    ),
}
NAMES = sorted(SAMPLES)
# The compiled reader of parquet ends the process on some flipped bits inside a page (two of 3,000 tried), which no
# code of ours can catch: there, bytes are only cut off.
FLIPS_MAX = dict.fromkeys(SAMPLES, 4) | dict.fromkeys(
    ("games_parquet", "price_changes", "price_events", "player_props"), 0
)


@pytest.mark.parametrize("name", NAMES)
def test_a_feed_keeps_every_price_and_is_pure(name: str) -> None:
    check(SAMPLES[name])


def test_every_feed_has_a_sample() -> None:
    assert {type(feed) for feed in FEEDS} == {sample.feed for sample in SAMPLES.values()}


def test_every_feed_has_a_name_of_its_own() -> None:
    assert len({feed.name for feed in FEEDS}) == len(FEEDS)


@pytest.mark.parametrize("name", NAMES)
def test_one_feed_only_recognises_a_format(name: str) -> None:
    sample = SAMPLES[name]

    assert [type(feed) for feed in FEEDS if feed.recognises(sample.payload)] == [sample.feed]


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_damaged_bytes_are_refused_or_read_with_every_loss_named(name: str, data: st.DataObject) -> None:
    content = bytearray(SAMPLES[name].payload.content)
    for _ in range(data.draw(st.integers(0, FLIPS_MAX[name]), label="flips")):
        position = data.draw(st.integers(0, len(content) - 1), label="position")
        content[position] ^= 1 << data.draw(st.integers(0, 7), label="bit")
    kept = data.draw(st.integers(0, len(content)) | st.just(len(content)), label="kept")

    check_damaged(replace(SAMPLES[name].payload, content=bytes(content[:kept])))


@pytest.mark.parametrize(
    "content", [b"", b"<html>busy</html>", b"\x00" * 64, b"[]", b"{}", b"a,b\n1,2\n", b"\xff\xfe[\x00]\x00"]
)
def test_what_no_feed_reads_is_refused_with_what_was_expected(content: bytes) -> None:
    with pytest.raises(UnknownFormat, match="must be a games table"):
        recognise(RawPayload("thing", content, made.RECEIVED_AT))
