"""Asking: a person wants feeds asked now, what is due or something of their own choice."""

from closeline.domain.errors import BadInput
from closeline.domain.feeds.wants import Kind
from closeline.jobs import schedule
from closeline.jobs.capturing import wanting
from closeline.jobs.capturing.of_event import Asked
from closeline.jobs.desk import Desk
from closeline.jobs.run_inline import run
from closeline.store.session import unit_of_work


def run_due(desk: Desk) -> None:
    """Run every job of a live desk for its present slot, with all that it sets going; what is done stays done."""
    for cadence in schedule.LIVE:
        if cadence.every is not None:
            run(desk, cadence.job, schedule.slot_of(desk.clock(), cadence.every), {})


def ask(desk: Desk, asked: Asked) -> None:
    """Ask for something now; raises BadInput where no feed of the desk can answer, or what is asked about cannot be."""
    kind = asked.kind
    if not can_answer(desk, asked):
        by_results = kind in (Kind.RESULTS, Kind.SCHEDULE, Kind.INJURIES)
        mend = "see CLOSELINE_LIVE_FEEDS" if by_results else "set CLOSELINE_ODDS_API_KEY"
        raise BadInput(f"kind must be one that a feed answers, {kind.lower()} was not; {mend}")
    arguments = {"kind": str(kind), "league": asked.league, "event": asked.event or None, "at": asked.at or None}
    run(desk, "capture.asked", f"asked:{desk.clock().isoformat()}", arguments)


def can_answer(desk: Desk, asked: Asked) -> bool:
    """Say whether a feed of the desk answers what is asked; raises BadInput for an event or a moment that cannot be."""
    feeds = desk.injury_feeds if asked.kind is Kind.INJURIES else desk.feeds
    with unit_of_work(desk.engine, write=False) as session:
        wanted = list(wanting.asked_for(session, desk, asked))
    return any(feed.required_items(item.want) for item in wanted for feed in feeds)
