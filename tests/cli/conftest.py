"""Records for the command line: SQLite files, because the doors are the same over both databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import databases
from tests.builders.desks import PLAYED
from tests.builders.records import make_seeded


@pytest.fixture(autouse=True)
def _own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the settings, data and current folder of whoever runs the tests out of them."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.delenv("ODDS_API_FREE_KEY", raising=False)


@pytest.fixture
def record(sqlite: databases.SqliteDatabases) -> Iterator[str]:
    """Give the URL of a record with its reference data and nothing captured."""
    with databases.dropped_after(sqlite, sqlite.copy_of("seeded", make_seeded)) as url:
        yield url


@pytest.fixture
def played(sqlite: databases.SqliteDatabases) -> Iterator[str]:
    """Give the URL of a record with a season of published, tracked and graded picks."""
    with databases.dropped_after(sqlite, sqlite.copy_of(*PLAYED)) as url:
        yield url
