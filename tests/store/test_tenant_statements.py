"""SQLite has no row-level security, so every statement of the store that reads tenants' rows must name the tenant itself.

What is asked: every statement that a module of the store holds, compiled. One of its tables of tenants must be bound to
a tenant; the others are joined to it by keys that name one row. What names no tenant is listed, with its reason.
"""

import importlib
import pkgutil
import re

from sqlalchemy import Executable, Table, bindparam, select
from sqlalchemy.dialects import sqlite
from sqlalchemy.sql import visitors

import closeline.store
from closeline.store.tables import metadata

TENANTS = {name for name, table in metadata.tables.items() if "tenant_id" in table.c}
ACROSS = {
    "closeline.store.access._KEY": "the beginning of the others",
    "closeline.store.desk.outbox._ROWS": "the beginning of the others",
    "closeline.store.access._NAMED": "whose a key is, is what it finds out",
    "closeline.store.record.retention.anchors._BETS": "evidence is everybody's: what one tenant rests on stays",
    "closeline.store.record.retention.anchors._CLOSES": "evidence is everybody's: what one tenant rests on stays",
    "closeline.store.record.retention.anchors._INPUTS": "evidence is everybody's: what one tenant rests on stays",
    "closeline.store.record.retention.anchors._PICKS": "evidence is everybody's: what one tenant rests on stays",
    "closeline.store.record.retention.anchors._RUNS_OF_PICKS": "evidence is everybody's: what one tenant rests on stays",
    # Asked by names, each the hash of a content with its tenant, that a statement with a tenant has found, or whose row
    # the caller holds against its own tenant before it shows it (tests/api/test_guard.py).
    "closeline.store.calibrations.in_force._MAPS": "by names of versions in force",
    "closeline.store.calibrations.versions._KNOWN": "by the name of a version",
    "closeline.store.desk.candidates._OF_PREDICTION": "by the name of a prediction",
    "closeline.store.desk.recordings._PREDICTIONS": "by the name of a run",
    "closeline.store.forecasts._OF_RUN": "by the name of a run",
    "closeline.store.forecasts._RUN": "by the name of a run",
    "closeline.store.forecasts._RUNS": "by names of runs",
    "closeline.store.forecasts._VERSIONS": "by names of runs",
}


def statements():
    for found in pkgutil.walk_packages(closeline.store.__path__, "closeline.store."):
        if "migrations" in found.name or ".tables" in found.name:
            continue
        module = importlib.import_module(found.name)
        for name, value in vars(module).items():
            if isinstance(value, Executable) and not getattr(value, "is_insert", False):
                yield f"{found.name}.{name}", value


STATEMENTS = dict(statements())


def forgets(statement):
    """Say whether a statement reads tables of tenants and binds none of them to a tenant."""
    tables = {node.name for node in visitors.iterate(statement) if isinstance(node, Table)} & TENANTS
    said = str(statement.compile(dialect=sqlite.dialect()))
    return bool(tables) and not any(re.search(rf"\b{name}\.tenant_id = \?", said) for name in tables)


def test_every_statement_about_tenants_names_the_tenant_or_is_known_not_to():
    assert {name for name, statement in STATEMENTS.items() if forgets(statement)} == set(ACROSS)


def test_a_statement_that_forgets_its_tenant_would_be_seen():
    pick = metadata.tables["pick"]
    careless = select(pick.c.tenant_id, pick.c.pick_id).where(pick.c.pick_id == bindparam("id"))

    assert forgets(careless)
    assert not forgets(careless.where(pick.c.tenant_id == bindparam("tenant")))
    assert not forgets(select(metadata.tables["team"]))
    assert len(STATEMENTS) > 100
