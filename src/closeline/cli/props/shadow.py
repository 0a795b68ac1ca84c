"""`closeline props shadow set`, `clear`, `show`: which version speaks beside the model in force."""

from typing import TYPE_CHECKING, Annotated

import typer

from closeline.cli.actor import Actor, named
from closeline.cli.opening import opened
from closeline.cli.options import AsJson, Database
from closeline.cli.printing import print_json, print_table, say
from closeline.cli.props import asked

if TYPE_CHECKING:
    from closeline.schemas.props.shadow import Shadow

app = typer.Typer(no_args_is_help=True, help="A second version beside the model in force: kept, never published.")
Version = Annotated[str, typer.Argument(help="A version as closeline props status shows it, or one of before.")]


@app.command("set")
def set_challenger(*, version: Version, actor: Actor = None, db: Database = None, as_json: AsJson = False) -> None:
    """Let a version speak beside the model in force of its statistic, from the next forecast on."""
    from closeline.jobs.props.shadowing import set_challenger as run

    with opened(db) as desk:
        result = run(desk, version, actor=named(actor, desk))
    _show(result, as_json=as_json)


@app.command("clear")
def clear(
    *, statistic: asked.Statistics = None, actor: Actor = None, db: Database = None, as_json: AsJson = False
) -> None:
    """Let no challenger speak any more, of these statistics or of all; what was kept stays."""
    from closeline.jobs.props.shadowing import clear_challengers as run

    with opened(db) as desk:
        result = run(desk, asked.statistics_asked(statistic), actor=named(actor, desk))
    _show(result, as_json=as_json)


@app.command("show")
def show(*, db: Database = None, as_json: AsJson = False) -> None:
    """Show which version speaks beside which, and how much is kept of both."""
    from closeline.jobs.props.shadowing import shown as run

    with opened(db) as desk:
        result = run(desk)
    _show(result, as_json=as_json)


def _show(result: "Shadow", *, as_json: bool) -> None:
    if as_json:
        print_json(result)
        return
    print_table("Models side by side", ("statistic", "in force", "challenger", "since (UTC)", "by"), [
        (
            item.statistic, item.in_force, item.challenger, f"{item.since:%Y-%m-%d %H:%M}" if item.since else None,
            item.actor,
        )
        for item in result.challengers
    ])  # fmt: skip
    print_table("Kept of both", ("in force then", "challenger then", "forecasts#", "last (UTC)"), [
        (item.first, item.second, item.forecasts, f"{item.last_at:%Y-%m-%d %H:%M}") for item in result.kept
    ], "nothing yet")  # fmt: skip
    if result.changed:
        say(f"changed: {', '.join(result.changed)}; from the next forecast on")
