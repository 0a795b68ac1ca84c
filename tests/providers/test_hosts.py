"""Which hosts may be called, at which addresses, and what opens a circuit."""

import json
import shutil
import ssl
import subprocess
import time
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path

import httpcore2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from closeline.domain.errors import BadSetting
from closeline.domain.feeds.fetching import Allowance, CallOutcome, RawItem
from closeline.providers.fetch import exchange as exchanges
from closeline.providers.fetch import network
from closeline.providers.fetch.circuits import Circuit, Cooling
from closeline.providers.fetch.hosts import Host
from closeline.providers.fetch.ranges import is_loopback, is_public
from tests.providers.vendors import KEY, NOON, Moments, Vendor, an_item, answer, call, fetcher_for, left

# ------------------------------------------------------------------------------------------------- the hosts


@pytest.mark.parametrize(
    "base",
    [
        "https://api.the-odds-api.com", "https://ipv6-api.the-odds-api.com", "https://site.api.espn.com:443",
        "http://127.0.0.1:8790", "http://localhost", "http://[::1]:80", "https://127.0.0.1:8443",
    ],
)  # fmt: skip
def test_vendors_are_called_over_tls_and_this_machine_as_it_likes(base: str) -> None:
    assert Host(base).base == base


@pytest.mark.parametrize(
    "base",
    [
        "http://api.the-odds-api.com", "https://api.the-odds-api.com.evil.example", "https://evil.example",
        "https://api.the-odds-api.com@evil.example", "https://user:pass@api.the-odds-api.com", "https://169.254.169.254",
        "http://0.0.0.0", "http://2130706433", "http://0x7f000001", "http://127.1", "http://[::ffff:127.0.0.1]", "file:///etc/passwd",
        "gopher://127.0.0.1:70", "https://api.the-odds-api.com:8443", "https://api.the-odds-api.com/?x=1", "https://api.the-odds-api.com#x",
        "http://[64:ff9b::a9fe:a9fe]", "http://[2002:a9fe:a9fe::]", "ftp://localhost", "", "api.the-odds-api.com", "http://[::1", "https://\u0430pi.the-odds-api.com",
        "http://localhost.evil.example", "https://api.the-odds-api.com\n", "http://10.0.0.1",
    ],
)  # fmt: skip
def test_no_other_base_is_taken_and_no_secret_in_it_is_repeated(base: str) -> None:
    with pytest.raises(BadSetting) as refused:
        Host(base)

    assert "pass" not in str(refused.value) or base == "file:///etc/passwd"


@pytest.mark.parametrize(
    "path",
    [
        "v4/sports", "//evil.example/x", "/v4/../../x", "/..", "/v4/./x", "/v4?x=1", "/v4#x", "/v4/a b", "/v4%2e%2e",
        "/v4\\x", "/v4\r\nHost: x", "/@evil.example", "", "/", "https://evil.example/",
    ],
)  # fmt: skip
def test_a_path_that_is_not_plain_is_not_called(path: str) -> None:
    fetched, vendor = call(answer(), item=RawItem("vendor", path))

    assert (fetched.outcome, fetched.attempts, vendor.asked) == (CallOutcome.HOST_REFUSED, 0, [])


@pytest.mark.parametrize("name", ["apiKey", "api_key", "APIKEY"])
def test_a_feed_cannot_bring_a_key_of_its_own(name: str) -> None:
    assert Host("http://127.0.0.1:1", KEY).address(RawItem("vendor", "/v4", ((name, "x"),))) is None


def test_a_feed_without_a_host_is_not_called() -> None:
    fetched = fetcher_for("http://127.0.0.1:9").fetch(RawItem("stranger", "/v4"))

    assert fetched.outcome is CallOutcome.HOST_REFUSED


@given(st.text(max_size=30), st.text(max_size=30))
def test_whatever_is_asked_stays_one_query_of_one_host(name: str, value: str) -> None:
    address = Host("http://127.0.0.1:1", KEY).address(RawItem("vendor", "/v4", ((name, value),)))

    if address is not None:
        assert address.isascii()
        assert address.startswith("http://127.0.0.1:1/v4?")
        assert address.count("?") == 1
        assert not set(" \r\n#\\") & set(address)


# --------------------------------------------------------------------------------------------- the addresses


@pytest.mark.parametrize(
    "text",
    [
        "10.0.0.1", "100.64.0.1", "127.0.0.1", "169.254.169.254", "172.16.0.1", "192.168.1.1", "192.0.0.8", "0.0.0.0", "224.0.0.1",
        "255.255.255.255", "::", "::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::7f00:1", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1",
        "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2002:a9fe:a9fe::", "2001::1", "2001:db8::1", "100::1", "2130706433", "localhost", "",
    ],
)  # fmt: skip
def test_an_address_that_is_not_out_on_the_network_is_refused(text: str) -> None:
    assert not is_public(text)


@pytest.mark.parametrize("text", ["8.8.8.8", "104.16.0.1", "2606:4700::6810:1", "2a00:1450:4001::1"])
def test_an_address_of_the_network_is_called(text: str) -> None:
    assert is_public(text)


def test_the_usual_table_lets_wrapped_addresses_through() -> None:
    assert ip_address("64:ff9b::a9fe:a9fe").is_global
    assert [is_public(text) for text in ("64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::")] == [False, False]


@given(st.ip_addresses(v=4))
def test_no_private_address_of_the_usual_table_is_public_in_ours(address: object) -> None:
    assert not is_public(str(address)) or ip_address(str(address)).is_global


@pytest.mark.parametrize(
    ("text", "expected"),
    [("127.0.0.1", True), ("127.8.0.1", True), ("::1", True), ("127.x", False), ("::ffff:127.0.0.1", False)],
)
def test_this_machine_is_known_by_its_plain_address(text: str, expected: bool) -> None:
    assert is_loopback(text) is expected


def connect(name: str, port: int, *resolved: str, loopback: tuple[str, ...] = ()) -> httpcore2.NetworkStream:
    token = network.current.set(network.Deadline(time.monotonic, 2))
    try:
        return network.Network(loopback, lambda *_: resolved).connect_tcp(name, port, 1)
    finally:
        network.current.reset(token)


@pytest.mark.parametrize("resolved", [("127.0.0.1",), ("8.8.8.8", "127.0.0.1"), ("::ffff:127.0.0.1",), ()])
def test_a_vendors_name_that_leads_to_this_machine_is_not_followed(resolved: tuple[str, ...]) -> None:
    with Vendor(answer()) as vendor, pytest.raises(network.AddressRefused):
        connect("api.the-odds-api.com", vendor.port, *resolved)


def test_without_the_table_a_vendors_name_leads_to_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network, "is_public", lambda _: True)
    with Vendor(answer()) as vendor:
        connect("api.the-odds-api.com", vendor.port, "127.0.0.1").close()


def test_a_name_that_changes_its_mind_is_asked_once_for_each_connection() -> None:
    answers = iter([("127.0.0.1",), ("10.0.0.1",)])
    with Vendor(answer()) as vendor:
        token = network.current.set(network.Deadline(time.monotonic, 2))
        fickle = network.Network(["localhost"], lambda *_: next(answers))
        fickle.connect_tcp("localhost", vendor.port, 1).close()
        with pytest.raises(network.AddressRefused):
            fickle.connect_tcp("localhost", vendor.port, 1)
        network.current.reset(token)


def test_the_next_address_is_tried_where_one_does_not_answer() -> None:
    with Vendor(answer()) as vendor:
        connect("localhost", vendor.port, "::1", "127.0.0.1", loopback=("localhost",)).close()


def test_a_refused_address_is_told_as_a_refused_host() -> None:
    class Flipped(network.Network):
        def connect_tcp(self, *_args: object, **_more: object) -> httpcore2.NetworkStream:
            raise network.AddressRefused("api.the-odds-api.com led to 127.0.0.1")

    with httpcore2.ConnectionPool(network_backend=Flipped(())) as pool:
        found = exchanges.exchange(pool, "http://api.the-odds-api.com/v4", exchanges.Timeouts(), 100)

    assert isinstance(found, exchanges.Failure)
    assert (found.outcome, found.sent) == (CallOutcome.HOST_REFUSED, False)


def certificate(folder: Path) -> tuple[Path, Path]:
    program = shutil.which("openssl")
    if program is None:
        pytest.skip("openssl makes the certificate, and is not here")
    key, cert = folder / "key.pem", folder / "cert.pem"
    subject = ["-subj", "/CN=127.0.0.1", "-days", "1", "-nodes", "-keyout", str(key), "-out", str(cert)]
    subprocess.run([program, "req", "-x509", "-newkey", "rsa:2048", *subject], check=True, capture_output=True)
    return key, cert


def test_a_certificate_that_nobody_vouches_for_ends_the_call(tmp_path: Path) -> None:
    key, cert = certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)

    with Vendor(answer(), tls=context) as vendor:
        fetched = fetcher_for(vendor.base.replace("http", "https")).fetch(an_item())

    assert (fetched.outcome, vendor.asked) == (CallOutcome.UNREACHABLE, [])
    assert fetched.fault == "host must be reachable, was not: SSLCertVerificationError"


# ---------------------------------------------------------------------------------------------- the circuits


def test_five_faults_in_a_row_open_a_circuit_and_a_minute_later_one_call_probes() -> None:
    moments = Moments()
    with Vendor(*[answer(b"", 500)] * 15, answer()) as vendor:
        fetcher = fetcher_for(vendor.base, moments=moments)
        failed = [fetcher.fetch(an_item()) for _ in range(5)]
        shut = fetcher.fetch(an_item())
        asked = len(vendor.asked)
        moments.now += timedelta(minutes=1)
        probed, after = fetcher.fetch(an_item()), fetcher.fetch(an_item())

    assert {each.outcome for each in failed} == {CallOutcome.SERVER_FAULT}
    assert (shut.outcome, shut.attempts, asked) == (CallOutcome.CIRCUIT_OPEN, 0, 15)
    assert (probed.outcome, after.outcome) == (CallOutcome.OK, CallOutcome.OK)


def test_without_a_circuit_a_vendor_that_is_down_is_called_on_and_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Circuit, "refusal", lambda *_args, **_more: "")
    with Vendor(answer(b"", 500)) as vendor:
        fetcher = fetcher_for(vendor.base)
        for _ in range(10):
            fetcher.fetch(an_item())

    assert len(vendor.asked) == 30


def test_a_probe_that_fails_opens_the_circuit_again_and_only_one_call_probes() -> None:
    circuit = Circuit(Cooling(faults_max=1))
    circuit.record(NOON, CallOutcome.UNREACHABLE, Allowance())
    later = NOON + timedelta(minutes=1)

    assert circuit.refusal(later, costs=False) == ""
    assert circuit.refusal(later, costs=False)
    circuit.record(later, CallOutcome.UNREACHABLE, Allowance())
    assert circuit.refusal(later + timedelta(seconds=59), costs=False)
    assert circuit.refusal(later + timedelta(seconds=60), costs=False) == ""


def test_a_fault_now_and_then_opens_nothing() -> None:
    circuit = Circuit(Cooling(faults_max=2))
    for outcome in (CallOutcome.TIMED_OUT, CallOutcome.OK) * 5:
        assert circuit.refusal(NOON, costs=True) == ""
        circuit.record(NOON, outcome, Allowance())


def test_a_clock_that_was_set_back_does_not_keep_a_circuit_open() -> None:
    circuit = Circuit(Cooling(faults_max=1))
    circuit.record(NOON, CallOutcome.UNREACHABLE, Allowance())

    assert circuit.refusal(NOON - timedelta(days=1), costs=False) == ""


def test_without_looking_back_a_clock_that_was_set_back_keeps_a_circuit_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        Circuit, "_is_cooling", staticmethod(lambda since, lasts, now: since is not None and now - since < lasts)
    )
    circuit = Circuit(Cooling(faults_max=1))
    circuit.record(NOON, CallOutcome.UNREACHABLE, Allowance())

    assert circuit.refusal(NOON - timedelta(days=1), costs=False) != ""


def test_without_credits_free_calls_go_on_and_say_when_there_are_some_again() -> None:
    spent = answer(json.dumps({"error_code": "OUT_OF_USAGE_CREDITS"}).encode(), 401, left(0))
    with Vendor(spent, answer(headers=left(0)), answer(headers=left(500)), answer(headers=left(497, 3))) as vendor:
        fetcher = fetcher_for(vendor.base)
        dear, free = an_item("/odds", credits_most=3), an_item()
        told = [fetcher.fetch(each).outcome for each in (dear, dear, free, dear, free, dear)]

    assert told == [
        CallOutcome.OUT_OF_CREDITS, CallOutcome.CIRCUIT_OPEN, CallOutcome.OK, CallOutcome.CIRCUIT_OPEN, CallOutcome.OK, CallOutcome.OK,
    ]  # fmt: skip
    assert len(vendor.asked) == 4


def test_a_key_that_opens_nothing_shuts_all_calls_for_a_quarter_of_an_hour() -> None:
    moments = Moments()
    with Vendor(answer(b'{"error_code": "DEACTIVATED_KEY"}', 401)) as vendor:
        fetcher = fetcher_for(vendor.base, moments=moments)
        told = [fetcher.fetch(an_item()).outcome for _ in range(3)]
        moments.now += timedelta(minutes=15)
        fetcher.fetch(an_item())

    assert told == [CallOutcome.BAD_KEY, CallOutcome.CIRCUIT_OPEN, CallOutcome.CIRCUIT_OPEN]
    assert len(vendor.asked) == 2


@pytest.mark.parametrize("code", ["EVENT_NOT_FOUND", "HISTORICAL_UNAVAILABLE_ON_FREE_USAGE_PLAN", "INVALID_MARKET"])
def test_a_refusal_of_one_item_shuts_nothing_else(code: str) -> None:
    refused = answer(json.dumps({"error_code": code}).encode(), 404 if "FOUND" in code else 422)
    with Vendor(*[refused] * 6, answer()) as vendor:
        fetcher = fetcher_for(vendor.base)
        for number in range(6):
            fetcher.fetch(an_item(f"/v4/{number}"))

        assert fetcher.fetch(an_item("/v4/other")).outcome is CallOutcome.OK
