"""Event odds: when single events are asked for what the answer for a whole league does not hold. Pure.

Props, team totals and prices of periods cost credits for each event. Each is asked for a few times: a day before the
start, some hours before it, and for its close. Nothing of it is paid for before all polls of the main markets are: what
it takes, they cannot use. As more is paid only once all that comes before it is, more credits never mean fewer calls.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from closeline.domain.feeds.cadence import DayPlan, Game, PlannedPoll, slot_start
from closeline.domain.feeds.polling import Purpose
from closeline.domain.feeds.quota import DayBudget
from closeline.domain.leagues import NEXT_DAY, eastern, league_day
from closeline.domain.markets import GAME_MARKETS, Market, MarketType, Period

# How long before a start: when the market has opened, when news is in, and for the close.
OPEN_LEAD, NEWS_LEAD, CLOSE_LEAD = timedelta(hours=24), timedelta(hours=3), timedelta(minutes=5)
LEADS = (OPEN_LEAD, NEWS_LEAD, CLOSE_LEAD)
# So many events are asked about in one go; those that are left over are due a minute later still.
AT_ONCE = 10
# What failed is asked again after this time; a close, which has little time, in the next minute.
RETRY_AFTER = timedelta(minutes=30)
# A look that was not made or not paid is left out when the next one is as near as this.
TOO_NEAR = timedelta(hours=1)
TEAM_TOTAL = "TEAM_TOTAL"
_BOTH_TEAMS = (MarketType.TEAM_TOTAL_HOME, MarketType.TEAM_TOTAL_AWAY)


@dataclass(frozen=True, slots=True)
class Priced:
    """What asking about a game's event costs at most, and when it was last asked with an answer, and at all."""

    game: Game
    credits: int
    answered_at: datetime | None = None
    tried_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class EventPlan:
    """The calls of a day for single events in order of time, and how many that are due today nobody can pay."""

    polls: tuple[PlannedPoll, ...] = ()
    unpaid: int = 0

    @property
    def credits(self) -> int:
        """Return what the plan costs at most."""
        return sum(poll.credits for poll in self.polls)

    def due(self, now: datetime, purpose: Purpose) -> list[PlannedPoll]:
        """Return what is due now for a purpose, the next start first, no more than can be asked in one go."""
        return [poll for poll in self.polls if poll.at <= now and poll.purpose is purpose][:AT_ONCE]


def event_plan(now: datetime, priced: Sequence[Priced], plan: DayPlan, budget: DayBudget) -> EventPlan:
    """Return the calls until the end of the league day that are paid by what the day's plan leaves of its budget.

    Closes go first, which may be paid from the closing reserve that the plan's own closes leave; then the looks for
    news, then those at the opening, the next start first. Where a poll of the plan itself cannot be paid, only that
    reserve is left, and nothing at all where a close of it cannot.
    """
    ranked = sorted((found for item in priced for found in _polls(item, now)), key=lambda found: found[:2])
    found = [poll for _, _, poll in ranked]
    closes = [poll for poll in found if poll.purpose is Purpose.CLOSE]
    looks = [poll for poll in found if poll.purpose is not Purpose.CLOSE]
    for_closes, for_looks = left_over(plan, budget)
    paid = _paid(closes, for_closes)
    if len(paid) == len(closes):
        spent = sum(poll.credits for poll in paid)
        paid += _paid(looks, min(for_looks, for_closes - spent))
    return EventPlan(tuple(sorted(paid, key=_order)), len(found) - len(paid))


def left_over(plan: DayPlan, budget: DayBudget) -> tuple[int, int]:
    """Return what the polls of the main markets leave: for closes of single events, and of that for other looks."""
    if plan.closes_unpaid:
        return 0, 0
    closes = sum(poll.credits for poll in plan.polls if poll.purpose is Purpose.CLOSE)
    after_closes = budget.closes - closes
    theirs = min(budget.others, after_closes)
    if plan.others_unpaid:
        return after_closes - theirs, 0
    spent = plan.credits - closes
    return after_closes - spent, theirs - spent


def _polls(item: Priced, now: datetime) -> list[tuple[timedelta, tuple[datetime, str], PlannedPoll]]:
    """Return what is asked about an event from now until the end of the day: the last that is due, and all to come.

    Each comes with how long before the start it is, and with what orders those of many events.
    """
    game, end = item.game, eastern(league_day(now) + NEXT_DAY, time(0))
    if game.starts_at <= now:
        return []
    moments = [(slot_start(game.starts_at - lead), lead) for lead in LEADS]
    past = [pair for pair in moments if pair[0] <= now]
    due = [pair for pair in past[-1:] if _is_due(item, *pair, now)]
    order = (game.starts_at, game.event_id)
    return [
        (lead, order, PlannedPoll(
            max(at, slot_start(now)), game.league, Purpose.CLOSE if lead == CLOSE_LEAD else Purpose.PLANNED,
            item.credits, 1, _reason(lead, game), game.event_id,
        ))
        for at, lead in (*due, *moments[len(past) :])
        if at < end
    ]  # fmt: skip


def _is_due(item: Priced, at: datetime, lead: timedelta, now: datetime) -> bool:
    """Say whether a look whose moment has come is still to be made: not when the next is near; a close to the last."""
    following = next((each for each in LEADS if each < lead), None)
    late = following is not None and item.game.starts_at - now < following + TOO_NEAR
    if late or (item.answered_at is not None and item.answered_at >= at):
        return False
    tried = item.tried_at
    return lead == CLOSE_LEAD or tried is None or tried < at or now - tried >= RETRY_AFTER


def _reason(lead: timedelta, game: Game) -> str:
    start = f"{game.event_id}, {game.starts_at:%H:%M} UTC"
    return f"close of {start}" if lead == CLOSE_LEAD else f"{lead // timedelta(hours=1)} h before {start}"


def _order(poll: PlannedPoll) -> tuple[datetime, str, str]:
    return (poll.at, poll.league, poll.event)


def _paid(polls: Sequence[PlannedPoll], budget: int) -> list[PlannedPoll]:
    """Return the calls from the first on that a budget pays: it stops at the first that it does not."""
    paid, left = [], budget
    for poll in polls:
        left -= poll.credits
        if left < 0:
            break
        paid.append(poll)
    return paid


def markets_named(names: Sequence[str]) -> tuple[Market, ...]:
    """Return the markets of names such as PLAYER_PRA, TEAM_TOTAL or SPREAD:1H; raises ValueError for what is none.

    TEAM_TOTAL is that of both teams. The main markets are refused: the answer for a whole league holds them.
    """
    found = [market for name in names for market in _markets(name)]
    main = [market.type for market in found if market in GAME_MARKETS]
    if main:
        message = f"must be beside the main markets, which are asked for anyway, was {', '.join(main)}"
        raise ValueError(message)
    return tuple(dict.fromkeys(found))


def _markets(name: str) -> list[Market]:
    kind, _, period = name.upper().partition(":")
    try:
        part = Period(period or Period.FULL_GAME)
        return [Market(each, part) for each in (_BOTH_TEAMS if kind == TEAM_TOTAL else (MarketType(kind),))]
    except ValueError:
        kinds = ", ".join([TEAM_TOTAL, *(kind for kind in MarketType if kind not in _BOTH_TEAMS)])
        message = (
            f"must be names such as PLAYER_PRA or SPREAD:1H, of {kinds}, with a part of {', '.join(Period)}, was {name}"
        )
        raise ValueError(message) from None
