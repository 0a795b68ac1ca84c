"""`closeline replay`: the last days once more from their raw bytes, into an empty database, and both compared."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from closeline.cli.again.moments import moment
from closeline.cli.opening import record_must_exist
from closeline.cli.options import AsJson, Database
from closeline.cli.printing import print_json, print_table, say
from closeline.domain.errors import CorruptRecord, NotFound

if TYPE_CHECKING:
    from closeline.jobs.desk import Desk
    from closeline.schemas.again.replaying import Replay

Days = Annotated[int, typer.Option("--days", min=1, max=366, help="How many days, up to --until.")]
Until = Annotated[
    str | None, typer.Option("--until", metavar="TIME", help="The end; by default the last that the record tells of.")
]
Into = Annotated[
    str | None, typer.Option("--into", metavar="URL", help="An empty database to keep; by default a file that goes.")
]


def replay(
    *, days: Days = 7, until: Until = None, into: Into = None, db: Database = None, as_json: AsJson = False
) -> None:  # fmt: skip
    """Replay the last days from raw bytes and compare every row. Exit code 5 when anything differs."""
    from closeline.jobs.replaying.window.replaying import replay as replayed
    from closeline.schemas.again.replaying import Replay
    from closeline.store.record.replay.happened import Window
    from closeline.wiring import read_settings
    from closeline.wiring.replaying import replay_desks

    record_must_exist(db)
    asked = None if until is None else moment(until, "--until")
    with replay_desks(read_settings(database_url=db), into) as (source, target):
        end = asked or _last(source)
        found = replayed(source, target, Window(end - timedelta(days=days), end, source.tenant_id))
    result = Replay.model_validate(found)
    if as_json:
        print_json(result)
    else:
        _show(result)
    if not result.equal:
        raise CorruptRecord(f"replay must give the same as the record, did not: {first_difference(result)}")


def _last(desk: "Desk") -> datetime:
    from closeline.store import events
    from closeline.store.session import unit_of_work

    with unit_of_work(desk.engine, write=False) as session:
        last = events.last_at(session, tenant_id=desk.tenant_id)
    if last is None:
        raise NotFound("record must tell of something to be replayed, told of nothing; capture or import first")
    return last


def _show(result: "Replay") -> None:
    say(f"replayed  {result.begin:%Y-%m-%d %H:%M} to {result.until:%Y-%m-%d %H:%M} UTC into {result.database}")
    say(f"from      {result.inputs} inputs in {result.steps} steps; {result.carried} rows carried as decided")
    print_table(
        "rows", ("table", "record#", "replay#", "missing#", "added#", "changed#", "equal"),
        [
            (table.table, table.recorded, table.replayed, table.missing, table.added, table.changed, table.equal)
            for table in result.tables
        ],
    )  # fmt: skip
    for table in result.tables:
        for row in table.first:
            say(f"differs: {table.table} {row.name}: {row.text}")
    for fault in result.faults:
        say(f"failed: {fault}")
    for item in result.outside:
        say(f"went outside: {item}")
    if not any(table.recorded for table in result.tables):
        say("the record holds nothing of these days, so nothing is proved: --until TIME names the end of others")
    say("equal: no row differs, nothing was sent, bought or asked for" if result.equal else "NOT equal")


def first_difference(result: "Replay") -> str:
    """Return the first difference that a replay found, in words."""
    for table in result.tables:
        if table.first:
            return f"{table.table} {table.first[0].name}: {table.first[0].text}"
    return next(iter([*result.outside, *result.faults]), "rows differ")
