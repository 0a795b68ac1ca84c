"""Parsed records are values: equal when they say the same, and never changed."""

from dataclasses import FrozenInstanceError

import pytest

from closeline.domain.feeds.captures import Basis, Phase, ResultStatus
from tests.builders.payloads import a_payload, a_quote, a_result, an_event


def test_two_readings_of_the_same_words_are_equal():
    assert a_payload(an_event(), a_quote(), a_result()) == a_payload(an_event(), a_quote(), a_result())


@pytest.mark.parametrize(
    ("record", "field"),
    [(an_event(), "home"), (a_quote(), "price"), (a_result(), "home_score"), (a_payload(), "events")],
)
def test_what_a_feed_said_cannot_be_changed_afterwards(record, field):
    with pytest.raises(FrozenInstanceError):
        setattr(record, field, None)


def test_the_words_of_captures_are_what_the_record_stores():
    assert {str(basis) for basis in Basis} == {"QUOTED", "ASSUMED"}
    assert {str(phase) for phase in Phase} == {"OPEN", "CLOSE", "RESULT", "LIVE"}
    assert ResultStatus("FINAL") is ResultStatus.FINAL
