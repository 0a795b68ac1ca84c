"""People: added under a random reference, read by name while they are known, and forgotten when they ask to be.

What is never changed, the event log above all, holds the reference alone. So a person can be forgotten and every hash
still comes out the same.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from closeline.domain.errors import BadInput, NotFound, Refused
from closeline.domain.events import PersonAdded, PersonErased
from closeline.store import events
from closeline.store.record import people
from closeline.store.record.people import Person
from closeline.store.session import Session

PREFIX = "person:"
LENGTH_MAX = 120


def add(
    session: Session, reference: str, *, tenant_id: str, handle: str, name: str, email: str, telegram_id: str,
    actor: str, at: datetime,
) -> Person:  # fmt: skip
    """Keep somebody under a new reference, made in `wiring`; all but the handle may be empty.

    Raises BadInput for a text that cannot be, Refused for a handle that somebody has.
    """
    told = {"handle": handle, "name": name, "email": email, "telegram id": telegram_id}
    for field, text in told.items():
        if len(text) > LENGTH_MAX or (text and not text.isprintable()):
            raise BadInput(f"{field} of a person must be at most {LENGTH_MAX} printable signs, was another text")
    if not handle.strip() or handle.startswith(PREFIX):
        raise BadInput("handle of a person must be the name of an account, was empty or a reference")
    if people.called(session, handle, tenant_id=tenant_id) is not None:
        raise Refused(f"handle must be a person's own, {handle} is somebody's; `closeline people list` names them")
    new = Person(tenant_id, reference, handle, name or None, email or None, telegram_id or None, at)
    people.add(session, new)
    # Looked for now, so that who adds themselves is a reference from the first row on.
    who = reference_of(session, actor, tenant_id=tenant_id)
    events.record(session, PersonAdded("", reference, who), tenant_id=tenant_id, actor=who, at=at)
    return new


def erase(session: Session, person_id: str, *, tenant_id: str, actor: str, at: datetime) -> Person:
    """Forget somebody: only the reference stays. A second time changes nothing; raises NotFound for nobody."""
    known = people.named(session, person_id, tenant_id=tenant_id)
    if known is None:
        raise NotFound(f"person must be in the record, {person_id} was not; `closeline people list` names them")
    if known.erased_at is None:
        who = reference_of(session, actor, tenant_id=tenant_id)
        people.erase(session, person_id, tenant_id=tenant_id, at=at)
        events.record(session, PersonErased("", person_id, who), tenant_id=tenant_id, actor=who, at=at)
    found = people.named(session, person_id, tenant_id=tenant_id)
    assert found is not None
    return found


def listed(session: Session, *, tenant_id: str) -> Sequence[Person]:
    """Return everybody, and what is left of the forgotten."""
    return people.every(session, tenant_id=tenant_id)


def reference_of(session: Session, actor: str, *, tenant_id: str) -> str:
    """Return how rows that are never changed name an actor: by reference where there is a person, else as given."""
    known = people.called(session, actor, tenant_id=tenant_id)
    return actor if known is None else known.person_id


def shown(session: Session, actors: Collection[str], *, tenant_id: str) -> Mapping[str, str]:
    """Return how each actor is called in front of people: by name while they are known, else as the rows have it."""
    references = [actor for actor in actors if actor.startswith(PREFIX)]
    names = people.names_of(session, references, tenant_id=tenant_id)
    return {actor: names.get(actor, actor) for actor in actors}
