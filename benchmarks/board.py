"""The board over HTTP, against a bare Starlette endpoint that answers with the same bytes, in the same run.

Both are served by uvicorn with the same settings, each in a process of its own, and asked in turn over sixteen
connections that are kept open. Ours is the whole app: log, headers, guard, the look at the shelf. The client is plain
sockets, so that it takes as little of the machine as it can. How many calls a second there are depends on the machine,
so the promise is the ratio; the 99th percentile is told for a load that leaves the server room, and for none.
"""

import asyncio
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import structlog
import uvicorn
from sqlalchemy import create_engine
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from benchmarks.timing import Figure, report
from closeline.domain.clock import FixedClock
from closeline.jobs.desk import Desk
from closeline.jobs.shelf import Shelf
from closeline.providers.boards import MemoryShelf
from closeline.schemas.board.pressing import press
from closeline.serve import app_of
from closeline.store.record.retention import RetentionPolicy
from tests.builders.shown_boards import NOON, a_large_board

CONNECTIONS, ROWS = 16, 200
REPEATS, SECONDS = 5, 1.2
PACED_CALLS_A_SECOND = 160
BUDGET, P99_MS = 0.5, 5.0
KINDS = {"ours": "/api/board", "bare": "/board"}
CODINGS = ("identity", "gzip")


@dataclass(frozen=True, slots=True)
class Round:
    """What one client measured: calls a second, and the 99th percentile of their time in milliseconds."""

    calls_a_second: float
    p99_ms: float


def ours() -> ASGIApp:
    """Return the app as `closeline serve` runs it, with a board on its shelf and a database without one table."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(30))
    shelf = MemoryShelf()
    shelf.put(a_large_board(ROWS))
    desk = Desk(create_engine("sqlite://"), FixedClock(NOON), "default", Shelf(), board=shelf)
    return app_of(desk, RetentionPolicy(), public_board=True)


def bare() -> ASGIApp:
    """Return an app that answers with the same bytes and does nothing else."""
    edition = press(a_large_board(ROWS))

    async def board(request: Request) -> Response:
        if request.headers["accept-encoding"] == "gzip":
            return Response(edition.packed, headers={"content-encoding": "gzip"}, media_type="application/json")
        return Response(edition.content, media_type="application/json")

    return Starlette(routes=[Route(KINDS["bare"], board)])


def serve(kind: str) -> None:
    """Serve one of the two until the process is told to end; the port is printed."""
    app = {"ours": ours, "bare": bare}[kind]()
    config = uvicorn.Config(app, log_config=None, access_log=False, server_header=False, lifespan="off")
    listener = socket.create_server(("127.0.0.1", 0))
    # As `closeline serve` does: else both would be measured by the caller's delayed acknowledgements.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    print(listener.getsockname()[1], flush=True)
    uvicorn.Server(config).run(sockets=[listener])


@contextmanager
def served(kind: str) -> Iterator[int]:
    """Give the port of a server in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.board", "--serve", kind]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield int(process.stdout.readline())
        finally:
            process.terminate()


async def asked(port: int, kind: str, coding: str, *, pause: float = 0.0) -> Round:
    """Ask over all connections for a while, each one call after the other."""
    call = f"GET {KINDS[kind]} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept-Encoding: {coding}\r\n\r\n".encode()
    times: list[float] = []
    begun = time.perf_counter()
    ends = begun + SECONDS

    async def one(wait: float) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**20)
        await asyncio.sleep(wait)
        while time.perf_counter() < ends:
            start = time.perf_counter()
            writer.write(call)
            head = await reader.readuntil(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 200"), head
            length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r")[0])
            await reader.readexactly(length)
            times.append(time.perf_counter() - start)
            if pause:
                await asyncio.sleep(pause)
        writer.close()

    # Paced callers do not knock all at once.
    await asyncio.gather(*(one(pause * place / CONNECTIONS) for place in range(CONNECTIONS)))
    took = time.perf_counter() - begun
    return Round(len(times) / took, 1000 * statistics.quantiles(times, n=100)[98])


def measured() -> list[Figure]:
    """Ask both in turn, and judge the ratio."""
    figures = []
    with served("ours") as own, served("bare") as other:
        ports = {"ours": own, "bare": other}
        for coding in CODINGS:
            rounds = [
                {kind: asyncio.run(asked(port, kind, coding)) for kind, port in ports.items()}
                for _ in range(REPEATS + 1)
            ][1:]
            figures += judged(coding, rounds)
        pause = CONNECTIONS / PACED_CALLS_A_SECOND
        paced = [asyncio.run(asked(own, "ours", "gzip", pause=pause)).p99_ms for _ in range(REPEATS)]
    p99 = statistics.median(paced)
    name = f"p99 of the board in ms, {CONNECTIONS} connections, {PACED_CALLS_A_SECOND} calls a second"
    figures.append(Figure(name, p99, (min(paced), max(paced)), f"<= {P99_MS:g}", p99 <= P99_MS, "no rival: a time"))
    return figures


def judged(coding: str, rounds: list[dict[str, Round]]) -> list[Figure]:
    """Return the ratio of calls a second, with what it was made of on standard error."""
    each = [found["ours"].calls_a_second / found["bare"].calls_a_second for found in rounds]
    middle = {kind: statistics.median(found[kind].calls_a_second for found in rounds) for kind in KINDS}
    late = {kind: statistics.median(found[kind].p99_ms for found in rounds) for kind in KINDS}
    said = ", ".join(f"{kind} {middle[kind]:,.0f} calls/s, p99 {late[kind]:.1f} ms" for kind in KINDS)
    print(f"board {coding}: {said}", file=sys.stderr)
    ratio = middle["ours"] / middle["bare"]
    sizes = press(a_large_board(ROWS))
    kilobytes = (len(sizes.content) if coding == "identity" else len(sizes.packed)) / 1000
    name = f"board of {ROWS} rows over HTTP, {coding}, {kilobytes:.0f} kB, {CONNECTIONS} connections"
    return [Figure(name, ratio, (min(each), max(each)), f">= {BUDGET:g}", ratio >= BUDGET, "bare Starlette bytes")]


if __name__ == "__main__":
    if sys.argv[1:2] == ["--serve"]:
        serve(sys.argv[2])
    else:
        report(measured(), "The board over HTTP")
