"""Known: what the record knew of an event at a moment."""

from typing import Annotated

from fastapi import Path, Query
from pydantic import AwareDatetime

from closeline.api.dependencies import Calling
from closeline.api.guard import guarded
from closeline.flow.view.known import known_then
from closeline.schemas.again.known import KnownThen
from closeline.tenancy.access import Permission

reading = guarded(Permission.READ, tags=["known"])

EventId = Annotated[str, Path(min_length=1, max_length=200)]


@reading.get("/events/{event_id}/known")
def known(
    caller: Calling,
    event_id: EventId,
    at: Annotated[AwareDatetime, Query(description="As of when, with its zone.")],
    other: Annotated[AwareDatetime | None, Query(alias="and", description="As of which other moment.")] = None,
) -> KnownThen:
    """Show what had been received of an event by a moment; with a second one what changed between."""
    with caller.reading() as session:
        return known_then(session, event_id, tenant_id=caller.tenant_id, at=at, other=other)
