"""The Makefile explains itself, and says no more than it can do."""

import os
import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
PROMISED = {"help", "setup", "demo", "test", "check", "fix", "bench", "campaign", "docs", "lock"}


def phony() -> set[str]:
    return set(" ".join(re.findall(r"^\.PHONY: (.+)$", MAKEFILE, flags=re.MULTILINE)).split())


def explained() -> set[str]:
    return set(re.findall(r"^([a-z]+):.*## \S", MAKEFILE, flags=re.MULTILINE))


def test_every_target_has_its_line_of_help() -> None:
    assert phony() == explained() == PROMISED


def test_make_alone_prints_every_target() -> None:
    environment = {"PATH": os.environ["PATH"], "HOME": "/nonexistent"}
    said = subprocess.run(["make"], cwd=ROOT, env=environment, capture_output=True, text=True, check=True).stdout

    assert set(re.findall(r"^  make ([a-z]+) ", said, flags=re.MULTILINE)) == PROMISED


def test_the_readme_and_contributing_name_only_targets_that_exist() -> None:
    pages = [(ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "CONTRIBUTING.md")]
    named = {
        target
        for page in pages
        for target in re.findall(r"^(?:\$ )?make ([a-z]+)|`make ([a-z]+)`", page, flags=re.MULTILINE)
    }

    assert {first or second for first, second in named} <= PROMISED
