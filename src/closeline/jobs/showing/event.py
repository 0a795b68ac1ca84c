"""One event: its rows on the board, and every price of it that is in the record."""

from dataclasses import dataclass

from closeline.domain.board import Board
from closeline.domain.board.filters import BoardFilter
from closeline.domain.errors import NotFound, StoreFault
from closeline.jobs import closing
from closeline.jobs.desk import Desk
from closeline.jobs.showing.showcase import Showcase
from closeline.schemas.board import BoardEventDetail
from closeline.schemas.board.writing import plain_page
from closeline.schemas.ending.clv import Snapshot
from closeline.store.session import unit_of_work

# A picture of more points says no more, and a page of more rows is not read.
HISTORY_MAX = 5_000


@dataclass(frozen=True, slots=True)
class EventShown:
    """An event's part of the board, with its history; `note` says why that is not there."""

    edition: str
    board: Board | None
    history: tuple[Snapshot, ...]
    note: str | None


def event_shown(desk: Desk, showcase: Showcase, event_id: str) -> EventShown:
    """Return an event with its history. Raises NotFound for one that neither the board nor the record knows."""
    edition = showcase.newest()
    board = None if edition is None else showcase.part(edition, BoardFilter(event=event_id))
    name = "0" if edition is None else edition.name
    on_board = board is not None and bool(board.rows)
    try:
        return EventShown(name, board if on_board else None, _history(desk, event_id), None)
    except NotFound:
        if not on_board:
            raise
        return EventShown(name, board, (), "the record has no price of this event yet")
    except StoreFault:
        if not on_board:
            raise
        return EventShown(name, board, (), "the record cannot be read at the moment; the board does not need it")


def event_detail(shown: EventShown, event_id: str) -> BoardEventDetail:
    """Return an event as it crosses the edge."""
    page = None if shown.board is None else plain_page(shown.board)
    return BoardEventDetail.model_validate({
        "edition": shown.edition, "made_at": page["made_at"] if page else None,
        "synthetic": page["synthetic"] if page else False, "event": page["events"][0] if page else None,
        "event_id": event_id, "rows": page["rows"] if page else [],
        "opportunities": page["opportunities"] if page else [], "history": list(shown.history),
        "history_note": shown.note,
    })  # fmt: skip


def _history(desk: Desk, event_id: str) -> tuple[Snapshot, ...]:
    with unit_of_work(desk.engine, write=False) as session:
        return tuple(closing.odds_snapshots(session, event_id, as_of=desk.clock()).snapshots[-HISTORY_MAX:])
