"""Restoring: a backup is put back into an empty record and proved, as a drill or in earnest."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from closeline.domain.errors import BadInput, CloselineError, CorruptRecord, Refused
from closeline.flow.publish import reconciling
from closeline.flow.view.lineage import Excerpt, lineage
from closeline.jobs.desk import Desk
from closeline.store import schema
from closeline.store.database.backup import put_back
from closeline.store.database.engine import Engine, for_tenant, shown
from closeline.store.desk import restored
from closeline.store.record import copies
from closeline.store.record.copies import Manifest
from closeline.store.session import unit_of_work

LINEAGES = 25


@dataclass(frozen=True, slots=True)
class Proved:
    """A backup put back: what was checked, what was wrong, and how many picks were followed down to their bytes."""

    manifest: Manifest
    database: str
    lineages: int
    faults: tuple[str, ...]
    in_doubt: int = 0

    @property
    def whole(self) -> bool:
        """Say whether everything is there that was there when the backup was made."""
        return not self.faults


def drill(file: Path, engine: Engine, excerpt_at: Excerpt, *, most: int = LINEAGES) -> Proved:
    """Put a backup into an empty record and prove it: file, chains, the record's hash, and the newest picks' lineage.

    Raises BadInput for what is no backup of this kind of database, CorruptRecord for bytes that are not the manifest's,
    Refused where the record holds anything.
    """
    manifest = _put_back(file, engine)
    wrong = copies.faults(engine, manifest)
    followed, broken = _lineages(engine, manifest, excerpt_at, most)
    return Proved(manifest, shown(engine), followed, (*wrong, *broken))


def restore(file: Path, engine: Engine, excerpt_at: Excerpt, *, actor: str, why: str, at: datetime) -> Proved:
    """Do as a drill does, and mark the record: it publishes nothing until its outbox is reconciled.

    Raises CorruptRecord, with the record unmarked and not to be used, where the proof fails.
    """
    proved = drill(file, engine, excerpt_at)
    if not proved.whole:
        raise CorruptRecord(f"backup must be whole, {file} was not: {proved.faults[0]}; use another one")
    manifest = proved.manifest
    with unit_of_work(for_tenant(engine, manifest.tenant)) as session:
        restored.mark_restored(
            session,
            backup=manifest.sha256,
            taken_at=manifest.at,
            tenant_id=manifest.tenant,
            actor=actor,
            why=why,
            at=at,
        )
        doubts = restored.put_in_doubt(session, tenant_id=manifest.tenant, at=at)
    return Proved(manifest, proved.database, proved.lineages, (), doubts)


def answer_restore(desk: Desk, *, actor: str, why: str = "") -> bool:
    """Say that the outbox of a restored record was looked through, so that it may publish; False where none waits.

    why: what a person says who has looked at what stays in doubt. Without it, raises Refused while any message is in
    doubt, or where an observer cannot look to the end.
    """
    with unit_of_work(desk.engine, write=False) as session:
        if restored.awaiting_reconciliation(session, tenant_id=desk.tenant_id) is None:
            return False
        due = reconciling.plan(session, tenant_id=desk.tenant_id, observers=desk.observers, at=desk.clock())
    blind = [name for name, look in reconciling.perform(desk.observers, due).items() if not look.whole]
    with unit_of_work(desk.engine) as session:
        doubts = 0 if why else restored.doubts(session, tenant_id=desk.tenant_id)
        if doubts or (blind and not why):
            raise Refused(
                f"a restored record must have no message in doubt before it publishes, had {doubts}"
                f"{', unread: ' + ', '.join(blind) if blind else ''}; look yourself, then: publish reconcile --why TEXT"
            )
        return restored.mark_reconciled(
            session, tenant_id=desk.tenant_id, actor=actor, why=why or "the outbox was reconciled", at=desk.clock()
        )


def _put_back(file: Path, engine: Engine) -> Manifest:
    manifest = copies.manifest_of(file)
    if manifest.kind != engine.dialect.name:
        raise BadInput(f"backup of {manifest.kind} must go into {manifest.kind}, was to go into {engine.dialect.name}")
    if schema.current(engine) is not None:
        raise Refused(f"backup must go into an empty database, {shown(engine)} holds a record; name another one")
    put_back(file, engine)
    schema.upgrade(engine)
    return manifest


def _lineages(engine: Engine, manifest: Manifest, excerpt_at: Excerpt, most: int) -> tuple[int, list[str]]:
    """Follow the newest picks down to their bytes, which are hashed on the way."""
    tenant = manifest.tenant
    with unit_of_work(for_tenant(engine, tenant), write=False) as session:
        names = copies.newest_picks(session, tenant_id=tenant, most=most)
        broken = []
        for name in names:
            try:
                lineage(session, excerpt_at, pick_id=name, tenant_id=tenant)
            except CloselineError as fault:
                broken.append(f"lineage of {name}: {type(fault).__name__}: {fault}")
    return len(names), broken
