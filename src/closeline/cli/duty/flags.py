"""`closeline flags`: names that may be put off, so that less goes out."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from closeline.cli.actor import Actor, named
from closeline.cli.duty.options import Why
from closeline.cli.opening import opened, reading
from closeline.cli.options import AsJson, Database
from closeline.cli.printing import print_json, print_table, say

if TYPE_CHECKING:
    from closeline.schemas.governance.switching import Flag

app = typer.Typer(no_args_is_help=True, help="Look at the flags, and put one off or on again.")


class State(StrEnum):
    """What a flag can be."""

    ON = "on"
    OFF = "off"


@app.command("list")
def list_flags(*, db: Database = None, as_json: AsJson = False) -> None:
    """List every flag with its settings; one that nobody ever set is on, and safety layers cannot be put off."""
    from closeline.jobs.monitoring import governing

    with reading(db) as (desk, session):
        result = governing.listed_flags(session, tenant_id=desk.tenant_id)
    if as_json:
        print_json(result)
        return
    print_table("Flags", ("flag", "scope", "state", "since (UTC)", "by", "why"), [_row(item) for item in result.flags])


@app.command("set")
def set_flag(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The flag, as `closeline flags list` names it.")],
    state: Annotated[State, typer.Argument(help="What it shall be.")],
    *,
    why: Why,
    scope: Annotated[
        str, typer.Option("--scope", metavar="SCOPE", help="global, tenant, league:nfl or market:TOTAL.")
    ] = "tenant",
    actor: Actor = None,
    db: Database = None,
    as_json: AsJson = False,
) -> None:
    """Set a flag in a scope: it takes effect before the next publication. Exit code 3 for a safety layer."""
    from closeline.jobs.monitoring import governing

    with opened(db) as desk:
        result = governing.set_flag(desk, name, scope=scope, is_on=state is State.ON, why=why, actor=named(actor, desk))
    if as_json:
        print_json(result)
        return
    say(f"{result.name} is {state} for {result.scope}: {result.why}")


def _row(item: "Flag") -> tuple[str, ...]:
    state = "on, always" if item.locked else "on" if item.is_on else "off"
    since = f"{item.at:%Y-%m-%d %H:%M}" if item.at else ""
    return (item.name, item.scope or "", state, since, item.actor or "", item.why or "")
