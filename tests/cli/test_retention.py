"""`closeline retention`: a plan is shown, applied by its name, and the lineage of every pick still verifies."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from closeline.flow.view.lineage import lineage
from closeline.schemas.picks import Lineage
from closeline.store.session import unit_of_work
from closeline.wiring import excerpt_at
from tests import databases
from tests.builders.desks import PLAYED
from tests.builders.lively import move_every_minute, without_a_pick
from tests.builders.records import TENANT, opened
from tests.cli.running import answer, closeline, fault


@pytest.fixture
def lively(sqlite: databases.SqliteDatabases) -> Iterator[str]:
    """Give the URL of a played record in which a book moved every minute."""
    with databases.dropped_after(sqlite, sqlite.copy_of("lively for two hours", make_lively, PLAYED)) as url:
        yield url


def make_lively(url: str) -> None:
    with opened(url) as engine, unit_of_work(engine) as session:
        event_id, start = without_a_pick(session)
        move_every_minute(session, event_id, first=start - timedelta(hours=3), minutes=150)


def lineages(url: str, picks: list[str]) -> dict[str, Lineage]:
    """Give the lineage of each pick as the door asks for it."""
    with opened(url) as engine, unit_of_work(engine, write=False) as session:
        return {name: lineage(session, excerpt_at, pick_id=name, tenant_id=TENANT) for name in picks}


def test_the_lineage_of_every_pick_verifies_after_a_plan_was_applied(lively: str) -> None:
    picks = [item["pick_id"] for item in answer("picks", "list", "--leans", "--limit", "0", "--db", lively)["picks"]]
    before, shown = lineages(lively, picks), answer("picks", "show", picks[0], "--db", lively)
    plan = answer("retention", "plan", "--db", lively)
    done = answer("retention", "apply", "--plan", plan["plan_id"], "--why", "a test", "--db", lively)

    assert done == plan
    assert plan["quotes_dropped"]["THINNED"]["count"] > 150
    assert plan["payloads_dropped"]["OLD"]["count"] == 150
    assert len(before) == len(picks) > 20
    assert lineages(lively, picks) == before
    assert answer("picks", "show", picks[0], "--db", lively) == shown
    assert answer("verify", "run", shown["run"]["run_id"], "--db", lively)["identical"]
    assert answer("verify", "log", "--db", lively)["intact"]
    assert [item["plan_id"] for item in answer("retention", "list", "--db", lively)["plans"]] == [plan["plan_id"]]


def test_a_person_is_shown_what_would_go_and_how_to_drop_it(lively: str) -> None:
    shown = closeline("retention", "plan", "--db", lively).stdout
    plan_id = answer("retention", "plan", "--db", lively)["plan_id"]

    assert f"closeline retention apply --plan {plan_id} --why TEXT" in shown
    assert "between two that stay" in shown
    assert "applied" in closeline("retention", "apply", "--plan", plan_id, "--why", "x", "--db", lively).stdout
    assert "nothing would go" in closeline("retention", "plan", "--db", lively).stdout
    assert plan_id in closeline("retention", "list", "--db", lively).stdout


def test_a_plan_of_a_day_to_come_is_not_offered_to_be_applied(lively: str) -> None:
    shown = closeline("retention", "plan", "--at", "2130-01-01", "--db", lively).stdout

    assert "closeline retention apply" not in shown
    assert "2130-01-01 is to come" in shown


def test_the_policy_of_an_applied_plan_reads_as_that_of_the_plan(lively: str) -> None:
    plan = answer("retention", "plan", "--db", lively)
    closeline("retention", "apply", "--plan", plan["plan_id"], "--why", "x", "--db", lively)
    (applied,) = answer("retention", "list", "--db", lively)["plans"]

    assert applied["policy"] == plan["policy"] == {"quote_days": 90, "quote_minutes": 30, "payload_days": 30}


def test_another_policy_is_another_plan(lively: str, monkeypatch: pytest.MonkeyPatch) -> None:
    plan_id = answer("retention", "plan", "--db", lively)["plan_id"]
    monkeypatch.setenv("CLOSELINE_RETENTION_QUOTE_MINUTES", "60")
    code, line = fault("retention", "apply", "--plan", plan_id, "--why", "x", "--db", lively)

    assert code == 3
    assert "plan must be what the record leads to now" in line


def test_a_day_before_anything_was_old_drops_nothing(lively: str) -> None:
    found = answer("retention", "plan", "--at", "2000-01-01", "--db", lively)

    assert found["quotes_dropped"] == found["payloads_dropped"] == {}
    assert "nothing would go" in closeline("retention", "plan", "--at", "2000-01-01", "--db", lively).stdout


def test_a_policy_that_keeps_nothing_at_all_cannot_be_set(lively: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOSELINE_RETENTION_QUOTE_DAYS", "0")
    code, line = fault("retention", "plan", "--db", lively)

    assert code == 2
    assert "RETENTION_QUOTE_DAYS" in line.upper()
