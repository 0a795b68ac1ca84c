"""Watching a database: how long each unit of work took and how it ended, told to whoever asked to be told."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import perf_counter

from sqlalchemy import Engine

from closeline.domain.errors import CorruptRecord, StoreFault

Told = Callable[[str, str, float], None]
OK, UNDONE = "ok", "undone"
_WATCHER = "closeline_watcher"


def watch(engine: Engine, told: Told) -> None:
    """Tell of every unit of work on an engine from now on: (kind, outcome, seconds).

    The kind is "read" or "write". The outcome is "ok", the class of the fault of the record that ended it (one that
    could not be reached among them), or "undone" where whoever worked in it let everything go.
    """
    engine.update_execution_options(**{_WATCHER: told})


@contextmanager
def watched(engine: Engine, *, write: bool) -> Iterator[None]:
    """Time one unit of work, from before its connection is had until after it is given back."""
    told: Told | None = engine.get_execution_options().get(_WATCHER)
    if told is None:
        yield
        return
    began, outcome = perf_counter(), OK
    try:
        yield
    except (StoreFault, CorruptRecord) as fault:
        outcome = type(fault).__name__
        raise
    except BaseException:
        outcome = UNDONE
        raise
    finally:
        told("write" if write else "read", outcome, perf_counter() - began)
