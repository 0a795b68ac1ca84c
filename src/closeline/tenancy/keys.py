"""Keys: made once, shown once, kept as a hash, expiring, revocable, and audited whenever they change.

A key reads `clk_<12 hex digits>.<secret>`. What stands before the point is its id and may be shown; the secret has 256
random bits, so a plain SHA-256 of it is enough to keep.
"""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from closeline.domain.clock import micros
from closeline.domain.errors import BadInput, KeyRefused, NotFound, Refused
from closeline.domain.events import KeyCreated, KeyRevoked, KeyRotated
from closeline.domain.ids import sha256_hex
from closeline.store import access, events
from closeline.store.access import ApiKey
from closeline.store.record import changes, subjects
from closeline.store.session import Session
from closeline.tenancy.access import Role, Subject

PREFIX = "clk_"
DAYS_MAX = 366
NAME_LENGTH_MAX = 80
# Long enough for everybody who holds the old key to be given the new one.
OVERLAP_MAX = timedelta(days=30)
_TOKEN_LENGTH_MAX = 200
# What the secret of a key that nobody holds is compared with, so that both refusals cost the same.
_NOBODY = sha256_hex(b"")


@dataclass(frozen=True, slots=True)
class NewSecret:
    """The random parts of a key, made in `wiring`."""

    key_id: str
    secret: str

    @property
    def token(self) -> str:
        """Return the whole key, as a caller will send it."""
        return f"{self.key_id}.{self.secret}"

    def __repr__(self) -> str:
        return f"NewSecret({self.key_id})"


def create(
    session: Session, new: NewSecret, *, tenant_id: str, name: str, role: Role, days: int, actor: str, at: datetime
) -> ApiKey:
    """Keep a new key and say so in the audit log. Raises BadInput for a name or a term that it cannot have."""
    if not 0 < len(name.strip()) <= NAME_LENGTH_MAX or not name.isprintable():
        raise BadInput(f"name of a key must be 1 to {NAME_LENGTH_MAX} printable signs, was {name!r}")
    if not 0 < days <= DAYS_MAX:
        raise BadInput(f"term of a key must be 1 to {DAYS_MAX} days, was {days}")
    if not access.tenant_is_active(session, tenant_id=tenant_id):
        raise NotFound(f"tenant must be in the record and active, {tenant_id} was not")
    key = ApiKey(tenant_id, new.key_id, name.strip(), role, sha256_hex(new.secret.encode()), at, at + timedelta(days))
    access.add_key(session, key)
    told = KeyCreated("", key.key_id, role, micros(key.expires_at), actor)
    change = changes.since(session, subjects.name_of("api_key", key.key_id), None, tenant_id=tenant_id)
    events.record(session, told, tenant_id=tenant_id, actor=actor, at=at, change=change)
    return key


def revoke(session: Session, key_id: str, *, tenant_id: str, actor: str, at: datetime) -> ApiKey:
    """Let a key open nothing from now on; a second time changes nothing. Raises NotFound for no key of this tenant."""
    key = _of_tenant(session, key_id, tenant_id=tenant_id)
    if key.revoked_at is not None:
        return key
    subject = subjects.name_of("api_key", key.key_id)
    before = subjects.state(session, subject, tenant_id=tenant_id)
    access.revoke(session, key.key_id, tenant_id=tenant_id, at=at)
    change = changes.since(session, subject, before, tenant_id=tenant_id)
    events.record(session, KeyRevoked("", key.key_id, actor), tenant_id=tenant_id, actor=actor, at=at, change=change)
    return _of_tenant(session, key_id, tenant_id=tenant_id)


def rotate(
    session: Session, key_id: str, new: NewSecret, *, tenant_id: str, overlap: timedelta, days: int, actor: str,
    at: datetime,
) -> tuple[ApiKey, ApiKey]:  # fmt: skip
    """Make a key in the place of another; both open the same until the old one ends. Returns the new and the old.

    overlap: how long that is. Raises NotFound for no key of this tenant, Refused where the old one opens nothing any
    more, BadInput for a time that is none.
    """
    old = _of_tenant(session, key_id, tenant_id=tenant_id)
    if not old.is_live(at):
        raise Refused(f"key must be live to be replaced, {key_id} was not; make one: closeline keys create NAME")
    if not timedelta(0) <= overlap <= OVERLAP_MAX:
        raise BadInput(f"overlap of two keys must be 0 to {OVERLAP_MAX.days} days, was {overlap}")
    made = create(session, new, tenant_id=tenant_id, name=old.name, role=Role(old.role), days=days, actor=actor, at=at)
    subject = subjects.name_of("api_key", old.key_id)
    before = subjects.state(session, subject, tenant_id=tenant_id)
    access.shorten(session, old.key_id, tenant_id=tenant_id, until=at + overlap)
    told = KeyRotated("", old.key_id, made.key_id, micros(at + overlap), actor)
    change = changes.since(session, subject, before, tenant_id=tenant_id)
    events.record(session, told, tenant_id=tenant_id, actor=actor, at=at, change=change)
    return made, _of_tenant(session, key_id, tenant_id=tenant_id)


def listed(session: Session, *, tenant_id: str) -> Sequence[ApiKey]:
    """Return a tenant's keys, the oldest first; the revoked and the expired too."""
    return access.keys(session, tenant_id=tenant_id)


def subject_of(session: Session, token: str, *, at: datetime) -> tuple[Subject, ApiKey]:
    """Return who holds a key. Raises KeyRefused, in the same words whatever is wrong with it."""
    key_id, _, secret = token[:_TOKEN_LENGTH_MAX].partition(".")
    key = access.key_named(session, key_id) if _may_be_id(key_id) else None
    told = sha256_hex(secret.encode("utf-8", "replace"))
    same = hmac.compare_digest(told, key.secret_sha256 if key else _NOBODY)
    if key is None or not same or not key.is_live(at):
        raise KeyRefused("API key must be a live one, was unknown, expired or revoked; make one: closeline keys create")
    if not access.tenant_is_active(session, tenant_id=key.tenant_id):
        raise KeyRefused("tenant of this API key must be active, was not")
    return Subject(key.tenant_id, key.key_id, Role(key.role)), key


def _may_be_id(text: str) -> bool:
    return text.startswith(PREFIX) and text.isascii() and text.removeprefix(PREFIX).isalnum()


def _of_tenant(session: Session, key_id: str, *, tenant_id: str) -> ApiKey:
    key = access.key_named(session, key_id)
    if key is None or key.tenant_id != tenant_id:
        raise NotFound(f"key must be in the record, {key_id} was not; `closeline keys list` names them")
    return key
