"""What was published, shown: pages of the feed, one publication, and what is in doubt."""

from closeline.domain.errors import BadInput
from closeline.flow.view import feed
from closeline.jobs.desk import Desk
from closeline.schemas.running.publishing import FeedAsked, FeedPage, Publication
from closeline.store.desk.feed import BEFORE_ALL
from closeline.store.session import unit_of_work

LIMIT_MAX = 500
_DIGITS_MAX = 18


def feed_page(desk: Desk, asked: FeedAsked) -> FeedPage:
    """Return a page of the desk's feed; raises BadInput for a cursor that no page gave and for a page of no size."""
    if not 1 <= asked.limit <= LIMIT_MAX:
        raise BadInput(f"limit must be 1 to {LIMIT_MAX}, was {asked.limit}")
    behind, said = _number(asked.cursor), desk.notice.text
    with unit_of_work(desk.engine, write=False) as session:
        found = feed.items(session, behind, tenant_id=desk.tenant_id, most=asked.limit + 1, notice=said)
    shown = found[: asked.limit]
    here = str(shown[-1].number) if shown else asked.cursor
    return FeedPage(picks=shown, next_cursor=here if len(found) > asked.limit else None, here=here, notice=said)


def publication(desk: Desk, name: str) -> Publication:
    """Return a published pick by its name or its visible id, with where it went; raises NotFound, BadInput."""
    with unit_of_work(desk.engine, write=False) as session:
        return feed.publication(session, name, tenant_id=desk.tenant_id, notice=desk.notice.text)


def _number(cursor: str | None) -> int:
    if cursor is None or cursor == "":
        return BEFORE_ALL
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) <= _DIGITS_MAX):
        raise BadInput("cursor must be the next_cursor or the here of a page, was another text")
    return int(cursor)
