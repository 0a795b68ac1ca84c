"""How the board does: its newest version, what failed beside it, and what waits to be written."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class BoardHealth:
    """How one desk's board does.

    `faults` counts boards that could not be made, `shelf_faults` what failed on the shelf and `write_faults` batches
    that the record did not take; `last_fault` names the kind of the last of them. Of the opinions for the record
    `waiting` have waited since `waiting_since`, `merged` gave way while they waited, and `refused` it would not take.
    """

    version: int = 0
    made_at: datetime | None = None
    rows: int = 0
    faults: int = 0
    shelf_faults: int = 0
    shelf_reason: str | None = None
    write_faults: int = 0
    last_fault: str = ""
    waiting: int = 0
    waiting_since: datetime | None = None
    merged: int = 0
    refused: int = 0
    batch_rows: int = 0
