"""`closeline verify`: prove that a run gives the same again, and that the log was not changed."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from closeline.cli.keeping.invariants import invariants
from closeline.cli.opening import opened, reading, record_must_exist
from closeline.cli.options import AsJson, Database
from closeline.cli.printing import print_json, say
from closeline.domain.errors import CorruptRecord

if TYPE_CHECKING:
    from closeline.store.session import Session

app = typer.Typer(no_args_is_help=True, help="Prove the record.")
app.command()(invariants)


@app.command()
def run(
    run_id: Annotated[str, typer.Argument(metavar="ID", help="The run, as `closeline picks show` names it.")],
    *,
    db: Database = None,
    as_json: AsJson = False,
) -> None:
    """Execute a stored run again from the evidence, and compare every bit. Exit code 5 when anything differs."""
    from closeline.jobs.replaying.verify import verify_run
    from closeline.schemas.record import VerifiedRun

    record_must_exist(db)
    with opened(db) as desk:
        found = verify_run(desk, run_id)
    result = VerifiedRun(
        run_id=run_id, identical=found.identical, checked=list(found.checked), differences=list(found.differences)
    )
    if as_json:
        print_json(result)
    else:
        for text in result.checked:
            say(f"checked: {text}")
        say("identical" if result.identical else f"{len(result.differences)} differences")
        for text in result.differences:
            say(f"differs: {text}")
    if not result.identical:
        raise CorruptRecord(f"run must give the same again, {run_id} did not: {result.differences[0]}")


@app.command()
def log(*, db: Database = None, as_json: AsJson = False) -> None:
    """Follow the hash chains of the event log from their first row. Exit code 5 when a row was changed or lost."""
    from closeline.schemas.record import VerifiedLog

    record_must_exist(db)
    with reading(db) as (desk, session):
        result = VerifiedLog(**_followed(session, desk.tenant_id))
    if as_json:
        print_json(result)
    else:
        for chain, count in result.events.items():
            first = result.broken.get(chain)
            say(f"{chain}: {count} events, {f'broken at {first[0]}' if first else 'intact'}")
        for fault in result.faults:
            say(f"{fault.chain} row {fault.seq}: {fault.what}")
        for violation in result.violations:
            say(violation)
    if result.faults:
        fault = result.faults[0]
        raise CorruptRecord(
            f"event log must verify, chain {fault.chain} does not from row {fault.seq} on: {fault.what}"
        )
    if result.violations:
        raise CorruptRecord(f"changes must follow each other, {result.violations[0]}")


def _followed(session: "Session", tenant_id: str) -> dict[str, Any]:
    from closeline.domain.events import SYSTEM_CHAIN
    from closeline.store.invariants import audit
    from closeline.store.record import chain

    own = (SYSTEM_CHAIN, tenant_id)
    # Another tenant's chain is its own affair; one that no tenant has was a row's that was changed.
    others = [name for name in chain.chains(session) if name not in own and not audit.is_tenant(session, name)]
    found = [chain.verified(session, chain=name) for name in (*own, *others)]
    told = [(_shown(item.chain), fault) for item in found for fault in item.faults]
    return {
        "intact": not told,
        "events": {_shown(item.chain): item.rows for item in found},
        "broken": {_shown(item.chain): [fault.seq for fault in item.faults] for item in found if item.faults},
        "faults": [{"chain": name, "seq": fault.seq, "what": fault.what} for name, fault in told],
        "violations": [
            f"{item.invariant} {item.row}: {item.why}" for check in audit.CHECKS for item in check(session, tenant_id)
        ] if not told else [],
    }  # fmt: skip


def _shown(chain: str) -> str:
    return chain.encode("ascii", "backslashreplace").decode()
