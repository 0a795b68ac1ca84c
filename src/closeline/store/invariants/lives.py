"""Laws of a pick's life: legal steps, published in time and once, voided for a reason."""

from collections import defaultdict
from collections.abc import Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import Row, bindparam, select

from closeline.domain.clock import micros
from closeline.domain.forecasts.own import family_of
from closeline.domain.picks import TRANSITIONS, PickState
from closeline.store.invariants.violation import Violation
from closeline.store.session import Session
from closeline.store.tables.desk import pick, pick_event, publication
from closeline.store.tables.model import sim_run
from closeline.store.tables.reference import event_version

# A pick is published at least so long before its game (microseconds).
MARGIN = 60_000_000
_ALIVE = frozenset({PickState.PROPOSED, PickState.PUBLISHED})
# A superseding version that never went out changes nothing of the one before it.
_NEVER_OUT = frozenset({PickState.PROPOSED, PickState.REJECTED, PickState.EXPIRED})

_STEPS = (
    select(pick_event)
    .where(pick_event.c.tenant_id == bindparam("tenant"))
    .order_by(pick_event.c.pick_id, pick_event.c.seq)
)
_PUBLISHED = (
    select(pick.c.pick_id, pick.c.event_id, publication.c.published_at)
    .join(publication, (publication.c.tenant_id == pick.c.tenant_id) & (publication.c.pick_id == pick.c.pick_id))
    .where(pick.c.tenant_id == bindparam("tenant"))
    .order_by(pick.c.pick_id)
)
_STARTS = (
    select(event_version.c.event_id, event_version.c.version, event_version.c.starts_at, event_version.c.received_at)
    .order_by(event_version.c.event_id, event_version.c.version)
)  # fmt: skip
_PICKS = (
    select(
        pick.c.pick_id, pick.c.event_id, pick.c.market_key, pick.c.supersedes, pick.c.pick_version,
        sim_run.c.engine,
    )
    .join(sim_run, (sim_run.c.tenant_id == pick.c.tenant_id) & (sim_run.c.run_id == pick.c.run_id))
    .where(pick.c.tenant_id == bindparam("tenant"))
    .order_by(pick.c.pick_id)
)  # fmt: skip


def steps_are_edges(session: Session, tenant_id: str) -> list[Violation]:
    """P1: every step of a life is an edge of the graph, begins where the one before ended, and none is left out."""
    found = []
    for name, steps in _lives(session, tenant_id).items():
        state: PickState | None = None
        for place, row in enumerate(steps, start=1):
            before = None if row.from_state is None else PickState(row.from_state)
            if row.seq != place or before is not state:
                why = f"step {place} must begin at {state}, step {row.seq} began at {before}"
                found.append(Violation("P1", f"{name}#{row.seq}", why))
            elif PickState(row.to_state) not in TRANSITIONS[state]:
                found.append(Violation("P1", f"{name}#{row.seq}", f"{state} may not become {row.to_state}"))
            state = PickState(row.to_state)
    return found


def published_before_the_start(session: Session, tenant_id: str) -> list[Violation]:
    """P2: a pick was published at least a minute before its game as its start was known then."""
    starts = defaultdict(list)
    for row in session.rows(_STARTS):
        starts[row.event_id].append(row)
    found = []
    for row in session.rows(_PUBLISHED, {"tenant": tenant_id}):
        known = [item for item in starts[row.event_id] if item.received_at <= row.published_at]
        if not known:
            found.append(Violation("P2", row.pick_id, f"no start of {row.event_id} was known at {row.published_at}"))
        elif micros(known[-1].starts_at) - micros(row.published_at) < MARGIN:
            why = f"published {row.published_at.isoformat()}, the game started {known[-1].starts_at.isoformat()}"
            found.append(Violation("P2", row.pick_id, why))
    return found


def one_life_at_a_time(session: Session, tenant_id: str) -> list[Violation]:
    """P5: one live pick for each model, event and market; who supersedes names one that is SUPERSEDED, in a chain."""
    rows = session.rows(_PICKS, {"tenant": tenant_id})
    ends = {name: steps[-1].to_state for name, steps in _lives(session, tenant_id).items()}
    alive = defaultdict(list)
    for row in rows:
        # A version that is proposed stands beside the one that it would supersede.
        waits = ends.get(row.pick_id) == PickState.PROPOSED and ends.get(row.supersedes) == PickState.PUBLISHED
        if ends.get(row.pick_id) in _ALIVE and not waits:
            alive[(family_of(row.engine), row.event_id, row.market_key)].append(row.pick_id)
    doubled = [
        Violation("P5", names[1], f"{names[0]} is alive on {what[2]} of {what[1]} too")
        for what, names in alive.items()
        if len(names) > 1
    ]
    return [*doubled, *_chains(rows, ends)]


def _chains(rows: Sequence[Row[Any]], ends: dict[str, str]) -> list[Violation]:
    by_name = {row.pick_id: row for row in rows}
    found: list[Violation] = []
    followed: dict[str, str] = {}
    for row in (item for item in rows if item.supersedes is not None):
        why = _broken_link(row, by_name.get(row.supersedes), ends)
        if why is None and ends.get(row.pick_id) not in _NEVER_OUT:
            other = followed.setdefault(row.supersedes, row.pick_id)
            why = None if other == row.pick_id else f"{row.supersedes} is superseded by {other} too"
        if why is not None:
            found.append(Violation("P5", row.pick_id, why))
    return found


def _broken_link(row: Row[Any], old: Row[Any] | None, ends: dict[str, str]) -> str | None:
    if old is None or (old.event_id, old.market_key) != (row.event_id, row.market_key):
        return f"supersedes {row.supersedes}, which is no pick of its market"
    # Versions grow along a chain, so that none can come back to where it began.
    if row.pick_version != old.pick_version + 1:
        return f"is version {row.pick_version}, supersedes version {old.pick_version}"
    if ends.get(row.pick_id) not in _NEVER_OUT and ends.get(old.pick_id) != PickState.SUPERSEDED:
        return f"{old.pick_id} must be SUPERSEDED, is {ends.get(old.pick_id)}"
    return None


def _lives(session: Session, tenant_id: str) -> dict[str, list[Row[Any]]]:
    rows = session.rows(_STEPS, {"tenant": tenant_id})
    return {name: list(steps) for name, steps in groupby(rows, key=lambda row: str(row.pick_id))}
