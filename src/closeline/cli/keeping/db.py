"""`closeline db`: the schema of the record."""

from typing import TYPE_CHECKING, Annotated

import typer

from closeline.cli.options import AsJson, Database
from closeline.cli.printing import print_json, say
from closeline.domain.errors import Refused

if TYPE_CHECKING:
    from closeline.wiring import SchemaState

app = typer.Typer(no_args_is_help=True, help="Look at the schema of the record, and change it.")


@app.command()
def upgrade(*, db: Database = None, as_json: AsJson = False) -> None:
    """Create the record or bring it to the newest schema, with its reference data."""
    from closeline import wiring

    _show(wiring.upgrade(wiring.read_settings(database_url=db)), as_json=as_json)


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


def _show(state: "SchemaState", *, as_json: bool) -> None:
    from closeline.schemas.record import Schema

    shape = Schema.model_validate(state)
    if as_json:
        print_json(shape)
        return
    say(f"database  {shape.database}")
    say(f"schema    {shape.revision or 'none'} (this program knows {shape.head})")
    say(f"journal   {shape.journal_mode}")
