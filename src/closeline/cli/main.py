"""The root of the command line: every noun, and the options that all of them know."""

from typing import Annotated

import typer

from closeline.cli import config, demo, gates, importing, picks, props, simulate, status
from closeline.cli.again import backfill, backtest, known, replay
from closeline.cli.doors import keys, serve, worker
from closeline.cli.duty import alerts, flags, kill, publish, withdrawing
from closeline.cli.ending import clv, results, settle
from closeline.cli.faults import OneLine
from closeline.cli.gates import limits
from closeline.cli.keeping import backup, bets, db, jobs, people, report, retention, rollups, verify
from closeline.cli.learning import bias, calibrate, models, policy
from closeline.cli.live import board, capture, mapping, quota
from closeline.cli.simulate.leg_text import TakingLegs
from closeline.domain.governance.notices import DEFAULT_NOTICE

app = typer.Typer(
    name="closeline", cls=OneLine, no_args_is_help=True, pretty_exceptions_enable=False, epilog=DEFAULT_NOTICE.text
)


def _version(wanted: bool) -> None:  # noqa: FBT001 -- typer calls it with the flag
    if wanted:
        from closeline import __version__

        typer.echo(f"closeline {__version__}")
        raise typer.Exit


@app.callback()
def main(
    *,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of a fault.")] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    """Turn bookmakers' odds into gated picks, and prove the record of them."""
    del debug, version


app.command("demo")(demo.demo)
app.command("import")(importing.import_files)
app.command("backtest")(backtest.backtest)
app.command("replay")(replay.replay)
app.command("what-did-we-know")(known.what_did_we_know)
app.command("report")(report.report)
app.command("simulate", cls=TakingLegs)(simulate.simulate)
app.command("status")(status.status)
app.command("serve")(serve.serve)
app.command("bias")(bias.bias)
app.add_typer(picks.app, name="picks")
picks.app.command("supersede")(withdrawing.supersede)
picks.app.command("void")(withdrawing.void)
app.add_typer(verify.app, name="verify")
app.add_typer(gates.app, name="gates")
app.add_typer(limits.app, name="limits")
app.add_typer(policy.app, name="policy")
app.add_typer(settle.app, name="settle")
app.add_typer(results.app, name="results")
app.add_typer(clv.app, name="clv")
app.add_typer(calibrate.app, name="calibrate")
app.add_typer(mapping.app, name="mapping")
app.add_typer(models.app, name="models")
app.add_typer(rollups.app, name="rollups")
app.add_typer(retention.app, name="retention")
app.add_typer(db.app, name="db")
app.add_typer(backup.app, name="backup")
app.add_typer(backfill.app, name="backfill")
app.add_typer(config.app, name="config")
app.command("worker")(worker.worker)
app.command("beat")(worker.beat)
app.add_typer(jobs.app, name="jobs")
app.command("board")(board.board)
app.add_typer(capture.app, name="capture")
app.add_typer(quota.app, name="quota")
app.add_typer(props.app, name="props")
app.add_typer(bets.app, name="bets")
app.add_typer(keys.app, name="keys")
app.add_typer(flags.app, name="flags")
app.add_typer(kill.app, name="kill")
app.add_typer(alerts.app, name="alerts")
app.add_typer(people.app, name="people")
app.add_typer(publish.app, name="publish")
