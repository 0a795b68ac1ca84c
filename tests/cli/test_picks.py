"""`closeline picks`: what was published, why, and the bytes that it rests on."""

import hashlib
import json

import pytest

from tests.builders.archives import rows, table
from tests.builders.desks import SEASON_DAYS
from tests.builders.records import opened, tamper
from tests.cli.running import answer, closeline, fault

LINKS = ["grade", "track", "published_at", "life", "findings", "prediction", "run", "quote", "versions"]


@pytest.fixture
def pick_id(played: str) -> str:
    return str(answer("picks", "list", "--limit", 1, "--db", played)["picks"][0]["pick_id"])


def test_the_newest_picks_come_first(played: str) -> None:
    found = answer("picks", "list", "--limit", 5, "--db", played)
    times = [item["published_at"] for item in found["picks"]]

    assert len(times) == 5
    assert times == sorted(times, reverse=True)
    assert found["total"] > 5


def test_a_limit_of_none_lists_all(played: str) -> None:
    found = answer("picks", "list", "--limit", 0, "--db", played)

    assert len(found["picks"]) == found["total"]


def test_a_league_without_picks_has_none(played: str) -> None:
    assert answer("picks", "list", "--league", "nhl", "--db", played) == {"total": 0, "picks": []}


def test_a_pick_shows_its_lineage_down_to_the_bytes(played: str, pick_id: str) -> None:
    found = answer("picks", "show", pick_id, "--db", played)
    content = table(rows(days=SEASON_DAYS))
    evidence = found["quote"]

    assert all(found[link] for link in LINKS)
    assert [step["to_state"] for step in found["life"]] == ["PROPOSED", "PUBLISHED", "GRADED"]
    assert evidence["payload_sha"] == hashlib.sha256(content).hexdigest()
    assert (evidence["file_name"], evidence["size"]) == ("nba.csv", len(content))
    assert {item["kind"] for item in found["run"]["inputs"]} >= {"SNAPSHOT"}


def test_the_excerpt_is_the_line_of_the_file_that_holds_the_price(played: str, pick_id: str) -> None:
    found = answer("picks", "show", pick_id, "--db", played)
    row, column = found["quote"]["place"].removeprefix("row ").split()
    line = rows(days=SEASON_DAYS)[int(row) - 1]
    excerpt = json.loads(found["quote"]["excerpt"])

    assert (excerpt["home_team"], excerpt["game_date"]) == (line["home_team"], line["game_date"])
    assert next(iter(excerpt)).startswith(column.removesuffix("_home"))
    assert found["pick"]["price"] in {str(cell) for cell in line.values()}


def test_a_person_can_follow_the_lineage(played: str, pick_id: str) -> None:
    said = closeline("picks", "show", pick_id, "--db", played).stdout

    for words in (
        "grade ",
        "publication",
        "findings",
        "prediction",
        "run ",
        "input SNAPSHOT",
        "sha256",
        "nba.csv",
        "reads {",
    ):
        assert words in said


def test_why_tells_every_rule_and_the_verdict_last(played: str, pick_id: str) -> None:
    from closeline.domain.gates import GATES

    found = answer("picks", "why", pick_id, "--db", played)

    assert [item["gate"] for item in found["findings"]] == [*(rule.__name__ for rule in GATES), "verdict"]


def test_a_pick_that_is_not_there_is_told_in_one_line(played: str) -> None:
    code, line = fault("picks", "show", "nonsense", "--db", played)

    assert code == 2
    assert "closeline picks list" in line


def test_changed_bytes_are_corruption(played: str, pick_id: str) -> None:
    with opened(played) as engine:
        assert tamper(engine, "raw_payload", "UPDATE raw_payload SET size = size + 1") == 1
    code, line = fault("picks", "show", pick_id, "--db", played)

    assert code == 5
    assert "no longer hashes" in line
