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


def test_an_unreachable_postgresql_fails_and_says_the_mend(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(databases.URL_VARIABLE, "postgresql://nobody@127.0.0.1:1/none")

    with pytest.raises(databases.NoPostgresError, match=r"CLOSELINE_TEST_POSTGRES_URL=.*CLOSELINE_TEST_POSTGRES=off"):
        databases.postgres_databases()
