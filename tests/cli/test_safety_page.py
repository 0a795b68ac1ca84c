"""The page on safety says what the program does: its rules, its numbers, and the output of its worked example."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from closeline.cli.gates.limit_text import limit_text
from closeline.domain.gates import Limits
from closeline.domain.gates.own import OWN_LIMITS
from closeline.domain.leagues import League
from tests.builders.candidates import limits
from tests.cli.running import closeline

PAGE = (Path(__file__).parents[2] / "docs" / "safety.md").read_text(encoding="utf-8")
COLUMNS = ("nfl", "ncaaf", "nba", "ncaab", "mlb", "nhl")


def block(kind: str) -> str:
    found = re.search(rf"^```{kind}\n(.*?)^```$", PAGE, flags=re.MULTILINE | re.DOTALL)
    assert found is not None
    return found[1]


def test_the_worked_example_prints_what_the_page_shows(tmp_path: Path) -> None:
    path = tmp_path / "candidate.json"
    path.write_text(block("json"))
    said = closeline("gates", "try", path, "--db", f"sqlite:///{tmp_path / 'nowhere.db'}")

    assert said.stdout == block("text")


def test_the_page_lists_every_rule_in_its_order() -> None:
    assert re.findall(r"^\| [0-9]+ \| `(\w+)`", PAGE, flags=re.MULTILINE) == list(OWN_LIMITS)


@pytest.mark.parametrize("name", [field.name for field in fields(Limits) if field.name != "league"])
def test_the_page_has_the_packaged_number_of_every_limit(name: str) -> None:
    rows = {line for line in PAGE.splitlines() if f"| `{name}` |" in line}
    numbers = " | ".join(limit_text(getattr(limits(League(league)), name)) for league in COLUMNS)

    assert rows == {f"| `{rule}` | `{name}` | {numbers} |" for rule, names in OWN_LIMITS.items() if name in names}
