"""Proposing a policy from the command line: what it prints, what it records, and what it never says."""

import re

from tests.cli.running import answer, closeline, fault


def test_a_proposal_that_is_turned_down_says_why_and_leaves_the_policy_in_force(played: str) -> None:
    before = answer("policy", "show", "nba", "--db", played)
    found = answer("policy", "propose", "nba", "--db", played)

    assert (found["status"], found["recorded"]) == ("REJECTED", True)
    assert found["in_force"] == before["policy_version"]
    assert {tuple(market["reasons"]) for market in found["markets"]} == {("TOO_FEW",)}
    assert found["markets"][0]["gained"] is None
    assert answer("policy", "show", "nba", "--db", played) == before


def test_a_dry_run_says_that_it_recorded_nothing(played: str) -> None:
    assert answer("policy", "propose", "nba", "--dry-run", "--db", played)["recorded"] is False
    assert "nothing was recorded" in closeline("policy", "propose", "nba", "--dry-run", "--db", played).stdout


def test_a_person_reads_each_market_and_what_became_of_it(played: str) -> None:
    shown = closeline("policy", "propose", "nba", "--db", played).stdout

    assert shown.count("TOO_FEW") == 3
    assert "rejected and recorded" in shown
    assert "staking: FLAT, 1.00 units a pick" in shown
    assert not re.search(r"profit|guarantee|win rate|ROI|will earn", shown)


def test_a_league_without_a_policy_is_a_fault_in_what_was_asked(record: str) -> None:
    code, line = fault("policy", "propose", "nfl", "--db", record)

    assert code == 2
    assert "policy in force" in line


def test_a_policy_shows_how_it_stakes(played: str) -> None:
    assert answer("policy", "show", "nba", "--db", played)["staking"] == {"rule": "FLAT", "units": 1.0}
    assert "staking: FLAT, 1.00 units a pick" in closeline("policy", "show", "nba", "--db", played).stdout
