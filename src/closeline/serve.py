"""Serving: the API and the embedded jobs on one record, in one process, until it is told to stop."""

import ipaddress
import os
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import uvicorn

from closeline.api.app import create_app
from closeline.domain.errors import BadInput, Refused
from closeline.jobs.desk import AliasBook, Desk
from closeline.jobs.run_embedded import EmbeddedRunner
from closeline.store import access
from closeline.store.past.ratings import RatingBook
from closeline.store.past.totals import TotalsBook
from closeline.store.record.retention import RetentionPolicy
from closeline.store.session import unit_of_work
from closeline.wiring import new_name

STOP_SECONDS_MAX = 30
IDLE_SECONDS_MAX = 30
CALLS_MAX = 200
PORT_MAX = 65_535


def serve(
    desk: Desk, host: str, port: int, *, jobs: bool, kept: RetentionPolicy, ready: Callable[[str, int], None]
) -> None:
    """Answer calls until SIGINT or SIGTERM; then finish what is under way, and stop the jobs.

    `kept` says how long evidence is kept whole. Port 0 takes any that is free. `ready` is told the address once it can
    be called, and how many keys are live. Raises Refused for an address that others can reach while no key opens the
    record, BadInput for one that cannot be had.
    """
    family, address = _resolved(host, port)
    keys = _live_keys(desk)
    if not keys and not ipaddress.ip_address(address[0].partition("%")[0]).is_loopback:
        raise Refused(f"record must have a live key to be served on {host}, had none; run: closeline keys create NAME")
    with _bound(family, address) as listener:
        server = uvicorn.Server(_settings(desk, kept))
        with _stopping(server), _working(desk if jobs else None):
            ready(_shown(listener), keys)
            server.run(sockets=[listener])


def _live_keys(desk: Desk) -> int:
    with unit_of_work(desk.engine, write=False) as session:
        return access.live_keys(session, tenant_id=desk.tenant_id, at=desk.clock())


def _resolved(host: str, port: int) -> tuple[socket.AddressFamily, tuple[str, int]]:
    if not 0 <= port <= PORT_MAX:
        raise BadInput(f"port must be 0 to {PORT_MAX}, was {port}")
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    except (OSError, UnicodeError):
        raise BadInput(f"host must be an address of this machine, was {host!r}") from None
    return family, (str(address[0]), port)


def _bound(family: socket.AddressFamily, address: tuple[str, int]) -> socket.socket:
    try:
        return socket.create_server(address, family=family)
    except OSError as fault:
        where, why = f"{address[0]}:{address[1]}", os.strerror(fault.errno or 0)
        raise BadInput(f"address must be free to be served, {where} was not: {why}; name another") from None


def _shown(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


@contextmanager
def _stopping(server: uvicorn.Server) -> Iterator[None]:
    """Let a signal end the server and not the program: the server raises what it heeded once more when it has ended."""

    def stop(*told: object) -> None:
        del told
        server.should_exit = True

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _working(desk: Desk | None) -> Iterator[None]:
    """Run the embedded jobs of a desk meanwhile; beside calls, so they have books of their own."""
    if desk is None:
        yield
        return
    runner = EmbeddedRunner(replace(desk, ratings=RatingBook(), totals=TotalsBook(), aliases=AliasBook()))
    runner.start()
    try:
        yield
    finally:
        runner.stop()


def _settings(desk: Desk, kept: RetentionPolicy) -> uvicorn.Config:
    return uvicorn.Config(
        create_app(desk, new_name, kept), log_config=None, access_log=False, server_header=False, proxy_headers=False,
        lifespan="off", timeout_graceful_shutdown=STOP_SECONDS_MAX, timeout_keep_alive=IDLE_SECONDS_MAX,
        limit_concurrency=CALLS_MAX,
    )  # fmt: skip
