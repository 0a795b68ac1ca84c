"""The app feed: what was published, in the order of its publishing, in the words that every other channel carries."""

from typing import Annotated

from fastapi import Query

from closeline.api import pagination
from closeline.api.dependencies import Calling
from closeline.api.guard import guarded
from closeline.jobs.publishing.showing import feed_page
from closeline.schemas.running.publishing import FeedAsked, FeedPage
from closeline.tenancy.access import Permission

reading = guarded(Permission.READ, tags=["feed"])


@reading.get("/feed")
def feed(
    caller: Calling,
    *,
    limit: Annotated[int, Query(ge=1, le=pagination.LIMIT_MAX)] = pagination.LIMIT_DEFAULT,
    cursor: Annotated[str | None, Query(max_length=100)] = None,
) -> FeedPage:
    """Show published picks in the order of their publishing, with what became of each and the notice; a page at a time.

    Leans are in it, and say that they are no official picks. `here` asks later for what has been published since.
    """
    return feed_page(caller.desk, FeedAsked(cursor=cursor, limit=limit))
