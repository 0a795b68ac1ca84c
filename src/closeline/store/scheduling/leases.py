"""Leases: who alone may do a thing, until when, and under which token.

The token grows by one whenever the holder changes, and whatever the holder does carries it: a holder that was paused
past its lease wakes up with a token that is stale, and `require` refuses what it still wanted to do. Who waits for a
lease watches its count of renewals by a clock that cannot be set back, so that no change of the wall clock extends it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from closeline.domain.errors import StaleToken
from closeline.store.scheduling.runs import Fence
from closeline.store.session import Session
from closeline.store.tables.governance import lease

_LEASE = select(lease).where(lease.c.name == bindparam("lease_name"))


@dataclass(frozen=True, slots=True)
class Lease:
    """A lease as the record holds it; nobody's while `holder` is empty."""

    name: str
    holder: str
    token: int
    renewals: int
    expires_at: datetime

    @property
    def fence(self) -> Fence:
        """Return what its holder acts under."""
        return Fence(self.name, self.token)


def read(session: Session, name: str) -> Lease | None:
    """Return a lease, null where nobody ever had it."""
    rows = session.rows(_LEASE, {"lease_name": name})
    return Lease(*rows[0]) if rows else None


def acquire(session: Session, name: str, holder: str, *, at: datetime, ttl: timedelta, lapsed: bool) -> Lease:
    """Take a lease that is free, or renew one's own; return it as it is now, held by whoever holds it.

    lapsed: the caller has watched the lease for its whole length without a renewal, by a clock that nobody sets. at: by
    the caller's clock; PostgreSQL's own counts where there is one, so that machines need not agree.
    """
    now = _now(session, at)
    insert = postgresql_insert if session.dialect == "postgresql" else sqlite_insert
    # Of two who find no lease, one makes it; the other sees it and waits.
    session.execute(insert(lease).values(name=name, holder="", token=0, renewals=0, expires_at=now)
                    .on_conflict_do_nothing())  # fmt: skip
    found = _locked(session, name)
    if found.holder == holder:
        renewed = {"renewals": found.renewals + 1, "expires_at": now + ttl}
    elif not found.holder or lapsed or found.expires_at <= now:
        renewed = {"holder": holder, "token": found.token + 1, "renewals": 0, "expires_at": now + ttl}
    else:
        return found
    session.execute(update(lease).where(lease.c.name == name).values(**renewed))
    return _locked(session, name)


def release(session: Session, fence: Fence, holder: str, *, at: datetime) -> bool:
    """Give a lease back, so that who waits need not wait for its end; False when it is another's already."""
    free = update(lease).where(lease.c.name == fence.name, lease.c.token == fence.token, lease.c.holder == holder)
    return session.execute(free.values(holder="", expires_at=_now(session, at))).rowcount == 1


def require(session: Session, fence: Fence) -> None:
    """Raise StaleToken when a lease has changed hands since this token was its own."""
    found = read(session, fence.name)
    if found is None or found.token != fence.token:
        raise StaleToken(
            f"token of lease {fence.name} must be {found.token if found else 'one that was given'}, was {fence.token}: "
            "another has taken over"
        )


def _locked(session: Session, name: str) -> Lease:
    held = select(lease).where(lease.c.name == name)
    if session.dialect == "postgresql":
        held = held.with_for_update()
    return Lease(*session.rows(held)[0])


def _now(session: Session, at: datetime) -> datetime:
    if session.dialect != "postgresql":
        return at
    told: datetime = session.scalar(select(func.clock_timestamp()))
    return told
