"""Fair prices: what each captured market says once its margin is out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select

from closeline.domain.clock import micros
from closeline.store.database.asof import known
from closeline.store.session import Session
from closeline.store.tables.model import market_evaluation

_COLUMNS = (
    "snapshot_id", "event_id", "book", "market_key", "line_key", "line_quarters", "fair_probability", "overround",
    "method", "flags", "received_at",
)  # fmt: skip
_OF_SNAPSHOT = (
    select(market_evaluation)
    .where(market_evaluation.c.snapshot_id == bindparam("snapshot"))
    .order_by(market_evaluation.c.event_id, market_evaluation.c.market_key, market_evaluation.c.book)
)
_OF_EVENTS = (
    select(market_evaluation)
    .where(market_evaluation.c.event_id.in_(bindparam("events", expanding=True)))
    .order_by(market_evaluation.c.received_at, market_evaluation.c.event_id, market_evaluation.c.market_key)
)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The fair price of one market at one book: probability of HOME or OVER, given that there is no push."""

    snapshot_id: str
    event_id: str
    book: str
    market_key: str
    line_quarters: int | None
    fair_probability: float
    overround: float
    method: str
    flags: str
    received_at: datetime

    @property
    def is_reference(self) -> bool:
        """Say whether this market may stand behind a pick or a close: two-sided, and with a margin."""
        return self.flags == ""


def add(session: Session, evaluations: Sequence[Evaluation]) -> int:
    """Append evaluations that are new; the same snapshot evaluated twice adds nothing."""
    rows = [
        (
            item.snapshot_id, item.event_id, item.book, item.market_key, item.line_quarters or 0, item.line_quarters,
            item.fair_probability, item.overround, item.method, item.flags, micros(item.received_at),
        )
        for item in evaluations
    ]  # fmt: skip
    return session.append_new(
        market_evaluation, _COLUMNS, rows, ("snapshot_id", "event_id", "book", "market_key", "line_key")
    )


def of_snapshot(session: Session, snapshot_id: str, *, as_of: datetime) -> list[Evaluation]:
    """Return the evaluations of a snapshot; raises LookAhead when one was received after `as_of`."""
    found = [_evaluation(row) for row in session.rows(_OF_SNAPSHOT, {"snapshot": snapshot_id})]
    known((item.received_at for item in found), as_of=as_of, what=f"snapshot {snapshot_id}")
    return found


def of_events(session: Session, events: Sequence[str], *, as_of: datetime) -> list[Evaluation]:
    """Return the evaluations of events received by `as_of`, oldest first."""
    rows = session.rows(_OF_EVENTS, {"events": list(events)}) if events else ()
    return [_evaluation(row) for row in rows if row.received_at <= as_of]


def _evaluation(row: object) -> Evaluation:
    fields = dict(row._mapping)  # type: ignore[attr-defined]  # noqa: SLF001 -- the documented way to read a row by name
    del fields["line_key"]
    return Evaluation(**fields)
