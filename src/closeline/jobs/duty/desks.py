"""Desks: one for each process of a worker. A connection that two processes share belongs to neither."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from closeline.domain.ports import Part
from closeline.jobs.desk import Desk


class Desks:
    """Where a process takes its desk from: made when it is first asked for, and never inherited."""

    def __init__(self, open_one: Callable[[], Desk], of_part: Callable[[Part], Desk] | None = None) -> None:
        """Make nothing yet; `open_one` makes a desk with a database engine of its own, `of_part` one for a part."""
        self._open = open_one
        self.of_part = of_part or (lambda _: open_one())
        # Never dropped: closing a connection that was inherited would hang up on the process that owns it.
        self._of_process: dict[int, Desk] = {}

    def mine(self) -> Desk:
        """Return the desk of this process."""
        process = os.getpid()
        if process not in self._of_process:
            self._of_process[process] = self._open()
        return self._of_process[process]

    def made(self) -> Desk | None:
        """Return the desk of this process if it has one already."""
        return self._of_process.get(os.getpid())

    @contextmanager
    def borrowed(self) -> Iterator[Desk]:
        """Give a desk for a moment, and close it: in a process that goes on to make others."""
        desk = self._open()
        try:
            yield desk
        finally:
            desk.engine.dispose()
