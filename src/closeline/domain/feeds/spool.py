"""How full the spool is: what the record could not take and waits for it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SpoolState:
    """What waits: answers and bytes; those in memory alone, those refused for want of room, and spoiled ones."""

    waiting: int = 0
    bytes: int = 0
    in_memory: int = 0
    refused: int = 0
    spoiled: int = 0
