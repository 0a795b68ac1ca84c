"""`closeline kill`: what shall stand still, at once, in every worker."""

from typing import TYPE_CHECKING, Annotated

import typer

from closeline.cli.actor import Actor, named
from closeline.cli.duty.options import Why
from closeline.cli.opening import opened, reading
from closeline.cli.options import AsJson, Database
from closeline.cli.printing import print_json, print_table, say
from closeline.domain.errors import BadInput

if TYPE_CHECKING:
    from closeline.schemas.governance.switching import KillSwitch

app = typer.Typer(invoke_without_command=True, help="Stop publishing, grading, a league, a market or a channel.")
SCOPES = "global, tenant, league:nfl, market:TOTAL, channel:telegram, verb:publish or verb:grade."


@app.callback()
def kill(
    context: typer.Context,
    *,
    scope: Annotated[str | None, typer.Option("--scope", metavar="SCOPE", help=SCOPES)] = None,
    why: Annotated[
        str | None, typer.Option("--why", metavar="TEXT", help="The reason, in one line; it stays in the record.")
    ] = None,
    actor: Actor = None,
    db: Database = None,
    as_json: AsJson = False,
) -> None:
    """Put a kill switch on: once this returns, nothing that it stops is published by anybody."""
    if context.invoked_subcommand is not None:
        return
    if scope is None or why is None:
        raise BadInput("a kill switch must have a --scope and a --why; see: closeline kill --help")
    from closeline.jobs.monitoring import governing

    with opened(db) as desk:
        result = governing.kill(desk, scope=scope, why=why, actor=named(actor, desk))
    if as_json:
        print_json(result)
        return
    say(f"{result.scope} is stopped by {result.switch_id}; lift it: closeline kill lift {result.switch_id} --why TEXT")


@app.command()
def lift(
    switch_id: Annotated[
        str | None, typer.Argument(metavar="ID", help="The switch, as `closeline kill list` names it.")
    ] = None,
    *,
    why: Why,
    scope: Annotated[
        str | None, typer.Option("--scope", metavar="SCOPE", help="All that are on for this scope, in place of ID.")
    ] = None,
    actor: Actor = None,
    db: Database = None,
    as_json: AsJson = False,
) -> None:
    """Lift a switch, or all of a scope; a rule whose condition still holds opens its own again."""
    from closeline.jobs.monitoring import governing

    with opened(db) as desk:
        result = governing.lift(desk, switch_id=switch_id, scope=scope, why=why, actor=named(actor, desk))
    if as_json:
        print_json(result)
        return
    for item in result.lifted:
        say(f"{item.scope} is no longer stopped by {item.switch_id}")


@app.command("list")
def list_switches(*, db: Database = None, as_json: AsJson = False) -> None:
    """List the switches that are on, and the last steps that were taken."""
    from closeline.jobs.monitoring import governing

    with reading(db) as (desk, session):
        result = governing.listed_switches(session, tenant_id=desk.tenant_id)
    if as_json:
        print_json(result)
        return
    columns = ("switch", "stops", "cause", "since (UTC)", "by", "why")
    print_table("Switched on", columns, [_row(item) for item in result.switched_on], "none: nothing is stopped")
    print_table(
        "Last steps", ("step", *columns), [(item.step.lower(), *_row(item)) for item in result.steps], "none was taken"
    )


def _row(item: "KillSwitch") -> tuple[str, ...]:
    return (item.switch_id, item.scope, item.cause, f"{item.at:%Y-%m-%d %H:%M:%S}", item.actor, item.why)
