"""Running the command line in this process, as a person would type it."""

import json
from functools import cache
from typing import Any

from typer import main, testing
from typer.testing import CliRunner, Result

from closeline.cli.main import app

# The runner would make every command anew for each line that is typed, which takes longer than most of them.
vars(testing)["_get_command"] = cache(main.get_command)


def closeline(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def answer(*words: object) -> Any:
    """Run a command that must succeed with --json, and give the one object that it printed."""
    result = closeline(*words, "--json")
    assert result.exit_code == 0, result.output
    assert result.stderr == ""
    return json.loads(result.stdout)


def fault(*words: object) -> tuple[int, str]:
    """Run a command that must fail, and give its exit code and its one line."""
    result = closeline(*words)
    lines = result.stderr.splitlines()
    assert len(lines) == 1, result.output
    assert "Traceback" not in result.output
    return result.exit_code, lines[0]
