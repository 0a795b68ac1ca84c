"""Retention and what was off offer: at every moment that must stay readable the three states are as before."""

from datetime import timedelta

import pytest

from closeline.store.record import retention
from closeline.store.record.retention.policy import RetentionPolicy
from closeline.store.session import unit_of_work
from tests.builders.moments import DAY, HOUR, MINUTE, OPENS, START
from tests.builders.payloads import GAME, a_payload, an_event
from tests.builders.polled import Polled, answered, keep_poll
from tests.builders.records import number, take_in
from tests.store.test_availability import BOTH, KEYS

MONTH = timedelta(days=30)
POLICY = RetentionPolicy(quote_days=30, quote_minutes=30, payload_days=3650)


@pytest.fixture
def flickering(seeded):
    """Give a record of a game whose markets change, go and come back every minute of a day."""
    first, second = KEYS[0], KEYS[1]
    with unit_of_work(seeded) as session:
        take_in(session, a_payload(an_event(), archive=False))
        for minute in range(0, 9 * 60, 1):
            shown = {second: (900, f"-{110 + minute % 7}")}
            if minute % 5:
                shown[first] = (-14, f"-{105 + minute % 3}")
            keep_poll(session, Polled(OPENS + minute * MINUTE, shown, BOTH))
    return seeded


def test_absences_are_thinned_like_prices_and_what_must_stay_readable_reads_as_before(flickering):
    day = DAY + 2 * MONTH
    moments = [
        START,
        START - HOUR,
        START - MINUTE,
        *(START.replace(minute=0) - step * HOUR / 2 for step in range(4, 16)),
    ]
    with unit_of_work(flickering) as session:
        before = {at: answered(session, [GAME], at) for at in moments}
        rows = number(session, "SELECT count(*) FROM quote")
        off = number(session, "SELECT count(*) FROM quote WHERE availability = 'ABSENT'")
        plan = retention.plan(session, POLICY, day)
        retention.apply(session, POLICY, plan.plan_id, actor="ann", why="the disk is full", at=OPENS + 3 * MONTH)
        after = {at: answered(session, [GAME], at) for at in moments}
        left = number(session, "SELECT count(*) FROM quote")
        off_left = number(session, "SELECT count(*) FROM quote WHERE availability = 'ABSENT'")

    assert after == before
    assert left < rows / 2
    assert 0 < off_left < off
