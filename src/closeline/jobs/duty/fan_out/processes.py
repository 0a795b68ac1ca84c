"""Local processes: the fan-out of a desk without workers."""

from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from multiprocessing import get_context

from closeline.domain.errors import Refused
from closeline.domain.ports import Part
from closeline.jobs.desk import Desk
from closeline.jobs.duty.fan_out.works import do


class LocalProcesses:
    """Does parts in so many processes of this machine."""

    def __init__(self, open_desk: Callable[[Part], Desk], processes: int) -> None:
        """Start nothing yet. `open_desk` must be a function that another process can be told by name."""
        self._open_desk, self._processes = open_desk, processes

    def map(self, work: str, parts: Sequence[Part]) -> list[Part]:
        """Return the answer to each part, in the order of the parts; raises Refused where a process was killed."""
        # Started anew and not forked: a fork copies threads' locks and open files that belong to somebody.
        with ProcessPoolExecutor(min(self._processes, len(parts)) or 1, mp_context=get_context("spawn")) as pool:
            try:
                return list(pool.map(partial(do, self._open_desk, work), parts))
            except BrokenProcessPool:
                raise Refused(f"processes of {work} must live to its end, one was killed; ask for it again") from None
