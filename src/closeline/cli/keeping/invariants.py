"""`closeline verify invariants`: hold the record against its own laws."""

from typing import Annotated

import typer

from closeline.cli.opening import reading, record_must_exist
from closeline.cli.options import AsJson, Database
from closeline.cli.printing import print_json, say
from closeline.domain.errors import CorruptRecord

# More rows than these are counted, not shown: the first ones tell what is wrong.
SHOWN = 20


def invariants(
    only: Annotated[
        list[str] | None, typer.Argument(metavar="[NUMBER]...", help="Laws to check, such as P4; all unless named.")
    ] = None,
    *,
    db: Database = None,
    as_json: AsJson = False,
) -> None:
    """Hold the record against its laws, and name each row that breaks one. Exit code 5 when any does."""
    from closeline.schemas.governance.invariants import BrokenLaw, VerifiedInvariants
    from closeline.store.invariants import violations

    record_must_exist(db)
    with reading(db) as (desk, session):
        found = violations(session, tenant_id=desk.tenant_id, only=only or ())
    rows = [BrokenLaw(invariant=item.invariant, row=item.row, why=item.why) for law in found.values() for item in law]
    checked = {name: len(broken) for name, broken in found.items()}
    result = VerifiedInvariants(kept=not rows, checked=checked, violations=rows)
    if as_json:
        print_json(result)
    else:
        say(f"{len(checked)} laws: {', '.join(checked)}")
        for item in rows[:SHOWN]:
            say(f"{item.invariant} {item.row}: {item.why}")
        say("kept" if result.kept else f"{len(rows)} rows break {sum(map(bool, checked.values()))} laws")
    if rows:
        raise CorruptRecord(f"record must keep its laws, {rows[0].row} breaks {rows[0].invariant}: {rows[0].why}")
