"""People: who somebody is, in rows that can be emptied; whatever is never changed knows the reference alone."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import datetime

from sqlalchemy import bindparam, select, text, update

from closeline.store.session import Session
from closeline.store.tables.tenancy import person

_COLUMNS = ("tenant_id", "person_id", "handle", "name", "email", "telegram_id", "added_at", "erased_at")
_PERSON = select(*(person.c[name] for name in _COLUMNS)).where(person.c.tenant_id == bindparam("tenant"))
_ALL = _PERSON.order_by(person.c.added_at, person.c.person_id)
_BY_ID = _PERSON.where(person.c.person_id == bindparam("id"))
_BY_HANDLE = _PERSON.where(person.c.handle == bindparam("known_as"))
_BY_IDS = _PERSON.where(person.c.person_id.in_(bindparam("ids", expanding=True)))
_ERASE = (
    update(person)
    .where(person.c.tenant_id == bindparam("tenant"), person.c.person_id == bindparam("id"))
    .values(handle=None, name=None, email=None, telegram_id=None, erased_at=bindparam("moment"))
)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody, by a reference that says nothing; all but the reference is null once they are forgotten.

    handle: what this machine or a command calls them, such as the name of their account.
    """

    tenant_id: str
    person_id: str
    handle: str | None
    name: str | None
    email: str | None
    telegram_id: str | None
    added_at: datetime
    erased_at: datetime | None = None


def add(session: Session, new: Person) -> None:
    """Keep somebody; raises Refused where the reference or the handle is taken."""
    session.execute(person.insert(), dict(zip(_COLUMNS, astuple(new), strict=True)))


def every(session: Session, *, tenant_id: str) -> Sequence[Person]:
    """Return everybody, whoever was added first; the forgotten too, as what is left of them."""
    return [Person(*row) for row in session.rows(_ALL, {"tenant": tenant_id})]


def named(session: Session, person_id: str, *, tenant_id: str) -> Person | None:
    """Return somebody by the reference, null for nobody."""
    rows = session.rows(_BY_ID, {"tenant": tenant_id, "id": person_id})
    return Person(*rows[0]) if rows else None


def called(session: Session, handle: str, *, tenant_id: str) -> Person | None:
    """Return who goes by a handle, null for nobody."""
    rows = session.rows(_BY_HANDLE, {"tenant": tenant_id, "known_as": handle})
    return Person(*rows[0]) if rows else None


def names_of(session: Session, references: Collection[str], *, tenant_id: str) -> Mapping[str, str]:
    """Return the name that belongs to each reference of somebody who is still known."""
    asked = sorted(set(references))
    rows = session.rows(_BY_IDS, {"tenant": tenant_id, "ids": asked}) if asked else ()
    return {row.person_id: row.name or row.handle for row in rows if row.name or row.handle}


def erase(session: Session, person_id: str, *, tenant_id: str, at: datetime) -> None:
    """Empty all that says who somebody is; the reference stays, because rows that are never changed hold it."""
    if session.dialect == "sqlite":
        # What a page of the file no longer holds is overwritten, rather than left there until something needs the room.
        session.execute(text("PRAGMA secure_delete = ON"))
    session.execute(_ERASE, {"tenant": tenant_id, "id": person_id, "moment": at})
