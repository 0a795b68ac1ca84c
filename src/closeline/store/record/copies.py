"""Copies: a backup of the whole record with what can be proved about it, and the proof that a copy still holds that."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import file_digest
from pathlib import Path

from sqlalchemy import func, select, text

from closeline.domain.clock import instant, micros
from closeline.domain.errors import BadInput, CorruptRecord
from closeline.domain.events import SYSTEM_CHAIN
from closeline.domain.ids import canonical_json
from closeline.domain.leagues import League
from closeline.store import events, schema
from closeline.store.database.backup import copy_to, faults_of_file
from closeline.store.database.engine import Engine, for_tenant, open_engine
from closeline.store.record import record_hash
from closeline.store.session import Session, unit_of_work
from closeline.store.tables.desk import pick, publication
from closeline.store.tables.governance import event_log

FORMAT = "closeline-backup-v1"
MANIFEST = ".manifest.json"
_EXPORTED = text("SELECT pg_export_snapshot()")


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds, by hashes: its bytes, the ends of both chains, and the record's own hash.

    taken_at: microseconds since 1970. chains: the last row of each, as (number, hash).
    """

    format: str
    kind: str
    schema: str
    tenant: str
    taken_at: int
    file: str
    size: int
    sha256: str
    chains: dict[str, tuple[int, str]]
    publications: int
    record_hash: str

    @property
    def at(self) -> datetime:
        """Return when it was taken."""
        return instant(self.taken_at)


@dataclass(frozen=True, slots=True)
class Contents:
    """What a record says of itself at one moment."""

    chains: dict[str, tuple[int, str]]
    publications: int
    record_hash: str


def back_up(engine: Engine, folder: Path, *, tenant_id: str, at: datetime) -> Manifest:
    """Copy the record into a folder, beside a manifest that names what it holds; writers go on meanwhile.

    Raises StoreUnavailable when there can be no copy.
    """
    ending = "db" if engine.dialect.name == "sqlite" else "dump"
    path = folder / f"closeline-{at:%Y%m%dT%H%M%S%fZ}.{ending}"
    revision = schema.current(engine) or ""
    contents = _copied(engine, path, tenant_id)
    manifest = Manifest(
        FORMAT, engine.dialect.name, revision, tenant_id, micros(at), path.name, path.stat().st_size, _sha(path),
        contents.chains, contents.publications, contents.record_hash,
    )  # fmt: skip
    beside = path.with_name(f"{path.name}{MANIFEST}")
    beside.touch(mode=0o600)
    beside.write_text(f"{canonical_json(asdict(manifest))}\n", encoding="utf-8")
    return manifest


def _copied(engine: Engine, path: Path, tenant_id: str) -> Contents:
    """Make the copy, and read what it holds: out of the file itself, or in the very snapshot that is dumped."""
    if engine.dialect.name == "sqlite":
        copy_to(engine, path)
        with opened_copy(path, tenant_id) as copy, unit_of_work(copy, write=False) as session:
            return contents_of(session, tenant_id=tenant_id)
    with unit_of_work(for_tenant(engine, tenant_id), write=False) as session:
        contents = contents_of(session, tenant_id=tenant_id)
        copy_to(engine, path, str(session.scalar(_EXPORTED)))
        return contents


@contextmanager
def opened_copy(path: Path, tenant_id: str) -> Iterator[Engine]:
    """Give an engine on a copy that is a file."""
    engine = open_engine(f"sqlite:///{path}", tenant_id=tenant_id)
    try:
        yield engine
    finally:
        engine.dispose()


def contents_of(session: Session, *, tenant_id: str) -> Contents:
    """Return what a record says of itself: the ends of its chains, its publications, and its own hash."""
    return Contents(
        {chain: _end(session, chain) for chain in (SYSTEM_CHAIN, tenant_id)},
        int(session.scalar(select(func.count()).select_from(publication).where(publication.c.tenant_id == tenant_id))),
        record_hash(session, tenant_id=tenant_id, leagues=tuple(League)),
    )


def _end(session: Session, chain: str) -> tuple[int, str]:
    last = session.rows(
        select(event_log.c.seq, event_log.c.hash).where(event_log.c.chain == chain)
        .order_by(event_log.c.seq.desc()).limit(1)
    )  # fmt: skip
    return (last[0].seq, last[0].hash) if last else (0, events.GENESIS)


def manifest_of(path: Path) -> Manifest:
    """Return the manifest of a backup; raises BadInput without one, CorruptRecord where the bytes are not those."""
    beside = path.with_name(f"{path.name}{MANIFEST}")
    try:
        found = json.loads(beside.read_text(encoding="utf-8"))
        manifest = Manifest(**(found | {"chains": {name: tuple(end) for name, end in found["chains"].items()}}))
    except (OSError, ValueError, TypeError, KeyError) as fault:
        message = f"backup must have its manifest beside it, {beside} could not be read: {type(fault).__name__}"
        raise BadInput(message) from fault
    if not path.is_file():
        raise BadInput(f"backup must be a file, {path} was not there")
    if manifest.format != FORMAT:
        raise BadInput(f"backup must be of the format {FORMAT}, was {manifest.format!a}")
    if (path.stat().st_size, _sha(path)) != (manifest.size, manifest.sha256):
        raise CorruptRecord(f"backup must hash to what its manifest says, {path} does not: it was changed or cut short")
    return manifest


def _sha(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def faults(engine: Engine, manifest: Manifest) -> list[str]:
    """Return what a record that was made from a backup does not hold as the backup did; nothing where it is whole."""
    found = [f"file: {text}" for text in faults_of_file(engine)]
    tenant = manifest.tenant
    with unit_of_work(for_tenant(engine, tenant), write=False) as session:
        for chain, (number, digest) in manifest.chains.items():
            broken = events.broken_links(session, chain=chain)
            found += [f"log: chain {chain} does not verify from row {broken[0]} on"] if broken else []
            held = session.scalar(select(event_log.c.hash).where(event_log.c.chain == chain, event_log.c.seq == number))
            if number and held != digest:
                found.append(f"log: row {number} of chain {chain} is not the one that was the last when it was taken")
        now = contents_of(session, tenant_id=tenant)
    if now.record_hash != manifest.record_hash:
        found.append(f"record: its hash is {now.record_hash[:12]}, was {manifest.record_hash[:12]} when it was taken")
    if now.publications != manifest.publications:
        found.append(f"record: {now.publications} publications, were {manifest.publications}")
    return found


def newest_picks(session: Session, *, tenant_id: str, most: int) -> list[str]:
    """Return the picks that were published last, newest first."""
    statement = (
        select(pick.c.pick_id)
        .join(publication, (publication.c.tenant_id == pick.c.tenant_id) & (publication.c.pick_id == pick.c.pick_id))
        .where(pick.c.tenant_id == tenant_id)
        .order_by(publication.c.published_at.desc(), pick.c.pick_id)
        .limit(most)
    )
    return [row.pick_id for row in session.rows(statement)]
