"""`closeline picks`: what was published, why, and the bytes that it rests on."""

import hashlib
import json
from itertools import accumulate
from operator import mul

import pytest

from closeline.domain.gates import GATES
from closeline.store.packaged import code_version
from closeline.store.session import unit_of_work
from tests.builders.archives import rows, table
from tests.builders.desks import SEASON_DAYS
from tests.builders.records import opened, rows_of, tamper
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


def test_why_tells_every_rule_in_order_with_what_it_left(played: str, pick_id: str) -> None:
    found = answer("picks", "why", pick_id, "--db", played)
    left = list(accumulate((item["multiplier"] for item in found["findings"]), mul))

    assert [item["gate"] for item in found["findings"]] == [*(rule.__name__ for rule in GATES), "publish_thresholds"]
    assert [item["left"] for item in found["findings"]] == left
    assert found["multiplier"] == left[-1]
    assert all(item["inputs"] for item in found["findings"] if item["gate"] == "publish_thresholds")


def test_why_tells_the_chain_and_the_versions_as_the_lineage_has_them(played: str, pick_id: str) -> None:
    found = answer("picks", "why", pick_id, "--db", played)
    whole = answer("picks", "show", pick_id, "--db", played)
    run, versions, trace = whole["run"], whole["versions"], found["trace"]

    assert (found["pick_id"], found["prediction_id"]) == (pick_id, whole["prediction"]["prediction_id"])
    assert found["price"] == whole["pick"]["price"]
    assert found["chain"]["p_final"] == pytest.approx(whole["pick"]["probability"], abs=1e-12)
    assert found["chain"]["q_market"] == pytest.approx(whole["q_market"])
    assert (trace["engine"], trace["seed"]) == (run["engine"], run["seed"])
    assert trace["rating_state"] in {item["reference"] for item in run["inputs"] if item["kind"] == "RATING_STATE"}
    assert trace["code_version"] == code_version()
    for name in ("ratings_version", "distribution_version", "policy_version", "calibration_version", "config_version"):
        assert trace[name] == versions[name.removesuffix("_version")]


def test_why_of_a_prediction_is_that_of_its_pick(played: str, pick_id: str) -> None:
    found = answer("picks", "why", pick_id, "--db", played)

    assert answer("picks", "why", found["prediction_id"], "--db", played) == found


def test_why_explains_a_candidate_that_was_refused(played: str) -> None:
    with opened(played) as engine, unit_of_work(engine, write=False) as session:
        (row, *_) = rows_of(session, "SELECT prediction_id FROM candidate_finding WHERE action = 'NO_PLAY'")
    found = answer("picks", "why", row["prediction_id"], "--db", played)
    said = closeline("picks", "why", row["prediction_id"], "--db", played).stdout

    assert (found["pick_id"], found["decision"]) == (None, "NO_PLAY")
    assert found["reasons"]
    assert set(found["reasons"]) == {item["reason"] for item in found["findings"] if item["reason"]}
    assert "none: refused" in said


def test_a_person_reads_why_on_eighty_columns(played: str, pick_id: str) -> None:
    said = closeline("picks", "why", pick_id, "--db", played).stdout

    assert max(map(len, said.splitlines())) <= 80
    for words in ("raw ", "predicted close", "published", "line_integrity", "INACTIVE", "code version", "seed"):
        assert words in said


def test_why_of_what_is_not_there_is_told_in_one_line(played: str) -> None:
    code, line = fault("picks", "why", "nonsense", "--db", played)

    assert code == 2
    assert "closeline picks list" in line


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
