"""`closeline retention`: a plan is shown, applied by its name, and the lineage of every pick still verifies."""

from datetime import timedelta

import pytest

from closeline.store.session import unit_of_work
from tests.builders.lively import move_every_minute, without_a_pick
from tests.builders.records import opened
from tests.cli.running import answer, closeline, fault


def make_lively(url: str) -> None:
    with opened(url) as engine, unit_of_work(engine) as session:
        event_id, start = without_a_pick(session)
        move_every_minute(session, event_id, first=start - timedelta(hours=3), minutes=150)


def test_the_lineage_of_every_pick_verifies_after_a_plan_was_applied(played: str) -> None:
    make_lively(played)
    picks = [item["pick_id"] for item in answer("picks", "list", "--leans", "--limit", "0", "--db", played)["picks"]]
    before = {name: answer("picks", "show", name, "--db", played) for name in picks}
    plan = answer("retention", "plan", "--db", played)
    done = answer("retention", "apply", "--plan", plan["plan_id"], "--why", "a test", "--db", played)

    assert done == plan
    assert plan["quotes_dropped"]["THINNED"]["count"] > 150
    assert plan["payloads_dropped"]["OLD"]["count"] == 150
    assert {name: answer("picks", "show", name, "--db", played) for name in picks} == before
    runs = sorted({found["run"]["run_id"] for found in before.values()})
    assert answer("verify", "run", runs[0], "--db", played)["identical"]
    assert answer("verify", "log", "--db", played)["intact"]
    assert [item["plan_id"] for item in answer("retention", "list", "--db", played)["plans"]] == [plan["plan_id"]]


def test_a_person_is_shown_what_would_go_and_how_to_drop_it(played: str) -> None:
    make_lively(played)
    shown = closeline("retention", "plan", "--db", played).stdout
    plan_id = answer("retention", "plan", "--db", played)["plan_id"]

    assert f"closeline retention apply --plan {plan_id} --why TEXT" in shown
    assert "between two that stay" in shown
    assert "applied" in closeline("retention", "apply", "--plan", plan_id, "--why", "x", "--db", played).stdout
    assert "nothing would go" in closeline("retention", "plan", "--db", played).stdout
    assert plan_id in closeline("retention", "list", "--db", played).stdout


def test_a_plan_of_a_day_to_come_is_not_offered_to_be_applied(played: str) -> None:
    make_lively(played)
    shown = closeline("retention", "plan", "--at", "2130-01-01", "--db", played).stdout

    assert "closeline retention apply" not in shown
    assert "2130-01-01 is to come" in shown


def test_the_policy_of_an_applied_plan_reads_as_that_of_the_plan(played: str) -> None:
    make_lively(played)
    plan = answer("retention", "plan", "--db", played)
    closeline("retention", "apply", "--plan", plan["plan_id"], "--why", "x", "--db", played)
    (applied,) = answer("retention", "list", "--db", played)["plans"]

    assert applied["policy"] == plan["policy"] == {"quote_days": 90, "quote_minutes": 30, "payload_days": 30}


def test_another_policy_is_another_plan(played: str, monkeypatch: pytest.MonkeyPatch) -> None:
    make_lively(played)
    plan_id = answer("retention", "plan", "--db", played)["plan_id"]
    monkeypatch.setenv("CLOSELINE_RETENTION_QUOTE_MINUTES", "60")
    code, line = fault("retention", "apply", "--plan", plan_id, "--why", "x", "--db", played)

    assert code == 3
    assert "plan must be what the record leads to now" in line


def test_a_day_before_anything_was_old_drops_nothing(played: str) -> None:
    make_lively(played)
    found = answer("retention", "plan", "--at", "2000-01-01", "--db", played)

    assert found["quotes_dropped"] == found["payloads_dropped"] == {}
    assert "nothing would go" in closeline("retention", "plan", "--at", "2000-01-01", "--db", played).stdout


def test_a_policy_that_keeps_nothing_at_all_cannot_be_set(played: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOSELINE_RETENTION_QUOTE_DAYS", "0")
    code, line = fault("retention", "plan", "--db", played)

    assert code == 2
    assert "RETENTION_QUOTE_DAYS" in line.upper()
