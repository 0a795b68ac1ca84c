"""Lateness: how soon after its final each pick was graded, computed from the record alone."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from closeline.domain.leagues import League
from closeline.flow import settle
from closeline.flow.settle import SLA
from closeline.schemas.ending.grading import Lateness, LatePick
from closeline.store.desk import grades, picks
from closeline.store.desk.picks import Pick
from closeline.store.session import Session

_HOUR = timedelta(hours=1)
# Picks read at a time: PostgreSQL takes at most 65,535 names in one question.
_CHUNK = 4000


def lateness(session: Session, *, tenant_id: str, at: datetime, league: League | None = None) -> Lateness:
    """Return how many grades came within six hours of the first word of an ending, and each pick that is past them.

    Of a game that was never over, such as one put off beyond its window, there is no final to count from.
    """
    graded = within = without = 0
    found: list[LatePick] = []
    for item, graded_at, final_at in _ends(session, tenant_id, league, at):
        if final_at is None:
            without += graded_at is not None
            continue
        delay = (graded_at or at) - final_at
        graded += graded_at is not None
        within += graded_at is not None and delay <= SLA
        if delay > SLA:
            found.append(_late(item, final_at, graded_at, delay))
    due = graded + sum(item.graded_at is None for item in found)
    return Lateness(
        sla_hours=SLA / _HOUR, graded=graded, within=within, share=within / due if due else None,
        without_final=without, late=sorted(found, key=lambda item: (item.final_at, item.pick_id)),
    )  # fmt: skip


def _late(item: Pick, final_at: datetime, graded_at: datetime | None, delay: timedelta) -> LatePick:
    return LatePick(
        pick_id=item.pick_id, event_id=item.selection.event_id, league=item.league, final_at=final_at,
        graded_at=graded_at, hours=round(delay / _HOUR, 3),
    )  # fmt: skip


def _ends(
    session: Session, tenant_id: str, league: League | None, at: datetime
) -> Iterator[tuple[Pick, datetime | None, datetime | None]]:
    """Yield (pick, time of its first grade, time of the first word of an ending) of every published pick."""
    for each in League if league is None else (league,):
        published = [item for item, _ in picks.published(session, tenant_id=tenant_id, league=each)]
        for start in range(0, len(published), _CHUNK):
            yield from _ends_of(session, published[start : start + _CHUNK], tenant_id, at)


def _ends_of(
    session: Session, items: Sequence[Pick], tenant_id: str, at: datetime
) -> Iterator[tuple[Pick, datetime | None, datetime | None]]:
    known = settle.known_of(session, sorted({item.selection.event_id for item in items}), at=at)
    marks = grades.versions(session, [item.pick_id for item in items], tenant_id=tenant_id, as_of=at)
    for item in items:
        first = marks[item.pick_id][0].graded_at if item.pick_id in marks else None
        yield item, first, known.final_at(item.selection.event_id)
