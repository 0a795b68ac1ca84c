"""The house's own database fixtures: each test has one to itself, and a copy holds what its template held."""

import pytest
from sqlalchemy import create_engine, inspect, text

from tests import databases


def run(url: str, statement: str) -> list[tuple[object, ...]]:
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            result = connection.execute(text(statement))
            return [tuple(row) for row in result] if result.returns_rows else []
    finally:
        engine.dispose()


@pytest.mark.parametrize("turn", [1, 2])
def test_every_test_starts_on_an_empty_database(database_url: str, turn: int) -> None:
    engine = create_engine(database_url)
    before = inspect(engine).get_table_names()
    engine.dispose()
    run(database_url, "CREATE TABLE pick (id integer)")

    assert before == []


def test_the_database_is_of_the_kind_it_says(database_url: str, database_kind: str) -> None:
    statement = {"sqlite": "SELECT 'SQLite ' || sqlite_version()", "postgresql": "SELECT version()"}[database_kind]

    assert run(database_url, statement)[0][0].lower().startswith(database_kind)  # type: ignore[attr-defined]


def test_copies_hold_what_the_template_held_and_nothing_of_each_other(
    new_databases: databases.Databases,
) -> None:
    built = []

    def build(url: str) -> None:
        built.append(url)
        run(url, "CREATE TABLE team (name text)")
        run(url, "INSERT INTO team VALUES ('nba_lakers')")

    first, second = (new_databases.copy_of("teams of this test", build) for _ in range(2))
    run(first, "DELETE FROM team")

    assert run(second, "SELECT name FROM team") == [("nba_lakers",)]
    assert len(built) == 1
    new_databases.drop(first)
    new_databases.drop(second)


def test_two_that_thought_of_one_name_get_each_his_own(new_databases: databases.Databases) -> None:
    def nobody(url: str) -> None:
        run(url, "CREATE TABLE team (name text)")

    def somebody(url: str) -> None:
        nobody(url)
        run(url, "INSERT INTO team VALUES ('nba_lakers')")

    empty, filled = (new_databases.copy_of("one name", build) for build in (nobody, somebody))

    assert (run(empty, "SELECT name FROM team"), run(filled, "SELECT name FROM team")) == ([], [("nba_lakers",)])


def test_a_template_may_be_filled_on_a_copy_of_another_which_stays_as_it_was(
    new_databases: databases.Databases,
) -> None:
    def build(url: str) -> None:
        run(url, "CREATE TABLE player (name text)")

    def fill(url: str) -> None:
        run(url, "INSERT INTO player VALUES ('ann')")

    more = new_databases.copy_of("one player", fill, ("no player", build))
    none = new_databases.copy_of("no player", build)

    assert run(more, "SELECT name FROM player") == [("ann",)]
    assert run(none, "SELECT name FROM player") == []
    new_databases.drop(more)
    new_databases.drop(none)


def test_an_unreachable_postgresql_fails_and_says_the_mend(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(databases.URL_VARIABLE, "postgresql://nobody@127.0.0.1:1/none")

    with pytest.raises(databases.NoPostgresError, match=r"CLOSELINE_TEST_POSTGRES_URL=.*CLOSELINE_TEST_POSTGRES=off"):
        databases.postgres_databases()


# What asks no database at all is not in question. These ask one kind, and this is why.
NO_DATABASE = {
    "e2e/test_fault_catalogue.py", "e2e/test_same_digits.py", "flow/test_by_hand.py", "flow/test_circumstances.py", "flow/test_promises.py",
    "jobs/live/test_follower.py", "jobs/live/test_garbage.py", "jobs/live/test_rehearsing.py", "jobs/live/test_two_followers.py", "jobs/monitoring/test_persistence.py",
    "jobs/test_live_demo.py", "jobs/test_registry.py", "jobs/test_schedule.py", "jobs/test_shelf.py",
    "jobs/test_synthetic.py", "store/test_asof.py", "store/test_packaged.py", "store/test_thinning.py",
}  # fmt: skip
ONE_DATABASE = {
    "e2e/test_lifecycles.py": "on each by its own name: a hundred lives in files, a few on a server",
    "e2e/test_crew.py": "several processes of a production, which has a server",
    "e2e/test_live_demo.py": "the demonstration makes its own file",
    "e2e/test_live_fault_twins.py": "guards outside the database are taken away",
    "e2e/test_real_closes.py": "the store's tests of closes run on both; these feed them long real files",
    "e2e/test_serve.py": "a laptop's process on a laptop's file; the crew is served from a server",
    "e2e/test_serve_live.py": "a laptop's process on a laptop's file; the crew is served from a server",
    "e2e/test_two_tenants.py": "row-level security is the server's",
    "jobs/test_demo.py": "the demonstration makes its own file",
    "jobs/test_fan_out.py": "processes share a file; the crew shares a server",
    "store/test_contention.py": "a writer that begins as a reader is SQLite's fault alone",
    "store/test_isolation.py": "row-level security is the server's",
    "store/test_partitions.py": "parts of a table are the server's",
    "store/test_server.py": "a server that goes away is a server's fault alone",
    "store/test_tenant_statements.py": "what row-level security does is asked of statements where there is none",
}
ROOMS = ("store", "flow", "jobs", "e2e")


def test_what_touches_the_record_runs_on_both_databases_or_says_why_not(request: pytest.FixtureRequest) -> None:
    here = request.config.rootpath / "tests"
    both: dict[str, bool] = {}
    for item in request.session.items:
        name = item.path.relative_to(here).as_posix()
        if name.startswith(ROOMS):
            both[name] = both.get(name, False) or databases.is_postgres(item)
    on_one = {name for name, has_server in both.items() if not has_server}
    excused = NO_DATABASE | set(ONE_DATABASE)

    assert databases.switched_off() or on_one <= excused
    assert [name for name in excused if both.get(name)] == []
    assert [name for name in excused if not (here / name).is_file()] == []
