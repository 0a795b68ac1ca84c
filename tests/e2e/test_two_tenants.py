"""Two tenants on one PostgreSQL, worked in by the role of production: the season is the same, and nobody sees a canary.

The replay runs as `closeline_app`, which owns nothing and is held by row-level security. The other tenant has a row with
a canary in every table that a tenant owns.
"""

import re

import pytest
from sqlalchemy import Text, select, text

from closeline.domain.leagues import League
from closeline.jobs.replaying.backtest import backtest
from closeline.store.database.isolation import is_isolated
from closeline.store.record import record_hash
from closeline.store.session import unit_of_work
from closeline.store.tables import metadata
from tests import databases
from tests.api.test_guard import GUARDED, MARK, SHARED
from tests.builders.archives import an_archive
from tests.builders.callers import OTHER_TENANT, a_door
from tests.builders.desks import a_desk, make_short, until
from tests.builders.records import TENANT, make_trusting, opened
from tests.store.guarded import guarded
from tests.store.rows import OTHERS, WORDS, row_of

CANARY = "canary-of-the-other"


def plant_canaries(engine):
    """Give the other tenant one row in every table of tenants, with a canary in every text that is free."""
    with unit_of_work(engine) as session:
        session.execute(text("INSERT INTO tenant VALUES (:t, :name, 'ACTIVE', 0)"), {"t": OTHER_TENANT, "name": CANARY})
        for table in metadata.sorted_tables:
            if is_isolated(table) and table.name != "tenant":
                row = a_canary(session, table)
                session.append(table, tuple(row), [tuple(row.values())])


def a_canary(session, table):
    shared: dict[str, object] = {}
    for key in table.foreign_key_constraints:
        if not is_isolated(key.referred_table):
            shared |= dict(zip(key.column_keys, everybodys(session, key), strict=True))
    bound = WORDS.keys() | OTHERS.get(table.name, {}).keys()
    free = {column.name for column in table.c if isinstance(column.type, Text) and column.name not in bound}
    mine = "tenant_id" if "tenant_id" in table.c else "chain"
    others = {mine: OTHER_TENANT} if mine in table.c else {}
    return row_of(table) | dict.fromkeys(free, CANARY) | shared | others


def everybodys(session, key):
    """Give what a row of everybody's is named by: one that the house has captured, or one that is made for this."""
    asked = select(*(part.column for part in key.elements)).limit(1)
    if not session.rows(asked):
        row = row_of(key.referred_table)
        session.append(key.referred_table, tuple(row), [tuple(row.values())])
    return session.rows(asked)[0]


@pytest.fixture(scope="module")
def desks(postgresql):
    """Give a record in which the house plays a few days as the desk's own role, with canaries beside it half-way."""
    with guarded(postgresql, "two tenants", make_trusting) as record:
        desk = a_desk(record.app, [an_archive(days=5, games=2)])
        until(desk, "CLOSE")
        plant_canaries(record.owner)
        backtest(desk)
        yield record


def test_the_role_of_production_makes_the_very_record_that_sqlite_holds(desks, sqlite):
    with (
        databases.dropped_after(sqlite, sqlite.copy_of("short", make_short)) as url,
        opened(url) as engine,
        unit_of_work(engine, write=False) as session,
    ):
        expected = record_hash(session, tenant_id=TENANT, leagues=(League.NBA,))
    with unit_of_work(desks.app, write=False, tenant_id=TENANT) as session:
        picks = session.scalar(text("SELECT count(*) FROM pick"))

        assert record_hash(session, tenant_id=TENANT, leagues=(League.NBA,)) == expected
    assert picks > 0


def marked(session):
    """Return the tables in which something of the other tenant's is seen."""
    found = set()
    for table in metadata.sorted_tables:
        words = (OTHER_TENANT, CANARY) if is_isolated(table) else (CANARY,)
        looked = " OR ".join(f"t::text LIKE '%{word}%'" for word in words)
        if session.scalar(text(f"SELECT count(*) FROM {table.name} AS t WHERE {looked}")):
            found.add(table.name)
    return found


def test_every_table_of_tenants_holds_a_canary(desks):
    """Else the test below would look for nothing."""
    with unit_of_work(desks.owner, write=False) as session:
        assert marked(session) == {table.name for table in metadata.sorted_tables if is_isolated(table)}


def test_no_table_shows_the_house_a_canary(desks):
    with unit_of_work(desks.app, write=False, tenant_id=TENANT) as session:
        assert marked(session) == set()


def test_no_answer_to_the_house_has_a_canary_in_it(desks):
    # A stream does not end, and the description of the API is made without the record.
    reading = [path for method, path, _ in GUARDED if method == "GET" and not re.search(r"stream|openapi", path)]
    with a_door(desks.app) as door:
        answers = {path: door.get(MARK.sub(CANARY, path)) for path in reading}

    told = {path: answer.text.replace(f"/{CANARY}", "") for path, answer in answers.items()}
    found = [path for path in reading if "{" in path and path not in SHARED and answers[path].status_code == 200]
    read = [path for path in reading if "{" not in path and answers[path].status_code == 200]
    assert [path for path in reading if '"' + CANARY in told[path]] == []
    assert [path for path in found if "board" not in path] == []
    assert "/api/picks" in read
    assert len(read) >= 5
