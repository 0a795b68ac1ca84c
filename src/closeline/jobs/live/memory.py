"""Memory: what a desk knows of its polling without its record, and what it has set aside and spent meanwhile."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from threading import Lock
from time import monotonic

from closeline.domain.feeds import quota
from closeline.domain.feeds.blocks import BLOCKING, Known, Refusal
from closeline.domain.feeds.cadence import Game
from closeline.domain.feeds.fetching import CallOutcome
from closeline.domain.feeds.polling import Call, PlannedCall, Purpose
from closeline.domain.feeds.quota import Account, DayBudget, Plan
from closeline.domain.feeds.wants import Kind
from closeline.domain.leagues import League, league_day
from closeline.store.scheduling.runs import Fence

# So long after the last planning a desk may go on without its record, and nobody else may meanwhile.
ADRIFT_FOR = timedelta(hours=1)
# Planning comes round every minute: who was silent for longer may ask whether the record is away.
SILENT_FOR = timedelta(seconds=90)


@dataclass(frozen=True, slots=True)
class Remembered:
    """What planning last read: games, costs and last polls by league, refusals, the account and what today allows.

    `feed` is the one whose calls cost credits; it and `account` are null where none does.
    """

    games: tuple[Game, ...]
    costs: Mapping[League, int]
    polled: Mapping[League, datetime]
    known: Known
    feed: str | None
    account: Account | None
    budget: DayBudget


class Memory:
    """One process's memory and its right to act on it. Safe to use from several threads.

    Until a runner arms it, it remembers nothing. The right is a lease: it ends by a clock that nobody sets.
    """

    def __init__(self, steady: Callable[[], float] = monotonic) -> None:
        """Know nothing yet; `steady` gives seconds."""
        self._steady = steady
        self.holder = ""
        self._found: Remembered | None = None
        self._fence: Fence | None = None
        self._held_since = self._planned_at = 0.0
        self._drifting = False
        # The last minute in which the desk asked without its record.
        self.slot: datetime | None = None
        self._lock = Lock()

    def arm(self, holder: str) -> None:
        """Begin to remember, as `holder`, a name that no other process has."""
        self.holder = holder

    def now(self) -> float:
        """Return the seconds of the steady clock."""
        return self._steady()

    def keep(self, found: Remembered, fence: Fence, *, since: float) -> None:
        """Remember what was read under a lease that runs from `since`."""
        with self._lock:
            self._found, self._fence = found, fence
            self._held_since = self._planned_at = since
            self._drifting = False

    def planned(self, outing: Iterable[PlannedCall] = (), *, plan: Plan) -> None:
        """Note that planning went well, and set aside what it paid for, where the record could not be read again."""
        with self._lock:
            self._planned_at, self._drifting = self._steady(), False
            for item in outing:
                self._set_aside(item, plan, force=True)

    def forget(self) -> None:
        """Know nothing any more, until the next planning."""
        with self._lock:
            self._found = self._fence = None
            self._drifting = False

    @property
    def planned_ago(self) -> timedelta:
        """Return how long ago planning last went well."""
        return timedelta(seconds=self._steady() - self._planned_at)

    @property
    def found(self) -> Remembered | None:
        """Return what is remembered; null where nothing is, or the right to act on it has ended."""
        with self._lock:
            ended = self._steady() - self._held_since >= ADRIFT_FOR.total_seconds()
            return None if ended or self._fence is None else self._found

    @property
    def fence(self) -> Fence | None:
        """Return under which lease this is remembered."""
        return self._fence

    @property
    def drifting(self) -> bool:
        """Say whether the desk goes on without its record now."""
        return self._drifting and self.found is not None

    def drift(self) -> None:
        """Note that the record is away."""
        with self._lock:
            self._drifting = True

    # ------------------------------------------------------------------------------------------------- credits

    def set_aside(self, planned: PlannedCall, plan: Plan, day: date) -> bool:
        """Set the worst case of a call aside; False where the day's share or the account does not pay for it."""
        with self._lock:
            if self._found is not None and self._found.account is not None:
                self._found = replace(self._found, account=quota.turned(self._found.account, plan, day))
            return self._set_aside(planned, plan, force=False)

    def _set_aside(self, planned: PlannedCall, plan: Plan, *, force: bool) -> bool:
        most, found = planned.item.credits_most, self._found
        if not most or found is None:
            return found is not None
        if found.account is None or planned.feed != found.feed:
            return False
        after = quota.reserve(found.account, plan, most, planned.purpose)
        if after is None and force:
            after = replace(found.account, left=0, held=found.account.held + most)
        share = found.budget.closes if planned.purpose is Purpose.CLOSE else found.budget.others
        if after is None or (share < most and not force):
            return False
        self._found = replace(found, account=after, budget=_less(found.budget, most, planned.purpose))
        return True

    def heard(self, call: Call, plan: Plan) -> None:
        """Take in what came of a call, in place of what was set aside for it.

        Where the vendor counts more than was asked here, somebody else asks with the same key: it is left to them.
        """
        with self._lock:
            found = self._found
            if found is None:
                return
            found = replace(found, polled=_polled(found.polled, call), known=_known(found.known, call))
            most, planned, told = call.planned.item.credits_most, call.planned, call.fetched.allowance
            if found.account is not None and most and planned.feed == found.feed:
                settled = quota.settle(
                    found.account, plan, most, call.fetched.outcome, told, league_day(call.received_at)
                )  # fmt: skip
                budget = _less(found.budget, settled.used - most, planned.purpose)
                found = replace(found, account=settled.account, budget=budget)
                if self._drifting and settled.apart is not None and settled.apart < 0:
                    self._fence = None
            self._found = found


def _less(budget: DayBudget, credits_: int, purpose: Purpose) -> DayBudget:
    others = budget.others if purpose is Purpose.CLOSE else budget.others - credits_
    return DayBudget(budget.closes - credits_, others)


def _polled(polled: Mapping[League, datetime], call: Call) -> Mapping[League, datetime]:
    want = call.planned.want
    if want.kind is not Kind.ODDS or want.league is None or call.fetched.outcome is not CallOutcome.OK:
        return polled
    return {**polled, want.league: call.fetched.asked_at}


def _known(known: Known, call: Call) -> Known:
    feed, fetched = call.planned.feed, call.fetched
    if fetched.outcome in BLOCKING:
        item = Refusal(feed, call.planned.want.kind, call.planned.item.address, fetched.outcome, call.received_at)
        return replace(known, refusals=[*known.refusals, item])
    if fetched.outcome is not CallOutcome.OK:
        return known
    funded = {**known.funded, feed: call.received_at} if fetched.allowance.remaining else known.funded
    return replace(known, answered={**known.answered, feed: call.received_at}, funded=funded)
