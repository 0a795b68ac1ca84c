"""Serving: the API and the embedded jobs on one record, in one process, until it is told to stop."""

import ipaddress
import os
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from threading import Event, Thread

import structlog
import uvicorn
from fastapi import FastAPI

from closeline.api.app import create_app
from closeline.api.open_board import is_page_open
from closeline.domain.errors import BadInput, CloselineError, Refused
from closeline.jobs.desk import AliasBook, Desk
from closeline.jobs.duty.run_embedded import EmbeddedRunner
from closeline.jobs.live.garbage import settle_memory
from closeline.jobs.live.rehearsing import rehearse
from closeline.jobs.monitoring.watch import Watch
from closeline.store import access
from closeline.store.past.ratings import RatingBook
from closeline.store.past.totals import TotalsBook
from closeline.store.record.retention import RetentionPolicy
from closeline.store.session import unit_of_work
from closeline.web.live import install
from closeline.wiring import new_name

STOP_SECONDS_MAX = 30
IDLE_SECONDS_MAX = 30
CALLS_MAX = 200
PORT_MAX = 65_535
# How often a server whose board is open looks whether a key was made.
KEYS_LOOKED_EVERY_SECONDS = 5.0
# So long the thread that makes boards may go on while the one that answers waits for its turn, and an answer takes two.
_TURN_SECONDS = 0.001

log = structlog.get_logger()


# What runs beside the server, from before its first answer until after its last; it is given what ends the server.
Beside = Callable[[Callable[[], None]], AbstractContextManager[object]]


def nothing(end: Callable[[], None]) -> AbstractContextManager[object]:
    """Run nothing beside the server."""
    del end
    return nullcontext()


def serve(
    desk: Desk, host: str, port: int, *, jobs: bool, kept: RetentionPolicy, ready: Callable[[str, int], None],
    beside: Beside = nothing, watch: Watch | None = None, open_board: bool = False,
) -> None:  # fmt: skip
    """Answer calls until SIGINT or SIGTERM; then finish what is under way, and stop the jobs.

    `kept` says how long evidence is kept whole; `beside` runs meanwhile, and may end it; `watch` tells of the desk to
    those who watch it. Port 0 takes any that is free. `ready` is told the address once it can be called, and how many
    keys are live. At an address of this machine alone, the board and its pages need no key until the record has one,
    and with `open_board` not then either.
    Raises Refused for an address that others can reach while no key opens the record, or while `open_board` would have
    them all look; BadInput for one that cannot be had.
    """
    family, address = _resolved(host, port)
    keys = _live_keys(desk)
    at_home = ipaddress.ip_address(address[0].partition("%")[0]).is_loopback
    if not keys and not at_home:
        raise Refused(f"record must have a live key to be served on {host}, had none; run: closeline keys create NAME")
    if open_board and not at_home:
        raise Refused(f"board must be served at an address of this machine to need no key, was at {host}")
    with _bound(family, address) as listener:
        app = app_of(desk, kept, public_board=at_home and (open_board or not keys), watch=watch)
        closing = nullcontext() if open_board else closed_by_a_key(app, desk)
        server = uvicorn.Server(_settings(app))
        prepared(desk)
        with _stopping(server, app.state.hub.stop) as end, _working(desk if jobs else None), closing, beside(end):
            ready(_shown(listener), keys)
            server.run(sockets=[listener])


def must_be_free(host: str, port: int) -> None:
    """Return where an address can be served now; raises BadInput for one that cannot be had."""
    _bound(*_resolved(host, port)).close()


def prepared(desk: Desk) -> None:
    """Load what a board is made by before the first one is asked for, where this process makes any."""
    if desk.follower is not None:
        rehearse(desk.clock())
    settle_memory()
    sys.setswitchinterval(_TURN_SECONDS)


def app_of(desk: Desk, kept: RetentionPolicy, *, public_board: bool, watch: Watch | None = None) -> FastAPI:
    """Return what is served: the API, and the pages of the board beside it."""
    app = create_app(desk, new_name, kept, public_board=public_board, watch=watch)
    install(app, is_page_open)
    return app


@contextmanager
def closed_by_a_key(app: FastAPI, desk: Desk, every: float = KEYS_LOOKED_EVERY_SECONDS) -> Iterator[None]:
    """Close the board to who has no key as soon as there is one, `every` so many seconds; it stays closed.

    Who makes keys serves others, perhaps through a proxy that adds no header and looks like a person at this machine.
    """
    stopped = Event()

    def look() -> None:
        while app.state.public_board and not stopped.wait(every):
            try:
                app.state.public_board = not _live_keys(desk)
            except (CloselineError, OSError) as fault:
                log.debug("keys_not_looked_up", fault=type(fault).__name__)
        if not app.state.public_board:
            app.state.hub.let_all_go()

    looking = Thread(target=look, name="board-door", daemon=True)
    looking.start()
    try:
        yield
    finally:
        stopped.set()
        looking.join(timeout=every)


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
        listener = socket.create_server(address, family=family)
        # Head and body are two sendings. Without this, inherited by every connection, the second waits for the caller's
        # delayed acknowledgement of the first: 40 ms.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except OSError as fault:
        where, why = f"{address[0]}:{address[1]}", os.strerror(fault.errno or 0)
        raise BadInput(f"address must be free to be served, {where} was not: {why}; name another") from None
    return listener


def _shown(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


@contextmanager
def _stopping(server: uvicorn.Server, end_streams: Callable[[], None]) -> Iterator[Callable[[], None]]:
    """Let a signal end the server and not the program: the server raises what it heeded once more when it has ended.

    What is given ends it without a signal.

    Streams never end by themselves, so they are told to: the server waits for every answer that is under way.
    """

    def stop(*told: object) -> None:
        del told
        end_streams()
        server.should_exit = True

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _working(desk: Desk | None) -> Iterator[None]:
    """Run the embedded jobs of a desk meanwhile; beside calls, so they have books of their own."""
    if desk is None:
        yield
        return
    books = replace(desk, ratings=RatingBook(), totals=TotalsBook(), aliases=AliasBook())
    runner = EmbeddedRunner(books, holder=new_name())
    runner.start()
    try:
        yield
    finally:
        runner.stop()


def _settings(app: FastAPI) -> uvicorn.Config:
    return uvicorn.Config(
        app, log_config=None, access_log=False, server_header=False, proxy_headers=False,
        lifespan="off", timeout_graceful_shutdown=STOP_SECONDS_MAX, timeout_keep_alive=IDLE_SECONDS_MAX,
        limit_concurrency=CALLS_MAX,
    )  # fmt: skip
