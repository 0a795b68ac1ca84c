"""`closeline serve`: the API and the jobs, until they are told to stop."""

from typing import Annotated

import typer

from closeline.cli.opening import opened
from closeline.cli.options import Database
from closeline.cli.printing import say


def serve(
    *,
    host: Annotated[str, typer.Option("--host", help="Where to listen; beyond this machine only with a key.")] = (
        "127.0.0.1"
    ),
    port: Annotated[int, typer.Option("--port", help="The port; 0 takes any that is free.")] = 8000,
    jobs: Annotated[bool, typer.Option("--jobs/--no-jobs", help="Run the jobs of the schedule beside the API.")] = True,
    db: Database = None,
) -> None:
    """Serve the API under /api and run the jobs of the schedule, in one process, until SIGINT or SIGTERM."""
    from closeline.serve import serve as answer
    from closeline.wiring import read_settings, retention_policy

    kept = retention_policy(read_settings(database_url=db))
    with opened(db) as desk:
        answer(desk, host, port, jobs=jobs, kept=kept, ready=lambda address, keys: _ready(address, keys, jobs=jobs))
    say("stopped")


def _ready(address: str, keys: int, *, jobs: bool) -> None:
    if not keys:
        say("no live key yet: only /api/health will answer; run: closeline keys create NAME --role reader")
    # Whoever waits for this line at the end of a pipe shall see it now.
    typer.echo(f"closeline serves {address}/api, {'with' if jobs else 'without'} jobs; stop it with Ctrl-C")
