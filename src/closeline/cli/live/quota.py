"""`closeline quota`: what asking feeds costs, what is left, and what today's plan makes of it."""

from typing import TYPE_CHECKING

import typer

from closeline.cli.opening import opened_live
from closeline.cli.options import AsJson, Database
from closeline.cli.printing import print_json, print_table, say

if TYPE_CHECKING:
    from closeline.schemas.feeds import Quota

app = typer.Typer(no_args_is_help=True, help="See what asking live feeds costs.")
SHOWN = 40


@app.callback()
def _nouns() -> None:
    pass


@app.command()
def show(*, db: Database = None, as_json: AsJson = False) -> None:
    """Say what the plan has, what is left of it, and which polls of today it pays for, each with its reason."""
    from closeline.jobs.capturing import showing
    from closeline.store.session import unit_of_work

    with opened_live(db) as desk, unit_of_work(desk.engine, write=False) as session:
        found = showing.quota(session, desk)
    if as_json:
        print_json(found)
        return
    _say(found)
    nothing = found.blocked or "no game of these leagues is known, or no credits are left for today"
    title = f"Planned today ({len(found.planned)})"
    print_table(title, ("at (UTC)", "league", "why", "games#", "credits#", "reason"), [
        (f"{item.at:%H:%M}", item.league, item.purpose, item.games or None, item.credits, item.reason)
        for item in found.planned[:SHOWN]
    ], empty=f"none: {nothing}")  # fmt: skip
    if len(found.planned) > SHOWN:
        say(f"and {len(found.planned) - SHOWN} more; --json has them all")
    print_table("Asked today", ("at (UTC)", "league", "kind", "why", "outcome", "set aside#", "cost#", "left#"), [
        (
            f"{item.received_at:%H:%M:%S}", item.league, item.kind, item.purpose, item.outcome, item.credits_reserved,
            item.credits_last, item.credits_remaining,
        )
        for item in found.polled[:SHOWN]
    ])  # fmt: skip


def _say(found: "Quota") -> None:
    if found.account is None:
        say("no feed costs credits: no key is set (CLOSELINE_ODDS_API_KEY), so no prices are asked for")
    told = "nothing yet" if found.told is None else str(found.told)
    say(
        f"{found.left} of {found.credits} credits left since {found.period}, {found.days_left} days to go; "
        f"{found.held} held for calls under way, {found.unknown} taken unknown; the vendor says {told}"
    )
    say(f"{found.closing_reserve} are kept for closes; publishing by the credits: {found.mode}")
    say(
        f"today {found.spent_today} spent, {found.left_today} left of today's share, "
        f"{found.left_today_not_for_closes} of them for other than closes"
    )
    if found.blocked is not None and found.planned:
        say(f"nothing of the plan is asked for now: {found.blocked}")
    if found.closes_unpaid:
        say(f"{found.closes_unpaid} closing polls of today cannot be paid")
    if found.events_unpaid:
        say(f"{found.events_unpaid} calls for single events cannot be paid today, so they are not made")
