"""`closeline alerts`: what is wrong, how bad it is, and where its mend is written."""

from typing import TYPE_CHECKING, Annotated

import typer

from closeline.cli.actor import Actor, named
from closeline.cli.duty.options import Why
from closeline.cli.opening import opened, reading
from closeline.cli.options import AsJson, Database
from closeline.cli.printing import print_json, print_table, say

if TYPE_CHECKING:
    from closeline.schemas.governance.switching import AlertLine

app = typer.Typer(no_args_is_help=True, help="Look at what is wrong, and say that you have seen it.")
COLUMNS = ("alert", "severity", "kind", "scope", "state", "times#", "last (UTC)", "what", "runbook")


@app.command("list")
def list_alerts(
    *,
    only_open: Annotated[bool, typer.Option("--open", help="Only what has not ended.")] = False,
    db: Database = None,
    as_json: AsJson = False,
) -> None:
    """List what is and was wrong, one line for each kind and scope, the last met first."""
    from closeline.jobs.monitoring import governing

    with reading(db) as (desk, session):
        result = governing.listed_alerts(session, tenant_id=desk.tenant_id, only_open=only_open)
    if as_json:
        print_json(result)
        return
    print_table("Alerts", COLUMNS, [_row(item) for item in result.alerts], "none")


@app.command()
def ack(
    alert_id: Annotated[str, typer.Argument(metavar="ID", help="The alert, as `closeline alerts list` names it.")],
    *,
    why: Why,
    actor: Actor = None,
    db: Database = None,
    as_json: AsJson = False,
) -> None:
    """Say that you have seen an alert; one that no rule ends is ended by it."""
    from closeline.jobs.monitoring import governing

    with opened(db) as desk:
        result = governing.acknowledge(desk, alert_id, why=why, actor=named(actor, desk))
    if as_json:
        print_json(result)
        return
    end = "ended" if result.closed_at else "still open, until its rule ends it"
    say(f"{result.kind} of {result.scope} was seen by {result.acknowledged_by}, and is {end}")


def _row(item: "AlertLine") -> tuple[str | int, ...]:
    state = "ended" if item.closed_at else "seen" if item.acknowledged_at else "open"
    return (
        item.alert_id, item.severity.lower(), item.kind, item.scope, state, item.repeats,
        f"{item.last_at:%Y-%m-%d %H:%M}", item.text, item.runbook,
    )  # fmt: skip
