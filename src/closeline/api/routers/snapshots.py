"""Snapshots: what prices were seen of an event, and which was the close. They are nobody's and so everybody's."""

from typing import Annotated

from fastapi import Path, Query

from closeline.api.dependencies import Calling
from closeline.api.guard import guarded
from closeline.jobs import closing
from closeline.schemas.ending.clv import ClosingQuotes, Snapshots
from closeline.tenancy.access import Permission

reading = guarded(Permission.READ, tags=["snapshots"])

EventId = Annotated[str, Path(min_length=1, max_length=200)]
MarketKey = Annotated[str | None, Query(max_length=100, description="Such as SPREAD:FULL_GAME; without it, all.")]
Book = Annotated[str | None, Query(max_length=100, description="Such as draftkings; without it, all.")]


@reading.get("/snapshots/odds/{event_id}")
def odds_snapshots(caller: Calling, event_id: EventId, market_key: MarketKey = None, book: Book = None) -> Snapshots:
    """List every price of an event that is in the record, the oldest first."""
    with caller.reading() as session:
        return closing.odds_snapshots(session, event_id, market_key, book, as_of=caller.desk.clock())


@reading.get("/snapshots/closing-line/{event_id}")
def closing_line(caller: Calling, event_id: EventId, market_key: MarketKey = None, book: Book = None) -> ClosingQuotes:
    """Tell the close of each side by the rules in force, or why there is none; it is never made up."""
    with caller.reading() as session:
        return closing.closing_line(
            session, event_id, market_key, book, tenant_id=caller.tenant_id, as_of=caller.desk.clock()
        )  # fmt: skip
