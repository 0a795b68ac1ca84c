"""The inline runner: everything now, in this thread. Backtests, the command line and tests use it."""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from closeline.domain.clock import FixedClock
from closeline.domain.events import SYSTEM_CHAIN
from closeline.jobs.desk import Desk
from closeline.jobs.errands import Arguments
from closeline.jobs.execute import execute
from closeline.jobs.reactions import REACTIONS
from closeline.jobs.registry import JOBS
from closeline.jobs.schedule import opening_nights
from closeline.store import events
from closeline.store.events import LoggedEvent
from closeline.store.scheduling import cursors, job_runs
from closeline.store.session import Session, unit_of_work

# The job of an opening night whose slots say from which day a league was published.
_OPENING = "tune.policy"
# A cursor is moved when so many events lie behind it: reading those again costs less than a write for each.
_STRIDE = 50


def run(desk: Desk, job: str, slot: str, arguments: Arguments) -> None:
    """Run a job and everything that its events set going, to the end."""
    react(desk, execute(desk, job, slot, arguments))


def react(desk: Desk, told: list[LoggedEvent]) -> None:
    """Run the reactions to events, and to the events that those record, first come first served."""
    waiting = deque(told)
    while waiting:
        event = waiting.popleft()
        for job in REACTIONS[event.name]:
            waiting.extend(execute(desk, job, reaction_slot(event), event.body))


def reaction_slot(event: LoggedEvent) -> str:
    """Return the slot of a reaction: an event sets a job going once."""
    return f"event:{event.chain}:{event.seq}"


def unfinished(desk: Desk) -> list[LoggedEvent]:
    """Return the events whose reactions have not all ended: what an interruption left behind.

    Only what is younger than the cursor of its chain is looked at, so that the time this takes does not grow with the
    record. A reaction that is DEAD has ended: it waits for a person.
    """
    left: list[LoggedEvent] = []
    for chain in (SYSTEM_CHAIN, desk.tenant_id):
        with unit_of_work(desk.engine, write=False) as session:
            begin = cursors.cursor(session, chain=chain)
            logged = events.since(session, chain=chain, after=begin)
            open_ones = _open(session, desk, logged)
        left.extend(open_ones)
        end = open_ones[0].seq - 1 if open_ones else begin + len(logged)
        if end >= begin + _STRIDE:
            with unit_of_work(desk.engine) as session:
                cursors.advance(session, chain=chain, seq=end)
    return left


def _open(session: Session, desk: Desk, logged: Sequence[LoggedEvent]) -> list[LoggedEvent]:
    if not logged:
        return []
    nights = opening_nights(job_runs.done_slots_of(session, _OPENING))
    due = [(event, [(job, reaction_slot(event)) for job in _due(desk, event, nights)]) for event in logged]
    ended = job_runs.ended(session, (key for _, keys in due for key in keys))
    return [event for event, keys in due if any(key not in ended for key in keys)]


def _due(desk: Desk, event: LoggedEvent, nights: Mapping[str, date]) -> list[str]:
    # Asked as it was then: a job that had nothing to do when the event happened has nothing to catch up with. A desk
    # that came later does not know from when the record was published, but the record does.
    begins = desk.publish_from or nights.get(str(event.body.get("league")))
    then = replace(desk, clock=FixedClock(event.at), publish_from=begins)
    return [job for job in REACTIONS[event.name] if JOBS[job].due(then, event.body)]
