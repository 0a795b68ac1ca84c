"""A vendor on the loopback interface that answers what it is told to, byte by byte if need be."""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

from closeline.domain.feeds.fetching import Fetched, RawItem
from closeline.providers.fetch.exchange import Timeouts
from closeline.providers.fetch.fetcher import HttpFetcher, Limits, Senses
from closeline.providers.fetch.hosts import Content, Host

KEY = "k3y-of-32-letters-that-nobody-may-see"
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
Script = bytes | Callable[[socket.socket], None]


def answer(
    body: bytes = b"[]", status: int = 200, headers: Mapping[str, str] | None = None, *, length: int | None = None
) -> bytes:
    told = {"Content-Length": str(len(body) if length is None else length), **(headers or {})}
    lines = [f"HTTP/1.1 {status} X", *(f"{name}: {value}" for name, value in told.items())]
    return "\r\n".join([*lines, "", ""]).encode() + body


def left(remaining: object, last: object = 0) -> dict[str, str]:
    return {"x-requests-remaining": str(remaining), "x-requests-used": "1", "x-requests-last": str(last)}


def dripping(content: bytes, every: float) -> Callable[[socket.socket], None]:
    """Send a byte at a time."""

    def drip(connection: socket.socket) -> None:
        for byte in content:
            connection.sendall(bytes([byte]))
            time.sleep(every)

    return drip


def reset_after(content: bytes) -> Callable[[socket.socket], None]:
    """Send something, then end the connection with a reset."""

    def reset(connection: socket.socket) -> None:
        connection.sendall(content)
        time.sleep(0.05)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")

    return reset


def silent(seconds: float) -> Callable[[socket.socket], None]:
    return lambda _: time.sleep(seconds)


class Vendor:
    """Answers each connection's one request by the next script; the last script answers all that follow."""

    def __init__(self, *scripts: Script, tls: ssl.SSLContext | None = None) -> None:
        self.scripts, self.tls = list(scripts), tls
        self.asked: list[str] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._socket.getsockname()[1])
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        # Whoever waits on it lets go only when it is shut: until then the port would answer once more.
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join()

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._speak, args=(connection,), daemon=True).start()

    def _speak(self, connection: socket.socket) -> None:
        if self.tls is not None:
            try:
                connection = self.tls.wrap_socket(connection, server_side=True)
            except OSError:
                connection.close()
                return
        with connection:
            try:
                head = b""
                while b"\r\n\r\n" not in head:
                    head += connection.recv(4096) or b"\r\n\r\n"
                self.asked.append(head.split(b"\r\n")[0].decode())
                script = self.scripts.pop(0) if len(self.scripts) > 1 else self.scripts[0]
                if isinstance(script, bytes):
                    connection.sendall(script)
                else:
                    script(connection)
                connection.shutdown(socket.SHUT_WR)
            except OSError:
                return


class Moments:
    """A clock, an elapsed counter and a sleep that agree, and wait for nobody."""

    def __init__(self) -> None:
        self.now = NOON
        self.slept: list[float] = []

    def clock(self) -> datetime:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


QUICK = Limits(Timeouts(1.0, 1.0), total_seconds=5.0)


def fetcher_for(
    base: str, *, moments: Moments | None = None, limits: Limits = QUICK, key: str = KEY, inside: bool = False,
    content: Content = Content.JSON,
) -> HttpFetcher:  # fmt: skip
    own = moments or Moments()
    senses = Senses(own.clock, time.monotonic, own.sleep, lambda: 0.5)
    return HttpFetcher({"vendor": Host(base, key, content=content)}, senses, inside=lambda: inside, limits=limits)


def an_item(path: str = "/v4/sports", credits_most: int = 0, **query: str) -> RawItem:
    return RawItem("vendor", path, tuple(query.items()), credits_most)


def call(*scripts: Script, item: RawItem | None = None, **more: object) -> tuple[Fetched, Vendor]:
    """Return what one call to a vendor with these scripts came to."""
    with Vendor(*scripts) as vendor:
        fetcher = fetcher_for(vendor.base, **more)  # type: ignore[arg-type]
        try:
            return fetcher.fetch(item or an_item()), vendor
        finally:
            fetcher.close()
