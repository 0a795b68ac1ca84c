"""The root: help, version, faults in one line, and exit codes that say what to do next."""

import subprocess
import sys
from typing import NoReturn

import pytest

import closeline as package
from closeline.cli import status
from closeline.cli.faults import EXIT_CODES, code_of
from closeline.domain import errors
from tests.cli.running import closeline, fault


def test_help_names_every_noun() -> None:
    said = closeline("--help").output

    for noun in ("demo", "import", "backtest", "report", "picks", "verify", "db", "config", "status"):
        assert noun in said


def test_the_version_is_the_packages() -> None:
    assert closeline("--version").stdout.strip() == f"closeline {package.__version__}"


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (errors.UnknownFormat, 2),
        (errors.NotFound, 2),
        (errors.BadSetting, 2),
        (errors.LookAhead, 3),
        (errors.AppendOnlyViolation, 3),
        (errors.StoreUnavailable, 4),
        (errors.SchemaTooNew, 4),
        (errors.CorruptRecord, 5),
        (RuntimeError, 1),
    ],
)
def test_the_class_of_a_fault_is_the_exit_code(kind: type[Exception], code: int) -> None:
    assert code_of(kind("x")) == code


def test_every_branch_of_the_error_tree_has_an_exit_code_of_its_own() -> None:
    branches = {kind for kind in errors.CloselineError.__subclasses__() if kind.__module__ == errors.__name__}

    assert set(EXIT_CODES) == branches
    assert len(set(EXIT_CODES.values())) == len(EXIT_CODES)


def test_a_fault_of_the_program_is_one_line_too(record: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(db: str | None) -> NoReturn:
        raise ZeroDivisionError("by\nzero")

    monkeypatch.setattr(status, "_status", fail)

    code, line = fault("status", "--db", record)

    assert code == 1
    assert line.startswith("closeline: internal fault, ZeroDivisionError: by zero; run again with: closeline --debug")


def test_debug_lets_the_traceback_through(record: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(db: str | None) -> NoReturn:
        raise ZeroDivisionError("by zero")

    monkeypatch.setattr(status, "_status", fail)

    assert isinstance(closeline("--debug", "status", "--db", record).exception, ZeroDivisionError)


def test_an_unknown_command_exits_as_bad_input_does() -> None:
    assert closeline("nonsense").exit_code == 2


def test_help_imports_nothing_heavy() -> None:
    heavy = ["numpy", "scipy", "numba", "polars", "sqlalchemy", "pydantic", "structlog", "apscheduler", "jinja2"]
    script = (
        "import sys\nfrom closeline.cli.main import app\ntry:\n    app(['--help'])\nexcept SystemExit:\n    pass\n"
        f"print([name for name in {heavy!r} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert done.stderr.strip() == "[]"


def test_the_package_runs_as_a_module() -> None:
    done = subprocess.run([sys.executable, "-m", "closeline", "--version"], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == f"closeline {package.__version__}"
