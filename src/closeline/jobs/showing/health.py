"""Health: how the desk and its parts stand, from what this process can see itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from closeline.domain.errors import CloselineError
from closeline.jobs.capturing import wanting
from closeline.jobs.capturing.incidents import KEY_REFUSED, LOW, NOT_ON_PLAN, REQUEST_REFUSED, SPENT, UNREADABLE
from closeline.jobs.capturing.watching import FEED_STALE, SPOOL_REFUSED
from closeline.jobs.desk import Desk
from closeline.jobs.monitoring.persistence import PersistenceLog
from closeline.store import schema
from closeline.store.desk import incidents
from closeline.store.polls import calls
from closeline.store.session import unit_of_work


class State(StrEnum):
    """How a part stands, the worst last."""

    OK = "ok"
    DEGRADED = "degraded"
    UNAVAILABLE = "unavailable"


_ORDER = list(State)
# Open incidents that say that prices do not come in, or soon will not.
_CAPTURE_FAULTS = frozenset({
    KEY_REFUSED, NOT_ON_PLAN, REQUEST_REFUSED, UNREADABLE, SPENT, LOW, FEED_STALE, SPOOL_REFUSED,
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Health:
    """The parts that this process has, by name."""

    parts: Mapping[str, State]

    @property
    def state(self) -> State:
        """Return how the whole stands: as its worst part does, but unavailable only where the record is.

        A desk whose feeds or cache are down goes on working, and says that it does so with less.
        """
        worst = max(self.parts.values(), key=_ORDER.index, default=State.OK)
        if self.parts.get("record") is State.UNAVAILABLE:
            return State.UNAVAILABLE
        return State.DEGRADED if worst is not State.OK else State.OK


def health(desk: Desk, log: PersistenceLog | None) -> Health:
    """Return how a desk stands now; `log` remembers its writes, where somebody watches them."""
    parts = {"record": record_state(desk)}
    if log is not None:
        parts["persistence"] = persistence_state(log)
    if desk.board is not None:
        parts["board"] = _board_state(desk)
    if desk.adrift.holder or desk.is_live():
        parts["capture"] = _capture_state(desk)
    return Health(parts)


def record_state(desk: Desk) -> State:
    """Say whether the record can be read and has the schema that this program knows."""
    try:
        schema.require_current(desk.engine)
    except CloselineError:
        return State.UNAVAILABLE
    return State.OK


def persistence_state(log: PersistenceLog) -> State:
    """Say whether writes go well, as far as this process has written."""
    return State.OK if log.failing_since is None else State.DEGRADED


def _capture_state(desk: Desk) -> State:
    """Say whether prices come in: asked for with a record, answered of late, and with nothing known to be wrong."""
    if desk.adrift.drifting:
        return State.DEGRADED
    try:
        with unit_of_work(desk.engine, write=False) as session:
            feed = wanting.paid_feed(desk)
            wrong = {item.kind for item in incidents.open_ones(session, tenant_id=desk.tenant_id)} & _CAPTURE_FAULTS
            silent = feed is not None and calls.is_silent(session, feed)
    except CloselineError:
        # What the record says of it nobody can tell now; the record's own part says so.
        return State.DEGRADED
    return State.DEGRADED if wrong or silent else State.OK


def _board_state(desk: Desk) -> State:
    # A desk that has captured nothing yet has no board, and nothing is wrong with that.
    try:
        if desk.board is not None:
            desk.board.newest()
            # A shelf that fails hands out its last copy, and says so.
            return State.DEGRADED if desk.board.health().held_over else State.OK
    except (CloselineError, OSError):
        return State.DEGRADED
    return State.OK
