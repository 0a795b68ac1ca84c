"""The guard of every modelling read."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from closeline.domain.errors import LookAhead
from closeline.store.database.asof import known
from tests.builders.moments import OPENS


@given(st.lists(st.integers(-100, 100)), st.integers(-100, 100))
def test_it_raises_exactly_when_something_was_received_later(received, as_of):
    moments = [OPENS + timedelta(microseconds=each) for each in received]
    moment = OPENS + timedelta(microseconds=as_of)
    if any(each > as_of for each in received):
        with pytest.raises(LookAhead, match="what must have been received by"):
            known(moments, as_of=moment, what="what")
    else:
        known(moments, as_of=moment, what="what")
