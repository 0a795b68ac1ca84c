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
    from closeline.jobs.demo.evening import Stage
    from closeline.jobs.desk import Desk
    from closeline.schemas.backtest import Demo, Evening
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

    It ends with a scripted evening in a simulated chat, a week replayed and one run executed again, every bit compared.
    A second time it changes nothing.

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
    from closeline.wiring.demonstration import shut_in, stage

    started = perf_counter()
    with opened(db, demo_archives(), publish_dir=publish_dir) as desk:
        at_home, played = shut_in(desk), stage(desk)
        with progress("demo") as told:
            outcome = run_demo(at_home, told, played)
        found = _evening(at_home, played, db)
        result = _result(at_home, outcome, found, out, started)
    if as_json:
        print_json(result)
    else:
        _show(result, db)
    _must_be_the_same(result)


def _must_be_the_same(result: "Demo") -> None:
    from closeline.cli.again.replay import first_difference

    if result.identical is False:
        raise CorruptRecord(f"run must give the same again, {result.verified_run} did not: {result.differences[0]}")
    if result.evening.broken:
        raise CorruptRecord(f"record must keep its laws, did not: {result.evening.broken[0]}")
    if not result.evening.replay.equal:
        raise CorruptRecord(
            f"replay must give the same as the record, did not: {first_difference(result.evening.replay)}"
        )


def _evening(desk: "Desk", played: "Stage", db: str) -> "Evening":
    """Tell the evening from the record, and replay the week that ends with its results."""
    from closeline.jobs.demo.retold import WEEK, retell
    from closeline.jobs.replaying.window.replaying import replay
    from closeline.schemas.again.replaying import Replay
    from closeline.schemas.backtest import ChatMessage, Evening, Happened
    from closeline.store.record.replay.happened import Window
    from closeline.wiring import read_settings
    from closeline.wiring.replaying import replay_desks

    told, until = retell(desk, played), played.results_at
    with replay_desks(read_settings(database_url=db), None) as (source, target):
        again = replay(source, target, Window(until - WEEK, until, desk.tenant_id))
    return Evening(
        happened=[Happened.model_validate(item) for item in told.happened],
        chat=[ChatMessage.model_validate(item) for item in told.chat],
        laws=told.laws,
        broken=[f"{item.row} breaks {item.invariant}: {item.why}" for item in told.broken],
        replay=Replay.model_validate(again),
    )


def _result(desk: "Desk", outcome: "DemoOutcome", found: "Evening", out: Path, started: float) -> "Demo":
    from closeline.cli.figures import league_shape
    from closeline.jobs.replaying.verify import verify_run
    from closeline.schemas.backtest import Demo
    from closeline.store.session import unit_of_work
    from closeline.web.report import write_report

    with unit_of_work(desk.engine, write=False) as session:
        leagues = {str(figures.league): league_shape(session, desk, figures) for figures in outcome.figures}
        said = desk.notice.text
        write_report(session, tenant_id=desk.tenant_id, out=out, publish_from=outcome.publish_from, notice=said)
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
        evening=found,
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
    _show_evening(result.evening)
    say(f"\nrecord  {result.record_hash} ({result.condition.lower().replace('_', ' ')})")
    if result.verified_run:
        say(f"run     {result.verified_run}, executed again: {'identical' if result.identical else 'DIFFERENT'}")
    say(f"report  {result.report}")
    say(f"next    closeline picks list --db {db}")


def _show_evening(evening: "Evening") -> None:
    say("\nThe evening after, by a script, in a SIMULATED chat on this machine; its picks are among the figures above:")
    for item in evening.happened:
        say(f"  {item.at:%d %b %H:%M}  {item.what}")
    for message in evening.chat:
        edited = ", edited since" if message.edited else ""
        say(f"  message {message.message_id}: {message.kind} of {message.about}{edited}: {_first_lines(message.text)}")
    kept = f"{len(evening.broken)} rows break one" if evening.broken else "kept"
    say(f"  laws    {evening.laws} looked at: {kept}")
    replay = evening.replay
    rows = sum(table.recorded for table in replay.tables)
    say(
        f"  replay  {replay.begin:%d %b %H:%M} to {replay.until:%d %b %H:%M} UTC from stored bytes: "
        f"{rows} rows of {len(replay.tables)} tables, {'equal hashes' if replay.equal else 'NOT equal'}; "
        f"{len(replay.outside)} messages, purchases or calls"
    )


def _first_lines(text: str) -> str:
    return " | ".join(text.splitlines()[:2])
