"""`closeline backfill`: grades by other rules, candidates of a window, and results that come late."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from closeline.cli.actor import Actor, named
from closeline.cli.again.moments import moment
from closeline.cli.opening import opened, record_must_exist
from closeline.cli.options import AsJson, Database, OnlyLeague
from closeline.cli.printing import counted, number, print_json, print_table, say
from closeline.domain.leagues import League

app = typer.Typer(no_args_is_help=True, help="Make something of the past again, beside what is there.")

DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would be done, and write nothing.")]
Why = Annotated[str, typer.Option("--why", metavar="TEXT", help="The reason; the log keeps it.")]


@app.command()
def regrade(
    *,
    rules: Annotated[str, typer.Option("--rules", metavar="VERSION", help="The rule set, by its version.")],
    why: Why,
    first: Annotated[
        datetime | None, typer.Option("--from", metavar="DATE", formats=["%Y-%m-%d"], help="The first league day.")
    ] = None,
    last: Annotated[
        datetime | None, typer.Option("--to", metavar="DATE", formats=["%Y-%m-%d"], help="The last league day.")
    ] = None,
    league: OnlyLeague = None,
    dry_run: DryRun = False,
    actor: Actor = None,
    db: Database = None,
    as_json: AsJson = False,
) -> None:
    """Grade graded picks again by another rule set; the old grades stay, and the new ones name them."""
    from closeline.flow.settle import Days
    from closeline.jobs.replaying import backfilling

    record_must_exist(db)
    days = Days(first.date() if first else None, last.date() if last else None)
    with opened(db) as desk:
        result = backfilling.regrade(
            desk, rules, leagues=[league] if league else list(League), days=days, why=why, actor=named(actor),
            dry_run=dry_run,
        )  # fmt: skip
    if as_json:
        print_json(result)
        return
    say(f"{'would grade' if dry_run else 'graded'} {counted(result.graded, 'pick')} by {result.rules}")
    print_table(
        "decided otherwise", ("pick", "league", "before", "after", "units before#", "after#"),
        [
            (item.pick_id, item.league, item.before, item.after, number(item.units_before, signed=True),
             number(item.units_after, signed=True))
            for item in result.differing
        ],
    )  # fmt: skip
    say(f"units     {number(result.units, signed=True)} over all of them")


@app.command()
def calibration(
    *,
    first: Annotated[str, typer.Option("--from", metavar="TIME", help="Predictions made from then on.")],
    last: Annotated[str, typer.Option("--to", metavar="TIME", help="Results received by then.")],
    why: Why,
    league: OnlyLeague = None,
    method: Annotated[
        str, typer.Option("--method", metavar="METHOD", help="auto, temperature, platt, beta or isotonic.")
    ] = "auto",
    dry_run: DryRun = False,
    actor: Actor = None,
    db: Database = None,
    as_json: AsJson = False,
) -> None:
    """Fit a candidate on a window of the past in every scope. It is never watched and never in force."""
    from closeline.jobs.replaying import backfilling

    since, until = moment(first, "--from"), moment(last, "--to")
    record_must_exist(db)
    with opened(db) as desk:
        result = backfilling.calibrate_window(
            desk, since=since, until=until, leagues=[league] if league else [], method=method, why=why,
            actor=named(actor), dry_run=dry_run,
        )  # fmt: skip
    if as_json:
        print_json(result)
        return
    print_table(
        f"{'would fit' if dry_run else 'fitted'} on {since:%Y-%m-%d} to {until:%Y-%m-%d}",
        ("scope", "outcome", "version", "trained on#", "judged on#", "Brier in force#", "of the candidate#"),
        [
            (item.scope, item.outcome, (item.calibration_version or "")[:12], item.n_train, item.n_evaluated,
             number(item.brier_old, 4), number(item.brier_new, 4))
            for item in result.scopes
        ],
    )  # fmt: skip


@app.command()
def results(
    files: Annotated[list[Path], typer.Argument(metavar="FILE", help="Files that hold results.")],
    *,
    dry_run: DryRun = False,
    actor: Actor = None,
    db: Database = None,
    as_json: AsJson = False,
) -> None:
    """Import results that come late, and grade what they end."""
    from closeline.jobs.replaying import backfilling
    from closeline.wiring import read_archives

    record_must_exist(db)
    archives = read_archives(files)
    with opened(db) as desk:
        found = backfilling.import_results(desk, archives, actor=named(actor), dry_run=dry_run)
    if as_json:
        print_json(found)
        return
    for item in found.files:
        verb = "imported" if item.imported else "would import"
        say(f"{verb} {item.file}: {counted(item.results, 'result')} of {counted(item.games, 'game')}")
    say(f"graded {found.graded}, graded again {found.regraded}")
