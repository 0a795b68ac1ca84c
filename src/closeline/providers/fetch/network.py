"""The network below a call: names become addresses that are looked at, and nothing waits beyond the deadline."""

import socket
from collections.abc import Callable, Iterable, Sequence
from contextvars import ContextVar
from ssl import SSLContext
from threading import Thread
from typing import Any

import httpcore2

from closeline.providers.fetch.ranges import is_loopback, is_public

Resolve = Callable[[str, int], Sequence[str]]
Elapsed = Callable[[], float]


class OutOfTime(Exception):
    """The deadline of a call has passed."""


class AddressRefused(Exception):
    """A name leads to an address that may not be called."""


class Deadline:
    """The moment by which a call must be over, on a clock that only runs forward."""

    def __init__(self, elapsed: Elapsed, seconds: float) -> None:
        """Start now."""
        self._elapsed, self._ends = elapsed, elapsed() + seconds

    def left(self, most: float | None = None) -> float:
        """Return the seconds that are left, `most` at most; raises OutOfTime when there are none."""
        left = self._ends - self._elapsed()
        if left <= 0:
            raise OutOfTime
        return left if most is None else min(left, most)

    def spares(self, seconds: float) -> bool:
        """Say whether so many seconds are left."""
        return self._ends - self._elapsed() > seconds


# The deadline of the call that this thread makes: connections are kept and outlive it.
current: ContextVar[Deadline] = ContextVar("deadline")


def resolve(name: str, port: int) -> Sequence[str]:
    """Return the addresses of a name, in the resolver's order; raises OSError when it has none."""
    found = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(item[4][0]) for item in found))


class Network(httpcore2.NetworkBackend):
    """Connects to the very address that was checked, so that a name that changes its mind meanwhile gains nothing."""

    def __init__(self, loopback: Iterable[str], resolve_name: Resolve = resolve) -> None:
        """Let names of `loopback`, and no others, lead to this machine."""
        self._loopback = frozenset(loopback)
        self._resolve = resolve_name
        self._plain = httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        """Connect to the first address of a host that answers.

        Raises AddressRefused, OutOfTime, or the library's own faults.
        """
        addresses = self._checked(host, self._addresses(host, port))
        options = list(socket_options or ())
        for address in addresses[:-1]:
            try:
                return self._connect(address, port, timeout, local_address, options)
            except httpcore2.ConnectError:
                continue
        return self._connect(addresses[-1], port, timeout, local_address, options)

    def _connect(
        self, address: str, port: int, timeout: float | None, local_address: str | None, options: list[Any]
    ) -> httpcore2.NetworkStream:
        left = current.get().left(timeout)
        return _Stream(self._plain.connect_tcp(address, port, left, local_address, options))

    def _checked(self, host: str, addresses: Sequence[str]) -> Sequence[str]:
        may_be = is_loopback if host in self._loopback else is_public
        refused = [address for address in addresses if not may_be(address)]
        if refused or not addresses:
            raise AddressRefused(f"{host} led to {', '.join(refused) or 'no address'}")
        return addresses

    def _addresses(self, host: str, port: int) -> Sequence[str]:
        """Resolve in a thread that may be left behind: the system's resolver knows no deadline."""
        found: list[Sequence[str] | OSError] = []

        def look() -> None:
            try:
                found.append(self._resolve(host, port))
            except OSError as fault:
                found.append(fault)

        thread = Thread(target=look, name="closeline-resolve", daemon=True)
        thread.start()
        thread.join(current.get().left())
        if not found:
            raise OutOfTime
        if isinstance(found[0], OSError):
            raise httpcore2.ConnectError(f"no address for {host}") from found[0]
        return found[0]


class _Stream(httpcore2.NetworkStream):
    """A connection on which no single wait goes beyond the deadline of the call: a drop a second does not help."""

    def __init__(self, plain: httpcore2.NetworkStream) -> None:
        self._plain = plain

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._plain.read(max_bytes, current.get().left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._plain.write(buffer, current.get().left(timeout))

    def close(self) -> None:
        self._plain.close()

    def start_tls(
        self,
        ssl_context: SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore2.NetworkStream:
        return _Stream(self._plain.start_tls(ssl_context, server_hostname, current.get().left(timeout)))

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401 -- the library's own signature
        return self._plain.get_extra_info(info)
