"""Options that several commands share, so that they are spelled and explained alike."""

from pathlib import Path
from typing import Annotated

import typer

from closeline.domain.leagues import League

Database = Annotated[
    str | None,
    typer.Option("--db", metavar="URL", help="The record: sqlite:///file.db or postgresql://user@host/name."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object on standard output, and nothing else.")]
PublishDir = Annotated[
    Path | None, typer.Option("--publish-dir", metavar="DIR", help="Also publish each pick as a JSON file here.")
]
OnlyLeague = Annotated[League | None, typer.Option("--league", help="Only this league.")]
PickId = Annotated[str, typer.Argument(metavar="ID", help="The pick, as `closeline picks list` names it.")]
JudgedId = Annotated[
    str, typer.Argument(metavar="ID", help="The pick, or a prediction that was judged: of refused candidates too.")
]
