"""How far reactions have come: every event of a chain up to its cursor has had all of its own."""

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from closeline.store.session import Session
from closeline.store.tables.governance import reaction_cursor

_CURSOR = select(reaction_cursor.c.seq).where(reaction_cursor.c.chain == bindparam("of_chain"))


def cursor(session: Session, *, chain: str) -> int:
    """Return up to which event of a chain there is nothing left to do; 0 where nobody looked yet."""
    return int(session.scalar(_CURSOR, {"of_chain": chain}) or 0)


def advance(session: Session, *, chain: str, seq: int) -> None:
    """Move a chain's cursor on; it never goes back."""
    insert = postgresql_insert if session.dialect == "postgresql" else sqlite_insert
    moved = insert(reaction_cursor).values(chain=chain, seq=seq)
    session.execute(moved.on_conflict_do_update(
        index_elements=["chain"], set_={"seq": seq}, where=reaction_cursor.c.seq < seq
    ))  # fmt: skip
