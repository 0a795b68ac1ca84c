"""A month of credits begins when the vendor is seen to begin it, and is spread over as long as it lasts."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from closeline.domain.feeds import quota
from closeline.domain.feeds.fetching import Allowance, CallOutcome
from closeline.domain.feeds.polling import Purpose
from closeline.domain.feeds.quota import Account, Plan
from closeline.domain.leagues import eastern, league_day

HOUR = timedelta(hours=1)
COST = 3


def begun_anew(on: date, plan: Plan, *, before: date) -> Account:
    found = quota.settle(Account(before, 20, told=20), plan, 0, CallOutcome.OK, Allowance(500, 0, 0), on)
    assert found.reset
    return found.account


@pytest.mark.parametrize(
    ("on", "reset_day", "ends"),
    [
        (date(2026, 10, 31), 1, date(2026, 12, 1)),  # the evening before, by a vendor's day in UTC
        (date(2026, 2, 28), 1, date(2026, 4, 1)),
        (date(2026, 12, 31), 1, date(2027, 2, 1)),
        (date(2026, 11, 1), 1, date(2026, 12, 1)),
        (date(2026, 11, 14), 1, date(2026, 12, 15)),  # RESET_DAY is wrong
        (date(2026, 11, 1), 28, date(2026, 12, 2)),
        (date(2026, 1, 30), 1, date(2026, 2, 28)),  # no such day in the next month
    ],
)
def test_a_month_that_the_vendor_began_is_spread_over_a_month(on, reset_day, ends):
    plan = Plan(reset_day=reset_day)
    account = begun_anew(on, plan, before=plan.period(on))
    days = (ends - on).days

    assert (account.period, account.left, plan.days_left(account.period, on)) == (on, 500, days)
    assert quota.day_budget(account, plan, on, spent=0, spent_others=0) == quota.DayBudget(500 // days, 450 // days)
    assert quota.turned(account, plan, ends - timedelta(days=1)) == account
    assert quota.turned(account, plan, ends) == Account(ends, 500)


def test_the_twin_that_counts_from_the_month_that_was_spends_the_new_one_in_an_evening():
    plan, last = Plan(), date(2026, 10, 31)
    anew = begun_anew(last, plan, before=date(2026, 10, 1))
    old = Account(date(2026, 10, 1), anew.left, told=anew.told)

    assert quota.day_budget(old, plan, last, spent=0, spent_others=0).closes == 500


def test_a_month_that_turns_by_the_calendar_after_a_long_silence_is_the_one_that_holds_the_day():
    account = quota.turned(Account(date(2026, 7, 1), 3, told=3), Plan(), date(2026, 11, 22))

    assert account == Account(date(2026, 11, 1), 500)


class Vendor:
    """Begins a month anew at one hour of one day of each, and charges what is asked for."""

    def __init__(self, day: int, hour: int) -> None:
        self._at, self.remaining = (day, hour), 60
        self._month: tuple[int, int] | None = None

    def begins(self, now: datetime) -> bool:
        """Pass to a moment; say whether a month began since the last."""
        month = (now.year, now.month)
        if self._month is None:
            self._month = month
        elif month != self._month and (now.day, now.hour) >= self._at:
            self._month, self.remaining = month, 500
            return True
        return False


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 28), st.integers(0, 23), st.integers(1, 28), st.integers(1, 12))
@example(day=1, hour=0, reset_day=1, month=10)
@example(day=15, hour=0, reset_day=1, month=10)
@example(day=2, hour=3, reset_day=1, month=1)
def test_spending_by_the_day_plan_never_empties_a_month_before_its_end(day, hour, reset_day, month):
    """Hour by hour, whatever is offered is spent at once, and a free call tells of the credits before."""
    plan, vendor = Plan(reset_day=reset_day), Vendor(day, hour)
    now = datetime(2026, month, day, tzinfo=UTC) + timedelta(days=1)
    account = Account(plan.period(league_day(now)), 60, told=60)
    paid: dict[date, int] = {}
    spent, today, begun = 0, league_day(now), []
    for _ in range(24 * 70):
        if vendor.begins(now):
            begun.append(now)
        if league_day(now) != today:
            spent, today = 0, league_day(now)
        turned = quota.turned(account, plan, today)
        settled = quota.settle(turned, plan, 0, CallOutcome.OK, Allowance(vendor.remaining, None, 0), today)
        spent = 0 if settled.reset or turned != account else spent
        account = settled.account
        while vendor.remaining >= COST <= quota.day_budget(
            account, plan, today, spent=spent, spent_others=spent
        ).others:  # fmt: skip
            taken = quota.reserve(account, plan, COST, Purpose.PLANNED)
            assert taken is not None
            vendor.remaining -= COST
            spent += COST
            allowance = Allowance(vendor.remaining, None, COST)
            account = quota.settle(taken, plan, COST, CallOutcome.OK, allowance, today).account
            paid[today] = paid.get(today, 0) + COST
        now += HOUR

    first, second = begun[:2]
    whole = [
        found for number in range(1, 32)
        if eastern((found := league_day(first) + timedelta(days=number)) + timedelta(days=1), time(0)) <= second
    ]  # fmt: skip
    assert len(whole) >= 26
    assert all(paid.get(each, 0) >= 9 for each in whole), paid
    assert max(paid[each] for each in whole) <= 33
