"""`closeline mapping`: spellings that nobody has mapped, and a person's word on what they mean."""

from typing import TYPE_CHECKING, Annotated

import typer

from closeline.cli.actor import Actor, named
from closeline.cli.opening import opened, reading
from closeline.cli.options import AsJson, Database
from closeline.cli.printing import print_json, print_table, say

if TYPE_CHECKING:
    from closeline.schemas.record import Mapped

app = typer.Typer(no_args_is_help=True, help="Spellings that no alias reads, and a person's word on them.")

ReviewId = Annotated[str, typer.Argument(metavar="ID", help="The review, as `closeline mapping review` names it.")]
Why = Annotated[str, typer.Option("--why", metavar="TEXT", help="The reason; it stays in the record.")]


@app.callback()
def _nouns() -> None:
    pass


@app.command()
def review(*, db: Database = None, as_json: AsJson = False) -> None:
    """List the spellings that wait for a person. Suggestions are never applied by themselves."""
    from closeline.domain.leagues import League
    from closeline.schemas.record import Question, Questions
    from closeline.store.record import audit

    with reading(db) as (desk, session):
        found = audit.open_questions(session)
        table = desk.aliases.table(session)
    meant = {item.review_id: [table.meaning(League(item.league), name) for name in item.suggestions] for item in found}
    result = Questions(questions=[
        Question(
            review_id=item.review_id, kind=item.kind, league=item.league, provider=item.provider,
            spelling=item.spelling, suggestions=list(item.suggestions),
            suggested_ids=list(dict.fromkeys(name for name in meant[item.review_id] if name)),
            file_name=item.source.name,
            payload_sha=item.source.payload_sha, place=item.place, first_seen_at=item.first_seen_at,
        )
        for item in found
    ])  # fmt: skip
    if as_json:
        print_json(result)
        return
    columns = ("review", "kind", "league", "provider", "spelling", "suggestions", "first met in", "place")
    print_table("Spellings to decide", columns, [
        (
            item.review_id, item.kind, item.league, item.provider, item.spelling,
            ", ".join(
                f"{text} = {name}" if name else text
                for text, name in zip(item.suggestions, meant[item.review_id], strict=True)
            ),
            item.file_name, item.place,
        )
        for item in result.questions
    ])  # fmt: skip
    if result.questions:
        say(
            "decide one with: closeline mapping accept REVIEW --team ID --why TEXT, or: closeline mapping reject REVIEW"
        )


@app.command("accept")
def accept(
    review_id: ReviewId,
    *,
    team: Annotated[
        str, typer.Option("--team", metavar="ID", help="The whole id of the team, or of the player, that is meant.")
    ],
    why: Why,
    any_provider: Annotated[
        bool, typer.Option("--any-provider", help="Whoever writes it means this one, not only this provider.")
    ] = False,
    actor: Actor = None,
    db: Database = None,
    as_json: AsJson = False,
) -> None:
    """Say what a spelling means, and read again what was set aside for it."""
    from closeline.jobs.recording.mapping import accept as accept_spelling

    with opened(db) as desk:
        found = accept_spelling(desk, review_id, team, why=why, actor=named(actor, desk), any_provider=any_provider)
    _tell(found, as_json=as_json)


@app.command("reject")
def reject(
    review_id: ReviewId, *, why: Why, actor: Actor = None, db: Database = None, as_json: AsJson = False
) -> None:  # fmt: skip
    """Say that a spelling means no team of ours: it stays set aside, and nobody is asked again."""
    from closeline.jobs.recording.mapping import reject as reject_spelling

    with opened(db) as desk:
        found = reject_spelling(desk, review_id, why=why, actor=named(actor, desk))
    _tell(found, as_json=as_json)


def _tell(found: "Mapped", *, as_json: bool) -> None:
    if as_json:
        print_json(found)
        return
    if found.answer is None:
        say(f"{found.spelling!r} of {found.provider} means none of ours, by {found.actor}")
        return
    say(
        f"{found.spelling!r} of {found.provider} means {found.answer}, by {found.actor}; read again {found.payloads} "
        f"payloads: {found.accepted} prices accepted, {found.still_set_aside} still set aside"
    )
    if found.unreadable:
        say(f"{found.unreadable} readings could not be read again: their bytes are gone, or no feed knows them")
