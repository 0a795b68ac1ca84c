"""Options that commands of duty share."""

from typing import Annotated

import typer

Why = Annotated[str, typer.Option("--why", metavar="TEXT", help="The reason, in one line; it stays in the record.")]
