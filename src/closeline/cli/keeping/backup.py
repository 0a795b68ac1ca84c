"""`closeline backup`: a copy of the record while it is in use, the proof that it can be used, and the way back."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from closeline.cli.actor import Actor, named
from closeline.cli.opening import record_must_exist
from closeline.cli.options import AsJson, Database
from closeline.cli.printing import counted, print_json, say
from closeline.domain.errors import BadInput, CorruptRecord

if TYPE_CHECKING:
    from closeline.jobs.replaying.restoring import Proved
    from closeline.schemas.again.copies import Restored

app = typer.Typer(no_args_is_help=True, help="Copy the record, prove a copy, and go back to one.")

File = Annotated[Path, typer.Argument(metavar="FILE", help="The backup; its manifest lies beside it.")]


@app.command()
def run(
    *,
    to: Annotated[
        Path | None, typer.Option("--to", metavar="DIR", help="The folder; by default backups in the data folder.")
    ] = None,
    db: Database = None,
    as_json: AsJson = False,
) -> None:
    """Copy the record as it is at one moment, while others go on writing, with a manifest of what it holds."""
    from closeline.schemas.again.copies import Backup
    from closeline.wiring import read_settings
    from closeline.wiring.backups import back_up

    record_must_exist(db)
    path, made = back_up(read_settings(database_url=db), to)
    result = Backup(
        path=str(path), kind=made.kind, revision=made.schema, tenant=made.tenant, taken_at=made.at, size=made.size,
        sha256=made.sha256, chains={name: end[0] for name, end in made.chains.items()},
        publications=made.publications, record_hash=made.record_hash,
    )  # fmt: skip
    if as_json:
        print_json(result)
        return
    say(f"copied    {result.path} ({result.size} bytes, {result.kind}, schema {result.revision})")
    say(f"sha256    {result.sha256}")
    say(f"holds     {counted(result.publications, 'publication')}, record {result.record_hash[:12]}")
    for chain, number in result.chains.items():
        say(f"chain     {chain}: {number} events")
    say(f"prove it  closeline backup drill {result.path}")


@app.command()
def drill(
    file: File,
    *,
    into: Annotated[
        str | None, typer.Option("--into", metavar="URL", help="An empty database; by default a file that goes.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Put a backup into a scratch database and prove all of it. Exit code 5 when anything is missing or changed."""
    from closeline.wiring import backups

    proved = backups.drill(file, into)
    result = _shape(file, proved, awaiting=False)
    if as_json:
        print_json(result)
    else:
        _show(result)
    if not result.whole:
        raise CorruptRecord(f"backup must be whole, {file} was not: {result.faults[0]}")


@app.command()
def restore(
    file: File,
    *,
    into: Annotated[str, typer.Option("--into", metavar="URL", help="The empty database that becomes the record.")],
    why: Annotated[str, typer.Option("--why", metavar="TEXT", help="Why; the log keeps it.")],
    actor: Actor = None,
    as_json: AsJson = False,
) -> None:
    """Make a record from a backup. It publishes nothing until `closeline publish reconcile` has looked."""
    from closeline.wiring import backups

    if not why.strip():
        raise BadInput("--why must say why, was empty; the log keeps it")
    result = _shape(file, backups.restore(file, into, actor=named(actor), why=why.strip()), awaiting=True)
    if as_json:
        print_json(result)
        return
    _show(result)
    say(f"in doubt  {counted(result.in_doubt, 'message')} may have been sent since")
    say(f"next      closeline publish reconcile --db {result.database}, or nothing is published")


def _shape(file: Path, proved: "Proved", *, awaiting: bool) -> "Restored":
    from closeline.schemas.again.copies import Restored

    return Restored(
        path=str(file), database=proved.database, taken_at=proved.manifest.at, whole=proved.whole,
        lineages=proved.lineages, faults=list(proved.faults), in_doubt=proved.in_doubt,
        awaiting_reconciliation=awaiting,
    )  # fmt: skip


def _show(result: "Restored") -> None:
    say(f"backup    {result.path} of {result.taken_at:%Y-%m-%d %H:%M} UTC, put back into {result.database}")
    say(f"checked   bytes, file, both chains, the record's hash, the lineage of {counted(result.lineages, 'pick')}")
    for fault in result.faults:
        say(f"wrong     {fault}")
    say("whole" if result.whole else "NOT whole")
