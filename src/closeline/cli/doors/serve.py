"""`closeline serve`: the API and the jobs, until they are told to stop."""

from typing import Annotated

import typer

from closeline.cli.opening import opened, opened_live
from closeline.cli.options import Database
from closeline.cli.printing import say


def serve(
    *,
    host: Annotated[str, typer.Option("--host", help="Where to listen; beyond this machine only with a key.")] = (
        "127.0.0.1"
    ),
    port: Annotated[int, typer.Option("--port", help="The port; 0 takes any that is free.")] = 8000,
    jobs: Annotated[bool, typer.Option("--jobs/--no-jobs", help="Run the jobs of the schedule beside the API.")] = True,
    open_board: Annotated[
        bool, typer.Option("--open-board", help="Leave the board open at this machine though there are keys.")
    ] = False,
    db: Database = None,
) -> None:
    """Serve the API under /api and run the jobs of the schedule, in one process, until SIGINT or SIGTERM.

    With a key of The Odds API it asks for prices, schedules, results and injuries as the plan of each day says.
    """
    from closeline.serve import serve as answer
    from closeline.wiring import asks_for_prices, read_settings, retention_policy, watched

    settings = read_settings(database_url=db)
    kept, live = retention_policy(settings), asks_for_prices(settings)
    with opened_live(db) if live else opened(db) as desk:
        say(_polling(live=live, jobs=jobs))
        seen, watch = watched(desk, settings)
        answer(
            seen, host, port, jobs=jobs, kept=kept, watch=watch, open_board=open_board,
            ready=lambda address, keys: _ready(address, keys, jobs=jobs, open_board=open_board),
        )  # fmt: skip
    say("stopped")


def _polling(*, live: bool, jobs: bool) -> str:
    if not live:
        return "no odds are polled: no key is set (CLOSELINE_ODDS_API_KEY, or ODDS_API_FREE_KEY)"
    if not jobs:
        return "no odds are polled: the jobs that ask for them are not run (--no-jobs)"
    return "odds are polled, and what is free beside them, as the plan of each day says: closeline quota show"


def _ready(address: str, keys: int, *, jobs: bool, open_board: bool) -> None:
    if not keys:
        mend = "run: closeline keys create NAME --role reader"
        say(f"no live key yet: only the board, /api/health and /monitoring/health will answer; {mend}")
    if address.startswith(("http://127.", "http://[::1]")):
        say(_where(address, keys, open_board=open_board))
    # Whoever waits for this line at the end of a pipe shall see it now.
    typer.echo(f"closeline serves {address}/api, {'with' if jobs else 'without'} jobs; stop it with Ctrl-C")


def _where(address: str, keys: int, *, open_board: bool) -> str:
    if open_board:
        return f"the board is at {address}/, for all who reach this address: no key is asked (--open-board)"
    if keys:
        return f"the board asks for a key: {address}/api/board; for a browser on this machine begin with --open-board"
    return f"the board is at {address}/, without a key until one is made"
