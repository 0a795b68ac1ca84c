"""Names of content: the same for the same, another for any other."""

import hashlib
import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from closeline.domain.ids import canonical_json, content_id, hash_lines, sha256_hex
from tests.strategies import json_scalars

# The unit separator is what joins the parts, so no part of ours ever holds it.
parts = st.lists(st.text(st.characters(exclude_characters="\x1f", exclude_categories=["Cs"])), max_size=4)


@given(parts, parts)
def test_different_parts_have_different_names(first, second):
    # No parts and one empty part are joined alike; no name is made of none.
    same = (first or [""]) == (second or [""])

    assert (content_id(*first) == content_id(*second)) == same


@given(
    st.dictionaries(
        st.text(st.characters(exclude_categories=["Cs"])),
        json_scalars.filter(lambda value: not isinstance(value, str) or value.isprintable()),
    )
)
def test_canonical_json_is_json_and_knows_no_order(value):
    written = canonical_json(value)

    assert json.loads(written) == value
    assert canonical_json(dict(reversed(value.items()))) == written


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_a_number_that_json_lacks_is_refused(number):
    with pytest.raises(ValueError, match="JSON"):
        canonical_json({"p": number})


@given(st.lists(st.text(st.characters(exclude_characters="\n", exclude_categories=["Cs"]))))
def test_the_hash_of_lines_does_not_depend_on_their_order(lines):
    assert hash_lines(lines) == hash_lines(sorted(lines, reverse=True))
    assert hash_lines(lines) == hashlib.sha256("".join(f"{line}\n" for line in sorted(lines)).encode()).hexdigest()


def test_bytes_are_named_by_their_sha256():
    assert sha256_hex(b"abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
