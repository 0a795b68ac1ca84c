"""Backups: what one holds, and what a drill or a restore proved of it."""

from datetime import datetime

from pydantic import Field

from closeline.schemas.shape import Shape


class Backup(Shape):
    """A backup that was made: the file, and what its manifest says that it holds."""

    path: str
    kind: str = Field(description="sqlite or postgresql.")
    revision: str = Field(description="The schema that it has.")
    tenant: str
    taken_at: datetime
    size: int
    sha256: str
    chains: dict[str, int] = Field(description="How many events each chain had.")
    publications: int
    record_hash: str


class Restored(Shape):
    """A backup that was put back and proved."""

    path: str
    database: str
    taken_at: datetime
    whole: bool
    lineages: int = Field(description="Picks that were followed down to their bytes.")
    faults: list[str]
    in_doubt: int = Field(
        description="Messages that may have been sent since, and are looked for before they go again."
    )
    awaiting_reconciliation: bool
