"""The catalogue of faults is whole: every fault has a test and a planted twin, and each of them is there."""

import ast
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from closeline.providers.simulator.faults import FAULTS
from tests.e2e.fault_catalogue import CATALOGUE, NUMBERED, Row, row

TESTS = Path(__file__).parents[1]


@cache
def functions_of(module: str) -> dict[str, ast.FunctionDef]:
    """Give the tests that stand in a module, read and not run."""
    tree = ast.parse((TESTS / f"{module}.py").read_text())
    return {
        item.name: item for item in tree.body if isinstance(item, ast.FunctionDef) and item.name.startswith("test_")
    }


def found(name: str) -> ast.FunctionDef | None:
    module, _, function = name.partition("::")
    return functions_of(module).get(function) if (TESTS / f"{module}.py").is_file() else None


def runs_only_in_campaigns(name: str) -> bool:
    """Say whether a test is left out of the usual run; so is one that is skipped or expected to fail."""
    item = found(name)
    marks = [] if item is None else [ast.unparse(each) for each in item.decorator_list]
    return any(mark.startswith(("pytest.mark.campaign", "pytest.mark.skip(", "pytest.mark.xfail")) for mark in marks)


def gaps(rows: tuple[Row, ...]) -> list[str]:
    """Give what is wanting in rows, one line each."""
    wanting = []
    for each in rows:
        usual = [[name for name in names if not runs_only_in_campaigns(name)] for names in (each.held, each.twins)]
        wanting += [
            f"{each.fault} has no {what}" for what, names in zip(("test", "twin"), usual, strict=True) if not names
        ]
        wanting += [
            f"{each.fault} names {name}, which is not there" for name in (*each.held, *each.twins) if not found(name)
        ]
        wanting += [f"{each.fault} calls {name} both" for name in set(each.held) & set(each.twins)]
        seldom = any(runs_only_in_campaigns(name) for name in (*each.held, *each.twins))
        wanting += [f"{each.fault} must say whether it has campaigns"] if seldom is not each.campaign else []
    return wanting


def test_every_fault_of_the_script_and_each_of_seven_to_twenty_six_is_in_the_catalogue_once() -> None:
    assert Counter(each.fault for each in CATALOGUE) == Counter([*FAULTS, *range(7, 27)])


def test_every_fault_has_a_test_and_a_twin_and_all_of_them_are_there() -> None:
    assert gaps(CATALOGUE) == []


def test_every_row_says_how_its_fault_is_injected() -> None:
    assert all(each.injected.strip() for each in CATALOGUE)


PLANTED = [
    (row(99, "x", "", "store/test_bombs test_without_the_bound_a_bomb_in_the_record_goes_off"), "99 has no test"),
    (row(99, "x", "store/test_bombs test_a_bomb_in_the_record_is_refused_with_bounded_memory", ""), "99 has no twin"),
    (Row(99, "x", NUMBERED[0].held, ("store/test_bombs::test_nobody",)), "which is not there"),
    (Row(99, "x", NUMBERED[0].held, ("store/test_nobody::test_nobody",)), "which is not there"),
    (Row(99, "x", NUMBERED[0].held, NUMBERED[0].held[:1]), "both"),
    (
        Row(99, "x", NUMBERED[0].held, (
            "jobs/test_run_celery::test_a_message_that_is_out_longer_than_its_time_is_carried_twice_and_done_once",
        )),
        "99 has no twin",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("planted", "told"), PLANTED, ids=range(len(PLANTED)))
def test_a_row_that_lacks_something_is_seen(planted: Row, told: str) -> None:
    """The twin of this file: a fault without a test or without a twin, and a test that nobody wrote."""
    assert any(told in line for line in gaps((planted,)))
