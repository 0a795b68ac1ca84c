"""Every event has a reaction, every reaction a job, and every body travels as JSON."""

import json
from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from closeline.domain import events
from closeline.domain.events import EVENTS, SYSTEM_CHAIN, Event
from closeline.domain.ids import canonical_json

DRAWN = {"str": st.text(), "int": st.integers(0, 2**53), "float": st.floats(allow_nan=False, allow_infinity=False)}


def filled(kind):
    drawn = {field.name: DRAWN[str(getattr(field.type, "__name__", field.type))] for field in fields(kind)}
    return st.builds(kind, **drawn)


def test_every_event_of_the_module_is_listed_once():
    declared = {kind for kind in vars(events).values() if isinstance(kind, type) and issubclass(kind, Event)} - {Event}

    assert set(EVENTS) == declared
    assert len({kind.__name__ for kind in EVENTS}) == len(EVENTS)


@given(st.sampled_from(EVENTS).flatmap(filled))
def test_the_body_of_an_event_is_json_scalars_and_makes_the_event_again(event):
    body = event.body()

    assert all(value is None or isinstance(value, str | int | float | bool) for value in body.values())
    assert type(event)(**json.loads(canonical_json(body))) == event


@pytest.mark.parametrize("kind", EVENTS)
def test_what_was_captured_is_everybodys_and_what_was_decided_is_the_tenants(kind):
    results = (events.ResultsCaptured, events.ResultsReported, events.ResultAccepted)
    of_the_house = (events.RetentionApplied, events.SpellingMapped, events.RecordRestored)
    shared = kind in (events.OddsCaptured, *results, *of_the_house)

    assert kind.chain == (SYSTEM_CHAIN if shared else None)
