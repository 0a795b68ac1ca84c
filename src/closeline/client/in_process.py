"""The way to a record of this machine: the same functions that the API calls, on a desk of one's own."""

from dataclasses import dataclass

from closeline.client.steps import Answered, Given, Look, Step
from closeline.jobs.desk import Desk


@dataclass(frozen=True, slots=True)
class InProcess:
    """A desk at hand."""

    desk: Desk

    def __repr__(self) -> str:
        """Name the database without its password."""
        return f"in process, {self.desk.engine.url.render_as_string(hide_password=True)}"

    def take(self, step: Step[Given, Answered], given: Given) -> Answered:
        """Take a step in a transaction of its own."""
        return step.run(self.desk, given)

    def look(self, look: Look[Given, Answered], given: Given) -> Answered:
        """Look at the desk's record."""
        return look.run(self.desk, given)

    def close(self) -> None:
        """Close the connections to the database."""
        self.desk.engine.dispose()
