"""The public contract: every path word for word, with the bodies that it names, over a season of real rows."""

from datetime import timedelta

import pytest

from closeline.api.app import paths
from closeline.domain.leagues import league_day
from closeline.jobs.grading import grading_of
from closeline.jobs.learning import calibrating
from closeline.store.session import unit_of_work
from closeline.tenancy.access import Role
from tests.builders.records import TENANT, rows_of

CONTRACT = [
    ("POST", "/api/calibration/run-calibration-job"),
    ("GET", "/api/calibration/active-calibration-version"),
    ("GET", "/api/calibration/calibration-versions"),
    ("POST", "/api/calibration/activate-calibration/{version}"),
    ("GET", "/api/calibration/calibration-segments/{version}"),
    ("POST", "/api/calibration/grade-all-pending"),
    ("POST", "/api/calibration/grade-published/{publish_id}"),
    ("GET", "/api/calibration/grading/{publish_id}"),
    ("POST", "/api/calibration/performance-summary"),
    ("GET", "/api/calibration/performance/by-cohort"),
    ("GET", "/api/calibration/performance/clv-distribution"),
    ("GET", "/api/calibration/sim-runs/event/{event_id}"),
    ("GET", "/api/calibration/sim-runs/{sim_run_id}"),
    ("GET", "/api/calibration/snapshots/odds/{event_id}"),
    ("GET", "/api/calibration/snapshots/closing-line/{event_id}"),
    ("GET", "/api/calibration/health"),
]
BASE = "/api/calibration"


@pytest.fixture
def reading(busy):
    """Give the rows that SQL finds in the record of the busy door."""

    def find(statement):
        with unit_of_work(busy.desk.engine, write=False) as session:
            return rows_of(session, statement)

    return find


def told(answer, status=200):
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/json"
    return answer.json()


def test_every_path_of_the_contract_is_there_and_described(door):
    there = {(method, path) for method, path, _ in paths(door.app)}
    described = door.get("/api/openapi.json").json()["paths"]

    assert [route for route in CONTRACT if route not in there] == []
    assert [(method, path) for method, path in CONTRACT if method.lower() not in described.get(path, {})] == []


def test_a_calibration_run_is_asked_for_with_days_and_method_and_tells_every_scope(busy, reading):
    run = told(busy.post(f"{BASE}/run-calibration-job", {"training_days": 30, "method": "isotonic"}))

    assert (run["training_days"], run["method"], run["actor"]) == (30, "isotonic", f"key:{_key_id(busy)}")
    assert run["outcomes"]
    assert {"scope", "outcome", "reasons"} <= set(run["outcomes"][0])


def _key_id(door, role=Role.ADMIN):
    return door.token(role).partition(".")[0]


def test_versions_in_force_are_those_of_the_record(busy):
    with unit_of_work(busy.desk.engine, write=False) as session:
        expected = calibrating.active_versions(session, tenant_id=TENANT)

    assert told(busy.get(f"{BASE}/active-calibration-version")) == expected.model_dump(mode="json")
    assert expected.active


def test_versions_are_listed_to_a_limit_and_shown_with_their_segments(busy, reading):
    names = {row["calibration_version"] for row in reading("SELECT calibration_version FROM calibration_version")}
    every = told(busy.get(f"{BASE}/calibration-versions?limit=500"))["versions"]
    one = told(busy.get(f"{BASE}/calibration-versions?limit=1"))["versions"]
    segments = told(busy.get(f"{BASE}/calibration-segments/{every[0]['calibration_version']}"))

    assert {item["calibration_version"] for item in every} == names
    assert one == every[:1]
    assert segments["calibration_version"] == every[0]["calibration_version"]
    assert {"league", "market_key", "method", "n"} <= set(segments["segments"][0])


def test_the_style_of_the_rest_tells_the_same_of_a_version(busy):
    every = told(busy.get("/api/calibrations?limit=500"))
    version = every["versions"][0]["calibration_version"]
    whole = told(busy.get(f"/api/calibrations/{version}"))

    assert every == told(busy.get(f"{BASE}/calibration-versions?limit=500"))
    assert whole["segments"] == told(busy.get(f"{BASE}/calibration-segments/{version}"))["segments"]
    assert whole["events"]


def test_a_version_that_is_in_force_cannot_be_activated_again_and_one_that_is_not_there_not_at_all(busy):
    active = told(busy.get(f"{BASE}/active-calibration-version"))["active"][0]["calibration_version"]
    refused = busy.post(f"{BASE}/activate-calibration/{active}")
    unknown = busy.post(f"{BASE}/activate-calibration/nothing", {"why": "a test"})

    assert (refused.status_code, refused.json()["error"]) == (409, "Refused")
    assert "is in force already" in refused.json()["detail"]
    assert (unknown.status_code, unknown.json()["error"]) == (404, "NotFound")


def test_a_version_is_rolled_back_and_activated_again_in_the_name_of_the_key(busy, reading):
    active = told(busy.get(f"{BASE}/active-calibration-version"))["active"]
    scope, version = active[0]["scope"], active[0]["calibration_version"]
    rolled_back = told(busy.post("/api/calibrations/rollback", {"scope": scope, "why": "a test"}))
    without = told(busy.get(f"{BASE}/active-calibration-version"))["active"]
    again = told(busy.post(f"{BASE}/activate-calibration/{version}", {"why": "it was better"}))
    steps = told(busy.get(f"/api/calibrations/{version}"))["events"]

    assert (rolled_back["calibration_version"], rolled_back["status"]) == (version, "RETIRED")
    assert rolled_back["now_in_force"] is None
    assert len(without) == len(active) - 1
    assert again["status"] == "ACTIVE"
    assert [(step["actor"], step["why"]) for step in steps[-2:]] == [
        (f"key:{_key_id(busy)}", "a test"), (f"key:{_key_id(busy)}", "it was better"),
    ]  # fmt: skip
    assert {row["actor"] for row in reading("SELECT actor FROM event_log")} >= {f"key:{_key_id(busy)}"}


def test_grading_all_that_waits_adds_nothing_where_nothing_waits(busy, reading):
    before = reading("SELECT count(*) AS n FROM grade")[0]["n"]
    run = told(busy.post(f"{BASE}/grade-all-pending", {"lookback_hours": 72}))

    assert (run["lookback_hours"], run["graded"], run["regraded"]) == (72, 0, 0)
    assert reading("SELECT count(*) AS n FROM grade")[0]["n"] == before > 0


def test_grading_a_publication_tells_its_grade_and_adds_none(busy, reading):
    publish_id = reading("SELECT publication_id FROM publication ORDER BY 1")[0]["publication_id"]
    with unit_of_work(busy.desk.engine, write=False) as session:
        expected = grading_of(session, publish_id, tenant_id=TENANT).model_dump(mode="json")
    before = reading("SELECT count(*) AS n FROM grade")[0]["n"]
    graded = told(busy.post(f"{BASE}/grade-published/{publish_id}", role=Role.OPERATOR))

    assert told(busy.get(f"{BASE}/grading/{publish_id}", role=Role.READER)) == expected
    assert graded["versions"] == expected["versions"] != []
    assert graded["publish_id"] == publish_id
    assert reading("SELECT count(*) AS n FROM grade")[0]["n"] == before


def test_a_publish_id_is_found_from_the_picks_and_grades_its_publication(busy, reading):
    rows = {row["pick_id"]: row["publication_id"] for row in reading("SELECT * FROM publication")}
    lines = told(busy.get("/api/picks?limit=500&leans=true"))["picks"]
    shown = {line["pick_id"]: line["publish_id"] for line in lines}
    name, publish_id = next(iter(shown.items()))

    assert shown == rows
    assert told(busy.get(f"/api/picks/{name}/lineage"))["pick"]["publish_id"] == publish_id
    assert told(busy.get(f"{BASE}/grading/{publish_id}"))["pick_id"] == name


def test_grading_a_pick_id_says_that_a_publish_id_is_wanted_and_which(busy):
    line = told(busy.get("/api/picks"))["picks"][0]
    refused = busy.get(f"{BASE}/grading/{line['pick_id']}")

    assert refused.status_code == 404
    assert "publish_id must name a publication" in refused.json()["detail"]
    assert line["publish_id"] in refused.json()["detail"]


def test_a_summary_counts_the_picks_of_its_cohort_and_days(busy, reading):
    graded = reading(
        """SELECT g.result, count(*) AS n FROM grade g JOIN pick p ON p.pick_id = g.pick_id
           WHERE p.decision = 'PICK' GROUP BY g.result"""
    )
    counted = {row["result"]: row["n"] for row in graded}
    body = {"cohort_key": "decision=PICK", "start_date": "2023-11-01", "end_date": "2024-02-01"}
    figures = told(busy.post(f"{BASE}/performance-summary", body, role=Role.READER))["figures"]

    assert figures["wins"] == counted.get("WIN", 0) > 0
    assert figures["losses"] == counted.get("LOSS", 0) > 0
    nothing = told(busy.post(f"{BASE}/performance-summary", {**body, "end_date": "2023-11-01"}))["figures"]
    assert nothing["graded"] < figures["graded"]


def test_a_summary_that_ends_before_it_begins_or_names_no_cohort_is_refused(busy):
    body = {"cohort_key": "decision=PICK", "start_date": "2024-02-01", "end_date": "2024-01-31"}

    assert busy.post(f"{BASE}/performance-summary", body).status_code == 422
    assert (
        busy.post(f"{BASE}/performance-summary", {**body, "end_date": "2024-02-01", "cohort_key": "x=y"}).status_code
        == 422
    )


def test_performance_by_cohort_and_the_distribution_look_back_so_many_days(busy):
    today = league_day(busy.desk.clock())
    cohorts = told(busy.get(f"{BASE}/performance/by-cohort?days_back=200"))
    spread = told(busy.get(f"{BASE}/performance/clv-distribution?days_back=200"))
    short = told(busy.get(f"{BASE}/performance/clv-distribution?days_back=1"))

    assert cohorts["end_date"] == spread["end_date"] == today.isoformat()
    assert cohorts["start_date"] == (today - timedelta(days=199)).isoformat()
    assert cohorts["tested"] == len(cohorts["rows"]) > 1
    assert spread["n"] > 0
    assert sum(item["n"] for item in spread["bins"]) == spread["n"]
    assert short["n"] == 0


def test_runs_of_an_event_are_its_runs_with_their_inputs_and_predictions(busy, reading):
    event_id = reading("SELECT event_id FROM sim_run ORDER BY event_id DESC")[0]["event_id"]
    names = [
        row["run_id"]
        for row in reading(f"SELECT run_id FROM sim_run WHERE event_id = '{event_id}' ORDER BY as_of, run_id")
    ]
    found = told(busy.get(f"{BASE}/sim-runs/event/{event_id}"))
    predictions = reading(f"SELECT prediction_id, p_raw FROM prediction WHERE run_id = '{names[0]}'")

    assert [run["sim_run_id"] for run in found["sim_runs"]] == names
    assert told(busy.get(f"{BASE}/sim-runs/{names[0]}")) == found["sim_runs"][0]
    assert {item["prediction_id"]: item["p_raw"] for item in found["sim_runs"][0]["predictions"]} == {
        row["prediction_id"]: row["p_raw"] for row in predictions
    }
    assert {item["kind"] for item in found["sim_runs"][0]["inputs"]} >= {"SNAPSHOT", "EVENT_VERSION"}
    assert len(found["sim_runs"][0]["output_hash"]) == 32


def test_snapshots_of_an_event_are_its_quotes_of_a_market_and_a_book(busy, reading):
    event_id = reading("SELECT event_id FROM quote ORDER BY 1")[0]["event_id"]
    path = f"{BASE}/snapshots/odds/{event_id}"
    rows = reading(f"SELECT book, market_key FROM quote WHERE event_id = '{event_id}'")
    spreads = told(busy.get(f"{path}?market_key=SPREAD:FULL_GAME&book={rows[0]['book']}"))["snapshots"]

    assert len(told(busy.get(path))["snapshots"]) == len(rows)
    assert {item["market_key"] for item in spreads} == {"SPREAD:FULL_GAME"}
    assert len(spreads) == sum(row["market_key"] == "SPREAD:FULL_GAME" for row in rows)
    assert told(busy.get(f"{path}?book=nobody"))["snapshots"] == []
    assert busy.get(f"{path}?market_key=CHESS").status_code == 422
    assert busy.get(f"{BASE}/snapshots/odds/nothing").status_code == 404


def test_the_closing_line_of_an_event_is_the_one_that_its_picks_met(busy, reading):
    track = reading(
        """SELECT p.event_id, p.market_key, p.side, p.book, t.close_price FROM line_track t JOIN pick p ON p.pick_id = t.pick_id
           WHERE t.close_price IS NOT NULL AND p.market_key = 'MONEYLINE:FULL_GAME' ORDER BY 1"""
    )[0]
    path = f"{BASE}/snapshots/closing-line/{track['event_id']}?market_key=MONEYLINE:FULL_GAME&book={track['book']}"
    closes = told(busy.get(path))["closes"]

    assert {item["side"]: item["price"] for item in closes}[track["side"]] == track["close_price"]
    assert {item["market_key"] for item in closes} == {"MONEYLINE:FULL_GAME"}


def test_health_is_for_everybody(door):
    assert told(door.get(f"{BASE}/health", role=None)) == {"status": "ok"}


# ------------------------------------------------------------------------------ in the style of the contract


def test_picks_come_in_pages_that_leave_none_out_and_show_none_twice(busy, reading):
    whole = told(busy.get("/api/picks?limit=500&leans=true"))
    seen, cursor, pages = [], "", 0
    while cursor is not None:
        page = told(busy.get(f"/api/picks?limit=7&leans=true{cursor and '&cursor='}{cursor}"))
        seen += page["picks"]
        cursor, pages = page["next_cursor"], pages + 1

    assert seen == whole["picks"]
    assert len(seen) == whole["total"] == reading("SELECT count(*) AS n FROM publication")[0]["n"]
    assert pages == -(-len(seen) // 7) > 2
    assert told(busy.get("/api/picks?league=nfl"))["total"] == 0


def test_one_pick_is_shown_in_a_line_with_its_lineage_its_reasons_and_its_closing_line_value(busy):
    line = told(busy.get("/api/picks"))["picks"][0]
    path = f"/api/picks/{line['pick_id']}"

    assert told(busy.get(path)) == line
    assert told(busy.get(f"{path}/lineage"))["pick"] == line
    assert told(busy.get(f"{path}/lineage"))["quote"]["payload_sha"]
    assert told(busy.get(f"{path}/why"))["pick_id"] == line["pick_id"]
    assert told(busy.get(f"/api/clv/{line['pick_id']}"))["pick_id"] == line["pick_id"]


def test_the_figures_that_the_contract_does_not_name_are_there_too(busy):
    report = told(busy.get("/api/clv/report?by=league&by=tier&by=tier"))
    rollups = told(busy.get("/api/rollups?by=league&only=decision=PICK&days_back=400"))
    late = told(busy.get("/api/settlement/late"))

    assert report["by"] == ["league", "tier"]
    assert report["total"]["figures"]["n"] > 0
    assert rollups["rows"][0]["graded"] > 0
    assert late["graded"] > 0
    assert told(busy.get("/api/results/review")) == {"reviews": []}
    assert busy.get("/api/clv/report?by=colour").status_code == 422
    assert busy.get("/api/rollups?only=colour=red").status_code == 422


def test_a_retention_plan_is_shown_and_changes_nothing(busy, reading):
    before = reading("SELECT count(*) AS n FROM quote")
    plan = told(busy.get("/api/retention/plan"))

    assert plan["day"] == busy.desk.clock().date().isoformat()
    assert plan["policy"] == {"quote_days": 90, "quote_minutes": 30, "payload_days": 30}
    assert reading("SELECT count(*) AS n FROM quote") == before
    assert busy.get("/api/retention/plan", role=Role.OPERATOR).status_code == 403
