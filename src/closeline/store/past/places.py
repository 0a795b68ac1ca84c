"""Places: which picks are alive, kept in step with steps of picks that are put in as they were taken."""

from collections.abc import Sequence

from sqlalchemy import bindparam, func, select

from closeline.domain.picks import PickState
from closeline.store.desk import living
from closeline.store.record.replay.portions import Portion
from closeline.store.session import Session
from closeline.store.tables.desk import pick_event

_LAST = (
    select(pick_event.c.pick_id, func.max(pick_event.c.seq).label("seq"))
    .where(pick_event.c.tenant_id == bindparam("tenant"))
    .group_by(pick_event.c.pick_id)
    .subquery()
)
_PUBLISHED = (
    select(pick_event.c.pick_id)
    .join(_LAST, (_LAST.c.pick_id == pick_event.c.pick_id) & (_LAST.c.seq == pick_event.c.seq))
    .where(pick_event.c.tenant_id == bindparam("tenant"), pick_event.c.to_state == PickState.PUBLISHED)
    .order_by(pick_event.c.pick_id)
)


def take(session: Session, *, tenant_id: str) -> None:
    """Give every published pick of a record that was carried its place."""
    names = [row.pick_id for row in session.rows(_PUBLISHED, {"tenant": tenant_id})]
    if names:
        living.enter(session, names, tenant_id=tenant_id)


def follow(session: Session, portions: Sequence[Portion], *, tenant_id: str) -> None:
    """Let picks enter and leave their places as the steps say that were just put in."""
    for part in portions:
        if part.table == pick_event.name:
            rows = [dict(zip(part.columns, row, strict=True)) for row in part.rows]
            gone = [str(row["pick_id"]) for row in rows if row["from_state"] == PickState.PUBLISHED]
            come = [str(row["pick_id"]) for row in rows if row["to_state"] == PickState.PUBLISHED]
            if gone:
                living.leave(session, gone, tenant_id=tenant_id)
            if come:
                living.enter(session, come, tenant_id=tenant_id)
