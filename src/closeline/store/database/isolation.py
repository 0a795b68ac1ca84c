"""Tenants kept apart by the database itself: row-level security on PostgreSQL, and for whom a transaction speaks.

Every table that a tenant owns has row-level security enabled and forced, and one policy for reading and for writing:
its rows are those of the tenant that the transaction names in `app.tenant`. The name is set with the transaction and
ends with it, so a connection that goes back to the pool speaks for nobody. A transaction that names nobody sees
nothing. A table without a column for its tenant follows the row that it belongs to.

A superuser, and a role with BYPASSRLS, sees every tenant: who asks across tenants asks as one (`must_see_all`). SQLite
has no such guard. There every query of the store names its tenant, which a test reads out of the statements.
"""

from collections.abc import Collection
from typing import Final

from sqlalchemy import Connection, Engine, Table, text

from closeline.domain.errors import Refused
from closeline.domain.events import SYSTEM_CHAIN

# The execution option that carries the tenant from an engine to each of its transactions.
TENANT: Final = "closeline_tenant"
SETTING: Final = "app.tenant"
# Which API key was shown: whose it is, is found out before anybody's tenant is known.
KEY_SETTING: Final = "app.key"
POLICY: Final = "closeline_tenant"
_SPEAKS: Final = f"nullif(current_setting('{SETTING}', true), '')"
_SHOWN: Final = f"nullif(current_setting('{KEY_SETTING}', true), '')"

# Child, its columns and the parent whose tenant it has: rows of a child are seen and written where the parent is seen.
CHILDREN: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "sim_run_input": (("run_id", "sim_run"),),
    "sim_run_completion": (("run_id", "sim_run"),),
    "decomposition": (("run_id", "sim_run"),),
    "calibration_segment": (("calibration_version", "calibration_version"),),
    "parlay_leg": (("parlay_id", "parlay"), ("pick_id", "pick")),
}
# Tables whose tenant goes by another name: everybody reads and continues the chain of the house.
_CHAINED: Final = f"chain = {_SPEAKS} OR chain = '{SYSTEM_CHAIN}'"
_OTHERWISE: Final = {
    "event_log": _CHAINED, "feature_flag": _CHAINED, "kill_switch": _CHAINED, "reaction_cursor": _CHAINED,
}  # fmt: skip
# A tenant's row may name a row of another table only where that one is seen too: their key alone does not say whose.
_ALSO: Final = {"calibration_event": (("calibration_version", "calibration_version"),)}
_BY_KEY: Final = {
    "api_key": f"key_id = {_SHOWN}",
    "tenant": f"EXISTS (SELECT 1 FROM api_key AS own WHERE own.tenant_id = tenant.tenant_id AND own.key_id = {_SHOWN})",  # noqa: S608
}


def for_tenant(engine: Engine, tenant_id: str) -> Engine:
    """Return the same engine, with the same pool, whose every transaction speaks for a tenant."""
    if engine.get_execution_options().get(TENANT) == tenant_id:
        return engine
    return engine.execution_options(**{TENANT: tenant_id})


def speak(connection: Connection) -> None:
    """Name the tenant of a PostgreSQL transaction that begins, for as long as it lasts: listens to `begin`."""
    tenant_id = connection.get_execution_options().get(TENANT)
    if tenant_id:
        _driver = connection.connection.driver_connection
        _driver.execute("SELECT set_config(%s, %s, true)", (SETTING, tenant_id))  # type: ignore[union-attr]


def is_postgresql(connection: Connection) -> bool:
    """Say whether a connection is one to PostgreSQL."""
    return connection.dialect.name == "postgresql"


def show_key(connection: Connection, key_id: str) -> None:
    """Let the transaction see one API key and its tenant, whoever's they are; the key is known by its id alone."""
    if is_postgresql(connection):
        connection.execute(text("SELECT set_config(:name, :id, true)"), {"name": KEY_SETTING, "id": key_id})


def must_see_all(connection: Connection, what: str) -> None:
    """Return where the database hides no tenant from this role; raises Refused where it does."""
    if not is_postgresql(connection):
        return
    # True where policies apply to this role and this table: a part would be taken for the whole.
    if connection.execute(text("SELECT row_security_active('pick')")).scalar_one():
        message = (
            f"{what} must see every tenant, this database role sees one; "
            "name the role that owns the record: --db postgresql://OWNER@HOST/NAME"
        )
        raise Refused(message)


def is_isolated(table: Table) -> bool:
    """Say whether PostgreSQL keeps `table` under row-level security."""
    return belongs(table.name, table.c.keys())


def belongs(table: str, columns: Collection[str]) -> bool:
    """Say whether rows of a table with these columns are some tenant's."""
    return "tenant_id" in columns or table in CHILDREN or table in _OTHERWISE


def isolates(table: str) -> str:
    """Return the condition by which rows of `table` are the tenant's, as its policy has it."""
    if table in CHILDREN:
        return " AND ".join(_parent_seen(table, column, parent) for column, parent in CHILDREN[table])
    return _OTHERWISE.get(table, f"tenant_id = {_SPEAKS}")


def policies(table: str) -> list[str]:
    """Return the PostgreSQL statements that put `table` under row-level security, for its owner too."""
    mine = isolates(table)
    check = " AND ".join([f"({mine})", *(_parent_seen(table, *reference) for reference in _ALSO.get(table, ()))])
    found = [
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
        f"CREATE POLICY {POLICY} ON {table} FOR ALL USING ({mine}) WITH CHECK ({check})",
    ]
    if table in _BY_KEY:
        found.append(f"CREATE POLICY {POLICY}_key ON {table} FOR SELECT USING ({_BY_KEY[table]})")
    return found


def policies_dropped(table: str) -> list[str]:
    """Return the statements that take row-level security away from `table`."""
    names = [POLICY, *([f"{POLICY}_key"] if table in _BY_KEY else [])]
    return [
        *(f"DROP POLICY {name} ON {table}" for name in names),
        f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
    ]


def _parent_seen(table: str, column: str, parent: str) -> str:
    # The parent's own policy holds inside: it is found only where it is the tenant's.
    same = f"seen.{column} = {table}.{column}"
    return f"EXISTS (SELECT 1 FROM {parent} AS seen WHERE {same})"  # noqa: S608
