"""`closeline config`: the settings that hold."""

import typer

from closeline.cli.options import AsJson, Database
from closeline.cli.printing import print_json, print_table, say

app = typer.Typer(no_args_is_help=True, help="Look at the settings.")


@app.callback()
def _nouns() -> None:
    pass


@app.command()
def show(*, db: Database = None, as_json: AsJson = False) -> None:
    """Print every setting as it holds now; secrets are masked."""
    from closeline.schemas.record import Config
    from closeline.wiring import files, read_settings

    found = {str(path): path.is_file() for path in files()}
    result = Config(settings=read_settings(database_url=db).shown(), files=found)
    if as_json:
        print_json(result)
        return
    print_table("Settings", ("setting", "value"), result.settings.items())
    for path, read in result.files.items():
        say(f"{'read' if read else 'not there'}: {path}")
