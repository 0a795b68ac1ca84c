"""What a served desk is watched by: the memory of its writes, and the text that Prometheus scrapes."""

from collections.abc import Callable
from dataclasses import dataclass

from closeline.jobs.monitoring.persistence import PersistenceLog


@dataclass(frozen=True, slots=True)
class Watch:
    """The watching side of a desk: `metrics` gives everything that was counted, in Prometheus's text form."""

    persistence: PersistenceLog
    metrics: Callable[[], bytes]
