"""`closeline people`: who works at the desk, apart from everything that is kept for good."""

from typing import TYPE_CHECKING, Annotated

import typer

from closeline.cli.actor import named
from closeline.cli.opening import opened, reading
from closeline.cli.options import AsJson, Database
from closeline.cli.printing import print_json, print_table, say

if TYPE_CHECKING:
    from closeline.schemas.governance import people as shapes
    from closeline.store.record.people import Person

app = typer.Typer(no_args_is_help=True, help="Know people by name while they are here, and forget them.")


@app.command()
def add(
    handle: Annotated[str, typer.Argument(help="The account by which commands know them, or what --actor says.")],
    *,
    name: Annotated[str, typer.Option("--name", help="How they are called in front of others.")] = "",
    email: Annotated[str, typer.Option("--email", help="Their address.")] = "",
    telegram: Annotated[str, typer.Option("--telegram", help="Their id at Telegram.")] = "",
    db: Database = None,
    as_json: AsJson = False,
) -> None:
    """Know somebody under a random reference: from now on what they do is kept under that alone."""
    from closeline.store.session import unit_of_work
    from closeline.tenancy import people
    from closeline.wiring import new_reference

    with opened(db) as desk:
        actor, at = named(None, desk), desk.clock()
        with unit_of_work(desk.engine) as session:
            found = people.add(
                session, new_reference(), tenant_id=desk.tenant_id, handle=handle, name=name, email=email,
                telegram_id=telegram, actor=actor, at=at,
            )  # fmt: skip
    if as_json:
        print_json(_shape(found))
        return
    say(f"{handle} is {found.person_id} in everything that is kept for good")


@app.command("list")
def list_people(*, db: Database = None, as_json: AsJson = False) -> None:
    """List people, and what is left of those who were forgotten."""
    from closeline.schemas.governance.people import People
    from closeline.tenancy import people

    with reading(db) as (desk, session):
        result = People(people=[_shape(item) for item in people.listed(session, tenant_id=desk.tenant_id)])
    if as_json:
        print_json(result)
        return
    columns = ("reference", "handle", "name", "email", "telegram", "added", "forgotten")
    print_table("People", columns, [_row(item) for item in result.people], "none; run: closeline people add HANDLE")


@app.command()
def erase(
    person_id: Annotated[str, typer.Argument(metavar="ID", help="The reference, as `closeline people list` names it.")],
    *,
    db: Database = None,
    as_json: AsJson = False,
) -> None:
    """Forget somebody: name, handle, e-mail and Telegram id go, the reference and every hash stay as they are."""
    from closeline.store.session import unit_of_work
    from closeline.tenancy import people

    with opened(db) as desk:
        actor, at = named(None, desk), desk.clock()
        with unit_of_work(desk.engine) as session:
            found = people.erase(session, person_id, tenant_id=desk.tenant_id, actor=actor, at=at)
    if as_json:
        print_json(_shape(found))
        return
    say(f"{found.person_id} is nobody since {found.erased_at:%Y-%m-%d %H:%M:%S} UTC; verify: closeline verify log")


def _shape(found: "Person") -> "shapes.Person":
    from closeline.schemas.governance.people import Person

    return Person.model_validate({name: getattr(found, name) for name in Person.model_fields})


def _row(found: "shapes.Person") -> tuple[object, ...]:
    gone = f"{found.erased_at:%Y-%m-%d %H:%M}" if found.erased_at else None
    return (
        found.person_id, found.handle, found.name, found.email, found.telegram_id, f"{found.added_at:%Y-%m-%d}", gone,
    )  # fmt: skip
