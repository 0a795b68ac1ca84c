"""Tenants are kept apart by PostgreSQL itself, for every table, on every path, whatever a query forgets."""

from datetime import date

import psycopg
import pytest
from sqlalchemy import event, text

from closeline.domain.errors import AppendOnlyViolation, CorruptRecord, Refused, SchemaMissing, StoreUnavailable
from closeline.store import access, schema
from closeline.store.database import isolation, roles
from closeline.store.database.engine import for_tenant, open_engine
from closeline.store.database.isolation import is_isolated
from closeline.store.record.retention import RetentionPolicy, plan
from closeline.store.session import unit_of_work
from closeline.store.tables import APPEND_ONLY, metadata
from tests.store.guarded import guarded
from tests.store.rows import fill, row_of

TABLES = sorted((table for table in metadata.tables.values() if is_isolated(table)), key=lambda table: table.name)
NAMES = [table.name for table in TABLES]
NOBODY = ("", None)
# Whose rows belong to a chain: that of the house, which everybody sees, or a tenant's own; the filled ones to neither.
CHAINED = ("event_log", "feature_flag", "kill_switch", "reaction_cursor")
HOUSE, GUEST = "default", "guest"

# Whose rows name a row of another tenant-owned table by its key alone. Each of these keys is the hash of a content that
# holds the tenant, or a random name, and a policy asks that the row named is seen (isolation.py).
BY_KEY_ALONE = {
    ("calibration_event", "calibration_version"),
    ("calibration_segment", "calibration_version"),
    ("decomposition", "sim_run"),
    ("parlay_leg", "parlay"),
    ("parlay_leg", "pick"),
    ("sim_run_completion", "sim_run"),
    ("sim_run_input", "sim_run"),
}


def fill_house(url):
    engine = open_engine(url)
    with unit_of_work(engine) as session:
        fill(session)
        session.execute(text("INSERT INTO tenant SELECT 'guest', 'Guest', status, created_at FROM tenant"))
    engine.dispose()


@pytest.fixture
def record(postgresql):
    """Give a record with one row of the house in every table, and a guest who has none."""
    with guarded(postgresql, "guarded and filled", fill_house) as engines:
        yield engines


def counts(engine, tenant_id):
    with unit_of_work(engine, write=False, tenant_id=tenant_id) as session:
        return {name: session.scalar(text(f"SELECT count(*) FROM {name}")) for name in NAMES}


# ------------------------------------------------------------------------------------------- the catalogue


def test_every_table_of_tenants_is_under_forced_row_level_security_with_one_policy_for_all(record):
    with unit_of_work(record.owner, write=False) as session:
        found = {
            row.relname: (row.relrowsecurity, row.relforcerowsecurity)
            for row in session.rows(text("SELECT relname, relrowsecurity, relforcerowsecurity FROM pg_class "
                                         "WHERE relkind IN ('r', 'p')"))
        }  # fmt: skip
        policies = {
            row.tablename: row
            for row in session.rows(text("SELECT * FROM pg_policies WHERE cmd = 'ALL'"))
        }  # fmt: skip
        with_tenant = {row[0] for row in session.rows(text(
            "SELECT table_name FROM information_schema.columns WHERE column_name = 'tenant_id'"))}  # fmt: skip

    assert {name: found[name] for name in NAMES} == dict.fromkeys(NAMES, (True, True))
    assert sorted(policies) == NAMES
    assert all(row.permissive == "PERMISSIVE" and row.qual and row.with_check for row in policies.values())
    assert with_tenant <= set(NAMES)


def test_every_tenant_column_must_be_filled():
    assert [table.name for table in TABLES if "tenant_id" in table.c and table.c.tenant_id.nullable] == []


def test_keys_between_tables_of_tenants_name_the_tenant_or_are_known_not_to():
    loose = set()
    for table in TABLES:
        for key in table.foreign_key_constraints:
            parent = key.referred_table
            if is_isolated(parent) and parent.name != "tenant" and "tenant_id" not in key.column_keys:
                loose.add((table.name, parent.name))

    assert loose == BY_KEY_ALONE
    checked = {(child, parent) for child, found in isolation.CHILDREN.items() for _, parent in found}
    assert loose - checked == {("calibration_event", "calibration_version")}


def test_the_catalogue_check_sees_a_table_that_was_forgotten(record):
    with record.owner.begin() as connection:
        connection.execute(text("ALTER TABLE pick NO FORCE ROW LEVEL SECURITY"))

    with pytest.raises(AssertionError):
        test_every_table_of_tenants_is_under_forced_row_level_security_with_one_policy_for_all(record)


# ---------------------------------------------------------------------------------------- who sees what


@pytest.mark.parametrize("nobody", NOBODY)
def test_a_transaction_that_names_nobody_sees_no_row_of_any_tenant(record, nobody):
    engine = record.app if nobody is None else for_tenant(record.app, "")
    with unit_of_work(engine, write=False) as session:
        found = {name: session.scalar(text(f"SELECT count(*) FROM {name}")) for name in NAMES}

    assert found == dict.fromkeys(NAMES, 0)


def test_each_tenant_sees_its_own_rows_and_nothing_else(record):
    own = {"tenant": 1}

    assert counts(record.app, HOUSE) == dict.fromkeys(NAMES, 1) | dict.fromkeys(CHAINED, 0)
    assert counts(record.app, GUEST) == dict.fromkeys(NAMES, 0) | own


def test_without_its_policy_a_table_shows_the_rows_of_others(record):
    """The planted twin of the test above."""
    with record.owner.begin() as connection:
        connection.execute(text("ALTER TABLE pick DISABLE ROW LEVEL SECURITY"))

    assert counts(record.app, GUEST)["pick"] == 1


def test_the_chain_of_the_house_is_everybodys_and_that_of_a_tenant_its_own(record):
    log = metadata.tables["event_log"]
    with unit_of_work(record.owner) as session:
        for chain in ("SYSTEM", HOUSE, GUEST):
            session.append(log, tuple(log.c.keys()), [tuple(row_of(log, chain=chain).values())])
    with unit_of_work(record.app, write=False, tenant_id=GUEST) as session:
        chains = {row[0] for row in session.rows(text("SELECT chain FROM event_log"))}

    assert chains == {"SYSTEM", GUEST}


@pytest.mark.parametrize("rows", [1, 500])
@pytest.mark.parametrize("table", ["ops_alert", "config_version"])
def test_a_row_of_another_tenant_cannot_be_written(record, table, rows):
    table = metadata.tables[table]
    key = next(iter(table.primary_key.columns)).name
    many = [tuple(row_of(table, **{key: f"new {number}"}).values()) for number in range(rows)]
    with (
        pytest.raises(Refused, match="row must be of the tenant"),
        unit_of_work(record.app, tenant_id=GUEST) as session,
    ):
        session.append(table, tuple(table.c.keys()), many)
    with unit_of_work(record.app, tenant_id=HOUSE) as session:
        assert session.append(table, tuple(table.c.keys()), many) == rows


def test_rows_of_another_tenant_cannot_be_changed_or_removed(record):
    with unit_of_work(record.app, tenant_id=GUEST) as session:
        changed = session.execute(text("UPDATE delivery SET state = 'SENT'")).rowcount
        removed = session.execute(text("DELETE FROM idempotency_key")).rowcount

    assert (changed, removed) == (0, 0)


def test_a_row_cannot_be_handed_to_another_tenant(record):
    with (
        pytest.raises(Refused, match="row must be of the tenant"),
        unit_of_work(record.app, tenant_id=HOUSE) as session,
    ):
        session.execute(text("UPDATE idempotency_key SET tenant_id = 'guest'"))


CHILDREN: dict[str, dict[str, object]] = {
    "sim_run_input": {"ordinal": 2},
    "calibration_segment": {"market_key": "y"},
    "parlay_leg": {"leg": 2},
}


@pytest.mark.parametrize("name", CHILDREN)
def test_a_child_of_another_tenants_row_is_refused_as_if_there_were_no_such_row(record, name):
    table = metadata.tables[name]
    row = row_of(table, **CHILDREN[name])
    with (
        pytest.raises(Refused, match="row must be of the tenant"),
        unit_of_work(record.app, tenant_id=GUEST) as session,
    ):
        session.append(table, tuple(row), [tuple(row.values())])
    with unit_of_work(record.app, tenant_id=HOUSE) as session:
        assert session.append(table, tuple(row), [tuple(row.values())]) == 1


def test_a_key_that_names_the_tenant_tells_nothing_of_another_tenants_row(record):
    """Refused alike whether the pick of the house is there or not: composite keys close what row security leaves."""
    table = metadata.tables["pick_event"]
    said = []
    for pick_id in ("x", "nowhere"):
        row = row_of(table, tenant_id=GUEST, pick_id=pick_id)
        with pytest.raises(CorruptRecord) as fault, unit_of_work(record.app, tenant_id=GUEST) as session:
            session.append(table, tuple(row), [tuple(row.values())])
        said.append(str(fault.value).replace(pick_id, "PICK"))

    assert said[0] == said[1]


def test_an_event_of_another_tenants_calibration_is_refused(record):
    table = metadata.tables["calibration_event"]
    row = row_of(table, tenant_id=GUEST)
    with (
        pytest.raises(Refused, match="row must be of the tenant"),
        unit_of_work(record.app, tenant_id=GUEST) as session,
    ):
        session.append(table, tuple(row), [tuple(row.values())])


# -------------------------------------------------------------------------------------------- API keys


def test_a_key_that_is_shown_is_found_whoever_it_belongs_to_and_no_other_is(record):
    with unit_of_work(record.owner) as session:
        for number, tenant in enumerate((HOUSE, GUEST), start=1):
            session.execute(
                text("INSERT INTO api_key VALUES (:tenant, :key, 'n', 'READER', 'hash', 1, 2, NULL, NULL)"),
                {"tenant": tenant, "key": f"clk_{number}"},
            )
    with unit_of_work(record.app, write=False, tenant_id=HOUSE) as session:
        found = access.key_named(session, "clk_2")
        active = access.tenant_is_active(session, tenant_id=GUEST)
        seen = {row[0] for row in session.rows(text("SELECT key_id FROM api_key"))}
    with unit_of_work(record.app, write=False, tenant_id=GUEST) as session:
        nothing = access.key_named(session, "clk_nobodys")
        other = {row[0] for row in session.rows(text("SELECT key_id FROM api_key"))}

    assert found is not None
    assert (found.tenant_id, active, seen) == (GUEST, True, {"clk_1", "clk_2", "x"})
    assert (nothing, other) == (None, {"clk_2"})


def test_a_key_that_was_shown_may_not_be_changed_from_another_desk(record):
    with unit_of_work(record.app, tenant_id=GUEST) as session:
        assert access.key_named(session, "x") is not None
        changed = session.execute(text("UPDATE api_key SET revoked_at = 1 WHERE key_id = 'x'")).rowcount

    assert changed == 0


# ------------------------------------------------------------------------------- pooled connections


def said_by(engine):
    """Return what a pooled connection of an engine still says, one of which is used again and again."""
    with engine.connect() as connection:
        query = text("SELECT current_setting('app.tenant', true), current_setting('app.key', true)")
        return {word or "" for word in connection.execute(query).one()}


def ways_to_end():
    def commits(engine):
        with unit_of_work(engine) as session:
            access.key_named(session, "x")

    def reads(engine):
        with unit_of_work(engine, write=False) as session:
            access.key_named(session, "x")

    def raises(engine):
        with pytest.raises(ZeroDivisionError), unit_of_work(engine):
            raise ZeroDivisionError

    def is_refused(engine):
        with pytest.raises(StoreUnavailable), unit_of_work(engine) as session:
            session.execute(text("DELETE FROM pick"))

    def breaks_a_guard(engine):
        row = row_of(metadata.tables["ops_alert"])
        with pytest.raises(AppendOnlyViolation), unit_of_work(engine) as session:
            session.append(metadata.tables["ops_alert"], tuple(row), [tuple(row.values())])

    def is_interrupted(engine):
        with pytest.raises(KeyboardInterrupt), unit_of_work(engine):
            raise KeyboardInterrupt

    return (commits, reads, raises, is_refused, breaks_a_guard, is_interrupted)


@pytest.mark.parametrize("ends", ways_to_end(), ids=lambda way: way.__name__)
def test_a_connection_goes_back_to_the_pool_speaking_for_nobody(record, ends):
    ends(for_tenant(record.app, HOUSE))

    assert record.app.pool.checkedin() == 1
    assert said_by(record.app) == {""}


def test_a_setting_of_the_session_would_stay_on_the_pooled_connection(record):
    """The planted twin: with SET in the place of SET LOCAL the next one to have the connection speaks for the house."""

    def speak_on(connection):
        tenant = connection.get_execution_options().get(isolation.TENANT)
        if tenant:
            connection.connection.driver_connection.execute("SELECT set_config('app.tenant', %s, false)", [tenant])

    event.remove(record.app, "begin", isolation.speak)
    event.listen(record.app, "begin", speak_on)
    with unit_of_work(record.app, tenant_id=HOUSE):
        pass

    assert HOUSE in said_by(record.app)


def test_a_unit_may_speak_for_another_than_its_engine(record):
    bound = for_tenant(record.app, HOUSE)
    with unit_of_work(bound, write=False, tenant_id=GUEST) as session:
        there = session.scalar(text("SELECT tenant_id FROM tenant"))
    with unit_of_work(bound, write=False) as session:
        again = session.scalar(text("SELECT tenant_id FROM tenant"))

    assert (there, again) == (GUEST, HOUSE)
    assert for_tenant(bound, HOUSE) is bound
    assert bound.pool is record.app.pool


# ------------------------------------------------------------------------------------------- the roles


def rights(record, role):
    query = text("SELECT has_table_privilege(:role, :table, :right)")
    with unit_of_work(record.owner, write=False) as session:
        return {
            (name, right)
            for name in metadata.tables
            for right in ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")
            if session.scalar(query, {"role": role, "table": name, "right": right})
        }


def test_the_desks_role_may_add_to_what_is_only_added_to_and_change_the_rest(record):
    may = rights(record, roles.APP)

    assert {pair for pair in may if pair[0] in APPEND_ONLY} == {
        (name, right) for name in APPEND_ONLY for right in ("SELECT", "INSERT")
    }
    assert {right for _, right in may} == {"SELECT", "INSERT", "UPDATE", "DELETE"}


def test_reports_read_everything_but_secrets_and_backups_read_everything(record):
    everything = {(name, "SELECT") for name in metadata.tables}

    secrets = {(name, "SELECT") for name in ("api_key", "idempotency_key", "person")}

    assert rights(record, roles.READ) == everything - secrets
    assert rights(record, roles.BACKUP) == everything


def test_the_desks_role_owns_nothing_and_passes_no_guard(record):
    query = text("SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = :role")
    with unit_of_work(record.owner, write=False) as session:
        attributes = session.rows(query, {"role": roles.APP})[0]
        owned = session.scalar(text("SELECT count(*) FROM pg_class WHERE relowner = 'closeline_app'::regrole"))
        mighty = roles.too_mighty(session.connection)

    assert tuple(attributes) == (False, False, False, False)
    assert (owned, mighty) == (0, ())


FORBIDDEN = [
    "UPDATE pick SET side = 'AWAY'",
    "DELETE FROM quote",
    "TRUNCATE pick",
    "TRUNCATE delivery",
    "ALTER TABLE pick DISABLE ROW LEVEL SECURITY",
    "ALTER TABLE pick DISABLE TRIGGER ALL",
    "DROP TRIGGER pick_refuses_change ON pick",
    "DROP POLICY closeline_tenant ON pick",
    "CREATE TABLE mine (id integer)",
    "CREATE FUNCTION mine() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
    "SET session_replication_role = replica",
    "SET ROLE postgres",
    "COPY pick TO PROGRAM 'cat'",
]


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_the_desks_role_is_refused(record, statement):
    with (
        pytest.raises(StoreUnavailable, match="database role may not do this"),
        unit_of_work(record.app, tenant_id=HOUSE) as session,
    ):
        session.execute(text(statement))


def test_switching_row_security_off_reads_nothing(record):
    with (
        pytest.raises(StoreUnavailable, match="affected by row-level security"),
        unit_of_work(record.app, tenant_id=GUEST) as session,
    ):
        session.execute(text("SET LOCAL row_security = off; SELECT * FROM pick"))


def test_grants_are_given_again_after_an_upgrade_and_can_be_repeated(record):
    with record.owner.begin() as connection:
        connection.execute(text("GRANT ALL ON pick TO closeline_app"))
        for _ in range(2):
            assert roles.apply(connection) == roles.ROLES

    assert ("pick", "UPDATE") not in rights(record, roles.APP)


def test_a_role_that_passes_every_guard_is_named(record):
    with record.owner.begin() as connection:
        connection.execute(text("CREATE ROLE closeline_owner_of_test NOLOGIN"))
        connection.execute(text("ALTER TABLE pick OWNER TO closeline_owner_of_test"))
        assert roles.too_mighty(connection) == ()
        connection.execute(text("GRANT closeline_owner_of_test TO closeline_app"))
        assert roles.too_mighty(connection) == (roles.APP,)
        connection.rollback()


def test_a_server_without_the_roles_is_left_as_it_is(postgresql, record):
    assert [line for line in roles.grants(()) if "GRANT" in line] == []
    with record.owner.connect() as connection:
        assert roles.there(connection) == roles.ROLES


def test_no_statement_makes_a_role_or_a_password():
    text_of_all = " ".join(roles.grants(roles.ROLES)).upper()

    assert "PASSWORD" not in text_of_all
    assert "CREATE ROLE" not in text_of_all
    assert "LOGIN" not in text_of_all


def test_a_plan_of_retention_is_not_made_from_one_tenants_sight(record):
    with pytest.raises(Refused, match="must see every tenant"), unit_of_work(record.app, tenant_id=HOUSE) as session:
        plan(session, RetentionPolicy(90, 30, 30), date(2026, 1, 1))
    for engine in (record.owner, record.backup):
        with unit_of_work(engine, write=False) as session:
            isolation.must_see_all(session.connection, "a plan")


def test_an_owner_who_is_no_superuser_is_held_by_force(postgresql, record):
    """FORCE is what holds an owner: without it the owner of a table sees every tenant."""
    with record.owner.begin() as connection:
        connection.execute(text("CREATE ROLE closeline_owner_of_test NOLOGIN"))
        connection.execute(text("GRANT USAGE ON SCHEMA public TO closeline_owner_of_test"))
        connection.execute(text("ALTER TABLE pick OWNER TO closeline_owner_of_test"))
        connection.execute(text("SET LOCAL ROLE closeline_owner_of_test"))
        forced = connection.execute(text("SELECT count(*) FROM pick")).scalar_one()
        connection.execute(text("ALTER TABLE pick NO FORCE ROW LEVEL SECURITY"))
        unforced = connection.execute(text("SELECT count(*) FROM pick")).scalar_one()
        connection.rollback()

    assert (forced, unforced) == (0, 1)


def test_a_bare_connection_of_the_desks_role_sees_nothing(postgresql, record):
    url = postgresql.as_role(record.url, roles.APP).replace("postgresql+psycopg", "postgresql")
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT count(*) FROM pick").fetchone() == (0,)


def test_a_role_that_may_make_nothing_is_told_who_makes_the_schema(postgresql):
    url = postgresql.fresh()
    try:
        engine = open_engine(postgresql.as_role(url, roles.APP))
        with pytest.raises(SchemaMissing, match="run: closeline db upgrade, as the owner"):
            schema.ready(engine)
        engine.dispose()
    finally:
        postgresql.drop(url)
