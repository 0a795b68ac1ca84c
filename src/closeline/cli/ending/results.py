"""`closeline results`: what feeds contradict each other about, and a person's word on it."""

from typing import TYPE_CHECKING, Annotated

import typer

from closeline.cli.actor import Actor, named
from closeline.cli.opening import opened, reading
from closeline.cli.options import AsJson, Database, OnlyLeague
from closeline.cli.printing import print_json, print_table, say

if TYPE_CHECKING:
    from closeline.schemas.ending.grading import ResultReview

app = typer.Typer(no_args_is_help=True, help="Results that feeds cannot decide, and a person's word on them.")

EventId = Annotated[str, typer.Argument(metavar="EVENT", help="The event, as `closeline results review` names it.")]
FEEDS = ("report", "feed", "status", "score", "its own words", "since", "last heard")


@app.command("review")
def review(*, league: OnlyLeague = None, db: Database = None, as_json: AsJson = False) -> None:
    """Print every game that waits for a person, with what each feed says of it."""
    from closeline.jobs.grading import reviews

    with reading(db) as (desk, session):
        found = reviews(session, tenant_id=desk.tenant_id, at=desk.clock(), league=league)
    if as_json:
        print_json(found)
        return
    if not found.reviews:
        say("no result waits for a person")
    for item in found.reviews:
        _print(item)


def _print(item: "ResultReview") -> None:
    official = item.decided or "none"
    say(f"{item.event_id}, start {item.starts_at:%Y-%m-%d %H:%M}: {item.reason}; official result: {official}; "
        f"{item.picks} picks wait")  # fmt: skip
    print_table("What feeds say", FEEDS, [
        (
            word.report_id, word.feed, word.status,
            "" if word.home_score is None else f"{word.home_score}-{word.away_score}", word.words,
            f"{word.since:%Y-%m-%d %H:%M}", f"{word.received_at:%Y-%m-%d %H:%M}",
        )
        for word in item.feeds
    ], empty="nothing")  # fmt: skip


@app.command("accept")
def accept(
    event_id: EventId,
    *,
    report: Annotated[str, typer.Option("--report", metavar="ID", help="The report that is to be the result.")],
    why: Annotated[str, typer.Option("--why", metavar="TEXT", help="The reason; it stays in the record.")],
    actor: Actor = None,
    db: Database = None,
    as_json: AsJson = False,
) -> None:
    """Make one report the official result of its event, and grade by it."""
    from closeline.jobs.grading import accept_result

    with opened(db) as desk:
        found = accept_result(desk, event_id, report, why=why, actor=named(actor, desk))
    if as_json:
        print_json(found)
        return
    score = "" if found.home_score is None else f" {found.home_score}-{found.away_score}"
    say(f"{found.event_id}: {found.status}{score} is official as version {found.result_version}, by {found.actor}; "
        f"graded {found.graded} picks, graded again {found.regraded}")  # fmt: skip
