"""Laws of the publishing mode, worked out again from the polls as they had come when each pick went out."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, bindparam, select

from closeline.domain.feeds.mode import FRESH_POLLS, Mode, Sighting, Standing, standing, withholds
from closeline.domain.feeds.wants import Kind
from closeline.domain.picks import Decision, Tier
from closeline.store.invariants.violation import Violation
from closeline.store.session import Session
from closeline.store.tables.desk import pick, publication
from closeline.store.tables.evidence import snapshot
from closeline.store.tables.feeds import poll

# A poll that was not planned says nothing of the next one.
_UNPLANNED = timedelta(days=1)
_POLLS = (
    select(
        poll.c.league, poll.c.received_at, poll.c.content_at, poll.c.interval_seconds, poll.c.credits_left,
        poll.c.credits_plan,
    )
    .where(poll.c.kind == Kind.ODDS, poll.c.league.is_not(None))
    .order_by(poll.c.received_at)
)  # fmt: skip
# Only what was polled can be stale: a pick on a price of an archive is left out.
_LIVE = (
    select(pick.c.pick_id, pick.c.league, pick.c.decision, pick.c.tier, publication.c.published_at)
    .join(publication, (publication.c.tenant_id == pick.c.tenant_id) & (publication.c.pick_id == pick.c.pick_id))
    .join(snapshot, snapshot.c.snapshot_id == pick.c.snapshot_id)
    .where(pick.c.tenant_id == bindparam("tenant"), snapshot.c.feed.in_(select(poll.c.feed)))
    .order_by(pick.c.pick_id)
)


@dataclass(frozen=True, slots=True)
class _Out:
    pick_id: str
    decision: Decision
    tier: Tier
    at: datetime
    found: Standing


def nothing_goes_out_while_off(session: Session, tenant_id: str) -> list[Violation]:
    """O1: no pick went out while the feed was silent beyond its limit, or before enough fresh polls had followed."""
    return [
        Violation("O1", out.pick_id, f"published {out.at.isoformat()} in mode NONE: {', '.join(out.found.reasons)}")
        for out in _outs(session, tenant_id)
        if out.found.mode is Mode.NONE
    ]


def only_the_best_while_short(session: Session, tenant_id: str) -> list[Violation]:
    """P9: in EDGE_ONLY only PICKs of tier A or B went out, on a market that was fresh."""
    return [
        Violation("P9", out.pick_id, f"{out.decision} of tier {out.tier or 'none'} went out in mode EDGE_ONLY")
        for out in _outs(session, tenant_id)
        if out.found.mode is Mode.EDGE_ONLY and withholds(out.found, out.decision, out.tier) is not None
    ]


def _outs(session: Session, tenant_id: str) -> list[_Out]:
    published = session.rows(_LIVE, {"tenant": tenant_id})
    polls = defaultdict(list)
    for row in session.rows(_POLLS) if published else ():
        polls[row.league].append(row)
    return [
        _Out(row.pick_id, Decision(row.decision), Tier(row.tier), row.published_at,
             _standing(come, row.published_at))
        for row in published
        # What went out before anything was polled rested on an archive.
        if (come := _come(polls[row.league], row.published_at))
    ]  # fmt: skip


def _come(polls: Sequence[Row[Any]], at: datetime) -> Sequence[Row[Any]]:
    return polls[: bisect_right(polls, at, key=lambda row: row.received_at)]


def _standing(come: Sequence[Row[Any]], at: datetime) -> Standing:
    brought = [row for row in come if row.content_at is not None][-FRESH_POLLS - 1 :]
    empty = [row for row in come[-1:] if row.content_at is None]
    return standing([_sighting(row) for row in (*brought, *empty)], at)


def _sighting(row: Row[Any]) -> Sighting:
    interval = _UNPLANNED if row.interval_seconds is None else timedelta(seconds=row.interval_seconds)
    return Sighting(row.received_at, row.content_at, interval, row.credits_left, row.credits_plan)
