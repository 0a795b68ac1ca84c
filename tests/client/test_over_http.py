"""The way over HTTP: the same errors in the same words, an end to every wait, and a key that nobody reads."""

import json

import httpx2
import pytest

from closeline.client import Record
from closeline.client.over_http import ANSWER_MAX, CONNECT_MAX, OverHttp, client_of
from closeline.domain import errors
from closeline.domain.errors import BadSetting, CloselineError, KeyRefused, NotAllowed, StoreUnavailable
from closeline.tenancy.access import Role
from tests.builders.callers import Door
from tests.builders.desks import a_desk
from tests.builders.moments import OPENS
from tests.builders.own import own_prices

SECRET = "clk_0123456789ab.a-secret-that-nobody-reads"


def answering(status: int, content: bytes, kind: str = "application/problem+json") -> Record:
    transport = httpx2.MockTransport(
        lambda request: httpx2.Response(status, content=content, headers={"Content-Type": kind})
    )
    return Record(OverHttp(httpx2.Client(transport=transport, base_url="http://127.0.0.1:8000")))


def a_problem(error: str, detail: str) -> bytes:
    told = {
        "type": "urn:problem-type:closeline:x", "title": "Conflict", "status": 409, "detail": detail, "error": error,
        "correlation_id": "c", "faults": None,
    }  # fmt: skip
    return json.dumps(told).encode()


@pytest.mark.parametrize(
    "kind", [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, CloselineError)]
)
def test_a_problem_is_raised_as_the_error_that_it_names_in_its_words(kind):
    with pytest.raises(kind) as found:
        answering(409, a_problem(kind.__name__, "run must be completed, was not")).gate("x")

    assert (type(found.value), str(found.value)) == (kind, "run must be completed, was not")


def test_a_problem_that_nobody_knows_is_still_an_error_of_ours():
    with pytest.raises(CloselineError, match=r"^it rained$"):
        answering(500, a_problem("SystemExit", "it rained")).gate("x")


@pytest.mark.parametrize("content", [b"", b"<html>Bad gateway</html>", b'{"detail": 1}'])
def test_an_answer_that_is_no_problem_is_told_in_one_line(content):
    with pytest.raises(CloselineError, match="record must answer with a problem, answered 502 without one"):
        answering(502, content, "text/html").gate("x")


def test_an_answer_of_another_form_is_not_taken():
    with pytest.raises(CloselineError, match="must answer as this version of Closeline does, did not"):
        answering(200, b'{"run_id": "x"}', "application/json").gate("x")


def test_a_record_that_does_not_answer_is_unavailable_and_the_key_is_not_told():
    def refuse(request: httpx2.Request) -> httpx2.Response:
        raise httpx2.ConnectTimeout(f"no answer for {request.headers}")

    client = httpx2.Client(
        transport=httpx2.MockTransport(refuse), base_url="http://127.0.0.1:8000",
        headers={"Authorization": f"Bearer {SECRET}"},
    )  # fmt: skip
    with pytest.raises(StoreUnavailable, match=r"must answer over HTTP, 127.0.0.1:8000 within 300 seconds") as found:
        Record(OverHttp(client)).gate("x")
    assert SECRET not in str(found.value)


def test_a_wait_has_an_end_and_no_address_is_followed_elsewhere():
    client = client_of("https://desk.example", SECRET)

    assert client.timeout == httpx2.Timeout(ANSWER_MAX, connect=CONNECT_MAX)
    assert not client.follow_redirects


@pytest.mark.parametrize(
    "url", ["http://desk.example", "http://10.0.0.7:8000", "ftp://desk.example", "desk.example", ""]
)
def test_a_key_does_not_travel_unprotected(url):
    with pytest.raises(BadSetting, match="url must be") as found:
        Record.connect(url, key=SECRET)
    assert SECRET not in str(found.value)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8000", "http://localhost:8000", "http://[::1]:8000", "https://a.example"]
)
def test_a_key_may_travel_on_this_machine_and_under_tls(url):
    record = Record.connect(url, key=SECRET)

    assert SECRET not in repr(record)
    record.close()


def test_no_key_opens_nothing_and_a_readers_key_records_nothing(seeded, caplog, capsys):
    door = Door(a_desk(seeded, now=OPENS))
    with door.client as client:
        with pytest.raises(KeyRefused, match="call must carry an API key"):
            Record(OverHttp(client)).capture_snapshot(own_prices())
        token = door.a_key(Role.READER)
        client.headers["Authorization"] = f"Bearer {token}"
        with pytest.raises(NotAllowed, match="must be SYSTEM or above"):
            Record(OverHttp(client)).capture_snapshot(own_prices())
    assert token not in caplog.text + capsys.readouterr().out
