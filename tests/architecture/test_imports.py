"""Every import contract, broken on purpose in a small copy of the tree, one line at a time, and caught."""

import contextlib
import io
import re
import tomllib
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest
from importlinter.cli import lint_imports

ROOT = Path(__file__).parents[2]
CONTRACTS = [
    contract["name"]
    for contract in tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
]

# One module for each room, and the rooms inside rooms that a contract names.
SKELETON = [
    "__init__", "__main__", "config", "wiring", "serve", "worker",
    "domain/__init__", "domain/odds", "domain/picks",
    "maths/__init__", "maths/devig",
    "schemas/__init__", "schemas/picks",
    "store/__init__", "store/session", "store/tables/__init__", "store/tables/picks",
    "providers/__init__", "providers/fetch",
    "tenancy/__init__", "tenancy/access",
    "flow/__init__", "flow/capture", "flow/settle", "flow/view",
    "jobs/__init__", "jobs/registry",
    "api/__init__", "api/routes", "web/__init__", "web/pages", "client/__init__", "client/record",
    "cli/__init__", "cli/main",
]  # fmt: skip

# What the real tree does, in small: downward imports, sessions through store, one wiring.
LAWFUL = {
    "__main__": "import closeline.cli.main",
    "cli/main": "import closeline.wiring, closeline.flow.view, closeline.store.session",
    "serve": "import closeline.api.routes, closeline.web.pages, closeline.wiring",
    "api/routes": "import closeline.flow.capture, closeline.schemas.picks",
    "wiring": "import closeline.config, closeline.providers.fetch, closeline.jobs.registry",
    "jobs/registry": "import closeline.flow.capture, closeline.flow.settle, closeline.flow.view",
    "flow/capture": "import closeline.store.session, closeline.maths.devig, closeline.domain.odds",
    "tenancy/access": "import closeline.store.session",
    "store/session": "import sqlalchemy, closeline.store.tables.picks",
    "providers/fetch": "import socket, closeline.domain.odds",
    "maths/devig": "import numpy, closeline.domain.odds",
}

# (contract, the module that sins, the line)
PLANTED = [
    ("Layers point one way", "domain/odds", "import closeline.flow.view"),
    ("Layers point one way", "schemas/picks", "def late():\n    import closeline.store.session"),
    ("Layers point one way", "api/routes", "import closeline.web.pages"),
    ("Layers point one way", "store/session", "import closeline.providers.fetch"),
    ("Layers point one way", "attic", "'''A top-level name that has no place in the layers.'''"),
    ("No cycles between siblings, at any depth", "domain/odds", "import closeline.domain.picks"),
    ("Domain and maths do no IO", "domain/odds", "import os"),
    ("Domain and maths do no IO", "domain/picks", "from random import random"),
    ("Domain and maths do no IO", "maths/devig", "from pathlib import Path"),
    ("Domain is words only: no numerics", "domain/odds", "import numpy"),
    ("The core path never meets scikit-learn, xgboost or pandas", "flow/view", "import pandas"),
    ("Only store writes SQL", "flow/capture", "from sqlalchemy import select"),
    ("Only store writes SQL", "cli/main", "import sqlite3"),
    ("Tables are private to store", "flow/settle", "import closeline.store.tables.picks"),
    ("Only wiring chooses providers and reads config", "flow/capture", "import closeline.providers.fetch"),
    ("Only wiring chooses providers and reads config", "cli/main", "import closeline.config"),
    ("Celery is a runner, not a dependency", "tenancy/access", "import celery"),
    ("The ten verbs are independent", "flow/capture", "import closeline.flow.settle"),
]
# The second half of a cycle, which alone is lawful.
FIRST_HALF = {"No cycles between siblings, at any depth": {"domain/picks": "import closeline.domain.odds"}}

Linter = Callable[[dict[str, str]], dict[str, bool]]
numbers = count()


@pytest.fixture
def lint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Linter:
    """Give a function that lints a small tree under the real contracts and says which of them hold."""
    # Each tree has a name of its own, so that all are linted in this process and none meets the installed package.
    name = f"closeline_{next(numbers)}"
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))

    def run(lines: dict[str, str]) -> dict[str, bool]:
        for module in {*SKELETON, *lines}:
            path = tmp_path / name / f"{module}.py"
            path.parent.mkdir(parents=True, exist_ok=True)
            text = f"{LAWFUL.get(module, '')}\n{lines.get(module, '')}\n"
            path.write_text(text.replace("closeline", name))
        # The contracts are the last part of the file.
        contracts = (ROOT / "pyproject.toml").read_text().partition("[tool.importlinter]")[2]
        contracts = "[tool.importlinter]" + contracts.replace("closeline", name)
        (tmp_path / "pyproject.toml").write_text(contracts)
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            lint_imports(config_filename="pyproject.toml", no_cache=True, no_logo=True)
        verdicts = re.findall(r"^(.+?) (KEPT|BROKEN)", said.getvalue(), flags=re.MULTILINE)
        assert [found[0] for found in verdicts] == CONTRACTS, said.getvalue()
        return {contract: verdict == "KEPT" for contract, verdict in verdicts}

    return run


def test_a_lawful_tree_keeps_every_contract(lint: Linter) -> None:
    assert lint({}) == dict.fromkeys(CONTRACTS, True)


@pytest.mark.parametrize(("contract", "module", "line"), PLANTED)
def test_a_planted_import_is_caught(lint: Linter, contract: str, module: str, line: str) -> None:
    assert lint({**FIRST_HALF.get(contract, {}), module: line})[contract] is False


def test_every_contract_has_a_planted_violation() -> None:
    assert {planted[0] for planted in PLANTED} == set(CONTRACTS)
