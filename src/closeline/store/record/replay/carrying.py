"""Carrying: what stood in a record at a moment, row by row as the database keeps it, and put into another record."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, Table, bindparam, or_, select

from closeline.domain.events import SYSTEM_CHAIN, SpellingMapped
from closeline.domain.identity import ANY_PROVIDER
from closeline.store import events
from closeline.store.record.replay.heads import heads, offers
from closeline.store.record.replay.portions import Portion, portion
from closeline.store.record.replay.rules import BEGIN, MUST_STAY_EMPTY, TENANT, by_the_beginning, carried_tables
from closeline.store.session import Session
from closeline.store.tables import metadata
from closeline.store.tables.evidence import quarantine, raw_payload, snapshot
from closeline.store.tables.governance import event_log
from closeline.store.tables.reference import mapping_review, team
from closeline.store.tables.tenancy import DEFAULT_TENANT, tenant

ROWS_AT_ONCE = 5_000
_EVER = datetime.max.replace(tzinfo=UTC)
_OPEN = "OPEN"
_ALIASES = {"TEAM": "team_alias", "PLAYER": "player_alias"}
_READ = select(snapshot.c.payload_sha).where(snapshot.c.received_at > bindparam(BEGIN))
_WAITED = select(mapping_review.c.review_id).where(
    or_(mapping_review.c.state == _OPEN, mapping_review.c.decided_at > bindparam(BEGIN))
)
# What was set aside for a name is read again once somebody says what it means.
_ASKED = select(quarantine.c.payload_sha).where(_WAITED.exists())


def standing_at(session: Session, begin: datetime, *, tenant_id: str) -> Iterator[Portion]:
    """Yield all that a record held at a moment and a replay from it needs, parents before children."""
    asked = {BEGIN: begin, TENANT: tenant_id}
    yield _tenants(session, tenant_id)
    later = _mapped_later(session, begin)
    for table in carried_tables():
        if table is raw_payload:
            yield from _payloads(session, begin)
            continue
        statement = select(table).where(by_the_beginning(table)).order_by(*_order(table))
        for rows in session.execute(statement, asked).partitions(ROWS_AT_ONCE):
            kept = [_as_of(table, row, begin) for row in rows if _alias(table, row) not in later]
            yield portion(table, kept)
    yield heads(session, begin)
    yield offers(session, begin)


def is_empty(session: Session) -> bool:
    """Say whether a record holds nothing but its schema: neither teams nor bytes nor a word in its log."""
    return all(session.scalar(select(table).limit(1)) is None for table in (team, raw_payload, event_log))


def sent_or_bought(session: Session, *, tenant_id: str) -> dict[str, int]:
    """Return how many rows say that something was sent, or bought of a provider, by table; none in a replay."""
    found: dict[str, int] = {}
    for name in MUST_STAY_EMPTY:
        table = metadata.tables[name]
        own = [table.c.tenant_id == tenant_id] if "tenant_id" in table.c else []
        rows = len(session.rows(select(next(iter(table.primary_key))).where(*own)))
        found |= {name: rows} if rows else {}
    return found


def _order(table: Table) -> list[Any]:
    # A row that follows another of its table comes after it.
    first = [table.c.proposed_at, table.c.pick_version] if "pick_version" in table.c else []
    return [*first, *table.primary_key.columns]


def _tenants(session: Session, tenant_id: str) -> Portion:
    names = dict.fromkeys((DEFAULT_TENANT, tenant_id))
    rows = [dict(row._mapping) for row in session.rows(select(tenant).where(tenant.c.tenant_id.in_(list(names))))]  # noqa: SLF001
    return portion(tenant, rows)


def _payloads(session: Session, begin: datetime) -> Iterator[Portion]:
    """Yield every payload by its name; the bytes of those that were read by then, and never again, stay behind."""
    wanted = {row.payload_sha for read in (_READ, _ASKED) for row in session.rows(read, {BEGIN: begin})}
    bare = [column for column in raw_payload.c if column.name != "compressed"]
    for rows in session.execute(select(*bare).order_by(raw_payload.c.payload_sha)).partitions(ROWS_AT_ONCE):
        yield portion(raw_payload, [
            {**row._mapping, "compressed": _bytes_of(session, row) if _is_read(row, wanted, begin) else b""}  # noqa: SLF001
            for row in rows
        ])  # fmt: skip


def _is_read(row: Row[Any], wanted: set[str], begin: datetime) -> bool:
    return row.payload_sha in wanted or row.received_at > begin


def _bytes_of(session: Session, row: Row[Any]) -> bytes:
    return bytes(session.scalar(select(raw_payload.c.compressed).where(raw_payload.c.payload_sha == row.payload_sha)))


def _as_of(table: Table, row: Row[Any], begin: datetime) -> dict[str, Any]:
    found = dict(row._mapping)  # noqa: SLF001
    if table is mapping_review and found["decided_at"] is not None and found["decided_at"] > begin:
        found |= {"state": _OPEN, "answer": None, "actor": None, "why": None, "decided_at": None}
    return found


def _mapped_later(session: Session, begin: datetime) -> set[tuple[str, str, str, str]]:
    """Return the aliases that people added after a moment: (table, league, provider, spelling)."""
    last = events.named(session, chain=SYSTEM_CHAIN, name=SpellingMapped.__name__, as_of=_EVER)
    return {
        (_ALIASES[str(told.body["kind"])], str(told.body["league"]), provider, str(told.body["spelling"]))
        for told in last
        if told.at > begin and told.body["answer"]
        for provider in (str(told.body["provider"]), ANY_PROVIDER)
    }


def _alias(table: Table, row: Row[Any]) -> tuple[str, str, str, str] | None:
    return (table.name, row.league, row.provider, row.spelling) if table.name in _ALIASES.values() else None
