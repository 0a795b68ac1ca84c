"""Opening the desk for one command, and closing it whatever happens."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from closeline.jobs.desk import Desk
    from closeline.jobs.shelf import Archive
    from closeline.store.session import Session


@contextmanager
def opened(
    db: str | None,
    archives: "Sequence[Archive]" = (),
    publish_from: date | None = None,
    publish_dir: Path | None = None,
) -> "Iterator[Desk]":
    """Give the desk on the record that a flag or the settings name."""
    from closeline.wiring import open_desk, read_settings

    desk = open_desk(read_settings(database_url=db, publish_dir=publish_dir), archives, publish_from)
    try:
        yield desk
    finally:
        desk.engine.dispose()


@contextmanager
def opened_live(db: str | None) -> "Iterator[Desk]":
    """Give the desk with all that asks the outside world, whether or not a key is set."""
    from closeline.wiring import live_desk, read_settings

    desk = live_desk(read_settings(database_url=db))
    try:
        yield desk
    finally:
        desk.engine.dispose()


@contextmanager
def reading(db: str | None) -> "Iterator[tuple[Desk, Session]]":
    """Give the desk and one unchanging view of its record."""
    from closeline.store.session import unit_of_work

    with opened(db) as desk, unit_of_work(desk.engine, write=False) as session:
        yield desk, session


def record_must_exist(db: str | None) -> None:
    """Raise StoreUnavailable when a SQLite record is not there: a proof about one just made would prove nothing."""
    from closeline.domain.errors import StoreUnavailable
    from closeline.wiring import read_settings

    scheme, _, path = read_settings(database_url=db).database_url.partition(":///")
    if scheme == "sqlite" and not Path(path).exists():
        message = f"record must exist to be verified, {path} was not there; name the one that a backtest or demo wrote"
        raise StoreUnavailable(message)
