"""What every test gets: a database of either kind, and an environment without surprises."""

import gc
import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from tests import databases

# A machine under load is slow, not wrong; fixtures that give a database give the same empty one to every example.
settings.register_profile(
    "search", deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
# The suite says the same thing of the same code every time; `make campaign` searches with new examples on every run.
settings.register_profile("house", settings.get_profile("search"), derandomize=True)
settings.load_profile("house")

# Names a caller's shell may hold that would change what is tested.
AMBIENT_PREFIXES = ("CLOSELINE_", "PG", "TYPER_", "FORCE_COLOR", "NO_COLOR", "COLUMNS", "LINES", "TERM")
KEPT = (databases.URL_VARIABLE, databases.SWITCH_VARIABLE)


def pytest_configure(config: pytest.Config) -> None:
    """Forget ambient settings, and the home of the person who runs the tests."""
    for name in list(os.environ):
        if name.startswith(AMBIENT_PREFIXES) and name not in KEPT:
            del os.environ[name]
    os.environ["TERM"] = "dumb"
    os.environ["COLUMNS"] = "110"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not databases.switched_off():
        return
    off = [item for item in items if databases.is_postgres(item)]
    config.hook.pytest_deselected(items=off)
    items[:] = [item for item in items if item not in off]


def pytest_collection_finish(session: pytest.Session) -> None:
    """Set aside what was collected: every full collection of garbage would walk through all tests and modules again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if databases.switched_off():
        terminalreporter.section("PostgreSQL was switched off", sep="!", red=True, bold=True)
        terminalreporter.line(
            f"{databases.SWITCH_VARIABLE}=off: no test ran on PostgreSQL, and nothing here speaks for it."
        )


@pytest.fixture(scope="session")
def sqlite() -> Iterator[databases.SqliteDatabases]:
    """Give the SQLite files of this process."""
    files = databases.SqliteDatabases()
    yield files
    files.stop()


@pytest.fixture(scope="session")
def postgresql() -> Iterator[databases.PostgresDatabases]:
    """Give the PostgreSQL of this process; it starts when the first test asks for it."""
    server = databases.postgres_databases()
    yield server
    server.stop()


@pytest.fixture(params=databases.engines())
def database_kind(request: pytest.FixtureRequest) -> str:
    """Run the test on both databases, and name the one of this run."""
    return str(request.param)


@pytest.fixture
def new_databases(request: pytest.FixtureRequest, database_kind: str) -> databases.Databases:
    """Give the maker of databases of this kind, for a test that wants several or a filled one."""
    made: databases.Databases = request.getfixturevalue(database_kind)
    return made


@pytest.fixture
def database_url(new_databases: databases.Databases) -> Iterator[str]:
    """Give the URL of an empty database of its own."""
    with databases.dropped_after(new_databases, new_databases.fresh()) as url:
        yield url
