"""Making room: months of the record are made before anything falls into them, and done slots are let go of."""

from collections.abc import Sequence
from datetime import timedelta

from closeline.domain.events import Event
from closeline.jobs import schedule
from closeline.jobs.desk import Desk
from closeline.store.database.partitions import make_months
from closeline.store.scheduling import job_runs
from closeline.store.session import Session

Arguments = object
# A desk that polls leaves some thousands of rows a day that say that a minute was done. Nobody asks for them later.
SLOTS_FOR = timedelta(days=14)


def make_parts(session: Session, desk: Desk, arguments: Arguments) -> Sequence[Event]:
    """Make the parts of this month and of the next ones, where they are not there; does nothing on SQLite."""
    del arguments
    make_months(session.connection, desk.clock().date())
    return ()


def let_go_of_slots(session: Session, desk: Desk, arguments: Arguments) -> Sequence[Event]:
    """Drop the rows of done slots that are old, of jobs that run many times a day; what was missed stays known."""
    del arguments
    job_runs.let_go(session, schedule.often(), before=desk.clock() - SLOTS_FOR)
    return ()
