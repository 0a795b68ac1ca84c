"""`closeline db`: the schema of the record, and who may do what with it."""

from typing import TYPE_CHECKING, Annotated

import typer

from closeline.cli.options import AsJson, Database
from closeline.cli.printing import print_json, say
from closeline.domain.errors import BadInput, Refused

if TYPE_CHECKING:
    from closeline.wiring import SchemaState

WithoutBackup = Annotated[
    str | None,
    typer.Option("--without-backup", metavar="REASON", help="Make no copy first, and say why; the log keeps it."),
]

app = typer.Typer(no_args_is_help=True, help="Look at the schema of the record, and change it.")


@app.command()
def upgrade(*, without_backup: WithoutBackup = None, db: Database = None, as_json: AsJson = False) -> None:
    """Create the record or bring it to the newest schema, with its reference data; its copy is made first."""
    from closeline import wiring

    if without_backup is not None and not without_backup.strip():
        raise BadInput("--without-backup must say why, was empty; the log keeps it")
    _show(wiring.upgrade(wiring.read_settings(database_url=db), without_backup), as_json=as_json)
    if without_backup is not None and not as_json:
        say(f"no copy was made: {without_backup}")


@app.command()
def downgrade(
    revision: Annotated[str, typer.Argument(metavar="REVISION", help="The revision to go down to, or base.")],
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do it: the tables and what they hold are dropped.")] = False,
    db: Database = None,
    as_json: AsJson = False,
) -> None:
    """Take the record down to an older schema. What the dropped tables held is gone."""
    from closeline import wiring

    if not yes:
        raise Refused(f"going down to {revision} drops tables and what they hold; copy the database, then add --yes")
    _show(wiring.downgrade(wiring.read_settings(database_url=db), revision), as_json=as_json)


@app.command()
def status(*, db: Database = None, as_json: AsJson = False) -> None:
    """Say where the record is and which schema it has; changes nothing."""
    from closeline import wiring

    _show(wiring.schema_state(wiring.read_settings(database_url=db)), as_json=as_json)


@app.command("roles")
def grant_roles(
    *,
    print_only: Annotated[bool, typer.Option("--print", help="Print the statements, run nothing.")] = False,
    db: Database = None,
    as_json: AsJson = False,
) -> None:
    """Give the PostgreSQL roles that are there their rights; makes no role and no password."""
    from closeline import wiring
    from closeline.schemas.record import Roles

    if print_only:
        for statement in wiring.role_grants():
            say(f"{statement};")
        return
    shape = Roles.model_validate(wiring.grant_roles(wiring.read_settings(database_url=db)))
    if as_json:
        print_json(shape)
        return
    say(f"granted   {', '.join(shape.granted) or 'none'}")
    say(f"lacking   {', '.join(shape.lacking) or 'none'}")
    for role in shape.too_mighty:
        say(f"{role} is a superuser, passes row-level security or owns the record: no guard holds it")


def _show(state: "SchemaState", *, as_json: bool) -> None:
    from closeline.schemas.record import Schema

    shape = Schema.model_validate(state)
    if as_json:
        print_json(shape)
        return
    say(f"database  {shape.database}")
    say(f"schema    {shape.revision or 'none'} (this program knows {shape.head})")
    say(f"journal   {shape.journal_mode}")
    if shape.backup:
        say(f"copy      {shape.backup}")
