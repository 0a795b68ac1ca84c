"""Changes: one row of the log for each change of a thing, with what it was before and after, in its transaction."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from closeline.domain.events import StateChanged
from closeline.store import events
from closeline.store.events import Change
from closeline.store.record import subjects
from closeline.store.session import Session

SYSTEM = "SYSTEM"


def change(
    session: Session, *, tenant_id: str, subject: str, name: str, before: str | None, after: str | None, actor: str,
    why: str, at: datetime,
) -> None:  # fmt: skip
    """Append the event of a change to the chain of `tenant_id`, which may be SYSTEM_CHAIN, in the caller's transaction.

    subject: the thing, `kind:id`; all its changes carry the same. before, after: its canonical JSON, null where there
    was or is none; the log keeps their hashes alone. name: what happened, past tense. Raises Refused where the last
    change of the subject did not end at `before` (invariant A2).
    """
    events.record(
        session, StateChanged("", name), tenant_id=tenant_id, actor=actor, at=at,
        change=Change(subject, before, after, why),
    )  # fmt: skip


def since(session: Session, subject: str, before: str | None, *, tenant_id: str, why: str = "") -> Change:
    """Return what became of a thing since its state was `before`, for the event that tells of it."""
    return Change(subject, before, subjects.state(session, subject, tenant_id=tenant_id), why)


@contextmanager
def changing(
    session: Session, subject: str, *, tenant_id: str, name: str, at: datetime, actor: str = SYSTEM, why: str = ""
) -> Iterator[None]:  # fmt: skip
    """Have whatever the block does to a thing told, as its live rows say it before and after; nothing where they agree.

    The subject is one of a kind that `subjects` knows. Other writers of its chain wait until this unit of work ends.
    """
    chain = subjects.chain_of(subject, tenant_id=tenant_id)
    events.hold(session, chain=chain)
    before = subjects.state(session, subject, tenant_id=tenant_id)
    yield
    after = subjects.state(session, subject, tenant_id=tenant_id)
    if before != after:
        change(
            session, tenant_id=chain, subject=subject, name=name, before=before, after=after, actor=actor, why=why,
            at=at,
        )  # fmt: skip
