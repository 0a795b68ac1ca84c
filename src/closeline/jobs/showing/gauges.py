"""Gauges: how the desk stands at this moment, asked of the record and of memory at each scrape."""

from collections import Counter
from collections.abc import Callable, Iterator

from closeline.domain.errors import CloselineError
from closeline.domain.feeds.mode import Mode
from closeline.domain.ports import Gauge
from closeline.jobs.capturing import showing
from closeline.jobs.desk import Desk
from closeline.jobs.run_inline import unfinished
from closeline.store.record import audit
from closeline.store.session import unit_of_work

# What a scrape may tell, with what it means; a test compares it with the dashboard.
TEXTS = {
    "closeline_record_up": "Whether the record answers.",
    "closeline_mode": "The publishing mode of each league: the one that stands at 1.",
    "closeline_credits_left": "Credits of the plan that may still be set aside.",
    "closeline_feed_content_age_seconds": "How long no book has told anything new of a league.",
    "closeline_incidents_open": "What is wrong now, by its kind.",
    "closeline_mapping_open": "Spellings that wait for a person.",
    "closeline_reactions_waiting": "Events whose reactions have not all run.",
    "closeline_spool_payloads": "Answers that wait for the record.",
    "closeline_board_version": "The newest version of the board.",
    "closeline_board_age_seconds": "How old the newest board is.",
    "closeline_board_rows": "Rows of the newest board.",
    "closeline_board_shelf_faults": "Boards that the shelf did not take.",
    "closeline_opinions_waiting": "Opinions on prices that wait for the record.",
}


def gauges(desk: Desk) -> list[Gauge]:
    """Return what stands now. What cannot be asked is left out: a scrape must answer while the record does not."""
    found: list[Gauge] = []
    for ask in (_of_board, _of_memory, _of_record):
        found.extend(_asked(ask, desk))
    up = any(gauge.name == "closeline_mapping_open" for gauge in found)
    return [*found, _gauge("closeline_record_up", float(up))]


def _asked(ask: Callable[[Desk], Iterator[Gauge]], desk: Desk) -> list[Gauge]:
    try:
        return list(ask(desk))
    except (CloselineError, OSError):
        return []


def _gauge(name: str, value: float, **labels: str) -> Gauge:
    return Gauge(name, TEXTS[name], value, tuple(sorted(labels.items())))


def _of_board(desk: Desk) -> Iterator[Gauge]:
    board = desk.board.newest() if desk.board is not None else None
    if board is not None:
        yield _gauge("closeline_board_version", board.version)
        yield _gauge("closeline_board_age_seconds", (desk.clock() - board.made_at).total_seconds())
        yield _gauge("closeline_board_rows", len(board.rows))


def _of_memory(desk: Desk) -> Iterator[Gauge]:
    if desk.spool is not None:
        yield _gauge("closeline_spool_payloads", desk.spool.state().waiting)
    if desk.follower is not None:
        health = desk.follower.health()
        yield _gauge("closeline_board_shelf_faults", health.shelf_faults)
        yield _gauge("closeline_opinions_waiting", health.waiting)


def _of_record(desk: Desk) -> Iterator[Gauge]:
    waiting = len(unfinished(desk))
    with unit_of_work(desk.engine, write=False) as session:
        open_spellings, feeds = len(audit.open_questions(session)), showing.feeds(session, desk)
    yield _gauge("closeline_mapping_open", open_spellings)
    yield _gauge("closeline_reactions_waiting", waiting)
    for kind, count in sorted(Counter(item.kind for item in feeds.incidents).items()):
        yield _gauge("closeline_incidents_open", count, kind=kind)
    if feeds.credits_left is not None:
        yield _gauge("closeline_credits_left", feeds.credits_left, provider=showing.ACCOUNT)
    for league, found in feeds.leagues.items():
        for mode in Mode:
            yield _gauge("closeline_mode", float(mode is found.mode), league=league, mode=str(mode))
        if found.content_age_seconds is not None:
            yield _gauge("closeline_feed_content_age_seconds", found.content_age_seconds, league=league)
