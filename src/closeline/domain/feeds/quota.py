"""The quota: what a plan's month of credits has come to, and what may still be spent of it.

Never computed, always kept: the worst case is set aside before a call (`reserve`) and put right by what the vendor says
after it (`settle`). Who is killed in between has spent the worst case, until the vendor tells otherwise.
"""

from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import date, timedelta

from closeline.domain.feeds.fetching import Allowance, CallOutcome
from closeline.domain.feeds.polling import Purpose
from closeline.domain.leagues import NEXT_DAY

FREE_CREDITS = 500
CLOSING_PERCENT = 10
_LAST_SAFE_DAY = 28
# The vendor answers these without a charge; what was never sent costs nothing either.
_FREE_OUTCOMES = frozenset({
    CallOutcome.BAD_KEY, CallOutcome.OUT_OF_CREDITS, CallOutcome.NOT_ON_PLAN, CallOutcome.NOT_FOUND,
    CallOutcome.BAD_REQUEST, CallOutcome.TOO_FAST, CallOutcome.REDIRECTED,
})  # fmt: skip
NEVER_SENT = frozenset({CallOutcome.CIRCUIT_OPEN, CallOutcome.HOST_REFUSED})


@dataclass(frozen=True, slots=True)
class Plan:
    """What was bought: credits for a month that begins on `reset_day` (1 to 28), and the share only closes may use."""

    credits: int = FREE_CREDITS
    reset_day: int = 1
    closing_percent: int = CLOSING_PERCENT

    def __post_init__(self) -> None:
        """Refuse what no plan can be."""
        if self.credits < 0 or not 1 <= self.reset_day <= _LAST_SAFE_DAY or not 0 <= self.closing_percent <= 100:
            message = f"plan must have credits of 0 and more and a reset day of 1 to {_LAST_SAFE_DAY}, was {self}"
            raise ValueError(message)

    @property
    def closing_reserve(self) -> int:
        """Return the credits that only closing capture may use."""
        return self.credits * self.closing_percent // 100

    def period(self, day: date) -> date:
        """Return the first day of the month of credits that holds `day`."""
        first = day.replace(day=self.reset_day)
        return first if first <= day else (first.replace(day=1) - timedelta(days=1)).replace(day=self.reset_day)

    def next_reset(self, period: date) -> date:
        """Return the first day of the month of credits after the one that began on `period`.

        A month that begins on the reset day ends before the next one. Any other began at some hour of the day on which
        the vendor was seen to begin anew, and lasts into the same day of the next month: that day is still paid for.
        """
        first = period if period.day == self.reset_day else period + NEXT_DAY
        after = first.replace(day=_LAST_SAFE_DAY) + timedelta(days=4)
        return after.replace(day=min(first.day, monthrange(after.year, after.month)[1]))

    def days_left(self, period: date, day: date) -> int:
        """Return the days until the month of credits that began on `period` is over, `day` among them: 1 and more."""
        return max(1, (self.next_reset(period) - day).days)


FREE_PLAN = Plan()


@dataclass(frozen=True, slots=True)
class Account:
    """How the credits stand.

    `left` may still be set aside; `held` is set aside for calls under way; `unknown` was taken at its worst because
    nobody said what a call cost; `told` is what the vendor last said remains.
    """

    period: date
    left: int
    held: int = 0
    unknown: int = 0
    told: int | None = None


@dataclass(frozen=True, slots=True)
class Settled:
    """A call put right: the account after it, its cost, how far the vendor's count lay off ours, and whether it reset.

    `apart` is the vendor's count less ours, null where the two agree or nothing was told.
    """

    account: Account
    used: int
    apart: int | None = None
    reset: bool = False


def opened(plan: Plan, day: date) -> Account:
    """Return the account of a month of credits in which nothing was spent."""
    return Account(plan.period(day), plan.credits)


def turned(account: Account, plan: Plan, day: date) -> Account:
    """Return the account on `day`: a new one once its month is over; what calls under way hold stays set aside."""
    period = account.period
    while (after := plan.next_reset(period)) <= day:
        period = after
    if period == account.period:
        return account
    return Account(period, max(0, plan.credits - account.held), account.held)


def available(account: Account, plan: Plan, purpose: Purpose) -> int:
    """Return what may be spent on a purpose: for closes all that is left, for others what lies above the reserve."""
    return account.left if purpose is Purpose.CLOSE else max(0, account.left - plan.closing_reserve)


def reserve(account: Account, plan: Plan, credits_most: int, purpose: Purpose) -> Account | None:
    """Set the worst case of a call aside; null when it cannot be paid."""
    if credits_most < 0:
        message = f"credits_most must be 0 and more, was {credits_most}"
        raise ValueError(message)
    if credits_most > available(account, plan, purpose):
        return None
    return replace(account, left=account.left - credits_most, held=account.held + credits_most)


def settle(
    account: Account, plan: Plan, reserved: int, outcome: CallOutcome, allowance: Allowance, day: date
) -> Settled:  # fmt: skip
    """Put a reservation right by what came of its call, on the league day on which that is known.

    The vendor's `last` is the cost; without it an answer that is never charged cost nothing, and any other the worst.
    The vendor's `remaining` wins when it is lower. When it is higher it gives back what was taken unknown, and when it
    went up since it was last told, the month has begun anew, on this day, whatever day was expected.
    """
    used, unknown = _cost(reserved, outcome, allowance)
    ours = replace(
        account, left=max(0, account.left + reserved - used), held=max(0, account.held - reserved),
        unknown=account.unknown + unknown,
    )  # fmt: skip
    told = allowance.remaining
    if told is None:
        return Settled(ours, used)
    # Answers may overtake each other by what was under way: less than that is no reset.
    if account.told is not None and told > account.told + account.held + account.unknown + reserved:
        anew = Account(day, max(0, min(plan.credits, told) - ours.held), ours.held, told=told)
        return Settled(anew, used, reset=True)
    given_back = min(max(0, told - ours.left - ours.held), ours.unknown)
    left = min(ours.left + given_back, told)
    lowest = told if account.told is None else min(account.told, told)
    return Settled(replace(ours, left=left, unknown=0, told=lowest), used, _apart(account, ours, used, told))


def _apart(before: Account, ours: Account, used: int, told: int) -> int | None:
    """Return how much more or less than we saw was spent since the vendor last said what remains, null for nothing.

    The first telling of a month is news, not a quarrel: the same key may have been used elsewhere before.
    """
    if before.told is None:
        return None
    apart = told - (before.told - used)
    # What is under way may be counted already, or have been counted before an answer that was told earlier.
    return None if -(ours.held + ours.unknown) <= apart <= before.held + before.unknown + used else apart


def _cost(reserved: int, outcome: CallOutcome, allowance: Allowance) -> tuple[int, int]:
    """Return what a call cost, and how much of that nobody said."""
    if outcome in NEVER_SENT:
        return 0, 0
    if allowance.last is not None:
        return max(0, allowance.last), 0
    if outcome in _FREE_OUTCOMES:
        return 0, 0
    return reserved, reserved


@dataclass(frozen=True, slots=True)
class DayBudget:
    """What today may still cost: `closes` for closing capture, `others` for everything else, out of the same share."""

    closes: int
    others: int


def day_budget(account: Account, plan: Plan, day: date, *, spent: int, spent_others: int) -> DayBudget:
    """Return what is left of today's share: what the month had at dawn, spread evenly over the days until the reset.

    spent: credits of today so far, and of this month, with those held for calls under way; spent_others: those not for
    closes.
    """
    days, dawn = plan.days_left(account.period, day), account.left + spent
    whole = max(0, dawn // days - spent)
    above = max(0, dawn - plan.closing_reserve) // days - spent_others
    others = min(max(0, above), whole, available(account, plan, Purpose.PLANNED))
    return DayBudget(min(whole, account.left), others)
