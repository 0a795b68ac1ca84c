"""The tables of the record, one file per group. Private to `store`: everybody else calls its queries.

`metadata` holds them all. `APPEND_ONLY` names those that the database itself guards against change, `MUTABLE`
the rest.
"""

from closeline.store.tables import (
    desk,
    evidence,
    feeds,
    governance,
    learning,
    ledger,
    model,
    outbox,
    players,
    prop_models,
    reference,
    switches,
    tenancy,
    watched,
)
from closeline.store.tables.metadata import metadata

MUTABLE = tuple(sorted(name for name, table in metadata.tables.items() if table.info["mutable"]))
APPEND_ONLY = tuple(sorted(name for name, table in metadata.tables.items() if not table.info["mutable"]))

__all__ = [
    "APPEND_ONLY",
    "MUTABLE",
    "desk",
    "evidence",
    "feeds",
    "governance",
    "learning",
    "ledger",
    "metadata",
    "model",
    "outbox",
    "players",
    "prop_models",
    "reference",
    "switches",
    "tenancy",
    "watched",
]
