"""`closeline picks supersede` and `void`: how a published pick ends before its result."""

from typing import Annotated

import typer

from closeline.cli.actor import Actor, named
from closeline.cli.opening import opened
from closeline.cli.options import AsJson, Database, PublishDir
from closeline.cli.printing import print_json, say

PublishedId = Annotated[str, typer.Argument(metavar="ID", help="The pick, or its visible id such as #P-1f3a90c2.")]
Why = Annotated[str | None, typer.Option("--why", metavar="TEXT", help="The reason in words; it stays in the record.")]


def supersede(
    pick_id: PublishedId,
    *,
    why: Why = None,
    actor: Actor = None,
    publish_dir: PublishDir = None,
    db: Database = None,
    as_json: AsJson = False,
) -> None:
    """Let the newest forecast's pick take a published pick's place, everywhere that one was sent."""
    from closeline.jobs.recording.withdrawing import supersede as take_over

    with opened(db, publish_dir=publish_dir) as desk:
        found = take_over(desk, pick_id, why=why or "a newer forecast is there", actor=named(actor, desk))
    if as_json:
        print_json(found)
        return
    say(f"pick {found.pick_id} is SUPERSEDED by {found.superseded_by}, version {found.pick_version}, by {found.actor}")


def void(
    pick_id: PublishedId,
    *,
    reason: Annotated[
        str, typer.Option("--reason", metavar="REASON", help="OPERATOR before the start; else one of the closed list.")
    ],
    evidence: Annotated[
        str | None, typer.Option("--evidence", metavar="SHA", help="The SHA-256 of stored bytes, or result:N.")
    ] = None,
    why: Why = None,
    actor: Actor = None,
    publish_dir: PublishDir = None,
    db: Database = None,
    as_json: AsJson = False,
) -> None:
    """Declare a published pick void; from the start of its game on only for a fact, with evidence."""
    from closeline.jobs.recording.withdrawing import void as declare

    with opened(db, publish_dir=publish_dir) as desk:
        found = declare(desk, pick_id, reason=reason, evidence=evidence, why=why, actor=named(actor, desk))
    if as_json:
        print_json(found)
        return
    shown = f", evidence {found.evidence}" if found.evidence else ""
    say(f"pick {found.pick_id} is VOIDED: {found.reason}{shown}, by {found.actor}")
