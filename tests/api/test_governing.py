"""The desk is stopped, started and watched over the API, by whoever may, for their own tenant alone."""

import pytest

from closeline.store.desk import incidents
from closeline.store.desk.alerts import Alert
from closeline.store.session import unit_of_work
from closeline.tenancy.access import Role
from tests.builders.callers import OTHER_TENANT
from tests.builders.moments import OPENS
from tests.builders.records import TENANT

STOP = {"scope": "league:nfl", "why": "wrong prices"}
OFF = {"scope": "tenant", "is_on": False, "why": "a reason"}


def on(door, **who):
    return [item["scope"] for item in door.get("/api/switches", **who).json()["switched_on"]]


def test_a_switch_is_put_on_listed_and_lifted(quiet):
    made = quiet.post("/api/switches", STOP, role=Role.OPS)
    assert made.status_code == 200, made.text
    assert made.json()["actor"].startswith("key:")
    assert on(quiet) == ["league:nfl"]

    lifted = quiet.post(f"/api/switches/{made.json()['switch_id']}/lift", {"why": "mended"}, role=Role.OPS)
    assert lifted.json()["lifted"] == [made.json()]
    assert on(quiet) == []


def test_a_flag_is_set_and_listed_and_safety_is_refused(quiet):
    assert quiet.post("/api/flags/PUBLISH_ENABLED_NFL", OFF, role=Role.OPS).json()["is_on"] is False
    (line,) = (item for item in quiet.get("/api/flags").json()["flags"] if item["name"] == "PUBLISH_ENABLED_NFL")
    assert (line["scope"], line["is_on"]) == ("tenant", False)

    refused = quiet.post("/api/flags/ENABLE_MARKET_INTEGRITY", OFF, role=Role.OPS)
    assert refused.status_code == 409
    assert "has no off switch" in refused.json()["detail"]
    assert quiet.post("/api/flags/NOPE", OFF, role=Role.OPS).status_code == 422


def test_an_alert_is_listed_and_seen(quiet):
    with unit_of_work(quiet.desk.engine) as session:
        incidents.meet(session, Alert(TENANT, "nba", "JOB_DEAD", "a job", "{}", OPENS), scope="nba")
    (alert,) = quiet.get("/api/alerts?open=true").json()["alerts"]
    seen = quiet.post(f"/api/alerts/{alert['alert_id']}/acknowledge", {"why": "started anew"}, role=Role.OPS)

    assert seen.json()["closed_at"] is not None
    assert quiet.get("/api/alerts?open=true").json() == {"alerts": []}
    assert len(quiet.get("/api/alerts").json()["alerts"]) == 1


@pytest.mark.parametrize("role", [Role.READER, Role.SYSTEM, Role.OPERATOR])
@pytest.mark.parametrize(
    ("path", "body"),
    [("/api/switches", STOP), ("/api/switches/x/lift", {"why": "x"}), ("/api/flags/PUBLISH_ENABLED_NFL", OFF),
     ("/api/alerts/x/acknowledge", {"why": "x"})],
)  # fmt: skip
def test_only_who_runs_the_desk_turns_anything(quiet, role, path, body):
    assert quiet.post(path, body, role=role).status_code == 403
    assert on(quiet) == []


def test_a_guest_stops_itself_and_neither_the_house_nor_everybody(quiet):
    guest = {"role": Role.OPS, "tenant": OTHER_TENANT}
    assert quiet.post("/api/switches", {"scope": "tenant", "why": "ours"}, **guest).status_code == 200
    assert quiet.post("/api/switches", {"scope": "global", "why": "all"}, **guest).status_code == 409
    assert quiet.post("/api/flags/PUBLISH_ENABLED_ALL", {**OFF, "scope": "global"}, **guest).status_code == 409
    assert on(quiet) == []

    of_all = quiet.post("/api/switches", {"scope": "global", "why": "all"}).json()
    assert on(quiet, tenant=OTHER_TENANT) == ["tenant", "global"]
    assert quiet.post(f"/api/switches/{of_all['switch_id']}/lift", {"why": "x"}, **guest).status_code == 409
