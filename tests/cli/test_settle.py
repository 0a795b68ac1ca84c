"""Settling from the command line: what waits, what is held, what is late, and a person's word."""

import json
from collections.abc import Iterator

import pytest
from typer.testing import CliRunner

from closeline.cli.main import app
from tests import databases
from tests.builders.heard import hear, word
from tests.builders.moments import ENDS, MINUTE
from tests.builders.payloads import GAME
from tests.builders.records import make_trusting, opened
from tests.builders.stories import published_game, rated_past
from tests.cli.running import answer, closeline, fault


def make_contradicted(url: str) -> None:
    """Fill a record with published picks on a game of which two feeds tell different scores."""
    make_trusting(url)
    with opened(url) as engine:
        rated_past(engine)
        published_game(engine)
        hear(engine, "feed-a", word(at=ENDS, words="Final"), at=ENDS)
        hear(engine, "feed-b", word((111, 104), at=ENDS + MINUTE, words="post"), at=ENDS + MINUTE)


@pytest.fixture
def contradicted(sqlite: databases.SqliteDatabases) -> Iterator[str]:
    with databases.dropped_after(sqlite, sqlite.copy_of("contradicted", make_contradicted)) as url:
        yield url


def test_a_contradiction_is_shown_with_what_each_feed_says(contradicted: str) -> None:
    (review,) = answer("results", "review", "--db", contradicted)["reviews"]
    text = closeline("results", "review", "--league", "nba", "--db", contradicted).output

    assert (review["event_id"], review["reason"], review["decided"]) == (GAME, "RESULT_DISAGREEMENT", None)
    assert {(feed["feed"], feed["home_score"], feed["words"]) for feed in review["feeds"]} == {
        ("feed-a", 110, "Final"), ("feed-b", 111, "post"),
    }  # fmt: skip
    assert all(word in text for word in ("110-104", "111-104", "RESULT_DISAGREEMENT"))
    assert answer("results", "review", "--league", "nfl", "--db", contradicted) == {"reviews": []}


def test_a_run_says_what_is_held_and_what_is_late(contradicted: str) -> None:
    found = answer("settle", "run", "--league", "nba", "--lookback-hours", 24, "--db", contradicted)
    text = closeline("settle", "run", "--db", contradicted).output

    assert found["reasons"] == {"RESULT_DISAGREEMENT": len(found["held"])}
    assert len(found["late"]) == len(found["held"]) > 0
    assert (found["graded"], found["lookback_hours"]) == (0, 24)
    assert "RESULT_DISAGREEMENT" in text


def test_a_pick_says_why_it_is_held_and_is_graded_once_a_person_has_decided(contradicted: str) -> None:
    (review,) = answer("results", "review", "--db", contradicted)["reviews"]
    report = next(feed["report_id"] for feed in review["feeds"] if feed["feed"] == "feed-a")
    name = answer("settle", "run", "--db", contradicted)["held"][0]["pick_id"]
    before = answer("settle", "pick", name, "--db", contradicted)
    done = answer(
        "results", "accept", GAME, "--report", report, "--why", "box score", "--actor", "ann", "--db", contradicted
    )
    after = answer("settle", "pick", name, "--db", contradicted)
    text = closeline("settle", "pick", name, "--db", contradicted).output

    assert (before["state"], before["held"], before["versions"]) == ("HELD", "RESULT_DISAGREEMENT", [])
    assert (done["home_score"], done["result_version"], done["actor"], done["why"]) == (110, 1, "ann", "box score")
    assert (after["state"], after["late"], len(after["versions"])) == ("GRADED", True, 1)
    assert "settlement-v1" in text
    assert "no result waits" in closeline("results", "review", "--db", contradicted).output


def test_a_report_for_an_event_that_is_not_there_says_so(contradicted: str) -> None:
    (review,) = answer("results", "review", "--db", contradicted)["reviews"]
    report = review["feeds"][0]["report_id"]
    code, line = fault("results", "accept", "nosuch", "--report", report, "--why", "x", "--db", contradicted)

    assert code == 2
    assert f"event must be in the record, 'nosuch' was not; the report is of {GAME}" in line


def test_the_share_within_six_hours_is_printed_with_each_late_pick(contradicted: str) -> None:
    found = answer("settle", "late", "--db", contradicted)
    text = closeline("settle", "late", "--league", "nba", "--db", contradicted).output

    assert (found["sla_hours"], found["within"], found["share"]) == (6.0, 0, 0.0)
    assert {item["graded_at"] for item in found["late"]} == {None}
    assert "0.00%" in text
    assert "not yet" in text


def test_a_replay_is_in_time(played: str) -> None:
    found = answer("settle", "late", "--db", played)

    assert found["share"] == 1.0
    assert found["graded"] == found["within"] > 20
    assert "100.00%" in closeline("settle", "late", "--db", played).output


def test_where_nothing_was_published_nothing_is_late(record: str) -> None:
    assert "nothing was final yet" in closeline("settle", "late", "--db", record).output
    assert answer("settle", "run", "--db", record)["reasons"] == {}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("settle", "pick", "nothing"), "pick must be in the record"),
        (("results", "accept", GAME, "--report", "nothing", "--why", "x"), "report must be in the record"),
        (("results", "accept", GAME, "--report", "nothing", "--why", " "), "why"),
    ],
)
def test_what_cannot_be_done_is_one_line(record: str, words: tuple[str, ...], said: str) -> None:
    code, line = fault(*words, "--db", record)

    assert code == 2
    assert said in line


def test_no_look_back_is_refused(record: str) -> None:
    result = CliRunner().invoke(app, ["settle", "run", "--lookback-hours", "0", "--db", record])

    assert result.exit_code == 2
    with pytest.raises(json.JSONDecodeError):
        json.loads(result.stdout)
