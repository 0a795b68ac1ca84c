"""What a source has refused is not asked again, until it answers or its time is over."""

from datetime import UTC, datetime, timedelta

import pytest

from closeline.domain.feeds.blocks import Known, Refusal, block, probe_due
from closeline.domain.feeds.fetching import CallOutcome
from closeline.domain.feeds.wants import Kind

T0 = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
KEY, SPENT, PLAN = CallOutcome.BAD_KEY, CallOutcome.OUT_OF_CREDITS, CallOutcome.NOT_ON_PLAN


def known(outcome: CallOutcome, *, answered: datetime | None = None, funded: datetime | None = None) -> Known:
    refusal = Refusal("odds", Kind.ODDS, "/odds", outcome, T0)
    return Known([refusal], {"odds": answered} if answered else {}, {"odds": funded} if funded else {})


def blocked(found: Known, *, feed="odds", kind=Kind.ODDS, address="/odds", costs=True, now=T0 + HOUR):
    return block(found, feed=feed, kind=kind, address=address, costs=costs, now=now)


def test_a_bad_key_stops_every_call_of_the_feed_until_it_answers():
    assert blocked(known(KEY), kind=Kind.EVENTS, address="/events", costs=False) is KEY
    assert blocked(known(KEY), feed="espn") is None
    assert blocked(known(KEY, answered=T0 - HOUR)) is KEY
    assert blocked(known(KEY, answered=T0 + HOUR / 2)) is None


def test_spent_credits_stop_what_costs_some_until_there_are_some():
    assert blocked(known(SPENT)) is SPENT
    assert blocked(known(SPENT), costs=False) is None
    assert blocked(known(SPENT, answered=T0 + HOUR / 2)) is SPENT
    assert blocked(known(SPENT, funded=T0 + HOUR / 2)) is None


def test_a_capability_that_the_plan_lacks_stops_that_kind_alone():
    assert blocked(known(PLAN), address="/other") is PLAN
    assert blocked(known(PLAN), kind=Kind.SCORES) is None


@pytest.mark.parametrize("outcome", [CallOutcome.BAD_REQUEST, CallOutcome.NOT_FOUND])
def test_an_address_that_was_refused_is_left_alone_for_a_day(outcome):
    assert blocked(known(outcome)) is outcome
    assert blocked(known(outcome), address="/other") is None
    assert blocked(known(outcome), now=T0 + 24 * HOUR) is None


def test_the_twin_that_forgets_asks_again_at_once():
    assert blocked(Known([], {}, {})) is None


@pytest.mark.parametrize(("outcome", "hours"), [(SPENT, 4), (KEY, 24)])
def test_a_free_call_finds_out_whether_it_is_right_again(outcome, hours):
    found, due = known(outcome), T0 + hours * HOUR

    assert not probe_due(found, "odds", None, due - HOUR / 60)
    assert probe_due(found, "odds", None, due)
    assert not probe_due(found, "odds", due - HOUR, due)
    assert not probe_due(found, "espn", None, due)
    assert not probe_due(known(PLAN), "odds", None, due)
