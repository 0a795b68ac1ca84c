"""Delivery: which moves there are, until when a message goes out, and what is done about one in doubt."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from closeline.domain.errors import IllegalTransition
from closeline.domain.publishing.delivery import (
    CALL_MOST,
    LEASE,
    MARGIN,
    NOTICE_FOR,
    QUIET,
    RESENDS_MOST,
    TRANSITIONS,
    DeliveryState,
    Doubt,
    MessageKind,
    Unseen,
    deadline_of,
    decided,
    looked_for_at,
    may_go,
    moved,
    next_try,
    text_of,
    wait_after,
)

NOW = datetime(2026, 1, 5, 18, 0, tzinfo=UTC)
START = NOW + timedelta(hours=6)
SECOND = timedelta(seconds=1)
ENDED = {DeliveryState.SENT, DeliveryState.MISSED, DeliveryState.CANCELLED}


def verdict(**changes):
    told: dict[str, Any] = {
        "seen": False, "observed": True, "unseen": Unseen.HOLD, "resends": 0, "announced": False, "at": NOW,
        "deadline": START,
    }  # fmt: skip
    return decided(**told | changes)


def test_what_has_ended_never_moves_again():
    assert {state for state, reached in TRANSITIONS.items() if not reached} == ENDED


@pytest.mark.parametrize("state", list(DeliveryState))
@pytest.mark.parametrize("to", list(DeliveryState))
def test_a_move_is_one_of_the_table_or_refused(state, to):
    if to in TRANSITIONS[state]:
        assert moved(state, to) is to
    else:
        with pytest.raises(IllegalTransition, match=f"from {state}"):
            moved(state, to)


def test_what_is_in_doubt_goes_out_again_only_by_way_of_the_outbox():
    assert DeliveryState.SENDING not in TRANSITIONS[DeliveryState.UNKNOWN]


def test_a_post_must_be_on_its_way_a_minute_before_the_start():
    assert deadline_of(MessageKind.POST, starts_at=START, announced_at=NOW) == START - MARGIN


@pytest.mark.parametrize("kind", [MessageKind.VOIDED, MessageKind.SUPERSEDED])
def test_a_notice_is_worth_sending_after_the_start_too(kind):
    assert deadline_of(kind, starts_at=NOW, announced_at=START) == START + NOTICE_FOR


def test_a_call_that_begins_in_time_is_over_before_the_start_and_before_anybody_looks():
    assert CALL_MOST < MARGIN
    assert CALL_MOST < QUIET
    assert CALL_MOST < LEASE


@pytest.mark.parametrize(("late", "goes"), [(-SECOND, True), (0 * SECOND, True), (SECOND, False)])
def test_nothing_goes_out_past_its_deadline_or_past_its_claim(late, goes):
    assert may_go(NOW + late, deadline=NOW) is goes
    assert may_go(NOW + late, deadline=START, lease_until=NOW) is goes


@given(some.integers(1, 50), some.integers(0, 20_000), some.integers(0, 40_000))
@settings(max_examples=60)
def test_a_retry_is_never_earlier_than_it_was_asked_for_and_never_past_the_deadline(attempts, asked, left):
    deadline, wait = NOW + left * SECOND, asked * SECOND
    found = next_try(NOW, attempts=attempts, deadline=deadline, retry_after=wait)

    assert (found is None) is (NOW + max(wait, wait_after(attempts)) > deadline)
    assert found is None or NOW + wait <= found <= deadline


def test_waits_grow_and_have_an_end():
    waits = [wait_after(attempts) for attempts in range(1, 40)]

    assert waits == sorted(waits)
    assert waits[0] == 5 * SECOND
    assert waits[-1] == waits[-20] == timedelta(minutes=5)


def test_a_claim_that_nobody_came_back_from_is_looked_for_after_its_end_and_the_quiet_period():
    assert looked_for_at(NOW) == NOW + QUIET
    assert looked_for_at(NOW, lease_until=NOW + LEASE) == NOW + LEASE + QUIET


def test_what_was_seen_is_sent_whatever_else_holds():
    assert verdict(seen=True, announced=True, at=START, resends=3) is Doubt.SEEN


def test_what_an_observer_did_not_see_goes_out_again_once_for_each_doubt_and_not_for_ever():
    assert verdict() is Doubt.RESEND
    assert verdict(resends=RESENDS_MOST - 1) is Doubt.RESEND
    assert verdict(resends=RESENDS_MOST) is Doubt.HOLD


def test_where_nobody_looks_the_setting_decides():
    assert verdict(observed=False) is Doubt.HOLD
    assert verdict(observed=False, unseen=Unseen.RESEND) is Doubt.RESEND
    assert verdict(observed=False, unseen=Unseen.RESEND, resends=5) is Doubt.RESEND


def test_nothing_goes_out_again_past_its_deadline():
    assert verdict(at=START + SECOND) is Doubt.HOLD
    assert verdict(at=START + SECOND, observed=False, unseen=Unseen.RESEND) is Doubt.HOLD


def test_a_pick_that_was_called_back_is_not_sent_again():
    assert verdict(announced=True) is Doubt.CANCEL
    assert verdict(announced=True, observed=False, unseen=Unseen.RESEND) is Doubt.HOLD


@pytest.mark.parametrize(
    ("payload", "text"),
    [('{"entities":[],"text":"PICK"}', "PICK"), ("plain", "plain"), ('{"label":"x"}', '{"label":"x"}'), ("[]", "[]")],
)
def test_readers_see_the_text_of_a_document_or_all_of_what_is_none(payload, text):
    assert text_of(payload) == text
