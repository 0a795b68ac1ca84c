"""Pages leave nothing out and show nothing twice, and a cursor is what a page gave or it is refused."""

import base64
import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from closeline.api.pagination import page, read, written
from closeline.domain.errors import BadInput

PLACES = st.tuples(st.integers(-(2**60), 2**60), st.text(max_size=30))


@given(PLACES)
def test_a_cursor_reads_as_it_was_written(place):
    assert read(written(place)) == place
    assert written(place).isascii()
    assert not set(written(place)) & set("+/=&?# ")


@given(st.sets(PLACES, max_size=40), st.integers(1, 12))
def test_pages_are_the_whole_list_in_order(places, limit):
    items = sorted(places, reverse=True)
    seen, cursor = [], None
    for _ in range(len(items) + 1):
        part, cursor = page(items, at=lambda item: item, cursor=cursor, limit=limit)
        seen += part
        if cursor is None:
            break

    assert seen == items


def test_what_comes_between_two_pages_moves_nothing():
    items = [(number, "x") for number in range(9, 0, -1)]
    first, cursor = page(items, at=lambda item: item, cursor=None, limit=4)
    second, _ = page([(10, "x"), *items], at=lambda item: item, cursor=cursor, limit=4)

    assert (first, second) == (items[:4], items[4:8])


@given(st.text(min_size=1, max_size=500))
def test_any_other_text_is_refused_or_is_a_place(text):
    with suppress(BadInput):
        number, name = read(text)

        assert isinstance(number, int)
        assert isinstance(name, str)


@pytest.mark.parametrize(
    "value", [[1], [1, 2], ["1", "x"], [True, "x"], {"a": 1, "b": "x"}, [1, "x", 2], None, 1, [1.5, "x"]]
)
def test_a_cursor_of_another_shape_is_refused(value):
    with pytest.raises(BadInput):
        read(base64.urlsafe_b64encode(json.dumps(value).encode()).decode())
