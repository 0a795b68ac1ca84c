"""Spreading: where a command has a big piece of work done. Where it is done changes no bit of what comes of it."""

from typing import TYPE_CHECKING, Annotated

import typer

from closeline.domain.errors import BadInput

if TYPE_CHECKING:
    from closeline.domain.ports import Executor

Processes = Annotated[
    int, typer.Option("--processes", min=1, max=256, help="Spread over so many processes; they never change a bit.")
]
OnWorkers = Annotated[
    bool, typer.Option("--on-workers", help="Spread over the workers of the broker; they never change a bit.")
]


def executor(db: str | None, processes: int, *, on_workers: bool) -> "Executor | None":
    """Return what does the parts of a command's work; null where this process does it all."""
    from closeline.wiring import opener, read_settings

    settings = read_settings(database_url=db)
    if on_workers:
        if processes > 1:
            raise BadInput(f"--on-workers must come without --processes, was with {processes}: workers have their own")
        try:
            from closeline.worker import executor as of_workers
        except ModuleNotFoundError:
            raise BadInput("--on-workers needs Celery; run: pip install 'closeline[production]'") from None
        return of_workers(settings)
    if processes == 1:
        return None
    from closeline.jobs.duty.fan_out import LocalProcesses

    return LocalProcesses(opener(settings), processes)
