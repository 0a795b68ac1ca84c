"""The inline runner: everything now, in this thread. Backtests, the command line and tests use it."""

from collections import deque
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from closeline.domain.clock import FixedClock
from closeline.domain.events import SYSTEM_CHAIN
from closeline.jobs.desk import Desk
from closeline.jobs.execute import execute
from closeline.jobs.reactions import REACTIONS
from closeline.jobs.registry import JOBS, Arguments
from closeline.jobs.schedule import opening_nights
from closeline.store import events, job_runs
from closeline.store.events import LoggedEvent
from closeline.store.session import unit_of_work


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
    """Return the events whose reactions have not all run: what an interruption left behind."""
    with unit_of_work(desk.engine, write=False) as session:
        done = job_runs.done_slots(session)
        logged = [
            event for chain in (SYSTEM_CHAIN, desk.tenant_id) for event in events.since(session, chain=chain, after=0)
        ]
    nights = opening_nights(slot for _, slot in done)
    return [
        event for event in logged if any((job, reaction_slot(event)) not in done for job in _due(desk, event, nights))
    ]


def _due(desk: Desk, event: LoggedEvent, nights: Mapping[str, date]) -> list[str]:
    # Asked as it was then: a job that had nothing to do when the event happened has nothing to catch up with. A desk
    # that came later does not know from when the record was published, but the record does.
    begins = desk.publish_from or nights.get(str(event.body.get("league")))
    then = replace(desk, clock=FixedClock(event.at), publish_from=begins)
    return [job for job in REACTIONS[event.name] if JOBS[job].due(then, event.body)]
