"""Access: who holds a key, by the hash of its secret alone, and which calls have been answered."""

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from datetime import datetime

from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from closeline.store.database.isolation import show_key
from closeline.store.session import Session
from closeline.store.tables.tenancy import api_key, idempotency_key, tenant

_COLUMNS = (
    "tenant_id", "key_id", "name", "role", "secret_sha256", "created_at", "expires_at", "revoked_at", "last_used_at",
)  # fmt: skip
_KEY = select(*(api_key.c[name] for name in _COLUMNS))
# The only query of the record that asks across tenants: whose a key is, is what it finds out.
_NAMED = _KEY.where(api_key.c.key_id == bindparam("name"))
_ALL = _KEY.where(api_key.c.tenant_id == bindparam("tenant")).order_by(api_key.c.created_at, api_key.c.key_id)
_LIVE = (
    select(func.count())
    .select_from(api_key)
    .where(
        api_key.c.tenant_id == bindparam("tenant"),
        api_key.c.revoked_at.is_(None),
        api_key.c.expires_at > bindparam("moment"),
    )
)
_REVOKE = (
    update(api_key)
    .where(api_key.c.tenant_id == bindparam("tenant"), api_key.c.key_id == bindparam("id"))
    .values(revoked_at=bindparam("moment"))
)
_SHORTEN = (
    update(api_key)
    .where(
        api_key.c.tenant_id == bindparam("tenant"),
        api_key.c.key_id == bindparam("id"),
        api_key.c.expires_at > bindparam("moment"),
    )
    .values(expires_at=bindparam("moment"))
)
_USED = (
    update(api_key)
    .where(api_key.c.tenant_id == bindparam("tenant"), api_key.c.key_id == bindparam("id"))
    .values(last_used_at=bindparam("moment"))
)
_TENANT = select(tenant.c.status).where(tenant.c.tenant_id == bindparam("tenant"))
_MINE = (idempotency_key.c.tenant_id == bindparam("tenant"), idempotency_key.c.name == bindparam("key_name"))
_ASKED = select(idempotency_key).where(*_MINE)
_ANSWER = update(idempotency_key).where(*_MINE).values(answer_status=bindparam("status"), answer=bindparam("text"))
_FORGET = delete(idempotency_key).where(*_MINE)
_EXPIRE = delete(idempotency_key).where(
    idempotency_key.c.tenant_id == bindparam("tenant"), idempotency_key.c.at < bindparam("before")
)


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key as the record knows it: never its secret."""

    tenant_id: str
    key_id: str
    name: str
    role: str
    secret_sha256: str
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None
    last_used_at: datetime | None = None

    def is_live(self, at: datetime) -> bool:
        """Say whether the key opens anything at a moment."""
        return self.revoked_at is None and at < self.expires_at


@dataclass(frozen=True, slots=True)
class Asked:
    """A call that came with an idempotency key; the answer is null while it is under way."""

    request_hash: str
    answer_status: int | None
    answer: str | None
    at: datetime


def tenant_is_active(session: Session, *, tenant_id: str) -> bool:
    """Say whether there is such a tenant, and it may act."""
    return bool(session.scalar(_TENANT, {"tenant": tenant_id}) == "ACTIVE")


def add_key(session: Session, new: ApiKey) -> None:
    """Keep a new key; raises Refused where its id is taken."""
    session.execute(api_key.insert(), dict(zip(_COLUMNS, astuple(new), strict=True)))


def key_named(session: Session, key_id: str) -> ApiKey | None:
    """Return a key by its id, whoever's it is: what it opens is read from it.

    From here to its end the transaction may see this key and its tenant, under row-level security too.
    """
    show_key(session.connection, key_id)
    rows = session.rows(_NAMED, {"name": key_id})
    return ApiKey(*rows[0]) if rows else None


def keys(session: Session, *, tenant_id: str) -> Sequence[ApiKey]:
    """Return a tenant's keys, the oldest first."""
    return [ApiKey(*row) for row in session.rows(_ALL, {"tenant": tenant_id})]


def live_keys(session: Session, *, tenant_id: str, at: datetime) -> int:
    """Return how many keys of a tenant open anything at a moment."""
    return int(session.scalar(_LIVE, {"tenant": tenant_id, "moment": at}))


def revoke(session: Session, key_id: str, *, tenant_id: str, at: datetime) -> None:
    """Say that a key opens nothing from now on."""
    session.execute(_REVOKE, {"tenant": tenant_id, "id": key_id, "moment": at})


def shorten(session: Session, key_id: str, *, tenant_id: str, until: datetime) -> None:
    """Let a key open nothing from a moment on; one that expires before then stays as it is."""
    session.execute(_SHORTEN, {"tenant": tenant_id, "id": key_id, "moment": until})


def used(session: Session, key_id: str, *, tenant_id: str, at: datetime) -> None:
    """Remember when a key was last used."""
    session.execute(_USED, {"tenant": tenant_id, "id": key_id, "moment": at})


# -------------------------------------------------------------------------------------------- calls answered


def asked(session: Session, name: str, *, tenant_id: str) -> Asked | None:
    """Return the call that came with this idempotency key, null when none did."""
    rows = session.rows(_ASKED, {"tenant": tenant_id, "key_name": name})
    if not rows:
        return None
    row = rows[0]
    return Asked(row.request_hash, row.answer_status, row.answer, row.at)


def ask(session: Session, name: str, request_hash: str, *, tenant_id: str, at: datetime) -> bool:
    """Take an idempotency key for a call; False when another call has it. Of two at once, one is told True."""
    insert = postgresql_insert if session.dialect == "postgresql" else sqlite_insert
    row = {
        "tenant_id": tenant_id, "name": name, "request_hash": request_hash, "answer_status": None, "answer": None,
        "at": at,
    }  # fmt: skip
    taken = insert(idempotency_key).values(row).on_conflict_do_nothing().returning(idempotency_key.c.name)
    return session.execute(taken).first() is not None


def answered(session: Session, name: str, *, tenant_id: str, status: int, answer: str) -> None:
    """Keep the answer to a call, for whoever asks again."""
    session.execute(_ANSWER, {"tenant": tenant_id, "key_name": name, "status": status, "text": answer})


def forget(session: Session, name: str, *, tenant_id: str) -> None:
    """Let go of an idempotency key whose call came to nothing."""
    session.execute(_FORGET, {"tenant": tenant_id, "key_name": name})


def forget_before(session: Session, before: datetime, *, tenant_id: str) -> None:
    """Let go of idempotency keys taken before a moment."""
    session.execute(_EXPIRE, {"tenant": tenant_id, "before": before})
