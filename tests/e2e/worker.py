"""A process of its own that runs a backtest, and dies where it is told to: no cleaning up, no last words."""

# mypy: disable-error-code="attr-defined"

import os
import signal
from collections.abc import Callable
from typing import Any

from closeline.jobs import execute as execute_module
from closeline.jobs import run_inline
from closeline.jobs.replaying.backtest import backtest
from closeline.jobs.shelf import Archive
from tests.builders.desks import a_desk
from tests.builders.records import opened
from tests.fakes import FakeChannel

# Every step at which a process can die and somebody could notice.
LABELS = (
    "before a slot is claimed", "after a slot is claimed", "after the work, before its events",
    "after the events, before the commit", "after the commit, before its reactions", "while a channel carries",
    "after a channel carried, before it is kept",
)  # fmt: skip


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def dying(function: Callable[..., Any], turn: int, *, before: bool) -> Callable[..., Any]:
    """Let a function take the process with it at its `turn`-th call, before or after it did its work."""
    calls = 0

    def wrapped(*given: Any, **named: Any) -> Any:
        nonlocal calls
        calls += 1
        if before and calls == turn:
            die()
        result = function(*given, **named)
        if not before and calls == turn:
            die()
        return result

    return wrapped


def plant(label: str, turn: int, channel: FakeChannel) -> None:
    """Plant a crash point in this process."""
    claim, record, execute = execute_module.job_runs.claim, execute_module._record, run_inline.execute
    plants: dict[str, Callable[[], None]] = {
        "before a slot is claimed": lambda: setattr(execute_module.job_runs, "claim", dying(claim, turn, before=True)),
        "after a slot is claimed": lambda: setattr(execute_module.job_runs, "claim", dying(claim, turn, before=False)),
        "after the work, before its events": lambda: setattr(execute_module, "_record", dying(record, turn, before=True)),
        "after the events, before the commit": lambda: setattr(execute_module, "_record", dying(record, turn, before=False)),
        "after the commit, before its reactions": lambda: setattr(run_inline, "execute", dying(execute, turn, before=False)),
        "while a channel carries": lambda: setattr(type(channel), "send", dying(type(channel).send, turn, before=True)),
        "after a channel carried, before it is kept": lambda: setattr(type(channel), "send", dying(type(channel).send, turn, before=False)),
    }  # fmt: skip
    plants[label]()


def in_a_child(url: str, archives: list[Archive], label: str = "", turn: int = 0) -> int:
    """Run a backtest in a forked process; give its process id."""
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        channel = FakeChannel("app")
        if label:
            plant(label, turn, channel)
        with opened(url) as engine:
            backtest(a_desk(engine, archives, channels=[channel]))
        code = 0
    finally:
        os._exit(code)


def ended(child: int) -> int:
    """Wait for a process and give its exit code, minus the signal that killed it."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
