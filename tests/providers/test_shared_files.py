"""The real files, where they are beside the repository: everything is read, counted and mapped."""

import json
from pathlib import Path

import pytest

from closeline.domain.feeds.captures import ParsedPayload, RawPayload
from closeline.providers.catalog import recognise
from closeline.providers.reasons import Reason
from tests.providers.conformance import check_sound, received
from tests.providers.payloads import RECEIVED_AT
from tests.providers.test_team_aliases import table
from tests.shared_data import shared_data


def parse(path: Path) -> ParsedPayload:
    payload = RawPayload(path.name, path.read_bytes(), RECEIVED_AT)
    return recognise(payload).parse(payload)


def unmapped(parsed: ParsedPayload) -> set[str]:
    return {
        name
        for event in parsed.events
        for name in (event.home, event.away)
        if table(event.league).resolve(event.league, parsed.provider, name) is None
    }


@pytest.mark.parametrize("league", ["nfl", "ncaaf", "nba", "ncaab", "mlb", "nhl"])
def test_every_original_file_is_read_and_every_team_is_known(league: str) -> None:
    for path in shared_data(f"{league}/raw/*"):
        parsed = parse(path)

        check_sound(parsed)
        assert unmapped(parsed) == set(), path.name
        assert sum(each.prices for each in parsed.rejected) < 0.05 * received(parsed) + 1


def test_every_games_table_is_read_and_every_team_is_known() -> None:
    for path in shared_data("*/games.parquet"):
        parsed = parse(path)

        assert unmapped(parsed) == set(), path
        assert sum(each.prices for each in parsed.rejected) < received(parsed) / 1000


def test_every_recorded_response_keeps_every_price() -> None:
    for path in shared_data("theoddsapi/*.json"):
        parsed = parse(path)

        check_sound(parsed)
        assert received(parsed) == path.read_bytes().count(b'"price":')
        assert unmapped(parsed) == set()
        assert {each.reason for each in parsed.rejected} <= {
            Reason.LAY_PRICE,
            Reason.UNKNOWN_LEAGUE,
            Reason.UNSUPPORTED_MARKET,
        }


def test_a_raw_sheet_and_the_clean_table_of_its_league_agree() -> None:
    (table_path,) = shared_data("nba/games.parquet")
    clean = lines_by_game(parse(table_path))
    for path in shared_data("nba/raw/*.xlsx"):
        ours = lines_by_game(parse(path))
        shared = ours.keys() & clean.keys()

        assert len(shared) > 0.999 * len(ours)
        assert {key for key in shared if ours[key] != clean[key]} == set()


def lines_by_game(parsed: ParsedPayload) -> dict[tuple[str, str, str, str], tuple[int | None, str]]:
    return {
        (q.provider_event_id, q.phase, q.market.key, q.side): (q.line_quarters, q.price.text) for q in parsed.quotes
    }


def test_the_manifest_counts_as_many_events_as_the_feed_reads() -> None:
    for path in shared_data("theoddsapi/odds_*.json"):
        assert len(parse(path).events) == len(json.loads(path.read_bytes()))
