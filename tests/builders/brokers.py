"""Brokers: a real Redis for tests that want one, and applications that leave nothing open behind them."""

import gc
import secrets
import socket
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from celery import Celery, _state
from kombu import pools

from closeline.jobs.duty.desks import Desks
from closeline.jobs.duty.run_celery import make_app

REDIS = "redis://127.0.0.1:6379/7"


@contextmanager
def an_app(desks: Desks) -> Iterator[Celery]:
    """Give an application on a queue of its own; skips where no Redis answers."""
    with socket.socket() as tried:
        if tried.connect_ex(("127.0.0.1", 6379)):
            pytest.skip("no Redis answers on port 6379")
    app = make_app(REDIS, desks, f"closeline-test-{secrets.token_hex(4)}")
    try:
        yield app
    finally:
        held = [app]
        del app
        _forget(held.pop())


@contextmanager
def a_working_app(desks: Desks, **worker: object) -> Iterator[Celery]:
    """Give an application with a worker in threads of this process."""
    from celery.contrib.testing.worker import start_worker

    with an_app(desks) as app, start_worker(
        app, perform_ping_check=False, shutdown_timeout=30, loglevel="error", **worker
    ):  # fmt: skip
        yield app


def _forget(app: Celery) -> None:
    import redis

    prefix = f"{app.conf.task_default_queue}*"
    with redis.Redis(db=7) as connection:
        for key in connection.scan_iter(prefix):
            connection.delete(key)
    app.backend.client.connection_pool.disconnect()
    app.close()
    pools.reset()
    # A worker makes its application everybody's, and so keeps it alive.
    _state._set_current_app(None)
    _state.set_default_app(None)
    del app
    # Celery leaves lines open to be found by the collector: here, and not in somebody else's test.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()
