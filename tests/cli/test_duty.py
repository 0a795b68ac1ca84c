"""`closeline flags`, `kill` and `alerts`: what whoever is on duty does, each with a reason that stays."""

import pytest

from closeline.domain.governance.flags import LOCKED, NAMES
from closeline.store.desk import incidents
from closeline.store.desk.alerts import Alert
from closeline.store.session import unit_of_work
from tests.builders.moments import OPENS
from tests.builders.records import TENANT, opened
from tests.cli.running import answer, closeline, fault

WHY = ("--why", "a reason", "--actor", "someone")


def modes(record):
    return {
        item["league"]: (item["mode"], item["reasons"]) for item in answer("status", "--db", record)["duty"]["modes"]
    }


def test_a_league_is_stopped_seen_in_the_status_and_started_again(record):
    made = answer("kill", "--scope", "LEAGUE:NFL", *WHY, "--db", record)
    assert (made["scope"], made["cause"], made["actor"]) == ("league:nfl", "BY_HAND", "someone")
    assert modes(record)["nfl"] == ("NONE", ["KILL_SWITCH"])
    assert modes(record)["nba"] == ("FULL", [])
    assert answer("kill", "list", "--db", record)["switched_on"] == [made]
    assert "league:nfl is stopped since" in closeline("status", "--db", record).stdout

    assert answer("kill", "lift", made["switch_id"], *WHY, "--db", record) == {"lifted": [made]}
    listed = answer("kill", "list", "--db", record)
    assert listed["switched_on"] == []
    assert [step["step"] for step in listed["steps"]] == ["LIFTED", "ON"]
    assert modes(record)["nfl"] == ("FULL", [])


def test_all_switches_of_a_scope_are_lifted_together(record):
    for actor in ("one", "two"):
        answer("kill", "--scope", "global", "--why", "x", "--actor", actor, "--db", record)

    assert len(answer("kill", "lift", "--scope", "global", *WHY, "--db", record)["lifted"]) == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("kill",), "a kill switch must have a --scope and a --why"),
        (("kill", "--scope", "nfl", "--why", "x"), "scope must be global, tenant, league:nfl"),
        (("kill", "--scope", "global", "--why", " "), "why must be one line"),
        (("kill", "lift", "--why", "x"), "a switch must be named by its ID or by --scope"),
        (("kill", "lift", "none", "--why", "x"), "a switch none must be on to be lifted, none was"),
        (("flags", "set", "NOPE", "off", "--why", "x"), "flag must be one of PUBLISH_ENABLED_ALL"),
        (("flags", "set", NAMES[0], "off", "--scope", "verb:publish", "--why", "x"), "scope of a flag must be"),
        (("alerts", "ack", "none", "--why", "x"), "alert must be one of closeline alerts list"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line_with_its_mend(record, words, said):
    code, line = fault(*words, "--db", record)

    assert code == 2
    assert said in line


@pytest.mark.parametrize("name", LOCKED)
def test_a_safety_layer_cannot_be_put_off(record, name):
    code, line = fault("flags", "set", name, "off", "--why", "x", "--db", record)

    assert code == 3
    assert line == f"closeline: {name} must stay on: it is a safety layer and has no off switch; flags only tighten"


def test_a_flag_is_put_off_for_a_league_and_on_again(record):
    words = ("flags", "set", "PUBLISH_ENABLED_NFL")
    made = answer(*words, "off", "--scope", "LEAGUE:nfl", *WHY, "--db", record)
    assert (made["scope"], made["is_on"], made["why"]) == ("league:nfl", False, "a reason")
    off = {item["league"]: item["flags_off"] for item in answer("status", "--db", record)["duty"]["modes"]}
    assert off["nfl"] == ["PUBLISH_ENABLED_NFL"]
    assert off["nba"] == []

    answer(*words, "on", "--scope", "league:nfl", *WHY, "--db", record)
    (line,) = (item for item in answer("flags", "list", "--db", record)["flags"] if item["name"] == words[2])
    assert (line["scope"], line["is_on"], line["actor"]) == ("league:nfl", True, "someone")


def test_every_flag_is_listed_and_those_of_safety_say_always(record):
    flags = answer("flags", "list", "--db", record)["flags"]

    assert [item["name"] for item in flags] == list(NAMES)
    assert all(item["is_on"] for item in flags)
    assert {item["name"] for item in flags if item["locked"]} == set(LOCKED)
    assert closeline("flags", "list", "--db", record).stdout.count("on, always") == len(LOCKED)


def test_an_alert_is_listed_with_its_runbook_and_seen(record):
    assert answer("alerts", "list", "--db", record) == {"alerts": []}
    with opened(record) as engine, unit_of_work(engine, tenant_id=TENANT) as session:
        incidents.meet(session, Alert(TENANT, "nba", "TOO_GOOD", "too many wins", "{}", OPENS), scope="nba")
    (alert,) = answer("alerts", "list", "--open", "--db", record)["alerts"]
    assert (alert["severity"], alert["runbook"]) == ("CRITICAL", "docs/operations.md#too_good")
    assert alert["routes"] == ["LIST", "LOG", "ERROR_LOG"]
    assert "TOO_GOOD" in closeline("alerts", "list", "--db", record).stdout

    seen = answer("alerts", "ack", alert["alert_id"], *WHY, "--db", record)
    assert (seen["acknowledged_by"], seen["closed_at"] is None) == ("someone", False)
    assert answer("alerts", "list", "--open", "--db", record) == {"alerts": []}
    assert len(answer("alerts", "list", "--db", record)["alerts"]) == 1
