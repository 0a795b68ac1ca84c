"""The shape of the source: small files named for an idea, small functions, one place that commits."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "closeline"
FILES = sorted(SOURCE.rglob("*.py"))

LINES_MAX = 300
TEST_LINES_MAX = 600
FUNCTION_LINES_MAX = 60
ENTRIES_MAX = 25

# A file may be longer only by name, and with its reason here.
LONG_FILES: dict[str, str] = {}
# A migration is written once, read from top to bottom, and never changed: one long list is its best shape.
FROZEN = "store/migrations/versions/"
PACKAGES = sorted({path.parent for path in FILES if not path.is_relative_to(SOURCE / FROZEN)})

BANNED_NAMES = {
    "utils",
    "util",
    "helpers",
    "helper",
    "common",
    "misc",
    "manager",
    "managers",
    "base",
    "service",
}
BANNED_SUFFIXES = ("Manager", "Helper", "Helpers", "Utils", "Service", "Base")


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def name_of(path: Path) -> str:
    return path.relative_to(SOURCE).as_posix()


def nodes(kind: type[ast.AST] | tuple[type[ast.AST], ...]) -> Iterator[tuple[str, ast.AST]]:
    for path in FILES:
        for node in ast.walk(tree_of(path)):
            if isinstance(node, kind):
                yield f"{name_of(path)}:{getattr(node, 'lineno', 0)}", node


def length_of(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def test_there_is_a_source_to_look_at() -> None:
    assert FILES


def test_no_file_is_longer_than_its_idea() -> None:
    long = {name_of(path): length_of(path) for path in FILES if length_of(path) > LINES_MAX}
    unnamed = {name for name in long if name not in LONG_FILES and not name.startswith(FROZEN)}

    assert {name: long[name] for name in unnamed} == {}


def test_every_exception_for_a_long_file_is_still_needed() -> None:
    assert [name for name in LONG_FILES if length_of(SOURCE / name) <= LINES_MAX] == []


def test_no_test_file_is_a_chronicle() -> None:
    tests = {path.name: length_of(path) for path in (ROOT / "tests").rglob("*.py")}

    assert {name: lines for name, lines in tests.items() if lines > TEST_LINES_MAX} == {}


def test_no_function_is_longer_than_a_screen() -> None:
    functions = nodes((ast.FunctionDef, ast.AsyncFunctionDef))
    long = {
        f"{where} {node.name}": (node.end_lineno or 0) - node.lineno + 1
        for where, node in functions
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno + 1 >= FUNCTION_LINES_MAX
        and not where.startswith(FROZEN)
    }

    assert long == {}


@pytest.mark.parametrize("package", PACKAGES, ids=lambda path: path.relative_to(SOURCE.parent).as_posix())
def test_a_room_says_what_it_is_for_and_fits_on_one_screen(package: Path) -> None:
    entries = [entry for entry in package.iterdir() if entry.name != "__pycache__"]
    init = package / "__init__.py"

    assert init.exists(), f"{name_of(package)} must have an __init__.py that says what it is for"
    assert ast.get_docstring(tree_of(init)), f"{name_of(init)} must open with a docstring"
    assert len(entries) <= ENTRIES_MAX


def test_every_module_opens_with_a_docstring() -> None:
    assert [name_of(path) for path in FILES if not ast.get_docstring(tree_of(path))] == []


def test_no_file_is_named_for_a_role() -> None:
    names = [path for path in SOURCE.rglob("*") if path.stem.strip("_").lower() in BANNED_NAMES]

    assert [name_of(path) for path in names] == []


def test_no_class_is_named_for_a_role() -> None:
    classes = [(where, node.name) for where, node in nodes(ast.ClassDef) if isinstance(node, ast.ClassDef)]

    assert [
        found for found in classes if found[1].endswith(BANNED_SUFFIXES) or re.match(r"_?Base[A-Z]", found[1])
    ] == []


def test_only_the_unit_of_work_commits() -> None:
    commits = [
        where
        for where, node in nodes(ast.Call)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "commit"
    ]

    assert {where.partition(":")[0] for where in commits} <= {"store/session.py"}


def test_one_colour_of_function_below_the_http_door() -> None:
    coloured = [where for where, _ in nodes(ast.AsyncFunctionDef)]

    assert [where for where in coloured if not where.startswith(("api/", "web/"))] == []


def test_the_rules_see_what_they_forbid(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    planted = tmp_path / "utils.py"
    body = "\n".join("    x = 1" for _ in range(FUNCTION_LINES_MAX))
    text = f"class PickManager: ...\n\n\ndef long(session):\n{body}\n    session.commit()\n"
    planted.write_text(text + "\n" * LINES_MAX)
    monkeypatch.setitem(globals(), "SOURCE", tmp_path)
    monkeypatch.setitem(globals(), "FILES", [planted])

    rules = [
        test_no_file_is_longer_than_its_idea,
        test_no_function_is_longer_than_a_screen,
        test_every_module_opens_with_a_docstring,
        test_no_file_is_named_for_a_role,
        test_no_class_is_named_for_a_role,
        test_only_the_unit_of_work_commits,
    ]
    for rule in rules:
        with pytest.raises(AssertionError):
            rule()
