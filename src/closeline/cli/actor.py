"""Who takes a step, where the record keeps a name: whoever says so, or else the user of this machine."""

import os
import pwd
from typing import Annotated

import typer

Actor = Annotated[
    str | None, typer.Option("--actor", metavar="NAME", help="Who does it; by default the user of this machine.")
]


def named(actor: str | None) -> str:
    """Return the actor, or the operating system's name of whoever runs this, and not what the environment claims."""
    if actor is not None:
        return actor
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"uid {os.getuid()}"
