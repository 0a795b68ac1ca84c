"""One exchange with a host: a request goes out, and an answer or a fault comes back. Nothing is tried twice here."""

from collections.abc import Mapping
from dataclasses import dataclass

import httpcore2

from closeline.domain.feeds.fetching import CallOutcome
from closeline.providers.fetch.bodies import BadBody, unpacked
from closeline.providers.fetch.network import AddressRefused, OutOfTime

_REFUSAL_BYTES = 64 * 1024
_HEADERS = (
    (b"accept", b"application/json, text/csv;q=0.9, */*;q=0.1"),
    (b"accept-encoding", b"gzip"),
    (b"connection", b"close"),
    (b"user-agent", b"closeline"),
)


@dataclass(frozen=True, slots=True)
class Timeouts:
    """The most seconds to wait for a connection, and for each piece of what is sent and read."""

    connect: float = 5.0
    read: float = 10.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What a host answered; header names are in small letters."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Failure:
    """What went wrong before there was an answer. `sent` says whether the host may have got the request."""

    outcome: CallOutcome
    fault: str
    sent: bool
    status: int | None = None
    headers: Mapping[str, str] | None = None


def exchange(
    pool: httpcore2.ConnectionPool, address: str, timeouts: Timeouts, size_max: int, *, document: bytes | None = None
) -> Answer | Failure:
    """Make one call: a GET, or the POST of a JSON document. What is said of a fault holds nothing of the address."""
    waits = {"connect": timeouts.connect, "pool": timeouts.connect, "read": timeouts.read, "write": timeouts.read}
    try:
        with pool.stream(
            "GET" if document is None else "POST", address, headers=_headers_with(document), content=document,
            extensions={"timeout": waits},
        ) as response:  # fmt: skip
            return _read(response, size_max)
    except AddressRefused as fault:
        return Failure(CallOutcome.HOST_REFUSED, f"host must be out on the public network, {fault}", sent=False)
    except (httpcore2.ConnectTimeout, httpcore2.PoolTimeout):
        return Failure(CallOutcome.TIMED_OUT, "host must take the connection in time, did not", sent=False)
    except (httpcore2.TimeoutException, OutOfTime):
        return Failure(CallOutcome.TIMED_OUT, "host must answer in time, did not", sent=True)
    except httpcore2.ConnectError as fault:
        return Failure(CallOutcome.UNREACHABLE, f"host must be reachable, was not: {_cause(fault)}", sent=False)
    except (httpcore2.NetworkError, httpcore2.ProtocolError, OSError) as fault:
        return Failure(CallOutcome.UNREACHABLE, f"host must answer whole, did not: {_cause(fault)}", sent=True)


def _headers_with(document: bytes | None) -> list[tuple[bytes, bytes]]:
    if document is None:
        return list(_HEADERS)
    told = ((b"content-type", b"application/json"), (b"content-length", str(len(document)).encode()))
    return [*_HEADERS, *told]


def _read(response: httpcore2.Response, size_max: int) -> Answer | Failure:
    headers = _headers(response)
    pieces, encoding = response.iter_stream(), headers.get("content-encoding", "")
    good = 200 <= response.status < 300
    told = headers.get("content-length", "")
    if good and told.isascii() and told.isdigit() and int(told[:18]) > size_max:
        return _failure(BadBody(CallOutcome.TOO_BIG, f"body must be at most {size_max} bytes, says more"), response)
    try:
        body = unpacked(pieces, encoding, size_max if good else min(size_max, _REFUSAL_BYTES))
    except BadBody as bad:
        if good:
            return _failure(bad, response)
        body = b""  # a refusal is known by its status too
    return Answer(response.status, headers, body)


def _failure(bad: BadBody, response: httpcore2.Response) -> Failure:
    return Failure(bad.outcome, bad.fault, sent=True, status=response.status, headers=_headers(response))


def _headers(response: httpcore2.Response) -> dict[str, str]:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}


def _cause(fault: Exception) -> str:
    """Name a fault by its class: a library's sentence may hold an address, and that a key."""
    cause = fault.args[0] if fault.args and isinstance(fault.args[0], Exception) else fault
    return type(cause).__name__
