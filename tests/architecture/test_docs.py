"""What exists is documented, what is documented exists, and every event sets going jobs that are registered."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
REGENERATED = ("_build",)


def commands(command: Any, path: tuple[str, ...] = ("closeline",)) -> Iterator[str]:
    children = getattr(command, "commands", None)
    if children is None:
        yield " ".join(path)
        return
    if getattr(command, "invoke_without_command", False):
        yield " ".join(path)
    for name, child in children.items():
        if not child.hidden:
            yield from commands(child, (*path, name))


def existing_commands() -> set[str]:
    from closeline.cli.main import app

    return set(commands(typer.main.get_command(app)))


def existing_settings() -> set[str]:
    from closeline.config import Settings

    prefix = str(Settings.model_config.get("env_prefix", ""))
    return {f"{prefix}{name}".upper() for name in Settings.model_fields}


def event_names() -> set[str]:
    from closeline.domain import events

    kinds = [kind for kind in vars(events).values() if isinstance(kind, type) and issubclass(kind, events.Event)]
    return {kind.__name__ for kind in kinds if kind is not events.Event}


def reactions() -> dict[str, list[str]]:
    from closeline.jobs.reactions import REACTIONS

    return {name: list(jobs) for name, jobs in REACTIONS.items()}


def headings(page: str) -> set[str]:
    text = (DOCS / page).read_text(encoding="utf-8")
    return set(re.findall(r"^#+ `([^`]+)`", text, flags=re.MULTILINE))


def test_every_command_has_a_heading_and_every_heading_a_command() -> None:
    assert headings("commands.md") == existing_commands()


def test_every_setting_has_a_heading_and_every_heading_a_setting() -> None:
    assert headings("settings.md") == existing_settings()


def test_every_event_has_a_reaction_even_if_it_is_none() -> None:
    assert set(reactions()) == event_names()


def test_every_reaction_is_a_registered_job() -> None:
    from closeline.jobs.registry import JOBS

    assert {job for jobs in reactions().values() for job in jobs} - set(JOBS) == set()


@pytest.mark.parametrize("page", ["README.md", "docs/index.md", "docs/architecture.md"])
def test_every_command_that_a_newcomer_is_shown_exists(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    shown = re.findall(r"(?:^|`)(?:\$ )?(closeline(?: [a-z]+)+)", text, flags=re.MULTILINE)
    exist = existing_commands()

    assert [line for line in shown if not any(line == name or line.startswith(f"{name} ") for name in exist)] == []


def pages_of_the_project() -> list[Path]:
    return [*ROOT.glob("*.md"), *(page for page in DOCS.rglob("*.md") if not set(page.parts) & set(REGENERATED))]


def test_every_file_and_folder_that_a_page_names_is_there() -> None:
    named = re.compile(r"`((?:[a-z_]+/)+[\w.]*)`")
    rooms = (ROOT, ROOT / "src" / "closeline", ROOT / "src", ROOT / "tests", DOCS)
    gone = [
        f"{page.relative_to(ROOT)} names {path}"
        for page in pages_of_the_project()
        for path in named.findall(page.read_text(encoding="utf-8"))
        if not any((room / path).exists() for room in rooms)
    ]

    assert gone == []


def test_every_link_between_pages_leads_somewhere() -> None:
    pages = pages_of_the_project()
    link = re.compile(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)")
    broken = [
        f"{page.relative_to(ROOT)} -> {target}"
        for page in pages
        for target in link.findall(page.read_text(encoding="utf-8"))
        if not (page.parent / target).exists()
    ]

    assert broken == []


def test_every_decision_has_the_five_parts() -> None:
    parts = ["Context", "Decision", "Consequences", "Alternatives", "Enforced by"]
    decisions = sorted((DOCS / "decisions").glob("0*.md"))

    assert [page.name[:4] for page in decisions] == [f"{number:04}" for number in range(1, len(decisions) + 1)]
    for page in decisions:
        assert re.findall(r"^## (.+)$", page.read_text(encoding="utf-8"), flags=re.MULTILINE) == parts, page.name
