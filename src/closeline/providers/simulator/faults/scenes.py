"""What a fault is given: the call, its window of simulated time, and the honest answer of any other moment."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from closeline.providers.simulator.answering import Answer
from closeline.providers.simulator.asking import Call


@dataclass(frozen=True, slots=True)
class Scene:
    """One call under a fault.

    since, until: the fault's window. amount: its strength, 0 where the script gave none; each fault says what it means
    by it. honest: the answer that would have been given at another moment.
    """

    call: Call
    since: datetime
    until: datetime
    amount: float
    honest: Callable[[datetime], Answer]

    @property
    def passed(self) -> float:
        """Return the share of the window that is over, 0 to 1."""
        return min(1.0, max(0.0, (self.call.at - self.since) / (self.until - self.since)))


Fault = Callable[[Answer, Scene], Answer]
