"""`closeline jobs`: which job ran for which slot, what failed or was missed, and who leads."""

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from closeline.cli.opening import opened, reading
from closeline.cli.options import AsJson, Database
from closeline.cli.printing import print_json, print_table, say
from closeline.domain.errors import BadInput
from closeline.store.scheduling.runs import RunState

if TYPE_CHECKING:
    from closeline.jobs.errands import Arguments
    from closeline.schemas.running.jobs import JobRuns

app = typer.Typer(no_args_is_help=True, help="Say which jobs ran, failed or were missed, and run one by hand.")

COLUMNS = ("job", "slot", "state", "attempts#", "began", "ended", "next try", "detail")


@app.command("list")
def show(
    *,
    missed: Annotated[bool, typer.Option("--missed", help="Slots that nobody ran, and why none is made up for.")] = (
        False
    ),
    failed: Annotated[bool, typer.Option("--failed", help="Runs that failed: those tried again, and the dead.")] = (
        False
    ),
    job: Annotated[str | None, typer.Option("--job", metavar="NAME", help="Only this job.")] = None,
    most: Annotated[int, typer.Option("--most", min=1, max=10_000, help="At most so many, the newest first.")] = 50,
    db: Database = None,
    as_json: AsJson = False,
) -> None:
    """List runs of jobs, the newest first, with how many stand in each state and who leads."""
    from closeline.jobs.duty.leading import LEASE
    from closeline.schemas.running.jobs import JobRun, JobRuns, Leader
    from closeline.store.scheduling import job_runs, leases

    with reading(db) as (_, session):
        found = job_runs.listed(session, _wanted(missed=missed, failed=failed), job=job, most=most)
        counts, lease = job_runs.counted(session), leases.read(session, LEASE)
    shape = JobRuns(
        runs=[JobRun.model_validate(run) for run in found],
        counts={str(state): counts[state] for state in RunState if state in counts},
        leader=Leader.model_validate(lease) if lease and lease.holder else None,
    )
    if as_json:
        print_json(shape)
    else:
        _show(shape)


@app.command()
def run(
    job: Annotated[str, typer.Argument(metavar="NAME", help="The job, such as publish.deliver.")],
    *,
    slot: Annotated[str, typer.Option("--slot", metavar="SLOT", help="The slot, as `closeline jobs list` names it.")],
    arguments: Annotated[
        str, typer.Option("--arguments", metavar="JSON", help="Its arguments, where the record does not know them.")
    ] = "",
    db: Database = None,
) -> None:
    """Run a job for a slot now, also one that is dead or was missed, and whatever that sets going."""
    from closeline.jobs.duty.hand import run_by_hand

    given = _arguments(arguments)
    with opened(db) as desk:
        failed = run_by_hand(desk, job, slot, given)
    say(f"{job} {slot}: {'ran' if not failed else f'{failed} calls failed; see: closeline jobs list --failed'}")
    if failed:
        raise typer.Exit(1)


def _arguments(text: str) -> "Arguments | None":
    if not text:
        return None
    try:
        given = json.loads(text)
    except ValueError:
        given = None
    if not isinstance(given, dict):
        raise BadInput(f"--arguments must be a JSON object, was {text!r}")
    return given


def _show(shape: "JobRuns") -> None:
    print_table("Runs of jobs, the newest first", COLUMNS, [
        (
            run.job, run.slot, run.state, run.attempts, _moment(run.started_at), _moment(run.finished_at),
            _moment(run.next_at), run.detail,
        )
        for run in shape.runs
    ])  # fmt: skip
    say(", ".join(f"{n} {state}" for state, n in shape.counts.items()) or "no job ever ran")
    if shape.leader is None:
        say("no runner leads")
    else:
        say(f"runner {shape.leader.holder} leads until {_moment(shape.leader.expires_at)}, token {shape.leader.token}")


def _moment(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).isoformat(sep=" ", timespec="seconds").removesuffix("+00:00")


def _wanted(*, missed: bool, failed: bool) -> list[RunState]:
    if not missed and not failed:
        return list(RunState)
    return [*([RunState.MISSED] if missed else []), *([RunState.FAILED, RunState.DEAD] if failed else [])]
