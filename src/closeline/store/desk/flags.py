"""Flags as the record holds them: one row for each name and scope that somebody set, and a line in the log for each."""

from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from closeline.domain.events import SYSTEM_CHAIN
from closeline.domain.governance.flags import Setting
from closeline.domain.governance.switches import GLOBAL
from closeline.domain.ids import canonical_json
from closeline.store.desk import switches
from closeline.store.record.changes import change
from closeline.store.session import Session
from closeline.store.tables.switches import feature_flag

_COLUMNS = ("chain", "name", "scope", "is_on", "actor", "why", "at")
_ALL = (
    select(*(feature_flag.c[name] for name in _COLUMNS))
    .where(feature_flag.c.chain.in_(bindparam("chains", expanding=True)))
    .order_by(feature_flag.c.name, feature_flag.c.chain, feature_flag.c.scope)
)
_ONE = select(feature_flag.c.is_on).where(
    feature_flag.c.chain == bindparam("of_chain"),
    feature_flag.c.name == bindparam("named"),
    feature_flag.c.scope == bindparam("of_scope"),
)


def settings(session: Session, *, tenant_id: str) -> list[Setting]:
    """Return every setting that may concern a tenant: its own and those of the whole installation."""
    return [Setting(*row) for row in session.rows(_ALL, {"chains": [SYSTEM_CHAIN, tenant_id]})]


def put(
    session: Session, *, tenant_id: str, name: str, scope: str, is_on: bool, actor: str, why: str, at: datetime
) -> Setting:  # fmt: skip
    """Set a flag in a scope, and tell the log what it was before. Whoever publishes waits: see `switches`."""
    switches.stand_alone(session)
    chain = SYSTEM_CHAIN if scope == GLOBAL else tenant_id
    found = session.rows(_ONE, {"of_chain": chain, "named": name, "of_scope": scope})
    before = _state(name, scope, is_on=bool(found[0].is_on)) if found else None
    made = Setting(chain, name, scope, is_on, actor, why, at)
    insert = postgresql_insert if session.dialect == "postgresql" else sqlite_insert
    row = {
        "chain": chain, "name": name, "scope": scope, "is_on": is_on, "actor": actor, "why": why, "at": at,
    }  # fmt: skip
    new = insert(feature_flag).values(row)
    again = {column: new.excluded[column] for column in ("is_on", "actor", "why", "at")}
    session.execute(new.on_conflict_do_update(index_elements=["chain", "name", "scope"], set_=again))
    change(
        session, tenant_id=chain, subject=f"flag:{name}@{scope}", name="FLAG_SET", before=before,
        after=_state(name, scope, is_on=is_on), actor=actor, why=why, at=at,
    )  # fmt: skip
    return made


def states(session: Session, *, chain: str) -> list[tuple[str, str]]:
    """Return (subject, canonical state) of every flag of a chain as it stands: what the log's last hash is of."""
    return [
        (f"flag:{item.name}@{item.scope}", _state(item.name, item.scope, is_on=item.is_on))
        for item in settings(session, tenant_id=chain)
        if item.chain == chain
    ]


def _state(name: str, scope: str, *, is_on: bool) -> str:
    return canonical_json({"is_on": is_on, "name": name, "scope": scope})
