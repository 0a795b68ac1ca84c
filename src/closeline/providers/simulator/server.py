"""The simulator's server: one thread per call on loopback, the recording behind it, the script of faults between.

Two things it does that a web framework would not: it sends bytes slowly, and it breaks connections, both on purpose.
"""

import socket
import struct
import threading
from collections import Counter as Count
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from closeline.domain.clock import Clock
from closeline.providers.simulator.allowance import Counter, must_pay, out_of_credits
from closeline.providers.simulator.answering import Answer, Manner, answer, refusal
from closeline.providers.simulator.asking import Call, Endpoint, Place, place_of, query_of
from closeline.providers.simulator.faults import Script
from closeline.providers.simulator.recording import Recording
from closeline.providers.simulator.scoreboard import scoreboard

HOST = "127.0.0.1"
KEY = "synthetic-key"
SLOW_SECONDS = 1.0
STOP_SECONDS_MAX = 5.0
_AT_ONCE = struct.pack("ii", 1, 0)


@dataclass(frozen=True, slots=True)
class Met:
    """One call that was answered: when, what was asked, with which status, what it cost, and which faults it met."""

    at: datetime
    endpoint: Endpoint | None
    sport: str
    status: int
    cost: int
    faults: tuple[str, ...]
    size: int


class Simulator:
    """Two vendors on one port of this machine. `met` tells every call that was answered, oldest first."""

    def __init__(
        self, recording: Recording, clock: Clock, *, script: Script | None = None, counter: Counter | None = None,
        key: str = KEY, port: int = 0, heard: Callable[[Met], None] | None = None,
    ) -> None:  # fmt: skip
        """Stand ready. `heard` is told every call when it is answered, from the thread that answers it."""
        self.recording, self.clock = recording, clock
        self.script = script or Script(clock())
        self.counter = counter or Counter()
        self.met: list[Met] = []
        self._key, self._port, self._heard = key, port, heard
        self._numbers: Count[Endpoint] = Count()
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> str:
        """Begin to answer; returns the address, such as http://127.0.0.1:40123."""
        self._server = _Server((HOST, self._port), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="simulator", daemon=True)
        self._thread.start()
        return f"http://{HOST}:{self._server.server_address[1]}"

    def stop(self) -> None:
        """Answer no more; slow answers are broken off."""
        self._stopping.set()
        if self._server is not None and self._thread is not None:
            self._server.shutdown()
            self._server.hang_up()
            self._thread.join(STOP_SECONDS_MAX)
            self._server.server_close()

    def wait(self, seconds: float) -> bool:
        """Wait, or until the simulator stops; says whether it stops."""
        return self._stopping.wait(seconds)

    def reply(self, target: str) -> Answer:
        """Return the answer to a request's target, faults and credits included."""
        place = place_of(target)
        if place is None:
            return Answer(404, {"message": "Not Found"})
        with self._lock:
            return self._replied(place, query_of(target))

    def _replied(self, place: Place, query: dict[str, str]) -> Answer:
        self._numbers[place.endpoint] += 1
        call = Call(place.endpoint, place.sport, place.event, query, self.clock(), self._numbers[place.endpoint])
        said, faults = self.script.play(self._honest(call), call, lambda at: self._honest(replace(call, at=at)))
        if call.endpoint is not Endpoint.SCOREBOARD:
            said = self.counter.charge(said)
        # Its bytes are made once, however often they are looked at.
        said = replace(said, content=said.body)
        cost = said.cost if said.status == 200 else 0
        met = Met(call.at, call.endpoint, call.sport, said.status, cost, faults, len(said.body))
        self.met.append(met)
        if self._heard is not None:
            self._heard(met)
        return said

    def _honest(self, call: Call) -> Answer:
        if call.endpoint is Endpoint.SCOREBOARD:
            return scoreboard(self.recording, call)
        key = call.query.get("apiKey") or call.query.get("api_key")
        if key != self._key:
            code = "INVALID_KEY" if key else "MISSING_KEY"
            return refusal(401, code, "API key is not valid" if key else "API key is missing")
        if must_pay(call) and not self.counter.remaining:
            return out_of_credits()
        return answer(self.recording, call)


@contextmanager
def running(simulator: Simulator) -> Iterator[str]:
    """Give the address of a simulator that answers, and stop it afterwards."""
    address = simulator.start()
    try:
        yield address
    finally:
        simulator.stop()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        super().__init__(address, handler)
        self._open: set[socket.socket] = set()

    def process_request(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 -- the library's own
        """Remember who is connected, and answer."""
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:  # noqa: ANN401 -- the library's own
        """Forget who has gone."""
        self._open.discard(request)
        super().shutdown_request(request)

    def hang_up(self) -> None:
        """Break off every connection that is still open: their threads end."""
        for connection in tuple(self._open):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 -- the library's own signature
        """Say nothing: whoever breaks off a call has a reason of their own."""


class _Handler(BaseHTTPRequestHandler):
    """Answers GET alone, for the simulator that a subclass names."""

    simulator: Simulator
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "simulator", ""

    def do_GET(self) -> None:
        """Send the answer in its manner."""
        said = self.simulator.reply(self.path)
        if said.manner is Manner.RESET:
            self._reset()
            return
        self._head(said)
        self._body(said)

    def _head(self, said: Answer) -> None:
        told = {name for name, _ in said.headers}
        self.send_response(said.status)
        if "content-type" not in told:
            self.send_header("content-type", "application/json; charset=utf-8")
        for name, value in said.headers:
            self.send_header(name, value)
        self.send_header("content-length", str(len(said.body)))
        self.end_headers()

    def _body(self, said: Answer) -> None:
        body = said.body
        if said.manner is Manner.CUT:
            self.wfile.write(body[: len(body) // 2])
            self.close_connection = True
        elif said.manner is Manner.SLOW:
            self._slowly(body)
        else:
            self.wfile.write(body)

    def _slowly(self, body: bytes) -> None:
        """Send a byte a second, until the other side has had enough."""
        for place in range(len(body)):
            self.wfile.write(body[place : place + 1])
            self.wfile.flush()
            if self.simulator.wait(SLOW_SECONDS):
                break
        self.close_connection = True

    def _reset(self) -> None:
        # Closing with a linger of nought sends RST instead of FIN; the library's own streams go first.
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
        self.rfile.close()
        self.connection.close()
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the library's own name
        """Keep silent: the addresses of calls hold keys."""


def _handler(simulator: Simulator) -> type[_Handler]:
    return type("Handler", (_Handler,), {"simulator": simulator})


__all__ = ["HOST", "KEY", "Met", "Simulator", "running"]
