"""Publications: what became official, with its terms frozen. Where it goes is told by `outbox`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select

from closeline.domain.clock import micros
from closeline.domain.errors import NotFound
from closeline.domain.ids import content_id
from closeline.store.session import Session
from closeline.store.tables.desk import publication

_OF_PICK = select(publication).where(
    publication.c.tenant_id == bindparam("tenant"), publication.c.pick_id == bindparam("name")
)
_PICK_OF = select(publication.c.pick_id).where(
    publication.c.tenant_id == bindparam("tenant"), publication.c.publication_id == bindparam("name")
)


@dataclass(frozen=True, slots=True)
class NewPublication:
    """A pick on its way out: the terms as every channel will show them."""

    pick_id: str
    is_official: bool
    terms: str
    reason_codes: str


def add(session: Session, news: Sequence[NewPublication], *, tenant_id: str, template: str, at: datetime) -> None:
    """Append publications, in the transaction that publishes; where they go is told to the outbox in the same one."""
    moment = micros(at)
    session.append(
        publication,
        ("publication_id", "tenant_id", "pick_id", "is_official", "visibility", "template_version", "terms",
         "reason_codes", "published_at"),
        [
            (publication_id(new.pick_id, tenant_id=tenant_id), tenant_id, new.pick_id, new.is_official, "premium",
             template, new.terms, new.reason_codes, moment)
            for new in news
        ],
    )  # fmt: skip


def published_at(session: Session, pick_id: str, *, tenant_id: str) -> datetime | None:
    """Return when a pick was published; null where it was not."""
    rows = session.rows(_OF_PICK, {"tenant": tenant_id, "name": pick_id})
    return rows[0].published_at if rows else None


def terms_of(session: Session, pick_id: str, *, tenant_id: str) -> str | None:
    """Return the frozen terms of a pick; null where it was not published."""
    rows = session.rows(_OF_PICK, {"tenant": tenant_id, "name": pick_id})
    return rows[0].terms if rows else None


def pick_of(session: Session, publication_id: str, *, tenant_id: str) -> str:
    """Return the pick that a publication is of; raises NotFound for no such publication."""
    found = session.scalar(_PICK_OF, {"tenant": tenant_id, "name": publication_id})
    if found is None:
        raise NotFound(_not_found(session, publication_id, tenant_id))
    return str(found)


def _not_found(session: Session, name: str, tenant_id: str) -> str:
    if session.rows(_OF_PICK, {"tenant": tenant_id, "name": name}):
        asked = publication_id(name, tenant_id=tenant_id)
        return f"publish_id must name a publication, was the pick_id {name}; the publish_id of that pick is {asked}"
    return f"publication must be in the record, {name} was not; the picks that are published show their publish_id"


def publication_id(pick_id: str, *, tenant_id: str) -> str:
    """Return the name of a pick's publication."""
    return content_id("publication", tenant_id, pick_id)
