"""`closeline backtest`: an archive's days, one after the other, through the same verbs as live."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated

import typer

from closeline.cli.opening import opened
from closeline.cli.options import AsJson, Database, PublishDir
from closeline.cli.printing import print_json, progress, say
from closeline.cli.spreading import OnWorkers, Processes, executor
from closeline.domain.errors import BadInput, CorruptRecord, Refused
from closeline.domain.forecasts.evaluators import Evaluator
from closeline.domain.leagues import League

if TYPE_CHECKING:
    from closeline.domain.ports import Executor
    from closeline.jobs.desk import Desk
    from closeline.jobs.shelf import Archive
    from closeline.schemas.backtest import Backtest

PublishFrom = Annotated[
    datetime,
    typer.Option(
        "--publish-from", metavar="DATE", formats=["%Y-%m-%d"],
        help="The first day on which picks are published; what is before it warms up.",
    ),
]  # fmt: skip
Evaluated = Annotated[
    Evaluator,
    typer.Option("--engine", help="How games are simulated: exactly, or by worlds of the same model."),
]
Worlds = Annotated[int, typer.Option("--worlds", min=1_000, help="How many worlds a game, for `--engine worlds`.")]
OPENING_NIGHT = "tune.policy"
# What stands for the league in the address of a record.
PLACE = "{league}"


def backtest(
    archives: Annotated[list[Path], typer.Argument(metavar="ARCHIVE", help="Files of one league: one history.")],
    *,
    publish_from: PublishFrom,
    db: Database = None,
    publish_dir: PublishDir = None,
    engine: Evaluated = Evaluator.EXACT,
    worlds: Worlds = 20_000,
    processes: Processes = 1,
    on_workers: OnWorkers = False,
    as_json: AsJson = False,
) -> None:
    """Run the ten verbs over an archive, day by day, with no look ahead.

    It may be interrupted and started again: it goes on where it stood. Spread over processes or workers, archives may
    be of several leagues: each has a record of its own, and --db names it with {league} in its place.
    """
    from closeline.wiring import read_archives

    started, first = perf_counter(), publish_from.date()
    with progress("reading") as told:
        read = read_archives(archives, told)
    spread = executor(db, processes, on_workers=on_workers)
    if spread is not None:
        results = _spread_out(spread, _by_league(archives, read), first, db, engine, worlds)
        _tell(results, as_json=as_json)
        return
    league = league_of(archives, read)
    with opened(db, read, first, publish_dir) as desk:
        refuse_another_first_day(desk, league, first)
        result = _run(_forecasting(desk, engine, worlds), league, first, archives, started)
    if as_json:
        print_json(result)
        return
    _show(result)


def _by_league(paths: Sequence[Path], archives: "Sequence[Archive]") -> dict[League, list[Path]]:
    """Return which files belong to which league; raises BadInput for one that holds two, or none at all."""
    found: dict[League, list[Path]] = {}
    for path, archive in zip(paths, archives, strict=True):
        found.setdefault(league_of([path], [archive]), []).append(path)
    return found


def _spread_out(
    spread: "Executor", leagues: dict[League, list[Path]], first: date, db: str | None, evaluator: Evaluator,
    worlds: int,
) -> "list[Backtest]":  # fmt: skip
    """Run the backtests of leagues elsewhere, each into its own record, and read there what they came to."""
    from closeline.jobs.duty.fan_out.replaying import WORK, part_of

    records = {league: _record_of(league, db, several=len(leagues) > 1) for league in leagues}
    for league, record in records.items():
        with opened(record) as desk:
            refuse_another_first_day(desk, league, first)
    parts = [
        part_of(league, [str(path.resolve()) for path in paths], first, records[league] or "", evaluator, worlds)
        for league, paths in leagues.items()
    ]
    answers = spread.map(WORK, parts)
    results = []
    for (league, paths), answer in zip(leagues.items(), answers, strict=True):
        with opened(records[league]) as desk:
            results.append(_figures(desk, league, first, paths, float(answer["seconds"] or 0.0)))
        if results[-1].record_hash != answer["record_hash"]:
            raise CorruptRecord(f"record of {league} must be the one that its process left, was another")
    return results


def _record_of(league: League, db: str | None, *, several: bool) -> str | None:
    if several and (db is None or PLACE not in db):
        was = db or "one for all"
        raise BadInput(f"--db must name a record for each league, such as sqlite:///{PLACE}.db, was {was}")
    return db.replace(PLACE, league) if db else db


def _tell(results: "list[Backtest]", *, as_json: bool) -> None:
    from closeline.schemas.backtest import Backtests

    if as_json:
        print_json(Backtests(backtests=results))
        return
    for result in results:
        _show(result)


def _forecasting(desk: "Desk", evaluator: Evaluator, worlds: int) -> "Desk":
    from closeline.flow.forecast import Engine

    return replace(desk, forecasting=Engine(evaluator, worlds if evaluator is Evaluator.WORLDS else 0))


def league_of(paths: Sequence[Path], archives: "Sequence[Archive]") -> League:
    """Return the one league that archives hold; raises BadInput when they hold none, or more than one."""
    held = {
        league: path for path, archive in zip(paths, archives, strict=True)
        for league in sorted({event.league for event in archive.parsed.events}, reverse=True)
    }  # fmt: skip
    if not held:
        raise BadInput(f"archives must hold games, {', '.join(path.name for path in paths)} held none")
    if len(held) > 1:
        named = " and ".join(f"{league} ({path})" for league, path in sorted(held.items()))
        raise BadInput(f"archives of one backtest must be of one league, were of {named}; run one backtest for each")
    return next(iter(held))


def refuse_another_first_day(desk: "Desk", league: League, first: date) -> None:
    """Raise Refused when this record holds a backtest of the league that published from another day."""
    from closeline.store.scheduling import job_runs
    from closeline.store.session import unit_of_work

    stem = f"{league}:first:"
    with unit_of_work(desk.engine, write=False) as session:
        done = {slot for slot in job_runs.done_slots_of(session, OPENING_NIGHT) if slot.startswith(stem)}
    others = sorted(slot.removeprefix(stem) for slot in done - {f"{stem}{first.isoformat()}"})
    if others:
        raise Refused(
            f"this record holds a backtest of {league} that published from {others[0]}, was asked for {first}; "
            "name another --db"
        )


def _run(desk: "Desk", league: League, first: date, paths: Sequence[Path], started: float) -> "Backtest":
    from closeline.jobs.replaying import backtest as job

    with progress(f"backtest {league}") as told:
        job.backtest(desk, told)
    return _figures(desk, league, first, paths, perf_counter() - started)


def _figures(desk: "Desk", league: League, first: date, paths: Sequence[Path], seconds: float) -> "Backtest":
    from closeline.cli.figures import league_shape
    from closeline.flow import view
    from closeline.schemas.backtest import Backtest
    from closeline.store.session import unit_of_work

    with unit_of_work(desk.engine, write=False) as session:
        figures = view.league_figures(session, tenant_id=desk.tenant_id, league=league, publish_from=first)
        record_hash = view.record_hash(session, tenant_id=desk.tenant_id, leagues=[league])
        shape = league_shape(session, desk, figures)
    return Backtest(
        **dict(shape),
        publish_from=first,
        archives=[str(path) for path in paths],
        seconds=round(seconds, 3),
        games_per_second=round(figures.games / max(seconds, 0.001), 2),
        record_hash=record_hash,
    )


def _show(result: "Backtest") -> None:
    from closeline.cli.figures import show_league

    show_league(result)
    say(f"\nrecord {result.record_hash}")
    say(f"{result.games} games in {result.seconds:.1f} s ({result.games_per_second:.1f} games a second)")
