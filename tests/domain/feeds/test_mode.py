"""The publishing mode falls at once and rises late; what is stale is judged by its content."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from closeline.domain.feeds import mode as module
from closeline.domain.feeds.mode import Mode, Sighting, Standing, quota_mode, standing, withholds, worst
from closeline.domain.feeds.staleness import alert_after, content_moment, off_after
from closeline.domain.picks import Decision, Tier

T0 = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def a_poll(minute: float, *, content: float | None = None, left: int | None = 400, interval: float = 1) -> Sighting:
    at = T0 + minute * MINUTE
    of = at if content is None else T0 + content * MINUTE
    return Sighting(at, of, interval * MINUTE, left, 500)


def a_failure(minute: float) -> Sighting:
    return Sighting(T0 + minute * MINUTE, None, MINUTE, 400, 500)


def at(minute: float) -> datetime:
    return T0 + minute * MINUTE


@pytest.mark.parametrize(
    ("interval", "alert", "off"), [(1, 5, 15), (2, 5, 15), (4, 10, 16), (10, 25, 40), (300, 750, 1200)]
)
def test_the_limits_follow_the_plan(interval, alert, off):
    assert (alert_after(interval * MINUTE), off_after(interval * MINUTE)) == (alert * MINUTE, off * MINUTE)


def test_content_is_of_its_newest_update_or_else_of_the_first_sight_of_its_bytes():
    assert content_moment(at(1), at(0), at(5)) == at(1)
    assert content_moment(None, at(0), at(5)) == at(0)
    assert content_moment(at(9), at(0), at(5)) == at(5)


@pytest.mark.parametrize(
    ("left", "mode"),
    [(500, Mode.FULL), (76, Mode.FULL), (75, Mode.EDGE_ONLY), (11, Mode.EDGE_ONLY), (10, Mode.NONE), (0, Mode.NONE)],
)
def test_credits_that_run_out_cut_publishing(left, mode):
    assert quota_mode(left, 500) is mode
    assert standing([a_poll(0, left=left)], at(1)).mode is mode


def test_a_feed_that_costs_nothing_has_no_quota():
    assert quota_mode(None, None) is Mode.FULL
    assert quota_mode(0, 0) is Mode.FULL


def test_a_desk_that_has_heard_nothing_publishes_nothing():
    assert standing([], at(0)).mode is Mode.NONE
    assert standing([a_failure(0)], at(0)).mode is Mode.NONE


def test_silence_turns_publishing_off_after_its_limit_and_not_before():
    polls = [a_poll(minute) for minute in range(4)]

    assert standing(polls, at(3 + 15)).mode is Mode.FULL
    assert standing(polls, at(3 + 15.1)).mode is Mode.NONE
    assert [standing(polls, at(3 + age)).stale for age in (5, 5.1)] == [False, True]


def test_a_feed_that_repeats_itself_goes_stale_however_often_it_answers():
    """Fault 25: 200 with the same body for 20 minutes."""
    polls = [a_poll(0), *(a_poll(minute, content=0) for minute in range(1, 21))]

    assert standing(polls[-12:], at(20)).mode is Mode.NONE


def test_the_twin_that_goes_by_the_last_success_does_not_see_it():
    by_success = [a_poll(minute) for minute in range(21)]

    assert standing(by_success[-12:], at(20)).mode is Mode.FULL


def test_after_silence_three_fresh_polls_must_follow():
    before = [a_poll(minute) for minute in range(3)]
    modes = [standing([*before, *(a_poll(60 + n) for n in range(back + 1))], at(60 + back)) for back in range(4)]

    assert [found.mode for found in modes] == [Mode.NONE, Mode.NONE, Mode.NONE, Mode.FULL]
    assert modes[0].reasons == ("FRESH_POLLS",)


def test_the_twin_without_hysteresis_comes_back_with_the_first_poll():
    polls = [*(a_poll(minute) for minute in range(3)), a_poll(60), a_poll(61)]

    assert standing(polls, at(61), fresh_polls=1).mode is Mode.FULL
    assert standing(polls, at(61)).mode is Mode.NONE


def test_a_failure_is_no_fresh_poll():
    polls = [a_poll(0), a_poll(60), a_failure(61), a_failure(62), a_poll(63)]

    assert standing(polls, at(63)).mode is Mode.NONE


def test_credits_that_come_back_are_believed_after_three_polls():
    low = [a_poll(minute, left=70) for minute in range(3)]
    modes = [
        standing([*low, *(a_poll(3 + n, left=500) for n in range(back + 1))], at(3 + back)).mode for back in range(3)
    ]

    assert modes == [Mode.EDGE_ONLY, Mode.EDGE_ONLY, Mode.FULL]


@given(
    st.lists(st.tuples(st.integers(1, 40), st.booleans(), st.integers(0, 500)), min_size=1, max_size=12),
    st.integers(0, 60),
)
def test_the_mode_is_never_better_than_what_holds_now(steps, after):
    minute, polls, content = 0, [], None
    for step, fresh, left in steps:
        minute += step
        content = minute if fresh or content is None else content
        polls.append(a_poll(minute, content=content, left=left))
    now = at(minute + after)
    here = worst([quota_mode(polls[-1].left, 500), module._feed_mode(polls, now)])
    found = standing(polls, now)

    assert worst([found.mode, here]) is found.mode
    assert (found.mode is Mode.FULL) or found.reasons


def a_standing(mode: Mode, *, stale: bool = False) -> Standing:
    return Standing(mode, (), MINUTE, stale=stale)


@pytest.mark.parametrize("decision", [Decision.PICK, Decision.LEAN])
@pytest.mark.parametrize("tier", list(Tier))
def test_none_lets_nothing_out_edge_only_picks_of_tier_a_and_b_full_everything(decision, tier):
    edge = decision is Decision.PICK and tier in (Tier.A, Tier.B)

    assert withholds(a_standing(Mode.NONE), decision, tier) == "PUBLISHING_OFF"
    assert withholds(a_standing(Mode.EDGE_ONLY), decision, tier) == (None if edge else "EDGE_ONLY")
    assert withholds(a_standing(Mode.EDGE_ONLY, stale=True), decision, tier) == "EDGE_ONLY"
    assert withholds(a_standing(Mode.FULL, stale=True), decision, tier) is None
