"""`closeline demo`: the whole life of a pick, on data that comes with the project."""

from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated

import typer

from closeline.cli.opening import opened
from closeline.cli.options import AsJson, PublishDir
from closeline.cli.printing import print_json, progress, say
from closeline.domain.errors import BadInput, CorruptRecord
from closeline.domain.picks import Decision

if TYPE_CHECKING:
    from closeline.jobs.demo import DemoOutcome
    from closeline.jobs.desk import Desk
    from closeline.schemas.backtest import Demo
    from closeline.store.session import Session

RECORD = "sqlite:///closeline-demo.db"
LIVE_RECORD = "sqlite:///closeline-live-demo.db"
PORT = 8000
SPEED = 1.0


def demo(
    *,
    db: Annotated[
        str | None,
        typer.Option("--db", metavar="URL", help="Its record; closeline-demo.db here, live closeline-live-demo.db."),
    ] = None,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="The report to write.")] = Path("report.html"),
    publish_dir: PublishDir = None,
    as_json: AsJson = False,
    live: Annotated[bool, typer.Option("--live", help="Live through two recorded days, with a board to look at.")] = (
        False
    ),
    port: Annotated[
        int | None, typer.Option("--port", help=f"Where the live board is, {PORT} unless said; 0 takes any port.")
    ] = None,
    speed: Annotated[
        float | None,
        typer.Option("--speed", min=0, help="Simulated minutes a second, live, 1 unless said; 0 as fast as it goes."),
    ] = None,
    minutes: Annotated[
        int | None, typer.Option("--minutes", min=1, help="End after so many simulated minutes, live.")
    ] = None,
    warm: Annotated[
        bool,
        typer.Option("--warm-up/--no-warm-up", help="Learn from synthetic seasons first, live; without, no picks."),
    ] = True,
) -> None:
    """Run the whole desk on leagues that never played: no key and no network, the same record on every machine.

    It ends by executing one stored run again and comparing every bit. A second time it changes nothing.

    With --live the desk polls a provider simulator on this machine instead, with faults by a script, and serves its
    board until its recorded days are over or Ctrl-C is pressed; the same record goes on where it stopped.
    """
    if live:
        from closeline.cli.doors.live_demo import live_demo

        live_demo(
            db or LIVE_RECORD, port=PORT if port is None else port, speed=SPEED if speed is None else speed,
            minutes=minutes, warm=warm,
        )  # fmt: skip
        return
    given = {"--port": port, "--speed": speed, "--minutes": minutes, "--no-warm-up": None if warm else True}
    alone = [name for name, value in given.items() if value is not None]
    if alone:
        raise BadInput(f"{alone[0]} must come with --live, came without; add --live")
    _whole(db or RECORD, out, publish_dir, as_json=as_json)


def _whole(db: str, out: Path, publish_dir: Path | None, *, as_json: bool) -> None:
    from closeline.jobs.demo import run_demo
    from closeline.wiring import demo_archives

    started = perf_counter()
    with opened(db, demo_archives(), publish_dir=publish_dir) as desk:
        with progress("demo") as told:
            outcome = run_demo(desk, told)
        result = _result(desk, outcome, out, started)
    if as_json:
        print_json(result)
    else:
        _show(result, db)
    if result.identical is False:
        raise CorruptRecord(f"run must give the same again, {result.verified_run} did not: {result.differences[0]}")


def _result(desk: "Desk", outcome: "DemoOutcome", out: Path, started: float) -> "Demo":
    from closeline.cli.figures import league_shape
    from closeline.jobs.replaying.verify import verify_run
    from closeline.schemas.backtest import Demo
    from closeline.store.session import unit_of_work
    from closeline.web.report import write_report

    with unit_of_work(desk.engine, write=False) as session:
        leagues = {str(figures.league): league_shape(session, desk, figures) for figures in outcome.figures}
        write_report(session, tenant_id=desk.tenant_id, out=out, publish_from=outcome.publish_from)
        run_id = _some_run(desk, session)
    verified = verify_run(desk, run_id) if run_id else None
    return Demo(
        condition=outcome.condition,
        publish_from=outcome.publish_from,
        steps={step.verb: dict(step.counts) for step in outcome.steps},
        leagues=leagues,
        verified_run=run_id,
        identical=verified.identical if verified else None,
        differences=list(verified.differences) if verified else [],
        report=str(out),
        seconds=round(perf_counter() - started, 3),
        record_hash=outcome.record_hash,
    )


def _some_run(desk: "Desk", session: "Session") -> str | None:
    """Return the run of the last pick that was published, and of a lean where there is none."""
    from closeline.flow import view

    ended = [
        (item.pick.decision is Decision.PICK, item.published_at, item.pick.pick_id, item.pick.run_id)
        for league in desk.shelf.leagues
        for item in view.published(session, tenant_id=desk.tenant_id, league=league)
    ]
    return max(ended)[-1] if ended else None


def _show(result: "Demo", db: str) -> None:
    from closeline.cli.figures import show_league

    say("SYNTHETIC leagues that never played: this shows how the desk works, and is evidence of nothing else.\n")
    for verb, counts in result.steps.items():
        say(f"{verb:<9} {', '.join(f'{count} {name}' for name, count in counts.items())}")
    for figures in result.leagues.values():
        say("")
        show_league(figures)
    say(f"\nrecord  {result.record_hash} ({result.condition.lower().replace('_', ' ')})")
    if result.verified_run:
        say(f"run     {result.verified_run}, executed again: {'identical' if result.identical else 'DIFFERENT'}")
    say(f"report  {result.report}")
    say(f"next    closeline picks list --db {db}")
