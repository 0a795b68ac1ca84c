"""`closeline mapping`: spellings that nobody has mapped."""

import typer

from closeline.cli.opening import reading
from closeline.cli.options import AsJson, Database
from closeline.cli.printing import print_json, print_table

app = typer.Typer(no_args_is_help=True, help="Look at spellings that no alias reads.")


@app.callback()
def _nouns() -> None:
    pass


@app.command()
def review(*, db: Database = None, as_json: AsJson = False) -> None:
    """List the spellings that wait for a person. Suggestions are never applied by themselves."""
    from closeline.schemas.record import Question, Questions
    from closeline.store import audit

    with reading(db) as (_, session):
        found = audit.open_questions(session)
    result = Questions(questions=[
        Question(
            league=item.league, provider=item.provider, spelling=item.spelling, suggestions=list(item.suggestions),
            file_name=item.source.name, payload_sha=item.source.payload_sha, place=item.place,
            first_seen_at=item.first_seen_at,
        )
        for item in found
    ])  # fmt: skip
    if as_json:
        print_json(result)
        return
    columns = ("league", "provider", "spelling", "suggestions", "first met in", "place")
    print_table("Spellings to decide", columns, [
        (item.league, item.provider, item.spelling, ", ".join(item.suggestions), item.file_name, item.place)
        for item in result.questions
    ])  # fmt: skip
