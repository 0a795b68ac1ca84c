"""Backups: the record that the settings name, copied while it is in use, tried out elsewhere, and put back."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from closeline.config import Settings
from closeline.domain.errors import BadInput
from closeline.jobs.replaying import restoring
from closeline.jobs.replaying.restoring import Proved
from closeline.providers.excerpts import excerpt_at
from closeline.store import schema
from closeline.store.database.engine import Engine, open_engine
from closeline.store.record import copies
from closeline.store.record.copies import Manifest
from closeline.wiring.record import on_record
from closeline.wiring.senses import clock

FOLDER = "backups"


def back_up(settings: Settings, to: Path | None = None) -> tuple[Path, Manifest]:
    """Copy the record, by default into `backups` of the data folder; returns the file and what it holds."""
    folder = to or settings.data_dir / FOLDER

    def copied(engine: Engine) -> Manifest:
        schema.require_current(engine)
        return copies.back_up(engine, folder, tenant_id=settings.tenant, at=clock())

    manifest = on_record(settings, copied)
    return folder / manifest.file, manifest


def drill(file: Path, into: str | None = None) -> Proved:
    """Put a backup into the empty database that `into` names, else into one that goes afterwards, and prove it."""
    with _scratch(file, into) as engine:
        return restoring.drill(file, engine, excerpt_at)


def restore(file: Path, into: str, *, actor: str, why: str) -> Proved:
    """Make a record from a backup; it publishes nothing until its outbox is reconciled."""
    with _opened(into) as engine:
        return restoring.restore(file, engine, excerpt_at, actor=actor, why=why, at=clock())


@contextmanager
def _scratch(file: Path, into: str | None) -> Iterator[Engine]:
    if into is not None:
        with _opened(into) as engine:
            yield engine
        return
    if copies.manifest_of(file).kind != "sqlite":
        raise BadInput(
            "--into must name an empty PostgreSQL database for a drill of a dump, was left out; createdb one"
        )
    with tempfile.TemporaryDirectory() as folder, _opened(f"sqlite:///{Path(folder) / 'drill.db'}") as engine:
        yield engine


@contextmanager
def _opened(url: str) -> Iterator[Engine]:
    engine = open_engine(url)
    try:
        yield engine
    finally:
        engine.dispose()
