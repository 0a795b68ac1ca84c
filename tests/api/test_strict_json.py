"""A body is JSON as the standard has it, or it is refused in one line."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from closeline.api.strict_json import DEPTH_MAX, check, check_text
from closeline.domain.errors import BadInput

TEXT = st.text(st.characters(exclude_characters="\x00", codec="utf-8"))
LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner), max_leaves=20)


@given(VALUES)
def test_whatever_json_can_say_is_accepted(value):
    check(json.dumps(value).encode())
    check(json.dumps(value, ensure_ascii=False).encode())


@given(st.binary(max_size=200))
def test_any_bytes_are_accepted_or_refused_and_nothing_else(content):
    with suppress(BadInput):
        check(content)

        assert json.loads(content) == json.loads(content.decode())


@pytest.mark.parametrize("spare", [0, 1])
def test_it_may_be_nested_so_deep_and_no_deeper(spare):
    content = b"[" * (DEPTH_MAX + spare) + b"1" + b"]" * (DEPTH_MAX + spare)
    if not spare:
        check(content)
        return
    with pytest.raises(BadInput, match="at most 32 levels"):
        check(content)


@pytest.mark.parametrize(
    "content",
    [b'{"a":1,"a":1}', b'{"b":{"a":1,"a":2}}', b"[NaN]", b"[Infinity]", b"[1e400]", b"[-1e400]", b'["\\u0000"]',
     b'{"\\u0000":1}', b'["\\udc00"]', b"", b"{", b"{'a':1}", b"[1,]", b"// x", b"\xef\xbb\xbf{}", b"\xc3(", b"[01]"],
)  # fmt: skip
def test_what_is_no_strict_json_is_refused(content):
    with pytest.raises(BadInput):
        check(content)


def test_a_text_that_no_database_holds_is_refused():
    check_text("Köln 🏀", "name")
    with pytest.raises(BadInput, match="name must not hold a NUL"):
        check_text("a\x00", "name")
    with pytest.raises(BadInput, match="name must be whole signs"):
        check_text("a\ud800", "name")
