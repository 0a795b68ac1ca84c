"""The fetcher against a vendor that misbehaves: every fault becomes a value in time, and no key leaves the room."""

import gzip
import json
import logging
import socket
import subprocess
import sys
import time
import tracemalloc
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from closeline.domain.errors import InsideTransaction, UnreadableFile
from closeline.domain.feeds.fetching import Allowance, CallOutcome
from closeline.providers.fetch import bodies, network
from closeline.providers.fetch.circuits import Circuit, Cooling
from closeline.providers.fetch.exchange import Timeouts
from closeline.providers.fetch.fetcher import Limits
from closeline.providers.fetch.hosts import Content
from closeline.providers.fetch.refusals import CODES, allowance_of, outcome_of, seconds_in
from closeline.providers.live.odds import LiveOdds
from tests.providers.vendors import (
    KEY,
    NOON,
    Moments,
    Script,
    Vendor,
    an_item,
    answer,
    call,
    dripping,
    fetcher_for,
    left,
    reset_after,
    silent,
)

MEGABYTE = 1024 * 1024
SHORT = Limits(Timeouts(0.5, 0.5), total_seconds=0.6)


def refusal(code: str, status: int) -> bytes:
    return answer(json.dumps({"message": f"no: {KEY}", "error_code": code}).encode(), status)


# ------------------------------------------------------------------------------------------------ an answer


def test_an_answer_comes_with_its_bytes_its_times_and_what_is_left_of_our_credits() -> None:
    fetched, vendor = call(answer(b'[{"a": 1}]', headers=left(497, 3)), item=an_item(markets="h2h,spreads"))

    assert (fetched.outcome, fetched.status, fetched.attempts) == (CallOutcome.OK, 200, 1)
    assert fetched.allowance == Allowance(497, 1, 3)
    assert fetched.payload is not None
    assert (fetched.payload.content, fetched.payload.received_at) == (b'[{"a": 1}]', NOON)
    assert vendor.asked == [f"GET /v4/sports?markets=h2h,spreads&apiKey={KEY} HTTP/1.1"]


def test_the_name_of_a_payload_tells_when_it_was_received_and_no_key() -> None:
    fetched, _ = call(answer())

    assert fetched.payload is not None
    assert fetched.payload.name == "vendor_v4_sports_2026-11-20T120000.000000Z.json"


def test_a_packed_answer_is_unpacked() -> None:
    body = json.dumps(list(range(5000))).encode()
    fetched, _ = call(answer(gzip.compress(body), headers={"Content-Encoding": "gzip"}))

    assert fetched.payload is not None
    assert fetched.payload.content == body


def test_nothing_is_fetched_while_a_transaction_is_open() -> None:
    with pytest.raises(InsideTransaction):
        call(answer(), inside=True)


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, Allowance()),
        ({"x-requests-remaining": "soon", "x-requests-used": "-1", "x-requests-last": "1e9"}, Allowance()),
        ({"x-requests-remaining": " 12 ", "x-requests-last": "9" * 40}, Allowance(12)),
        ({"x-requests-remaining": "١٢"}, Allowance()),
    ],
)
def test_headers_that_say_nothing_are_taken_for_nothing(headers: dict[str, str], expected: Allowance) -> None:
    assert allowance_of(headers) == expected


# -------------------------------------------------------------------------------------------- the deadlines


@pytest.mark.parametrize("content", [answer(b"[" + b" " * 60 + b"]"), b"HTTP/1.1 200 OK\r\nX: " + b"y" * 60])
def test_a_byte_now_and_then_does_not_keep_a_call_beyond_its_deadline(content: bytes) -> None:
    began = time.monotonic()
    fetched, _ = call(dripping(content, 0.1), limits=SHORT)

    assert fetched.outcome is CallOutcome.TIMED_OUT
    assert time.monotonic() - began < 1.5


def test_without_the_deadline_a_byte_now_and_then_keeps_a_call_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network.Deadline, "left", lambda _, most=None: most or 60.0)
    began = time.monotonic()
    fetched, _ = call(dripping(answer(b"[]"), 0.05), limits=SHORT)

    assert fetched.outcome is CallOutcome.OK
    assert time.monotonic() - began > 1.5


def test_silence_ends_at_the_wait_for_a_piece() -> None:
    fetched, _ = call(silent(3), limits=Limits(Timeouts(0.5, 0.2), total_seconds=5, attempts=1))

    assert (fetched.outcome, fetched.payload) == (CallOutcome.TIMED_OUT, None)


def hangs(*_: object) -> tuple[str, ...]:
    time.sleep(2)
    return ("127.0.0.1",)


def test_a_resolver_that_hangs_is_left_behind() -> None:
    deadline = network.current.set(network.Deadline(time.monotonic, 0.2))
    stuck = network.Network(["localhost"], hangs)
    began = time.monotonic()
    with pytest.raises(network.OutOfTime):
        stuck.connect_tcp("localhost", 1)
    network.current.reset(deadline)

    assert time.monotonic() - began < 1


def test_a_closed_port_is_unreachable_and_tried_again() -> None:
    moments = Moments()
    with Vendor(answer()) as vendor:
        base = vendor.base
    fetched = fetcher_for(base, moments=moments).fetch(an_item(credits_most=5))

    assert (fetched.outcome, fetched.attempts) == (CallOutcome.UNREACHABLE, 3)
    assert len(moments.slept) == 2


def test_a_call_that_hangs_holds_up_no_other_thread_and_each_has_its_own_deadline() -> None:
    def speak(connection: socket.socket) -> None:
        connection.sendall(answer(b'["quick"]') if len(vendor.asked) > 4 else b"HTTP/1.1 200 OK\r\n")
        time.sleep(1.5 if len(vendor.asked) <= 4 else 0)

    limits = Limits(Timeouts(0.5, 2.0), total_seconds=1.0, attempts=1)
    with Vendor(speak) as vendor, ThreadPoolExecutor(12) as threads:
        fetcher = fetcher_for(vendor.base, limits=limits)
        hung = [threads.submit(fetcher.fetch, an_item("/slow")) for _ in range(4)]
        time.sleep(0.3)
        began = time.monotonic()
        quick = [found.outcome for found in threads.map(lambda _: fetcher.fetch(an_item("/quick")), range(8))]
        took = time.monotonic() - began

        assert {each.result().outcome for each in hung} == {CallOutcome.TIMED_OUT}
    assert (set(quick), took < 0.8) == ({CallOutcome.OK}, True)


# --------------------------------------------------------------------------------------------------- retries


def test_a_burst_of_server_faults_is_outlasted() -> None:
    moments = Moments()
    busy = answer(b"<html>busy</html>", 503)
    fetched, _ = call(busy, busy, answer(), moments=moments)

    assert (fetched.outcome, fetched.attempts) == (CallOutcome.OK, 3)
    assert moments.slept == [0.5, 1.0]


def test_a_vendor_that_stays_down_is_given_up_after_three_attempts() -> None:
    fetched, vendor = call(answer(b"", 500))

    assert (fetched.outcome, fetched.attempts, len(vendor.asked)) == (CallOutcome.SERVER_FAULT, 3, 3)


def test_too_fast_waits_as_long_as_the_vendor_says() -> None:
    moments = Moments()
    fetched, _ = call(answer(b"", 429, {"Retry-After": "3"}), answer(), moments=moments, limits=Limits())

    assert fetched.outcome is CallOutcome.OK
    assert moments.slept == [3.25]


def test_too_fast_without_a_word_waits_two_seconds_and_some() -> None:
    moments = Moments()
    fetched, _ = call(refusal("EXCEEDED_FREQ_LIMIT", 429), answer(), moments=moments, limits=Limits())

    assert fetched.outcome is CallOutcome.OK
    assert moments.slept == [3.0]


def test_a_wait_longer_than_ours_is_left_to_whoever_plans() -> None:
    moments = Moments()
    fetched, _ = call(answer(b"", 429, {"Retry-After": "3600"}), answer(), moments=moments)

    assert (fetched.outcome, fetched.retry_after_seconds, moments.slept) == (CallOutcome.TOO_FAST, 3600.0, [])


@pytest.mark.parametrize(
    "junk", ["soon", "-5", "1e9", "Wed, 41 Oct 2026 07:28:00 GMT", "Wed, 21 Oct 99999999999 07:28:00 GMT", "", ", :", "9" * 99]
)  # fmt: skip
def test_a_wait_that_is_no_number_and_no_date_says_nothing(junk: str) -> None:
    assert seconds_in(junk, datetime(2026, 10, 21, tzinfo=UTC)) is None


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("Wed, 21 Oct 2026 07:28:05 GMT", 5.0), ("Wed, 21 Oct 2026 07:28:00 GMT", 0.0),
        ("Tue, 20 Oct 2026 07:28:00 GMT", 0.0), ("Wednesday, 21-Oct-26 07:28:05 GMT", 5.0),
        ("Wed Oct 21 07:28:05 2026", 5.0), ("Fri, 31 Dec 9999 23:59:59 GMT", 999_999_999.0),
    ],
)  # fmt: skip
def test_a_wait_until_a_date_is_counted_from_our_clock(text: str, seconds: float) -> None:
    """The three forms of a date that RFC 9110, section 5.6.7, has a recipient accept."""
    assert seconds_in(text, datetime(2026, 10, 21, 7, 28, tzinfo=UTC)) == seconds


def test_a_date_to_come_is_waited_for_and_a_far_one_is_left_to_whoever_plans() -> None:
    near, far = (format_datetime(NOON + timedelta(seconds=each), usegmt=True) for each in (3, 3600))
    moments, others = Moments(), Moments()
    fetched, _ = call(answer(b"", 429, {"Retry-After": near}), answer(), moments=moments, limits=Limits())
    left, _ = call(answer(b"", 429, {"Retry-After": far}), answer(), moments=others, limits=Limits())

    assert fetched.outcome is CallOutcome.OK
    assert moments.slept
    assert abs(moments.slept[0] - 3) <= 1.5
    assert (left.outcome, others.slept) == (CallOutcome.TOO_FAST, [])


@pytest.mark.parametrize(
    "script", [silent(2), reset_after(answer(b"[1", length=900)), answer(b"[1", length=900), b"gibberish\r\n\r\n", b""]
)
def test_what_the_vendor_may_have_served_is_not_paid_for_twice(script: bytes) -> None:
    limits = Limits(Timeouts(0.3, 0.3), total_seconds=5)
    paid, vendor = call(script, answer(), item=an_item(credits_most=3), limits=limits)
    free, _ = call(script, answer(), limits=limits)

    assert paid.outcome in (CallOutcome.TIMED_OUT, CallOutcome.UNREACHABLE)
    assert (paid.attempts, len(vendor.asked)) == (1, 1)
    assert (free.outcome, free.attempts) == (CallOutcome.OK, 2)


def test_all_attempts_of_a_call_are_paid_for() -> None:
    fetched, _ = call(answer(b"", 500, left(10, 3)), answer(headers=left(7, 3)), item=an_item(credits_most=6))

    assert fetched.allowance == Allowance(7, 1, 6)


# --------------------------------------------------------------------------------------------- the redirects


@pytest.mark.parametrize("status", [301, 302, 303, 304, 307, 308])
def test_no_redirect_is_followed(status: int) -> None:
    with Vendor(answer(b'["secret"]')) as inside:
        fetched, vendor = call(answer(b"", status, {"Location": f"{inside.base}/latest/meta-data"}))

        assert (fetched.outcome, fetched.attempts, len(vendor.asked)) == (CallOutcome.REDIRECTED, 1, 1)
        assert inside.asked == []


def test_a_client_that_follows_redirects_is_led_inside() -> None:
    with Vendor(answer(b'["secret"]')) as inside, Vendor(answer(b"", 302, {"Location": f"{inside.base}/x"})) as vendor:
        assert urllib.request.urlopen(vendor.base, timeout=2).read() == b'["secret"]'


# ---------------------------------------------------------------------------------------------- the refusals


@pytest.mark.parametrize(("code", "expected"), CODES.items())
def test_a_refusal_is_known_by_the_vendors_own_code(code: str, expected: CallOutcome) -> None:
    status = {CallOutcome.NOT_FOUND: 404, CallOutcome.TOO_FAST: 429, CallOutcome.BAD_REQUEST: 422}.get(expected, 401)
    body = json.dumps({"error_code": code}).encode()

    assert outcome_of(status, body, Allowance()) == (expected, code)
    assert outcome_of(status, f"<p>Error: {code}.</p>".encode(), Allowance()) == (expected, code)


@pytest.mark.parametrize(
    ("status", "remaining", "expected"),
    [
        (401, 0, CallOutcome.OUT_OF_CREDITS), (401, 5, CallOutcome.BAD_KEY), (401, None, CallOutcome.BAD_KEY),
        (404, None, CallOutcome.NOT_FOUND), (422, None, CallOutcome.BAD_REQUEST), (429, None, CallOutcome.TOO_FAST),
        (400, None, CallOutcome.BAD_REQUEST), (403, 0, CallOutcome.BAD_REQUEST), (500, 0, CallOutcome.SERVER_FAULT),
    ],
)  # fmt: skip
def test_a_refusal_without_a_code_is_known_by_its_status(
    status: int, remaining: int | None, expected: CallOutcome
) -> None:
    assert outcome_of(status, b"<html>no</html>", Allowance(remaining)) == (expected, "")


def test_a_new_code_is_told_as_it_stands() -> None:
    assert outcome_of(422, b'{"error_code": "NEW_FAULT"}', Allowance()) == (CallOutcome.BAD_REQUEST, "NEW_FAULT")


@pytest.mark.parametrize("body", [b'{"error_code": {"a": 1}}', b'{"error_code": "\xc3\xa9"}', b"[1]", b"{", b"\xff"])
def test_a_refusal_that_cannot_be_read_is_known_by_its_status(body: bytes) -> None:
    assert outcome_of(401, body, Allowance()) == (CallOutcome.BAD_KEY, "")


def test_a_refusal_is_not_tried_again_and_says_why() -> None:
    fetched, vendor = call(refusal("INVALID_KEY", 401))

    assert (fetched.outcome, fetched.error_code, len(vendor.asked)) == (CallOutcome.BAD_KEY, "INVALID_KEY", 1)
    assert fetched.fault == "host must answer, refused with status 401 INVALID_KEY"


def test_a_bad_request_is_not_made_again_for_an_hour() -> None:
    moments = Moments()
    with Vendor(refusal("INVALID_MARKET", 422), answer()) as vendor:
        fetcher = fetcher_for(vendor.base, moments=moments)
        asked = [fetcher.fetch(an_item(markets="corners")) for _ in range(3)]
        other = fetcher.fetch(an_item(markets="h2h"))
        moments.now += timedelta(hours=1, seconds=1)
        later = fetcher.fetch(an_item(markets="corners"))

    assert [each.outcome for each in asked] == [CallOutcome.BAD_REQUEST] * 3
    assert [each.attempts for each in asked] == [1, 0, 0]
    assert (other.outcome, later.outcome, len(vendor.asked)) == (CallOutcome.OK, CallOutcome.OK, 3)


# ------------------------------------------------------------------------------------------------ the bodies


def test_a_bomb_is_left_alone_with_bounded_memory() -> None:
    bomb = gzip.compress(b"[" + b" " * (200 * MEGABYTE) + b"]")
    assert len(bomb) < MEGABYTE

    tracemalloc.start()
    fetched, _ = call(answer(bomb, headers={"Content-Encoding": "gzip"}))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert fetched.outcome is CallOutcome.TOO_BIG
    assert peak < 16 * MEGABYTE


def test_without_the_checks_a_bomb_goes_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "_check_size", lambda *_: None)
    monkeypatch.setattr(bodies, "_check_ratio", lambda *_: None)
    bomb = gzip.compress(b"[" + b" " * (50 * MEGABYTE) + b"]")
    fetched, _ = call(answer(bomb, headers={"Content-Encoding": "gzip"}))

    assert fetched.payload is not None
    assert len(fetched.payload.content) > 50 * MEGABYTE


@pytest.mark.parametrize("told", [True, False])
def test_fifty_megabytes_are_too_many_whether_they_are_told_or_not(told: bool) -> None:
    body = b"[" + b"1," * (25 * MEGABYTE) + b"1]"
    script = answer(body) if told else b"HTTP/1.1 200 OK\r\n\r\n" + body
    fetched, _ = call(script)

    assert fetched.outcome is CallOutcome.TOO_BIG
    assert fetched.attempts == 1


@pytest.mark.parametrize(
    "script",
    [
        answer(b"<!doctype html><html>Sign in</html>"),
        answer(b"{}".decode().encode("utf-16")),
        answer("[]".encode("utf-16-be")),
        answer(b"\xff\xfe\xfd"),
        answer(b""),
        answer(b"", 204),
        answer(b"\xef\xbb\xbf"),
        answer(b"[\x00]"),
        answer(b"no gzip", headers={"Content-Encoding": "gzip"}),
        answer(gzip.compress(b"[]")[:-6], headers={"Content-Encoding": "gzip"}),
        answer(gzip.compress(b"[]") + b"more", headers={"Content-Encoding": "gzip"}),
        answer(b"[]", headers={"Content-Encoding": "br"}),
        answer(f'["{KEY}"]'.encode()),
    ],
    ids=range(13),
)
def test_what_cannot_be_read_is_told_as_such(script: bytes) -> None:
    fetched, _ = call(script)

    assert (fetched.outcome, fetched.payload, fetched.attempts) == (CallOutcome.UNREADABLE, None, 1)
    assert fetched.fault


def test_a_byte_order_mark_is_no_fault() -> None:
    fetched, _ = call(answer(b"\xef\xbb\xbf[]"))

    assert fetched.outcome is CallOutcome.OK


def test_a_table_may_be_no_page_and_no_json() -> None:
    assert bodies.strangeness(b"game_id,season\n", Content.TABLE) == ""
    assert bodies.strangeness(b"PAR1\x00\xff", Content.TABLE) == ""
    assert bodies.strangeness(b"<html>", Content.TABLE)
    assert bodies.strangeness(b'{"message": 1}', Content.TABLE)


HOSTILE = {
    "NaN": b'[{"id": NaN}]',
    "a number without end": b'[{"id": 1e999}]',
    "a key twice": b'[{"id": "a", "id": "b"}]',
    "deep": b"[" * 100_000,
    "deep and closed": b"[" * 40 + b"]" * 40,
    "5,000 digits": b'[{"id": ' + b"9" * 5000 + b"}]",
    "cut short": b'[{"id": "a"',
    "half a pair": b'[{"id": "\\ud800"}]',
    "a refusal with status 200": b'{"error_code": "OUT_OF_USAGE_CREDITS"}',
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_json_is_fetched_and_refused_whole_by_its_reader(name: str) -> None:
    fetched, _ = call(answer(HOSTILE[name]))

    assert fetched.payload is not None
    with pytest.raises(UnreadableFile):
        LiveOdds().parse(fetched.payload)


def test_the_usual_reader_of_json_takes_what_ours_refuses() -> None:
    taken = [json.loads(HOSTILE[name]) for name in ("NaN", "a number without end", "a key twice")]

    assert taken[1:] == [[{"id": float("inf")}], [{"id": "b"}]]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.binary(max_size=200), max_size=8), st.sampled_from(["", "gzip", "br", "identity", "GZIP"]))
def test_any_bytes_are_unpacked_or_refused(pieces: list[bytes], encoding: str) -> None:
    try:
        size, outcome = len(bodies.unpacked(pieces, encoding, 500)), CallOutcome.OK
    except bodies.BadBody as bad:
        size, outcome = 0, bad.outcome

    assert size <= 500
    assert outcome in (CallOutcome.OK, CallOutcome.TOO_BIG, CallOutcome.UNREADABLE)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=2000), st.integers(1, 50))
def test_a_packed_body_comes_out_the_same_however_it_is_cut(content: bytes, size: int) -> None:
    packed = gzip.compress(content)
    pieces = [packed[at : at + size] for at in range(0, len(packed), size)]

    assert bodies.unpacked(pieces, "gzip", 4000) == content


# --------------------------------------------------------------------------------------------------- the key


SCRIPTS: dict[str, Script] = {
    "good": answer(headers=left(1)), "refused": refusal("INVALID_KEY", 401), "down": answer(KEY.encode(), 500),
    "moved": answer(b"", 302, {"Location": f"http://127.0.0.1:1/?apiKey={KEY}"}), "slow": silent(1),
    "echoed": answer(f'["{KEY}"]'.encode()), "reset": reset_after(b"HTTP/1.1"), "gibberish": b"\x00\x01",
    "told in its code": answer(json.dumps({"error_code": f"BAD {KEY}"}).encode(), 422),
}  # fmt: skip


@pytest.mark.parametrize("name", SCRIPTS)
def test_the_key_is_in_no_log_no_fault_no_text_of_an_object_and_no_payload(
    name: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    limits = Limits(Timeouts(0.3, 0.3), total_seconds=1)
    with Vendor(SCRIPTS[name]) as vendor:
        fetcher = fetcher_for(vendor.base, limits=limits)
        fetched = fetcher.fetch(an_item())
        texts = [caplog.text, repr(fetched), fetched.fault, fetched.error_code, repr(fetcher), str(fetcher._hosts)]

        assert KEY in vendor.asked[0]
    assert [text for text in texts if KEY in text] == []


def test_the_library_itself_would_tell_the_key_to_the_log():
    # In a process of its own: wherever a fetcher was made in this one, the library is muted.
    aloud = "import logging, sys, httpx2; logging.basicConfig(level=20); httpx2.get(sys.argv[1], trust_env=False)"
    with Vendor(answer()) as vendor:
        told = subprocess.run(
            [sys.executable, "-c", aloud, f"{vendor.base}/v4/sports?apiKey={KEY}"],
            capture_output=True, text=True, timeout=60, check=True,
        )  # fmt: skip

    assert KEY in told.stderr


def test_an_open_circuit_says_until_when_it_is_left_alone():
    circuit = Circuit(Cooling(faults_max=1))
    circuit.record(NOON, CallOutcome.TIMED_OUT, Allowance())
    assert circuit.refusal(NOON, costs=False).endswith("left alone until 2026-11-20 12:01:00 UTC")
    drained = Circuit(Cooling())
    drained.record(NOON, CallOutcome.OUT_OF_CREDITS, Allowance())
    assert drained.refusal(NOON, costs=True).endswith("left alone until 2026-11-20 16:00:00 UTC")
    assert circuit.refusal(NOON + timedelta(minutes=1), costs=False) == ""
    assert circuit.refusal(NOON + timedelta(minutes=1), costs=False).endswith("while another asks it")
