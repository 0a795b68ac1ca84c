"""Every vector: the operation that it names, run on its inputs, gives what it expects."""

import importlib
import math
from collections.abc import Mapping, Sequence
from numbers import Real

import numpy as np
import pytest

from tests.vectors.later import LATER


def test_a_vector_holds(vector, operations):
    op = vector["inputs"]["op"]
    if op not in operations:
        pytest.fail(f"no operation is called {op}")
    expected = vector["expected"]
    if isinstance(expected, dict) and "error" in expected:
        assert_raises(expected["error"], lambda: operations[op](vector["inputs"]))
        return

    actual = operations[op](vector["inputs"])

    assert list(differences(expected, actual, vector["tolerance"])) == []


def assert_raises(kind, call):
    """Fail unless the call raises an exception of a class of that name, or descended from one."""
    try:
        answer = call()
    except Exception as error:  # noqa: BLE001 (any class may be the expected one)
        if kind not in [cls.__name__ for cls in type(error).__mro__]:
            pytest.fail(f"expected {kind}, raised {type(error).__name__}: {error}")
    else:
        pytest.fail(f"expected {kind}, returned {answer}")


def differences(expected, actual, tolerance, at="answer"):
    """Say where an answer leaves its tolerance; keys that are not expected may be there."""
    if isinstance(expected, dict):
        if not isinstance(actual, Mapping):
            yield f"{at}: expected keys {list(expected)}, was {actual!r}"
            return
        for key, value in expected.items():
            if key in actual:
                yield from differences(value, actual[key], tolerance, f"{at}.{key}")
            else:
                yield f"{at}: has no {key}"
    elif isinstance(expected, list):
        if isinstance(actual, str) or not isinstance(actual, Sequence | np.ndarray) or len(actual) != len(expected):
            yield f"{at}: expected {len(expected)} values, was {actual!r}"
            return
        for place, value in enumerate(expected):
            yield from differences(value, actual[place], tolerance, f"{at}[{place}]")
    elif not same(expected, actual, tolerance):
        yield f"{at}: expected {expected!r}, was {actual!r}"


def same(expected, actual, tolerance):
    """Compare two plain values; a number may be off by the tolerance, absolutely or, above 1, relatively."""
    if expected is None or isinstance(expected, bool | str):
        kind = (bool, np.bool_) if isinstance(expected, bool) else object
        return isinstance(actual, kind) and expected == actual
    if isinstance(actual, bool | np.bool_) or not isinstance(actual, Real):
        return False
    return math.isclose(expected, actual, rel_tol=tolerance, abs_tol=tolerance)


def test_every_file_of_operations_can_be_read(operations_module):
    assert importlib.import_module(operations_module).OPERATIONS


def test_nothing_waits_that_is_already_there(operations):
    assert sorted(LATER.keys() & operations.keys()) == []


@pytest.mark.parametrize(
    ("expected", "actual"),
    [
        (1.0, 1.1),
        (1.0, None),
        (1, True),
        (True, 1),
        (None, 0),
        ("WIN", "LOSS"),
        ([1.0], [1.0, 2.0]),
        (["a"], "a"),
        ({"a": 1}, {"b": 1}),
        ({"a": {"b": [1]}}, {"a": {"b": [2]}}),
        (0.5, math.nan),
    ],
)
def test_the_comparison_sees_a_difference(expected, actual):
    assert list(differences(expected, actual, 1e-9)) != []


def test_the_comparison_allows_the_tolerance_and_more_keys():
    assert list(differences({"a": [0.5, None]}, {"a": (0.5 + 1e-10, None), "b": 1}, 1e-9)) == []


def test_an_error_of_another_kind_is_a_difference():
    with pytest.raises(pytest.fail.Exception):
        assert_raises("KeyError", lambda: int("none"))


def test_an_error_of_a_descended_kind_is_expected():
    assert_raises("ValueError", "\ud800".encode)
