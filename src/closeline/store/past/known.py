"""What a desk had done about an event by a moment: its newest run, and how far each of its picks had come."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select

from closeline.store import forecasts
from closeline.store.forecasts import Run
from closeline.store.session import Session
from closeline.store.tables.desk import pick, pick_event
from closeline.store.tables.model import sim_run

_LAST_RUN = (
    select(sim_run.c.run_id)
    .where(
        sim_run.c.tenant_id == bindparam("tenant"), sim_run.c.event_id == bindparam("event"),
        sim_run.c.as_of <= bindparam("as_of"),
    )
    .order_by(sim_run.c.as_of.desc(), sim_run.c.run_id.desc())
    .limit(1)
)  # fmt: skip
_LIFE = (
    select(pick_event.c.pick_id, pick_event.c.to_state, pick_event.c.at)
    .join(pick, (pick.c.tenant_id == pick_event.c.tenant_id) & (pick.c.pick_id == pick_event.c.pick_id))
    .where(
        pick.c.tenant_id == bindparam("tenant"), pick.c.event_id == bindparam("event"),
        pick_event.c.at <= bindparam("as_of"),
    )
    .order_by(pick_event.c.pick_id, pick_event.c.seq)
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Step:
    """The last step of a pick by a moment."""

    state: str
    at: datetime


def last_run(session: Session, event_id: str, *, tenant_id: str, as_of: datetime) -> Run | None:
    """Return the newest run of an event by a moment, null where there was none."""
    name = session.scalar(_LAST_RUN, {"tenant": tenant_id, "event": event_id, "as_of": as_of})
    return None if name is None else forecasts.runs(session, [str(name)])[str(name)]


def life(session: Session, event_id: str, *, tenant_id: str, as_of: datetime) -> dict[str, Step]:
    """Return the last step by a moment of each pick of an event that existed then."""
    rows = session.rows(_LIFE, {"tenant": tenant_id, "event": event_id, "as_of": as_of})
    return {row.pick_id: Step(row.to_state, row.at) for row in rows}
