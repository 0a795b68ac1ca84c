"""What a route is handed: who calls, and the desk of the caller's tenant."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Annotated

import structlog
from fastapi import Depends, Request

from closeline.domain.errors import KeyRefused, StoreFault
from closeline.jobs.desk import AliasBook, Desk
from closeline.store import access
from closeline.store.access import ApiKey
from closeline.store.past.ratings import RatingBook
from closeline.store.past.totals import TotalsBook
from closeline.store.session import Session, unit_of_work
from closeline.tenancy import keys
from closeline.tenancy.access import Subject

# A key that is used all the time need not be written to the record all the time.
USE_KNOWN_TO = timedelta(minutes=1)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, with the desk of their own tenant: nothing else can be reached through it."""

    subject: Subject
    desk: Desk

    @property
    def tenant_id(self) -> str:
        """Return whose record the caller sees."""
        return self.subject.tenant_id

    @property
    def actor(self) -> str:
        """Return how the audit log names the caller."""
        return self.subject.actor

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Give one unchanging view of the record. To be opened and closed by one thread, so inside a route."""
        with unit_of_work(self.desk.engine, write=False) as session:
            yield session


def identify(desk: Desk, token: str | None) -> tuple[Caller, ApiKey]:
    """Return whoever holds a key, and the key. Raises KeyRefused for none, or one that opens nothing."""
    if not token:
        raise KeyRefused("call must carry an API key, had none; send it as Authorization: Bearer KEY or X-API-Key: KEY")
    now = desk.clock()
    with unit_of_work(desk.engine, write=False) as session:
        subject, key = keys.subject_of(session, token, at=now)
    return Caller(subject, _desk_of(desk, subject.tenant_id)), key


def token_of(request: Request) -> str | None:
    """Return the key that a request carries in a header; an address is never looked at, because addresses are logged.

    Raises KeyRefused where two headers bring two different keys.
    """
    scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
    found = {request.headers.get("x-api-key", ""), bearer.strip() if scheme.lower() == "bearer" else ""} - {""}
    if len(found) > 1:
        raise KeyRefused("call must carry one API key, had two")
    return next(iter(found), None)


def caller_of(request: Request) -> Caller:
    """Return who calls, as the guard of the route has found out."""
    found = request.state.caller
    assert isinstance(found, Caller)
    return found


Calling = Annotated[Caller, Depends(caller_of)]


class Uses:
    """Remembers when keys were used: to the minute, and beside the calls, for a busy record must not make them wait."""

    def __init__(self, desk: Desk) -> None:
        """Remember in the record of `desk`."""
        self._desk = desk
        self._tried: dict[str, datetime] = {}

    def is_due(self, key: ApiKey) -> bool:
        """Say whether a use of a key is to be written now; of calls at the same time one is told so."""
        now = self._desk.clock()
        known = max(filter(None, (key.last_used_at, self._tried.get(key.key_id))), default=None)
        if known is not None and now - known < USE_KNOWN_TO:
            return False
        self._tried[key.key_id] = now
        return True

    def remember(self, key: ApiKey) -> None:
        """Write that a key was used just now."""
        try:
            with unit_of_work(self._desk.engine, tenant_id=key.tenant_id) as session:
                access.used(session, key.key_id, tenant_id=key.tenant_id, at=self._desk.clock())
        except StoreFault as fault:
            # Nobody is refused for it; the next minute remembers.
            log.warning("use_not_remembered", caller=key.key_id, fault=type(fault).__name__)


def _desk_of(desk: Desk, tenant_id: str) -> Desk:
    # Calls run beside each other, so each has books of its own. Channels are the house's: a guest's picks stay in here.
    channels, observers = (desk.channels, desk.observers) if tenant_id == desk.tenant_id else ((), ())
    return replace(
        desk, tenant_id=tenant_id, channels=channels, observers=observers,
        ratings=RatingBook(), totals=TotalsBook(), aliases=AliasBook(),
    )  # fmt: skip
