"""Monitoring: anybody may ask whether the desk is well, a key may ask how well, and nobody is told a secret."""

import pytest

from closeline.domain.errors import StoreUnavailable
from closeline.jobs.monitoring.persistence import PersistenceLog
from closeline.jobs.monitoring.watch import Watch
from closeline.tenancy.access import Role
from tests.builders.callers import Door

PERSISTENCE = "/monitoring/persistence"


@pytest.fixture
def log(door):
    return PersistenceLog(door.desk.clock)


@pytest.fixture
def watched(door, log):
    """The same record, served by a desk that is watched."""
    made = Door(door.desk, door.numbers, door.tokens)
    made.app.state.watch = Watch(log, lambda: b"closeline_up 1.0\n")
    return made


def test_anybody_may_ask_whether_the_process_lives_and_whether_it_is_ready(watched):
    assert watched.call("GET", "/healthz", role=None).json() == {"status": "alive"}
    assert watched.call("GET", "/readyz", role=None).json() == {"status": "ok"}


def test_a_process_whose_record_is_gone_lives_but_is_not_ready(watched, monkeypatch):
    gone = StoreUnavailable("database does not answer (postgresql://desk:secret@db/desk)")
    monkeypatch.setattr("closeline.jobs.showing.health.schema.require_current", _raising(gone))

    assert watched.call("GET", "/healthz", role=None).status_code == 200
    for path, told in (("/readyz", {"status": "unavailable"}), ("/monitoring/health", None)):
        answer = watched.call("GET", path, role=None)
        assert answer.status_code == 503
        assert answer.json()["status"] == "unavailable"
        assert "secret" not in answer.text
        assert told is None or answer.json() == told


def _raising(fault):
    def ask(*_):
        raise fault

    return ask


def test_the_health_of_the_system_names_its_parts_and_never_a_reason(watched, log):
    log.transaction("write", "StoreUnavailable", 0.1)
    answer = watched.call("GET", "/monitoring/health", role=None)

    assert answer.status_code == 200
    assert answer.json()["status"] == "degraded"
    assert answer.json()["parts"] == {"record": "ok", "persistence": "degraded"}
    assert "StoreUnavailable" not in answer.text


def test_a_write_that_goes_well_again_makes_the_desk_well(watched, log):
    log.transaction("write", "StoreUnavailable", 0.1)
    log.transaction("write", "ok", 0.1)

    assert watched.call("GET", "/monitoring/health", role=None).json()["status"] == "ok"
    assert watched.call("GET", f"{PERSISTENCE}/health").json()["status"] == "ok"


def test_the_performance_of_persistence_is_told_by_operation(watched, log):
    log.transaction("write", "ok", 0.25)
    log.batch("opinions", 400, "ok", 0.5)
    told = watched.call("GET", f"{PERSISTENCE}/performance", role=Role.READER).json()
    figures = {item["operation"]: item for item in told["operations"]}

    assert figures["transaction.write"]["p50_ms"] == 250.0
    assert (figures["batch.opinions"]["rows"], figures["batch.opinions"]["rows_last"]) == (400, 400)


def test_the_errors_of_persistence_are_told_by_class_and_the_newest_first(watched, log):
    log.transaction("write", "StoreUnavailable", 0.1)
    log.batch("opinions", 7, "StoreFault", 0.1)
    told = watched.call("GET", f"{PERSISTENCE}/errors", role=Role.READER).json()

    assert told["total"] == 2
    assert [(item["operation"], item["error"], item["rows"]) for item in told["errors"]] == [
        ("batch.opinions", "StoreFault", 7),
        ("transaction.write", "StoreUnavailable", 0),
    ]


def test_metrics_are_exported_for_prometheus_or_as_json(watched, log):
    log.transaction("write", "ok", 0.25)
    for path in ("/metrics", f"{PERSISTENCE}/metrics/export"):
        answer = watched.call("GET", path, role=Role.READER)
        assert answer.text == "closeline_up 1.0\n"
        assert answer.headers["content-type"].startswith("text/plain")
    as_json = watched.call("GET", f"{PERSISTENCE}/metrics/export", params={"format": "json"}, role=Role.READER)

    assert as_json.json()["operations"][0]["operation"] == "transaction.write"


@pytest.mark.parametrize(
    "path", ["/metrics", *(f"{PERSISTENCE}/{name}" for name in ("performance", "health", "errors"))]
)
def test_what_says_how_well_the_desk_is_asks_for_a_key(watched, path):
    assert watched.call("GET", path, role=None).status_code == 401


def test_a_desk_that_nobody_watches_says_so_in_one_line(door):
    answer = door.call("GET", f"{PERSISTENCE}/performance")

    assert answer.status_code == 404
    assert "closeline serve" in answer.json()["detail"]
