"""`closeline publish`: send what is due, look where it went, and find out what nobody knows."""

from typing import TYPE_CHECKING, Annotated

import typer

from closeline.cli.actor import named
from closeline.cli.opening import opened, opened_live
from closeline.cli.options import AsJson, Database
from closeline.cli.printing import counted, print_json, print_table, say

if TYPE_CHECKING:
    from closeline.schemas.running import publishing as shapes

app = typer.Typer(no_args_is_help=True, help="Publish, and look where every message went.")

Looked = Annotated[
    str,
    typer.Option("--why", metavar="TEXT", help="Of a restored record: you have looked yourself, and what you found."),
]
PublishedId = Annotated[str, typer.Argument(metavar="ID", help="The pick, or its visible id such as #P-1f3a90c2.")]


@app.command()
def run(*, db: Database = None, as_json: AsJson = False) -> None:
    """Publish what is due and carry what waits, once and now, and say what went where."""
    from closeline.jobs.duty.sending import publish_now

    with opened_live(db) as desk:
        found = publish_now(desk)
    if as_json:
        print_json(found)
        return
    say(f"{counted(found.published, 'pick')} published")
    _show_sendings("messages that moved", found.moved)
    for each in found.channels:
        say(f"{each.channel}: {', '.join(f'{number} {state}' for state, number in each.states.items())}")
    _show_uncertain(found.uncertain)


@app.command()
def show(pick_id: PublishedId, *, db: Database = None, as_json: AsJson = False) -> None:
    """Show a publication: its frozen terms, what became of it, and every message with its attempts."""
    from closeline.jobs.publishing.showing import publication

    with opened(db) as desk:
        found = publication(desk, pick_id)
    if as_json:
        print_json(found)
        return
    item, terms = found.item, found.item.terms
    say(f"{item.visible_id}  {item.label}  [{terms.league or '-'}]  number {item.number}")
    since = f"since {item.state_since:%Y-%m-%d %H:%M:%S} UTC"
    say(f"  {item.state} ({item.state_reason}) {since}{_next(item)}{_validity(item)}")
    say(f"  published {item.published_at:%Y-%m-%d %H:%M:%S} UTC, pick {item.pick_id}")
    say("frozen terms")
    for name, value in terms.model_dump(mode="json", exclude={"versions"}).items():
        say(f"  {name.replace('_', ' '):<17} {_cell(value)}")
    for name, value in (terms.versions.model_dump() if terms.versions else {}).items():
        say(f"  version {name.replace('_', ' '):<17} {value}")
    _show_sendings("messages", found.deliveries)
    for each in found.deliveries:
        for tried in each.tries:
            say(f"  {each.channel} {each.kind} try {tried.attempt}: {tried.outcome} {tried.at:%H:%M:%S} {tried.detail}")
    say(found.notice)


@app.command()
def reconcile(*, why: Looked = "", db: Database = None, as_json: AsJson = False) -> None:
    """Look for messages of which nobody knows whether they arrived, and list those that stay uncertain.

    A record that came out of a backup publishes again once none is left, or once a person says why all the same.
    """
    from closeline.jobs.duty.sending import reconcile_now
    from closeline.jobs.replaying.restoring import answer_restore

    with opened_live(db) as desk:
        found = reconcile_now(desk)
        if as_json:
            print_json(found)
        else:
            _show_uncertain(found.uncertain)
        # Last, because it refuses while anything is in doubt: what is, stands above.
        answered = answer_restore(desk, actor=named(None), why=why)
    if answered and not as_json:
        say("the restored record is reconciled, and publishes again")


def _show_sendings(title: str, found: "list[shapes.Sending]") -> None:
    columns = ("pick", "channel", "kind", "state", "attempts#", "message", "until", "why")
    print_table(title, columns, [
        (
            item.visible_id, item.channel, item.kind, item.state, item.attempts, item.message_id,
            f"{item.deadline:%Y-%m-%d %H:%M}", item.detail,
        )
        for item in found
    ])  # fmt: skip


def _show_uncertain(found: "list[shapes.Uncertain]") -> None:
    columns = ("pick", "channel", "kind", "since", "why")
    print_table("uncertain", columns, [
        (item.visible_id, item.channel, item.kind, f"{item.since:%Y-%m-%d %H:%M:%S}", item.detail) for item in found
    ], empty="none")  # fmt: skip


def _next(item: "shapes.FeedItem") -> str:
    return f", then pick {item.superseded_by}" if item.superseded_by else ""


def _validity(item: "shapes.FeedItem") -> str:
    """Return what the last look said; a pick that has ended is watched no more, and has none."""
    if item.validity is None and item.state != "PUBLISHED":
        return ""
    return f", validity {item.validity or 'not looked at'}"


def _cell(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "-"
    return "-" if value is None or value == "" else str(value)
