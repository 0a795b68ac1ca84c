"""Who is out on a call: a claim is taken and committed before the call, so that two processes make one call of it."""

from datetime import datetime, timedelta

from sqlalchemy import and_, bindparam, or_, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from closeline.store.session import Session
from closeline.store.tables.feeds import poll_claim

# Longer than any call may take with all its retries; who is silent for so long is dead, and the next takes over.
CLAIM_FOR = timedelta(minutes=3)

_DONE = (
    update(poll_claim)
    .where(
        poll_claim.c.job == bindparam("job_name"), poll_claim.c.scope == bindparam("scope_name"),
        poll_claim.c.token == bindparam("held"),
    )
    .values(done=True)
)  # fmt: skip
_OUT = select(poll_claim.c.scope).where(~poll_claim.c.done, poll_claim.c.expires_at > bindparam("moment"))


def take(session: Session, job: str, scope: str, slot: str, *, at: datetime) -> int | None:
    """Claim a slot of a job for a scope and return the claim's token; null when somebody has it, or has done it.

    A claim that is done makes way for another slot; one whose time is over makes way for anybody.
    """
    insert = postgresql_insert if session.dialect == "postgresql" else sqlite_insert
    row = {"job": job, "scope": scope, "slot": slot, "token": 1, "done": False, "expires_at": at + CLAIM_FOR}
    new = insert(poll_claim).values(row)
    free = or_(
        and_(poll_claim.c.done, poll_claim.c.slot != new.excluded.slot),
        and_(~poll_claim.c.done, poll_claim.c.expires_at <= at),
    )
    taken = new.on_conflict_do_update(
        index_elements=["job", "scope"],
        set_={
            "slot": new.excluded.slot, "token": poll_claim.c.token + 1, "done": new.excluded.done,
            "expires_at": new.excluded.expires_at,
        },
        where=free,
    ).returning(poll_claim.c.token)  # fmt: skip
    found = session.execute(taken).first()
    return None if found is None else int(found.token)


def finish(session: Session, job: str, scope: str, token: int) -> bool:
    """Say that the call of a claim is done; False when another has taken it over since."""
    return session.execute(_DONE, {"job_name": job, "scope_name": scope, "held": token}).rowcount == 1
