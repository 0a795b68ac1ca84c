"""Leading: of all runners on one record one leads and fires what is due; the others stand by.

The lease is in the record. A leader that was paused, or cut off from the record, knows by a clock that nobody sets that
its lease is over, and stops before it looks; where it did not notice, its token is stale and what it does is refused.
"""

from collections.abc import Callable
from datetime import timedelta
from threading import Lock
from time import monotonic

import structlog

from closeline.domain.clock import Clock
from closeline.domain.errors import CloselineError
from closeline.store.database.engine import Engine
from closeline.store.scheduling import leases
from closeline.store.scheduling.runs import Fence
from closeline.store.session import unit_of_work

LEASE = "scheduler"
TTL = timedelta(seconds=20)
RENEW_EVERY = timedelta(seconds=5)

log = structlog.get_logger()


class Leadership:
    """A runner's hold of the lease, or its wait for it. Any thread may ask for it, one after the other."""

    def __init__(
        self, engine: Engine, clock: Clock, holder: str, *, ttl: timedelta = TTL,
        steady: Callable[[], float] = monotonic, name: str = LEASE,
    ) -> None:  # fmt: skip
        """Stand by; `holder` must be no other runner's name. steady: seconds by a clock that is never set."""
        self._engine, self._clock, self._holder, self._name = engine, clock, holder, name
        self._ttl, self._steady = ttl, steady
        self._fence: Fence | None = None
        self._held_since = 0.0
        self._seen: tuple[int, int] | None = None
        self._seen_since = 0.0
        self._one_at_a_time = Lock()

    def fence(self) -> Fence | None:
        """Return what this runner acts under while it leads, by its own steady clock; null while it does not."""
        if self._fence is not None and self._steady() - self._held_since >= self._ttl.total_seconds():
            return None
        return self._fence

    def held_within(self, span: timedelta) -> bool:
        """Say whether the lease was held so short a time ago, and as far as this runner knows is nobody else's since.

        Its time may be over: so it is where the record is away, and nobody can take it there.
        """
        return self._fence is not None and self._steady() - self._held_since < span.total_seconds()

    def hold(self) -> Fence | None:
        """Take the lease, renew it, or see that another has it; a record that cannot be used changes nothing."""
        with self._one_at_a_time:
            return self._hold()

    def _hold(self) -> Fence | None:
        before, asked = self.fence(), self._steady()
        try:
            found = self._ask()
        except CloselineError as fault:
            log.warning("lease_unsure", holder=self._holder, fault=type(fault).__name__)
            return self.fence()
        if found is None or found.holder != self._holder:
            self._fence = None
        else:
            # The lease runs from before it was asked for: a slow record shortens it and never lengthens it.
            self._fence, self._held_since = found.fence, asked
        if self._fence != before:
            log.info("lease_changed", holder=self._holder, token=self._fence.token if self._fence else None)
        return self._fence

    def release(self) -> None:
        """Give the lease back, so that another may lead at once."""
        fence, self._fence = self._fence, None
        if fence is None:
            return
        try:
            with unit_of_work(self._engine) as session:
                leases.release(session, fence, self._holder, at=self._clock())
        except CloselineError as fault:
            log.warning("lease_not_released", holder=self._holder, fault=type(fault).__name__)

    def _ask(self) -> leases.Lease | None:
        with unit_of_work(self._engine, write=False) as session:
            found = leases.read(session, self._name)
        lapsed = self._lapsed(found)
        others = found is not None and found.holder not in ("", self._holder)
        if found is not None and others and not lapsed and self._clock() < found.expires_at:
            # Who stands by only reads.
            return found
        with unit_of_work(self._engine) as session:
            taken = leases.acquire(
                session, self._name, self._holder, at=self._clock(), ttl=self._ttl, lapsed=lapsed and others
            )
        self._lapsed(taken)
        return taken

    def _lapsed(self, found: leases.Lease | None) -> bool:
        """Say whether a lease has stood without a renewal for its whole length, as this runner has watched it."""
        sign = (found.token, found.renewals) if found else None
        if sign != self._seen:
            self._seen, self._seen_since = sign, self._steady()
        return self._steady() - self._seen_since >= self._ttl.total_seconds()
