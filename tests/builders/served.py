"""A server of the API and the live pages in a thread of this process, at an address of this machine."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import uvicorn
from fastapi import FastAPI
from sqlalchemy import Engine, create_engine

from closeline.domain.clock import Clock, FixedClock
from closeline.domain.ports import BoardShelf
from closeline.jobs.desk import Desk
from closeline.jobs.shelf import Shelf
from closeline.providers.boards import MemoryShelf
from closeline.serve import app_of
from closeline.store.record.retention import RetentionPolicy
from tests.builders.records import TENANT
from tests.builders.shown_boards import NOON

SECONDS_MAX = 20


@dataclass(frozen=True, slots=True)
class Served:
    """A running server: where it is, what lies on its shelf, and its app."""

    address: str
    shelf: BoardShelf
    app: FastAPI
    server: uvicorn.Server


def a_served_app(
    *, shelf: BoardShelf | None = None, engine: Engine | None = None, public: bool = True, now: datetime = NOON,
    clock: Clock | None = None,
) -> FastAPI:  # fmt: skip
    desk = Desk(
        engine or create_engine("sqlite://"), clock or FixedClock(now), TENANT, Shelf(), board=shelf or MemoryShelf()
    )
    return app_of(desk, RetentionPolicy(), public_board=public)


@contextmanager
def a_server(app: FastAPI, port: int = 0) -> Iterator[Served]:
    """Give a running server; it is stopped as `closeline serve` stops."""
    with socket.create_server(("127.0.0.1", port)) as listener:
        # Waiting is short: a test that forgets a stream must fail and not hang.
        settings = uvicorn.Config(app, log_config=None, access_log=False, lifespan="off", timeout_graceful_shutdown=5)
        server = uvicorn.Server(settings)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        ends = time.monotonic() + SECONDS_MAX
        while not server.started and time.monotonic() < ends:
            time.sleep(0.01)
        try:
            host, bound = listener.getsockname()
            yield Served(f"http://{host}:{bound}", app.state.desk.board, app, server)
        finally:
            app.state.hub.stop()
            server.should_exit = True
            thread.join(timeout=SECONDS_MAX)
            assert not thread.is_alive()
