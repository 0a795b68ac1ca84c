"""`closeline worker` and `closeline beat`: the jobs in processes of their own, with a broker between them."""

from typing import Annotated

import typer

from closeline.cli.options import Database
from closeline.cli.printing import say
from closeline.domain.errors import BadInput

_MISSING = "workers need Celery, which is not installed; run: pip install 'closeline[production]'"


def worker(
    *,
    processes: Annotated[int, typer.Option("--processes", min=1, max=256, help="How many jobs may run at once.")] = 2,
    captures: Annotated[
        bool, typer.Option("--captures", help="Run what asks for prices, and only that; of several, one does.")
    ] = False,
    db: Database = None,
) -> None:
    """Run jobs that a beat puts into the broker's queue, until SIGTERM; what is running then is finished.

    What asks for prices and makes the board is for one process alone: `--captures`. Another stands by for it.
    """
    from closeline.wiring import read_settings

    try:
        from closeline.worker import capture, work
    except ModuleNotFoundError as missing:
        raise BadInput(_MISSING) from missing
    settings = read_settings(database_url=db)
    if captures:
        capture(settings, lambda: typer.echo("closeline worker stands by for captures; stop it with Ctrl-C"))
    else:
        work(settings, processes)


def beat(*, db: Database = None) -> None:
    """Put the jobs that are due into the broker's queue, until SIGTERM; one of several beats leads."""
    from closeline.wiring import read_settings

    try:
        from closeline.worker import beat as run
    except ModuleNotFoundError as missing:
        raise BadInput(_MISSING) from missing
    # Whoever waits for this line at the end of a pipe shall see it now.
    run(
        read_settings(database_url=db), lambda: typer.echo("closeline beat is on duty; stop it with Ctrl-C"),
        lambda line: typer.echo(f"closeline: {line}", err=True),
    )  # fmt: skip
    say("stopped")
