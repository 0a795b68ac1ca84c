"""A simulated Bot API on loopback, for tests and the demo: it keeps chats in memory and breaks down by script.

It commits what it was asked even when whoever asked has died or gone away meanwhile, as the real one does: a request
that was read is carried out, and the answer is another matter.
"""

import json
import socket
import struct
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from closeline.domain.clock import Clock

HOST = "127.0.0.1"
# Synthetic tokens: they open nothing anywhere.
DESK_BOT = "1000:synthetic-token-of-the-desk"
OBSERVER_BOT = "2000:synthetic-token-of-the-observer"
CHAT = "-1001234567890"
_HANG_UP = struct.pack("ii", 1, 0)


class Trouble(StrEnum):
    """What may go wrong with one call. Those in COMMITTED carry the call out all the same."""

    TOO_FAST = "TOO_FAST"
    SERVER_FAULT = "SERVER_FAULT"
    DONE_THEN_FAULT = "DONE_THEN_FAULT"
    REPLY_LOST = "REPLY_LOST"
    RESET = "RESET"
    SLOW = "SLOW"
    GARBAGE = "GARBAGE"
    BAD_REQUEST = "BAD_REQUEST"
    FORBIDDEN = "FORBIDDEN"
    REVOKED = "REVOKED"


COMMITTED = frozenset({Trouble.DONE_THEN_FAULT, Trouble.REPLY_LOST, Trouble.SLOW, Trouble.GARBAGE})


@dataclass(frozen=True, slots=True)
class Fault:
    """One call that goes wrong: which, and for how many seconds it is told to wait, or is waited."""

    trouble: Trouble
    seconds: float = 0.0
    method: str = "sendMessage"


@dataclass(slots=True)
class Posted:
    """One message in a chat."""

    chat: str
    message_id: int
    text: str
    entities: list[dict[str, Any]]
    date: int
    answers: int | None = None
    edits: list[str] = field(default_factory=list)


class SimulatedBotApi:
    """Chats, their messages, and what went wrong. `asked` tells every call that was read: method and document."""

    def __init__(self, clock: Clock, *, faults: Iterable[Fault] = (), port: int = 0) -> None:
        """Stand ready. Each fault is met once, by the next call of its method."""
        self.clock, self.faults = clock, list(faults)
        self.posted: list[Posted] = []
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.tokens = {DESK_BOT, OBSERVER_BOT}
        self.moved: dict[str, str] = {}
        self._updates: list[dict[str, Any]] = []
        self._numbers: dict[str, int] = defaultdict(int)
        self._port, self._lock, self._stopping = port, threading.Lock(), threading.Event()
        self._server: ThreadingHTTPServer | None = None

    def start(self) -> str:
        """Begin to answer; returns the address."""
        self._server = _Server((HOST, self._port), _handler(self))
        threading.Thread(target=self._server.serve_forever, args=(0.02,), name="bot-api", daemon=True).start()
        return f"http://{HOST}:{self._server.server_address[1]}"

    def stop(self) -> None:
        """Answer no more; slow answers are broken off."""
        self._stopping.set()
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()

    def move(self, chat: str, to: str) -> None:
        """Turn a group into a supergroup: its old number is refused from now on, and says the new one."""
        with self._lock:
            self.moved[chat] = to
            self._tell({"chat": {"id": int(chat)}, "message_id": self._next(chat), "date": self._now(),
                        "migrate_to_chat_id": int(to)})  # fmt: skip

    def texts(self, chat: str = CHAT) -> list[str]:
        """Return what a chat says now, message by message."""
        return [item.edits[-1] if item.edits else item.text for item in self.posted if item.chat == chat]

    def reply(self, token: str, method: str, document: dict[str, Any]) -> tuple[int, dict[str, Any], Fault | None]:
        """Carry one call out, or let it go wrong; returns the status, the answer, and the fault that it met."""
        with self._lock:
            self.asked.append((method, document))
            if token not in self.tokens:
                return 401, _refusal(401, "Unauthorized"), None
            fault = self._met(method)
            if fault is not None and fault.trouble not in COMMITTED:
                return *_refused(fault), fault
            return *self._done(method, document), fault

    def wait(self, seconds: float) -> None:
        """Wait, or until it stops."""
        self._stopping.wait(seconds)

    def _met(self, method: str) -> Fault | None:
        found = next((fault for fault in self.faults if fault.method == method), None)
        if found is not None:
            self.faults.remove(found)
        return found

    def _done(self, method: str, document: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        done: dict[str, Callable[[dict[str, Any]], tuple[int, dict[str, Any]]]] = {
            "sendMessage": self._send, "editMessageText": self._edit, "getUpdates": self._read,
        }  # fmt: skip
        if method not in done:
            return 404, _refusal(404, "Not Found")
        return done[method](document)

    def _send(self, document: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        chat, text = str(document["chat_id"]), str(document.get("text", ""))
        if chat in self.moved:
            more = {"migrate_to_chat_id": int(self.moved[chat])}
            return 400, _refusal(400, "Bad Request: group chat was upgraded to a supergroup chat", more)
        if not 1 <= len(text.encode("utf-16-le")) // 2 <= 4096:
            return 400, _refusal(400, "Bad Request: message is too long" if text else "Bad Request: text is empty")
        answers = (document.get("reply_parameters") or {}).get("message_id")
        made = Posted(chat, self._next(chat), text, document.get("entities") or [], self._now(), answers)
        self.posted.append(made)
        self._tell(_shown(made))
        return 200, {"ok": True, "result": _shown(made)}

    def _edit(self, document: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        key = (str(document["chat_id"]), document["message_id"])
        found = next((item for item in self.posted if (item.chat, item.message_id) == key), None)
        if found is None:
            return 400, _refusal(400, "Bad Request: message to edit not found")
        text = str(document["text"])
        if text == (found.edits[-1] if found.edits else found.text):
            words = "message is not modified: specified new message content and reply markup are exactly the same"
            return 400, _refusal(400, f"Bad Request: {words}")
        found.edits.append(text)
        return 200, {"ok": True, "result": _shown(found)}

    def _read(self, document: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Give updates from a number on; those before it are forgotten, as the real one does."""
        first = int(document.get("offset") or 0)
        self._updates = [item for item in self._updates if item["update_id"] >= first]
        return 200, {"ok": True, "result": self._updates[: int(document.get("limit") or 100)]}

    def _tell(self, message: dict[str, Any]) -> None:
        self._updates.append({"update_id": self._next("updates"), "channel_post": message})

    def _next(self, what: str) -> int:
        self._numbers[what] += 1
        return self._numbers[what]

    def _now(self) -> int:
        return int(self.clock().timestamp())


def _shown(item: Posted) -> dict[str, Any]:
    chat = {"id": int(item.chat), "type": "channel", "title": "Picks (simulated)"}
    return {"message_id": item.message_id, "date": item.date, "chat": chat, "text": item.text}


def _refusal(code: int, description: str, parameters: dict[str, Any] | None = None) -> dict[str, Any]:
    found: dict[str, Any] = {"ok": False, "error_code": code, "description": description}
    return found | ({"parameters": parameters} if parameters else {})


def _refused(fault: Fault) -> tuple[int, dict[str, Any]]:
    seconds = int(fault.seconds)
    told = {
        Trouble.TOO_FAST: (429, f"Too Many Requests: retry after {seconds}", {"retry_after": seconds}),
        Trouble.BAD_REQUEST: (400, "Bad Request: chat not found", None),
        Trouble.FORBIDDEN: (403, "Forbidden: bot was kicked from the channel chat", None),
        Trouble.REVOKED: (401, "Unauthorized", None),
    }.get(fault.trouble, (502, "Bad Gateway", None))
    return told[0], _refusal(*told)


@contextmanager
def running(api: SimulatedBotApi) -> Iterator[str]:
    """Give the address of an API that answers, and stop it afterwards."""
    address = api.start()
    try:
        yield address
    finally:
        api.stop()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 -- the library's own
        """Say nothing: whoever asked has died, which is what this is for."""


def _handler(api: SimulatedBotApi) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            """Read a call, carry it out, and answer it or not."""
            document = json.loads(self.rfile.read(int(self.headers.get("content-length", 0))) or b"{}")
            _, token, method = self.path.split("/", 2)
            status, told, fault = api.reply(token.removeprefix("bot"), method, document)
            trouble = fault.trouble if fault is not None else None
            if fault is not None and trouble is Trouble.SLOW:
                api.wait(fault.seconds)
            if trouble in (Trouble.REPLY_LOST, Trouble.RESET):
                self._hang_up()
                return
            if trouble is Trouble.DONE_THEN_FAULT:
                status, told = 502, _refusal(502, "Bad Gateway")
            body = b"<html>simulated</html>" if trouble is Trouble.GARBAGE else json.dumps(told).encode()
            with suppress(OSError):
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        def _hang_up(self) -> None:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _HANG_UP)
            self.connection.close()

        def log_message(self, *args: object) -> None:
            """Say nothing: the path holds a token."""

    return Handler
