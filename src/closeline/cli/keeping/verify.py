"""`closeline verify`: prove that a run gives the same again, and that the log was not changed."""

from typing import Annotated

import typer

from closeline.cli.opening import opened, reading, record_must_exist
from closeline.cli.options import AsJson, Database
from closeline.cli.printing import print_json, say
from closeline.domain.errors import CorruptRecord

app = typer.Typer(no_args_is_help=True, help="Prove the record.")


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
    from closeline.domain.events import SYSTEM_CHAIN
    from closeline.schemas.record import VerifiedLog
    from closeline.store import events

    record_must_exist(db)
    with reading(db) as (desk, session):
        chains = (SYSTEM_CHAIN, desk.tenant_id)
        counts = {chain: len(events.since(session, chain=chain, after=0)) for chain in chains}
        broken = {chain: events.broken_links(session, chain=chain) for chain in chains}
    broken = {chain: rows for chain, rows in broken.items() if rows}
    result = VerifiedLog(intact=not broken, events=counts, broken=broken)
    if as_json:
        print_json(result)
    else:
        for chain, count in counts.items():
            say(f"{chain}: {count} events, {'intact' if chain not in broken else f'broken at {broken[chain][0]}'}")
    if broken:
        chain, rows = next(iter(broken.items()))
        raise CorruptRecord(f"event log must verify, chain {chain} does not from row {rows[0]} on")
