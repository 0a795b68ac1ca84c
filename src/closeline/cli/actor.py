"""Who takes a step, where the record keeps a name: whoever says so, or else the user of this machine."""

import os
import pwd
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from closeline.jobs.desk import Desk

Actor = Annotated[
    str | None, typer.Option("--actor", metavar="NAME", help="Who does it; by default the user of this machine.")
]


def named(actor: str | None, desk: "Desk | None" = None) -> str:
    """Return the actor, or the operating system's name of whoever runs this, and not what the environment claims.

    desk: where the step is taken. Who is one of its people is named by reference, because what they do is kept for good
    and they may ask to be forgotten.
    """
    name = actor if actor is not None else _user()
    if desk is None:
        return name
    from closeline.store.session import unit_of_work
    from closeline.tenancy.people import reference_of

    with unit_of_work(desk.engine, write=False) as session:
        return reference_of(session, name, tenant_id=desk.tenant_id)


def _user() -> str:
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"uid {os.getuid()}"
