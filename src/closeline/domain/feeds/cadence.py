"""Cadence: when each league is asked for its prices, so that a day's credits go first where they are worth most.

Every minute of the day is a poll that could be made. Closes come first. The others come in rounds, each twice as dense
as the one before: densest in the last hour before a start, and hourly or less for games that are days away. A round is
a part of the next one, and the order does not depend on the budget, so more credits never mean fewer polls.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from closeline.domain.clock import CLOCKS_APART
from closeline.domain.feeds.polling import Purpose
from closeline.domain.feeds.quota import DayBudget
from closeline.domain.leagues import NEXT_DAY, League, eastern, league_day

SLOT = timedelta(minutes=1)
# A poll that was due this long ago is still made; one that is older is left to the next.
CATCH_UP = timedelta(minutes=10)
# A close is asked for so long before the start, and speaks for games that begin within the span after that start.
CLOSING_LEAD = timedelta(minutes=2)
CLOSING_SPAN = timedelta(minutes=15)
# Beyond this a game is nobody's business yet.
AHEAD = timedelta(days=7)
# Up to so many minutes before the next start of its league, a poll every so many minutes: powers of two, all of them.
_DAY_MINUTES = 1440
_WHOLE = 64
_LADDER = ((60, 1), (180, 4), (360, 8), (1440, 32), (4320, 64), (10080, 256))


@dataclass(frozen=True, slots=True)
class Game:
    """A game that may be polled for. `decided` says that its result is known."""

    event_id: str
    league: League
    starts_at: datetime
    decided: bool = False


@dataclass(frozen=True, slots=True)
class PlannedPoll:
    """One poll of prices: when, what for, what it costs at most, how many games it closes, and why then.

    It is of a whole league, or where `event` names one of the record, of that event.
    """

    at: datetime
    league: League
    purpose: Purpose
    credits: int
    games: int
    reason: str
    event: str = ""


@dataclass(frozen=True, slots=True)
class DayPlan:
    """The polls of a day in order of time, and how many closes and other polls nobody can pay."""

    polls: tuple[PlannedPoll, ...]
    closes_unpaid: int = 0
    others_unpaid: int = 0

    @property
    def credits(self) -> int:
        """Return what the plan costs at most."""
        return sum(poll.credits for poll in self.polls)

    def next_after(self, league: League, at: datetime) -> datetime | None:
        """Return when a league is polled next after a moment; null when not today."""
        return next((poll.at for poll in self.polls if poll.league is league and poll.at > at), None)


def slot_start(moment: datetime) -> datetime:
    """Return the minute that a moment falls into."""
    return moment.replace(second=0, microsecond=0)


def day_plan(
    now: datetime, games: Sequence[Game], budget: DayBudget, costs: Mapping[League, int],
    polled: Mapping[League, datetime] | None = None,
) -> DayPlan:  # fmt: skip
    """Return the polls from a little before `now` to the end of the league day that the budget pays for.

    costs: what one poll of a league costs at most; a league without a cost is not polled. polled: when each league was
    last polled; what that poll has answered is not asked again.
    """
    # A time that is ahead of every clock is of one that was wrong: it has answered nothing.
    done = {league: at for league, at in (polled or {}).items() if at - now <= CLOCKS_APART}
    starts = _starts(games, now, costs)
    begun = _begun(games, now, costs)
    closes = sorted(
        (
            poll
            for league, times in starts.items()
            for poll in _closes(league, [*begun.get(league, ()), *times], now, costs[league], done)
        ),
        key=lambda poll: (-poll.games, poll.at, poll.league),
    )
    paid = _paid(closes, budget.closes)
    spent = sum(poll.credits for poll in paid)
    taken = {(poll.league, poll.at) for poll in paid}
    ranked = sorted(
        (ranked for league, times in starts.items() for ranked in _others(league, times, now, costs[league], done)),
        key=lambda item: (-item[0], item[1], item[2].at, item[2].league),
    )
    others = [poll for _, _, poll in ranked if (poll.league, poll.at) not in taken]
    more = _paid(others, min(budget.others, budget.closes - spent))
    polls = tuple(sorted([*paid, *more], key=lambda poll: (poll.at, poll.league)))
    return DayPlan(polls, len(closes) - len(paid), len(others) - len(more))


def due(plan: DayPlan, league: League, now: datetime) -> PlannedPoll | None:
    """Return the poll of a league that is due now; a close before any other, the latest of what was missed."""
    waiting = [poll for poll in plan.polls if poll.league is league and poll.at <= now]
    return max(waiting, key=lambda poll: (poll.purpose is Purpose.CLOSE, poll.at), default=None)


def _paid(polls: Sequence[PlannedPoll], budget: int) -> list[PlannedPoll]:
    """Return the polls from the first on that a budget pays: it stops at the first that it does not."""
    paid, left = [], budget
    for poll in polls:
        left -= poll.credits
        if left < 0:
            break
        paid.append(poll)
    return paid


def _starts(games: Sequence[Game], now: datetime, costs: Mapping[League, int]) -> dict[League, list[datetime]]:
    found: defaultdict[League, list[datetime]] = defaultdict(list)
    for game in games:
        if game.league in costs and now < game.starts_at <= now + AHEAD:
            found[game.league].append(game.starts_at)
    return {league: sorted(times) for league, times in found.items()}


def _begun(games: Sequence[Game], now: datetime, costs: Mapping[League, int]) -> dict[League, list[datetime]]:
    """Return the starts that lie behind us: which games share a close must not change as one after another begins."""
    found: defaultdict[League, list[datetime]] = defaultdict(list)
    for game in games:
        if game.league in costs and game.starts_at <= now:
            found[game.league].append(game.starts_at)
    return {league: sorted(times) for league, times in found.items()}


def _end_of_day(now: datetime) -> datetime:
    return eastern(league_day(now) + NEXT_DAY, time(0))


def _closes(
    league: League, starts: Sequence[datetime], now: datetime, cost: int, done: Mapping[League, datetime]
) -> Iterator[PlannedPoll]:
    """Yield one closing poll for all games that begin within the span of each other, those that have begun left out.

    A poll made since the lead of the first of them has answered for all. Without one, the next of them is asked about.
    """
    place, known = 0, done.get(league)
    while place < len(starts):
        asked_from = slot_start(starts[place] - CLOSING_LEAD)
        after = bisect_right(starts, starts[place] + CLOSING_SPAN)
        place = max(place, min(after, bisect_right(starts, now)))
        if place == after or (known is not None and known >= asked_from):
            place = after
            continue
        first = starts[place]
        at = max(slot_start(first - CLOSING_LEAD), slot_start(now) if first - CLOSING_LEAD < now else first - AHEAD)
        if at < _end_of_day(now):
            yield PlannedPoll(at, league, Purpose.CLOSE, cost, after - place, f"close of {first:%H:%M} UTC")
        place = after


def _others(
    league: League, starts: Sequence[datetime], now: datetime, cost: int, done: Mapping[League, datetime]
) -> Iterator[tuple[int, int, PlannedPoll]]:
    """Yield every other poll that could be made with its round, the first rounds counting most, and its nearness."""
    known = done.get(league)
    first, end = slot_start(now) - CATCH_UP, _end_of_day(now)
    for minute in range((end - first) // SLOT):
        at = first + minute * SLOT
        if known is not None and at <= known:
            continue
        place = bisect_right(starts, at)
        if place == len(starts):
            return
        away = -((at - starts[place]) // SLOT)
        every = _every(away)
        # The round is the highest power of two by which the minutes to the start divide, in steps of the ladder: below
        # one (`_WHOLE`) it is denser than the ladder, which is for those who can pay, and for games of the next day.
        round_of = (away & -away) * _WHOLE // every
        if round_of >= (_WHOLE if away > _DAY_MINUTES else 1):
            reason = f"{_ahead(away)} before {starts[place]:%H:%M} UTC"
            yield round_of, away, PlannedPoll(at, league, Purpose.PLANNED, cost, 0, reason)


def _every(away: int) -> int:
    return next((every for minutes, every in _LADDER if away <= minutes), _LADDER[-1][1])


def _ahead(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    return f"{hours} h {rest:02} min" if hours else f"{rest} min"


# ------------------------------------------------------------------------------------- what costs no credits

RESULTS_EVERY = timedelta(minutes=10)
QUIET_EVERY = timedelta(hours=6)
BUSY_EVERY = timedelta(hours=1)
# A game is asked about from its start on, for so long.
RESULTS_FOR = timedelta(days=3)
SOON = timedelta(hours=36)


def free_every(games: Sequence[Game], league: League, now: datetime) -> timedelta:
    """Return how often schedules and injuries of a league are asked for: more often when a game is near."""
    near = any(game.league is league and now < game.starts_at <= now + SOON for game in games)
    return BUSY_EVERY if near else QUIET_EVERY


def undecided(games: Sequence[Game], league: League, now: datetime) -> list[Game]:
    """Return the games of a league that have begun within the last days and have no result yet."""
    return [
        game
        for game in games
        if game.league is league and not game.decided and now - RESULTS_FOR < game.starts_at <= now
    ]
