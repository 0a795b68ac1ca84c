"""What the rules did on a record, at the terminal and as JSON."""

from collections.abc import Iterator

import pytest

from closeline.domain.gates import GATES
from tests import databases
from tests.builders.held_back import make_named_synthetic
from tests.cli.running import answer, closeline


@pytest.fixture
def synthetic(sqlite: databases.SqliteDatabases) -> Iterator[str]:
    """Give the URL of a record of games that nobody played, as their file says."""
    with databases.dropped_after(sqlite, sqlite.copy_of("named synthetic", make_named_synthetic)) as url:
        yield url


def test_every_rule_stands_beside_what_it_held_back(played: str) -> None:
    found = answer("gates", "worth", "--league", "nba", "--db", played)["leagues"]

    assert [item["league"] for item in found] == ["nba"]
    assert [item["gate"] for item in found[0]["rules"]] == [*(rule.__name__ for rule in GATES), "publish_thresholds"]
    assert found[0]["markets"][0]["market_key"] == "ALL"
    assert sum(found[0]["markets"][0]["decisions"].values()) == found[0]["candidates"]
    assert {item["worth"] for rule in found[0]["rules"] for item in rule["markets"]} <= {"COSTS", "SAVES", "NO_PROOF"}


def test_leagues_without_a_candidate_are_left_out(played: str) -> None:
    assert {item["league"] for item in answer("gates", "worth", "--db", played)["leagues"]} == {"nba"}
    assert answer("gates", "worth", "--league", "nfl", "--db", played) == {"leagues": []}
    assert "no candidate was judged" in closeline("gates", "worth", "--league", "nfl", "--db", played).stdout


def test_a_person_gets_tables_and_worked_examples(played: str) -> None:
    told = closeline("gates", "worth", "--db", played).stdout

    assert "Without the rule: the further PICKs" in told
    assert "publish_thresholds, for example" in told
    assert "SYNTHETIC" not in told


def test_games_that_nobody_played_are_named_so(synthetic: str) -> None:
    assert answer("gates", "worth", "--db", synthetic)["leagues"][0]["synthetic"] is True
    assert "SYNTHETIC" in closeline("gates", "worth", "--db", synthetic).stdout
