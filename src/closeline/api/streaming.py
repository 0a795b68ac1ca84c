"""Server-sent events of the board: what has changed since what each client has, as long as it keeps up.

A client holds one edition and is sent what makes the newest one of it, however many came between: nothing piles up for
one that reads slowly, and one that does not read at all is let go. How many may listen is bounded, and so is how long:
a browser that is let go comes back by itself and says what it has.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from typing import TypeVar

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from closeline.domain.board.editions import Edition
from closeline.domain.board.filters import BoardFilter
from closeline.jobs.showing import Showcase

CLIENTS_MAX = 64
# Threads in which filtered boards are made: what strangers make up waits for its turn and holds up nothing else.
MAKERS = 2

Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class Pace:
    """How often newer editions are looked for, how often silence is broken, and for how long, in seconds.

    look: between two looks. beat: of silence before a comment is sent. send: that one sending may take before the
    client is let go. life: of a stream. retry: that a browser waits before it comes back.
    """

    look: float = 0.05
    beat: float = 15.0
    send: float = 10.0
    life: float = 900.0
    retry: float = 2.0


PACE = Pace()


class Hub:
    """Counts who listens, and ends all streams when the server stops."""

    def __init__(self, showcase: Showcase, pace: Pace = PACE, clients_max: int = CLIENTS_MAX) -> None:
        """Stream what a showcase shows."""
        self.showcase = showcase
        self.pace = pace
        self.clients = 0
        self.let_go = 0
        self.stopped = False
        self.closings = 0
        self._clients_max = clients_max
        self._makers = ThreadPoolExecutor(MAKERS, thread_name_prefix="board-maker")

    async def made(self, make: Callable[[], Made]) -> Made:
        """Return what is made, beside the loop that answers everybody."""
        return await asyncio.get_running_loop().run_in_executor(self._makers, make)

    def stop(self) -> None:
        """End every stream within a look. Nothing but a mark is set, so a signal's handler may call it."""
        self.stopped = True

    def let_all_go(self) -> None:
        """End the streams that run; who may, comes back. Nothing but a number is set, so any thread may call it."""
        self.closings += 1

    def stream(self, wanted: BoardFilter, known: str | None, headers: dict[str, str]) -> Response:
        """Return a stream for one more client, who has the edition `known`; refuses one too many with 503."""
        if self.stopped or self.clients >= self._clients_max:
            detail = f"board must have at most {self._clients_max} listeners at a time, had; ask for /api/board instead"
            raise HTTPException(HTTPStatus.SERVICE_UNAVAILABLE, detail, {"Retry-After": "10"})
        return EventStream(self, wanted, None if known is None else self.showcase.kept(known), headers)


class EventStream(Response):
    """One client's stream."""

    media_type = "text/event-stream"

    def __init__(self, hub: Hub, wanted: BoardFilter, known: Edition | None, headers: dict[str, str]) -> None:
        """Stream what is wanted, from the edition that is known already."""
        self.status_code, self.background = HTTPStatus.OK, None
        self.init_headers(headers)
        self.raw_headers = [pair for pair in self.raw_headers if pair[0] != b"content-length"]
        self._hub, self._wanted, self._known = hub, wanted, known

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send events until the client goes, its time is up, or the server stops."""
        del scope
        self._hub.clients += 1
        gone = asyncio.ensure_future(_disconnected(receive))
        try:
            await self._sending(send, gone)
        except TimeoutError:
            self._hub.let_go += 1
        finally:
            self._hub.clients -= 1
            gone.cancel()
            with suppress(asyncio.CancelledError):
                await gone

    async def _sending(self, send: Send, gone: "asyncio.Future[None]") -> None:
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        async for chunk in self._chunks(asyncio.get_running_loop().time, gone):
            async with asyncio.timeout(self._hub.pace.send):
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _chunks(self, now: Callable[[], float], gone: "asyncio.Future[None]") -> AsyncIterator[bytes]:
        pace, ends, closings = self._hub.pace, now() + self._hub.pace.life, self._hub.closings
        yield b"retry: %d\n\n" % (1000 * pace.retry)
        spoke = now()
        while not (self._hub.stopped or gone.done() or self._hub.closings > closings) and now() < ends:
            news = await self._news()
            if news:
                yield news
                spoke = now()
            elif now() - spoke >= pace.beat:
                yield b": beat\n\n"
                spoke = now()
            await asyncio.sleep(pace.look)

    async def _news(self) -> bytes:
        """Return what makes the newest edition of what the client has, empty where it has it; then it has it."""
        known, newest = self._known, self._hub.showcase.newest()
        if newest is None or newest is known or (known is not None and newest.name == known.name):
            return b""
        self._known = newest
        return await self._hub.made(lambda: self._told(known, newest))

    def _told(self, known: Edition | None, newest: Edition) -> bytes:
        if known is None:
            return event("board", newest.name, self._hub.showcase.page(newest, self._wanted).content)
        return event("changes", newest.name, self._hub.showcase.news(known, newest, self._wanted))


def event(kind: str, name: str, data: bytes) -> bytes:
    """Write one event. JSON holds no line break outside its texts, and escapes those inside."""
    return b"event: %s\nid: %s\ndata: %s\n\n" % (kind.encode(), name.encode(), data)


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
