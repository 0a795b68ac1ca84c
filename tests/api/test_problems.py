"""Every fault is a problem in the one form, and tells nothing that a caller should not know."""

import json

import pytest
import structlog

from closeline import wiring
from closeline.api import errors
from closeline.api.guard import BODY_BYTES_MAX
from closeline.domain import errors as tree
from closeline.domain.errors import CloselineError
from closeline.store import access, schema
from closeline.tenancy.access import Role
from closeline.wiring.log import configure_log
from tests.builders.callers import Door

PROBLEM = {"type", "title", "status", "detail", "error", "correlation_id", "faults"}
SUMMARY = "/api/calibration/performance-summary"
GRADE = "/api/calibration/grade-all-pending"
TREE = [kind for kind in vars(tree).values() if isinstance(kind, type) and issubclass(kind, CloselineError)]


def problem(answer, status, error):
    told = answer.json()

    assert answer.headers["content-type"] == "application/problem+json"
    assert set(told) == PROBLEM
    assert (answer.status_code, told["status"], told["error"]) == (status, status, error)
    assert told["correlation_id"] == answer.headers["x-correlation-id"] != ""
    assert told["type"].startswith("urn:problem-type:closeline:")
    return told


@pytest.mark.parametrize("kind", TREE)
def test_every_class_of_the_tree_has_its_status(kind):
    expected = {
        "CloselineError": 500, "NotFound": 404, "KeyRefused": 401, "NotAllowed": 403, "CorruptRecord": 500,
    }.get(kind.__name__, 422 if issubclass(kind, tree.BadInput) else 409 if issubclass(kind, tree.Refused) else 503)  # fmt: skip

    assert errors.status_of(kind()) == expected


@pytest.mark.parametrize("kind", TREE)
def test_every_class_of_the_tree_is_answered_as_a_problem(door, monkeypatch, kind):
    secret = "sqlite:///closeline.db?password=hunter2"
    _fail(monkeypatch, kind(secret))
    told = problem(door.get("/api/picks"), errors.status_of(kind()), kind.__name__)

    assert (secret in told["detail"]) is (told["status"] < 500)
    assert told["detail"]


def _fail(monkeypatch, fault):
    from closeline.flow.view import lineage

    def ended_picks(*arguments, **named):
        raise fault

    monkeypatch.setattr(lineage, "ended_picks", ended_picks)


def test_a_fault_of_the_program_is_told_without_its_text_and_logged_with_it(door, monkeypatch):
    logged = []
    monkeypatch.setattr(errors.log, "error", lambda event, **told: logged.append((event, told)), raising=False)
    _fail(monkeypatch, ZeroDivisionError("the secret of line 12"))
    told = problem(door.get("/api/picks"), 500, "InternalFault")

    assert "secret" not in json.dumps(told)
    assert "correlation id" in told["detail"]
    assert [(event, held["message"]) for event, held in logged] == [("call_failed", "the secret of line 12")]


@pytest.mark.parametrize(
    ("method", "path", "status", "error"),
    [
        ("GET", "/", 404, "NotFound"),
        ("GET", "/api", 404, "NotFound"),
        ("GET", "/api/nothing", 404, "NotFound"),
        ("GET", "/docs", 404, "NotFound"),
        ("GET", "/openapi.json", 404, "NotFound"),
        ("POST", "/api/health", 405, "MethodNotAllowed"),
        ("DELETE", "/api/picks", 405, "MethodNotAllowed"),
        ("GET", GRADE, 405, "MethodNotAllowed"),
        ("TRACE", "/api/picks", 405, "MethodNotAllowed"),
        ("GET", "/api/picks/nothing", 404, "NotFound"),
        ("GET", "/api/picks/nothing/lineage", 404, "NotFound"),
        ("GET", "/api/calibration/sim-runs/nothing", 404, "NotFound"),
        ("GET", "/api/picks?limit=0", 422, "BadInput"),
        ("GET", "/api/picks?limit=x", 422, "BadInput"),
        ("GET", "/api/picks?league=chess", 422, "BadInput"),
        ("GET", "/api/picks?cursor=x", 422, "BadInput"),
        ("GET", "/api/picks/%00", 422, "BadInput"),
        ("GET", "/api/picks?cursor=%00", 422, "BadInput"),
        ("GET", "/api/calibration/performance/by-cohort?days_back=99999999999", 422, "BadInput"),
    ],
)
def test_what_cannot_be_answered_is_a_problem(door, method, path, status, error):
    problem(door.call(method, path), status, error)


def test_a_method_that_is_not_allowed_names_those_that_are(door):
    assert door.call("DELETE", "/api/health").headers["allow"] == "GET"


@pytest.mark.parametrize(
    ("body", "what"),
    [
        (b"", "Field required"),
        (b"{", "body must be JSON"),
        (b'"text"', "valid dictionary or object"),
        (b"[]", "valid dictionary or object"),
        (b"null", "Input should be a valid dictionary or object"),
        (b'{"lookback_hours": NaN}', "JSON numbers must be finite, was NaN"),
        (b'{"lookback_hours": -Infinity}', "JSON numbers must be finite, was -Infinity"),
        (b'{"lookback_hours": 1e999}', "JSON numbers must be finite, was 1e999"),
        (b'{"lookback_hours": 1, "lookback_hours": 2}', "every key once"),
        (b'{"lookback_hours": 1.5}', "lookback_hours"),
        (b'{"lookback_hours": -1}', "lookback_hours"),
        (b'{"lookback_hours": ' + b"9" * 400 + b"}", "lookback_hours"),
        (b'{"lookback_hours": ' + b"9" * 5000 + b"}", "body must be JSON"),
        (b'{"lookback_hours": "soon"}', "lookback_hours"),
        (b'{"lookback_hours": 1, "more": 1}', "Extra inputs are not permitted"),
        (b'{"lookback_hours": "\\u0000"}', "must not hold a NUL"),
        (b'{"lookback_hours": "\\ud800"}', "half a surrogate pair"),
        (b"\xff\xfe", "body must be UTF-8"),
        (b'{"a":' * 40 + b"1" + b"}" * 40, "at most 32 levels"),
        (b"[" * 200_000, "at most 32 levels"),
    ],
)
def test_a_body_that_is_not_strict_json_of_the_right_shape_is_refused_with_what_is_wrong(door, body, what):
    answer = door.call("POST", GRADE, content=body, headers={"Content-Type": "application/json"})

    assert what in problem(answer, 422, "BadInput")["detail"]


def test_what_was_sent_is_not_repeated_in_a_refusal(door):
    answer = door.post(GRADE, {"lookback_hours": "my-password"})

    assert "my-password" not in answer.text
    assert problem(answer, 422, "BadInput")["faults"][0]["where"] == "body.lookback_hours"


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "", "multipart/form-data"])
def test_a_body_of_another_type_is_refused(door, kind):
    answer = door.call("POST", GRADE, content=b'{"lookback_hours": 1}', headers={"Content-Type": kind})

    problem(answer, 415, "UnsupportedMediaType")


def test_a_body_ends_at_a_megabyte_whether_it_says_its_length_or_not(door):
    fits = b'{"cohort_key": "' + b"x" * (BODY_BYTES_MAX - 18) + b'"}'
    told = {"Content-Type": "application/json"}

    assert len(fits) == BODY_BYTES_MAX
    problem(door.call("POST", SUMMARY, content=fits, headers=told), 422, "BadInput")
    problem(door.call("POST", SUMMARY, content=fits + b" ", headers=told), 413, "RequestEntityTooLarge")
    parts = iter([fits, b" ", b" " * BODY_BYTES_MAX])
    problem(door.call("POST", SUMMARY, content=parts, headers=told), 413, "RequestEntityTooLarge")
    assert next(parts, None) in (b" " * BODY_BYTES_MAX, None)


def test_an_answer_carries_the_headers_that_browsers_obey_whatever_it_is(door):
    for answer in (door.get("/api/health"), door.get("/api/picks", role=None), door.get("/api/nothing")):
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "access-control-allow-origin" not in answer.headers
        assert "server" not in answer.headers


def test_health_tells_that_the_record_cannot_be_used_and_nothing_about_it(door, monkeypatch):
    def require_current(engine):
        raise tree.StoreUnavailable("database does not answer (postgresql://ann@db/closeline)")

    assert door.get("/api/health", role=None).json() == {"status": "ok"}
    monkeypatch.setattr(schema, "require_current", require_current)
    answer = door.get("/api/calibration/health", role=None)

    assert (answer.status_code, answer.json()) == (503, {"status": "unavailable"})


def test_a_record_that_is_gone_refuses_calls_and_lets_nobody_in(door, monkeypatch):
    def key_named(session, key_id):
        raise tree.StoreUnavailable("database is locked (sqlite:///closeline.db)")

    token = door.token(Role.ADMIN)
    monkeypatch.setattr(access, "key_named", key_named)
    answer = door.call("GET", "/api/picks", role=None, headers={"X-API-Key": token})

    assert problem(answer, 503, "StoreUnavailable")["detail"] == "The database cannot be opened."
    assert answer.headers["retry-after"] == "5"


@pytest.fixture
def log_file(tmp_path):
    """Log as the program does, everything, into a file of this test."""
    before = structlog.get_config()
    configure_log(wiring.read_settings(log_dir=tmp_path, log_level="debug"))
    yield tmp_path / wiring.LOG_FILE
    structlog.configure(**before)


def test_a_key_is_in_no_answer_and_no_line_of_log(door, log_file, monkeypatch):
    tokens = [*(door.token(role) for role in Role), "clk_0123.not-a-live-secret"]
    _fail(monkeypatch, ValueError("no luck"))
    texts = [
        door.call("GET", path, role=None, headers={"X-API-Key": token}).text
        for token in tokens
        for path in ("/api/picks", "/api/nothing", "/api/openapi.json", "/api/picks/x")
    ]
    logged = log_file.read_text()
    secrets = [token.partition(".")[2] for token in tokens]

    assert [secret for secret in secrets if secret in "".join(texts) + logged] == []
    assert logged.count('"event": "call"') == len(texts)
    assert logged.count("ValueError: no luck") == len(Role)


def test_a_line_of_log_names_the_call_the_route_and_the_caller_and_no_address(door, log_file):
    told = door.get("/api/picks/some-pick?limit=3", role=Role.READER)
    line = json.loads(log_file.read_text().splitlines()[-1])

    assert (line["event"], line["route"], line["status"], line["method"]) == ("call", "pick", 404, "GET")
    assert line["correlation_id"] == told.headers["x-correlation-id"]
    assert line["caller"] == door.token(Role.READER).partition(".")[0]
    assert "some-pick" not in str(line)


def test_each_call_has_a_name_of_its_own(door: Door):
    names = [door.get("/api/health").headers["x-correlation-id"] for _ in range(3)]

    assert len(set(names)) == 3
