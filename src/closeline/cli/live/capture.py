"""`closeline capture`: ask live feeds now, and see what was asked."""

from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from closeline.cli.opening import opened_live, reading
from closeline.cli.options import AsJson, Database, OnlyLeague
from closeline.cli.printing import print_json, print_table, say

if TYPE_CHECKING:
    from datetime import datetime
    from threading import Event

    from closeline.domain.leagues import League
    from closeline.jobs.capturing.of_event import Asked
    from closeline.jobs.desk import Desk
    from closeline.schemas.feeds import Captured, Polled

# What a call that failed asks of a person, by its outcome; without a setting of its address there is only the wait.
_ADDRESSES = {"the_odds_api": "ODDS_API", "espn": "ESPN", "mlb": "MLB", "nhl": "NHL", "nflverse": "NFLVERSE"}
_AWAY = frozenset({"UNREACHABLE", "TIMED_OUT", "HOST_REFUSED", "REDIRECTED"})
# The source has answered: the call did what it could.
_ANSWERED = frozenset({"OK", "NOT_FOUND"})
UNANSWERED = 4

app = typer.Typer(no_args_is_help=True, help="Ask live feeds, and see what they answered.")
LISTED = 50


class AskedKind(StrEnum):
    """What can be asked for by hand."""

    ODDS = "odds"
    EVENTS = "events"
    SCORES = "scores"
    RESULTS = "results"
    SCHEDULE = "schedule"
    INJURIES = "injuries"
    PARTICIPANTS = "participants"
    EVENT_MARKETS = "event-markets"
    EVENT_ODDS = "event-odds"
    HISTORICAL_EVENTS = "historical-events"
    HISTORICAL_ODDS = "historical-odds"
    HISTORICAL_EVENT_ODDS = "historical-event-odds"


@app.command()
def run(
    *,
    league: OnlyLeague = None,
    kind: Annotated[AskedKind | None, typer.Option("--kind", help="What to ask for; prices unless said.")] = None,
    event: Annotated[str, typer.Option("--event", help="Of which event, by its id in the record.")] = "",
    at: Annotated[str, typer.Option("--at", help="Of which moment, such as 2025-11-29T22:45:00Z.")] = "",
    once: Annotated[bool, typer.Option("--once", help="Ask for what is due now, and end.")] = False,
    db: Database = None,
    as_json: AsJson = False,
) -> None:
    """Ask for what is due by the plan of the day, every minute until Ctrl-C; with --once this once.

    With --kind, --league or --event it asks for that now, due or not, and ends. Credits are set aside first either way.
    Where calls were made and none was answered, it ends with exit code 4.
    """
    from closeline.jobs.duty import asking

    with opened_live(db) as desk:
        if league is not None or kind is not None or event or at:
            started = desk.clock()
            asking.ask(desk, _asked(kind, league, event, at))
            _end(_show(desk, started, as_json=as_json))
            return
        started = desk.clock()
        asking.run_due(desk)
        found = _show(desk, started, as_json=as_json)
        if once:
            _end(found)
        else:
            _go_on(desk)


def _end(found: "Captured") -> None:
    """End with a code of its own where feeds were asked and none answered: what failed was said already."""
    if found.polls and not any(item.outcome in _ANSWERED for item in found.polls):
        raise typer.Exit(UNANSWERED)


def _asked(kind: AskedKind | None, league: "League | None", event: str, at: str) -> "Asked":
    """Return what is asked for: without a kind prices, those of an event where one is named."""
    from closeline.domain.feeds.wants import Kind
    from closeline.jobs.capturing.of_event import Asked

    unsaid = AskedKind.EVENT_ODDS if event else AskedKind.ODDS
    return Asked(Kind((kind or unsaid).replace("-", "_").upper()), league, event, at)


def _go_on(desk: "Desk") -> None:
    """Ask for what is due at each new minute, until SIGINT or SIGTERM; a call that is under way then is kept first."""
    import signal
    from threading import Event

    from closeline.jobs.duty import asking

    stopping = Event()
    before = {number: signal.signal(number, lambda *_: stopping.set()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        # What a person sees in a pipe shall come now.
        typer.echo("asks on, every minute; stop it with Ctrl-C")
        while not _pause(desk, stopping):
            started = desk.clock()
            asking.run_due(desk)
            _show(desk, started, as_json=False, quiet=True)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    say("stopped")


def _pause(desk: "Desk", stopping: "Event") -> bool:
    """Wait for the next minute, and say whether it is time to stop."""
    return stopping.wait(60 - desk.clock().second % 60)


def _show(desk: "Desk", started: "datetime", *, as_json: bool, quiet: bool = False) -> "Captured":
    from closeline.jobs.capturing import showing
    from closeline.store.session import unit_of_work

    with unit_of_work(desk.engine, write=False) as session:
        # What was answered in the very moment in which it was asked for belongs to it.
        found = showing.polled(session, after=started - timedelta(microseconds=1))
    if as_json:
        print_json(found)
    elif found.polls or not quiet:
        _table(found, empty="nothing is due now; see: closeline quota show")
    return found


@app.command("list")
def list_polls(
    *,
    league: OnlyLeague = None,
    hours: Annotated[float, typer.Option("--hours", min=0, help="How far to look back.")] = 24,
    db: Database = None,
    as_json: AsJson = False,
) -> None:
    """List the calls that were made of feeds lately, the newest first, with what each brought and cost."""
    from closeline.jobs.capturing import showing

    with reading(db) as (desk, session):
        found = showing.polled(session, after=desk.clock() - timedelta(hours=hours), league=league, most=LISTED)
    if as_json:
        print_json(found)
        return
    _table(found, empty=f"none in the last {hours:g} hours")


def _table(found: "Captured", *, empty: str) -> None:
    columns = (
        "at (UTC)", "feed", "kind", "league", "why", "outcome", "new#", "same#", "set aside#", "results#", "credits#",
        "left#",
    )  # fmt: skip
    print_table("Calls", columns, [
        (
            f"{item.received_at:%Y-%m-%d %H:%M:%S}", item.feed, item.kind, item.league, item.purpose,
            item.outcome if not item.error_code else f"{item.outcome} {item.error_code}", item.accepted,
            item.unchanged, item.quarantined, item.results,
            item.credits_last, item.credits_remaining,
        )
        for item in found.polls
    ], empty=empty)  # fmt: skip
    for item in found.polls:
        if item.fault:
            say(f"{item.feed} {item.kind} {item.league or ''}: {item.fault}{_mend(item)}")


def _mend(item: "Polled") -> str:
    """Name the setting to look at, where one can mend what failed."""
    if item.outcome == "BAD_KEY":
        return "; set CLOSELINE_ODDS_API_KEY to a key that it takes"
    vendor = next((name for feed, name in _ADDRESSES.items() if item.feed.startswith(feed)), None)
    return f"; its address is CLOSELINE_{vendor}_URL" if vendor and item.outcome in _AWAY else ""
