"""Outcome: what a replay came to, table by table."""

from dataclasses import dataclass
from datetime import datetime

from closeline.store.record.replay.comparing import Comparison


@dataclass(frozen=True, slots=True)
class Replayed:
    """A window replayed and compared.

    `inputs` came from outside, `carried` rows were put in as they were decided. `faults` are steps that failed;
    `outside` names whatever the replay sent, bought or asked for, which must be nothing.
    """

    begin: datetime
    until: datetime
    database: str
    inputs: int
    steps: int
    carried: int
    tables: tuple[Comparison, ...]
    faults: tuple[str, ...]
    outside: tuple[str, ...]

    @property
    def equal(self) -> bool:
        """Say whether the replay gave the same, by itself."""
        return all(table.equal for table in self.tables) and not self.faults and not self.outside
