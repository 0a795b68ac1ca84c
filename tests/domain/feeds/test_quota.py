"""The quota: never more than was bought, the vendor's lower word holds, and what nobody said is given back later."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from closeline.domain.feeds import quota
from closeline.domain.feeds.fetching import Allowance, CallOutcome
from closeline.domain.feeds.polling import Purpose
from closeline.domain.feeds.quota import Account, Plan

DAY = date(2026, 11, 22)
PLAN = Plan(500, closing_percent=10)
SURE = [CallOutcome.OK, CallOutcome.TIMED_OUT, CallOutcome.SERVER_FAULT, CallOutcome.CIRCUIT_OPEN, CallOutcome.BAD_KEY]
PURPOSES = st.sampled_from(list(Purpose))


def reserved(account: Account, credits_most: int, purpose: Purpose = Purpose.PLANNED) -> Account:
    found = quota.reserve(account, PLAN, credits_most, purpose)
    assert found is not None
    return found


def settled(account: Account, taken: int, last: int | None = None, remaining: int | None = None) -> quota.Settled:
    return quota.settle(account, PLAN, taken, CallOutcome.OK, Allowance(remaining, None, last), DAY)


@pytest.mark.parametrize(
    ("day", "reset_day", "first", "left"),
    [
        (date(2026, 11, 22), 1, date(2026, 11, 1), 9),
        (date(2026, 11, 1), 1, date(2026, 11, 1), 30),
        (date(2026, 11, 30), 1, date(2026, 11, 1), 1),
        (date(2026, 11, 22), 28, date(2026, 10, 28), 6),
        (date(2026, 3, 1), 28, date(2026, 2, 28), 27),
        (date(2026, 1, 5), 15, date(2025, 12, 15), 10),
    ],
)
def test_a_month_of_credits_begins_on_its_day(day, reset_day, first, left):
    plan = Plan(reset_day=reset_day)

    assert (plan.period(day), plan.days_left(first, day)) == (first, left)
    assert plan.period(day + timedelta(days=left)) == day + timedelta(days=left)


@given(st.dates(date(2024, 1, 1), date(2030, 1, 1)), st.integers(1, 28))
def test_every_day_is_in_its_month_and_the_days_count_down_to_the_next(day, reset_day):
    plan = Plan(reset_day=reset_day)
    period = plan.period(day)
    left = timedelta(days=plan.days_left(period, day))
    assert period <= day < day + left == plan.next_reset(period)
    assert plan.period(day + left - timedelta(days=1)) == period


@pytest.mark.parametrize("wrong", [{"credits": -1}, {"reset_day": 0}, {"reset_day": 29}, {"closing_percent": 101}])
def test_a_plan_that_cannot_be_is_refused(wrong):
    with pytest.raises(ValueError, match="plan must have credits"):
        Plan(**wrong)


def test_the_closing_reserve_is_for_closes_alone():
    account = Account(DAY, 50)
    for purpose in Purpose:
        allowed = quota.reserve(account, PLAN, 1, purpose) is not None

        assert allowed is (purpose is Purpose.CLOSE)
    assert quota.reserve(account, PLAN, 51, Purpose.CLOSE) is None


def test_the_twin_without_a_reserve_spends_what_closes_need():
    assert quota.reserve(Account(DAY, 50), replace(PLAN, closing_percent=0), 1, Purpose.PLANNED) is not None


def test_what_a_call_cost_less_than_its_worst_comes_back():
    found = settled(reserved(quota.opened(PLAN, DAY), 3), 3, last=1, remaining=499)

    assert (found.account.left, found.account.held, found.used, found.apart) == (499, 0, 1, None)


@pytest.mark.parametrize(
    ("outcome", "used", "unknown"),
    [
        (CallOutcome.TIMED_OUT, 3, 3), (CallOutcome.SERVER_FAULT, 3, 3), (CallOutcome.UNREACHABLE, 3, 3),
        (CallOutcome.UNREADABLE, 3, 3), (CallOutcome.OK, 3, 3),
        (CallOutcome.CIRCUIT_OPEN, 0, 0), (CallOutcome.HOST_REFUSED, 0, 0), (CallOutcome.BAD_KEY, 0, 0),
        (CallOutcome.NOT_FOUND, 0, 0), (CallOutcome.BAD_REQUEST, 0, 0), (CallOutcome.TOO_FAST, 0, 0),
        (CallOutcome.OUT_OF_CREDITS, 0, 0), (CallOutcome.NOT_ON_PLAN, 0, 0),
    ],
)  # fmt: skip
def test_a_call_of_which_nobody_said_the_cost_has_cost_its_worst(outcome, used, unknown):
    account = reserved(quota.opened(PLAN, DAY), 3)
    found = quota.settle(account, PLAN, 3, outcome, Allowance(), DAY)

    assert (found.used, found.account.left, found.account.unknown) == (used, 500 - used, unknown)


def test_the_vendors_word_gives_back_what_was_taken_unknown_and_no_more():
    account = quota.settle(
        reserved(quota.opened(PLAN, DAY), 30), PLAN, 30, CallOutcome.TIMED_OUT, Allowance(), DAY
    ).account
    assert account.left == 470
    found = settled(reserved(replace(account, told=500), 3), 3, last=3, remaining=497)

    assert (found.account.left, found.account.unknown, found.apart) == (497, 0, None)


def test_the_vendors_lower_word_holds_and_is_a_quarrel():
    account = Account(DAY, 400, told=400)
    found = settled(reserved(account, 3), 3, last=3, remaining=300)

    assert (found.account.left, found.apart, found.reset) == (300, -97, False)


def test_the_first_word_of_a_month_is_no_quarrel():
    found = settled(reserved(quota.opened(PLAN, DAY), 3), 3, last=3, remaining=120)

    assert (found.account.left, found.apart) == (120, None)


def test_a_plan_that_is_set_smaller_than_what_was_bought_is_kept_to():
    account = quota.opened(PLAN, DAY)
    for remaining in (19_997, 19_994, 19_991):
        found = settled(reserved(account, 3), 3, last=3, remaining=remaining)
        account = found.account
        assert (found.apart, found.reset) == (None, False)

    assert account.left == 491


def test_remaining_that_goes_up_is_a_new_month():
    found = settled(reserved(Account(DAY, 40, told=40), 3, Purpose.CLOSE), 3, last=3, remaining=500)

    assert (found.account.left, found.reset, found.account.told) == (500, True, 500)


def test_answers_that_overtake_each_other_are_no_new_month():
    two = reserved(reserved(Account(DAY, 400, told=400), 3), 3)
    later = settled(two, 3, last=3, remaining=394)
    earlier = settled(later.account, 3, last=3, remaining=397)

    assert (later.reset, earlier.reset) == (False, False)
    assert (later.apart, earlier.apart) == (None, None)
    assert earlier.account.left == 394


def test_a_new_month_by_the_calendar_keeps_what_is_under_way_set_aside():
    account = Account(date(2026, 11, 1), 10, held=6, unknown=4, told=12)

    assert quota.turned(account, PLAN, date(2026, 11, 30)) == account
    assert quota.turned(account, PLAN, date(2026, 12, 1)) == Account(date(2026, 12, 1), 494, held=6)


@given(
    st.integers(0, 2000),
    st.lists(
        st.tuples(st.integers(0, 40), PURPOSES, st.sampled_from(SURE), st.integers(0, 40), st.booleans()), max_size=60
    ),
)
def test_what_a_vendor_charges_never_exceeds_the_plan_and_the_reserve_is_left_to_closes(credits_all, calls):
    """A vendor who charges at most what was set aside, and answers only sometimes: an independent count of its own."""
    plan = Plan(credits_all)
    account, charged, not_for_closes = quota.opened(plan, DAY), 0, 0
    for credits_most, purpose, outcome, cost, tells in calls:
        before = account
        taken = quota.reserve(account, plan, credits_most, purpose)
        if taken is None:
            continue
        sent = outcome is not CallOutcome.CIRCUIT_OPEN
        real = min(cost, credits_most) if sent and outcome is not CallOutcome.BAD_KEY else 0
        charged += real
        not_for_closes += real if purpose is not Purpose.CLOSE else 0
        allowance = Allowance(credits_all - charged, charged, real) if tells and sent else Allowance()
        account = quota.settle(taken, plan, credits_most, outcome, allowance, DAY).account

        assert account.left >= 0
        assert account.held == before.held
    assert charged <= credits_all
    assert account.left <= credits_all - charged
    assert not_for_closes <= max(0, credits_all - plan.closing_reserve)


def test_the_twin_that_reserves_nothing_overspends():
    plan, account, charged = Plan(10, closing_percent=0), quota.opened(Plan(10, closing_percent=0), DAY), 0
    for _ in range(5):
        taken = quota.reserve(account, plan, 0, Purpose.PLANNED)
        assert taken is not None
        charged += 3
        account = quota.settle(taken, plan, 0, CallOutcome.TIMED_OUT, Allowance(), DAY).account

    assert charged > plan.credits


@given(
    st.integers(0, 100_000), st.integers(0, 100), st.dates(date(2026, 1, 1), date(2026, 12, 31)), st.integers(0, 3000),
    st.integers(0, 3000),
)  # fmt: skip
def test_a_days_share_can_be_paid_and_leaves_the_reserve(left, percent, day, spent, others):
    plan = Plan(100_000, closing_percent=percent)
    account = Account(plan.period(day), left)
    found = quota.day_budget(account, plan, day, spent=spent + others, spent_others=others)

    assert 0 <= found.others <= found.closes <= left
    assert left - found.others >= min(left, plan.closing_reserve)


@given(st.integers(0, 10_000), st.integers(0, 500), st.dates(date(2026, 1, 1), date(2026, 12, 31)))
def test_more_credits_never_make_a_smaller_share(left, more, day):
    plan = Plan(20_000)
    small = quota.day_budget(Account(day, left), plan, day, spent=0, spent_others=0)
    big = quota.day_budget(Account(day, left + more), plan, day, spent=0, spent_others=0)

    assert small.closes <= big.closes
    assert small.others <= big.others
