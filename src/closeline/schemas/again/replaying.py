"""A replay of the last days, table by table."""

from datetime import datetime

from pydantic import Field

from closeline.schemas.shape import Shape


class RowDifference(Shape):
    """One row that is not the same in the record and in its replay."""

    name: str
    text: str


class TableComparison(Shape):
    """A table in both: how many rows each has within the window, and how many are not the same."""

    table: str
    recorded: int
    replayed: int
    missing: int = Field(description="Rows of the record that the replay does not have.")
    added: int = Field(description="Rows of the replay that the record does not have.")
    changed: int
    equal: bool
    first: list[RowDifference] = Field(description="The first of those that are not the same, up to five of each kind.")


class Replay(Shape):
    """A window replayed from stored bytes into an empty record, and compared."""

    begin: datetime
    until: datetime
    database: str
    equal: bool
    inputs: int = Field(description="Captures, decisions and acts of people that came from outside.")
    steps: int = Field(description="Those, and the jobs that they set going.")
    carried: int = Field(description="Rows that were put in as they had been decided, and not made again.")
    tables: list[TableComparison]
    faults: list[str] = Field(description="Steps that failed.")
    outside: list[str] = Field(description="Whatever was sent, bought or asked for: nothing.")
