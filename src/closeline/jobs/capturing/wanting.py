"""Wanting: what is due to be asked for now, of each kind of thing. Reads the record, asks nobody."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from closeline.domain.clock import CLOCKS_APART
from closeline.domain.errors import BadInput
from closeline.domain.feeds import cadence, event_odds, quota
from closeline.domain.feeds.cadence import DayPlan, Game
from closeline.domain.feeds.event_odds import EventPlan
from closeline.domain.feeds.polling import Purpose
from closeline.domain.feeds.quota import Account, DayBudget
from closeline.domain.feeds.seasons import preseasons
from closeline.domain.feeds.wants import Kind, Want
from closeline.domain.leagues import League, eastern, league_day
from closeline.domain.markets import GAME_MARKETS
from closeline.jobs.capturing import of_event, seasons
from closeline.jobs.capturing.of_event import Asked
from closeline.jobs.capturing.outing import leagues_of
from closeline.jobs.desk import Desk
from closeline.store.polls import calls, games, ledger
from closeline.store.session import Session

# What failed is asked for again after this time, if it costs nothing.
RETRY_AFTER = timedelta(minutes=5)
# Scores that cost credits are asked for no more often than this.
SCORES_EVERY = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A want that is due, why, and how long until the next of its kind."""

    want: Want
    purpose: Purpose
    interval_seconds: int | None = None


@dataclass(frozen=True, slots=True)
class Today:
    """How today stands: its plan from now on, and what the credits allow; account is null where no feed costs any."""

    plan: DayPlan
    budget: DayBudget
    account: Account | None
    spent: int
    spent_others: int
    events: EventPlan
    event_wants: Mapping[str, Sequence[Want]]


def odds_want(league: League) -> Want:
    """Return the want of a league's prices: its three main markets."""
    return Want(Kind.ODDS, league, GAME_MARKETS)


def costs_of(desk: Desk) -> dict[League, int]:
    """Return what one poll of each league's prices costs at most; a league that no feed prices is left out."""
    found = {}
    for league in leagues_of(desk):
        items = [item for feed in desk.feeds for item in feed.required_items(odds_want(league))]
        if items:
            found[league] = sum(item.credits_most for item in items)
    return found


def paid_feed(desk: Desk) -> str | None:
    """Return the feed whose calls cost credits, null where none does."""
    items = (
        item for league in leagues_of(desk) for feed in desk.feeds for item in feed.required_items(odds_want(league))
    )
    return next((item.feed for item in items if item.credits_most), None)


def today(session: Session, desk: Desk) -> Today:
    """Return how today stands."""
    now, account_name = desk.clock(), paid_feed(desk)
    known = games.around(session, leagues_of(desk), as_of=now)
    polled = calls.last_answered(session, Kind.ODDS, as_of=now)
    account, budget, spent, others = _budget(session, desk, account_name, now)
    plan = cadence.day_plan(now, known, budget, costs_of(desk), polled)
    near = [game for game in known if now < game.starts_at <= now + cadence.SOON]
    priced = list(of_event.priced(session, desk, near))
    events = event_odds.event_plan(now, [item for item, _ in priced], plan, budget)
    wants = {item.game.event_id: own for item, own in priced}
    return Today(plan, budget, account, spent, others, events, wants)


def _budget(
    session: Session, desk: Desk, account_name: str | None, now: datetime
) -> tuple[Account | None, DayBudget, int, int]:
    if account_name is None:
        return None, DayBudget(0, 0), 0, 0
    account = ledger.account(session, account_name, desk.quota, at=now)
    spent, others = ledger.spent_since(session, account_name, eastern(league_day(now), time(0)))
    budget = quota.day_budget(account, desk.quota, league_day(now), spent=spent, spent_others=others)
    return account, budget, spent, others


def due_odds(session: Session, desk: Desk, purpose: Purpose) -> Iterator[Wanted]:
    """Yield the leagues whose prices are due for a purpose, their close or the plan of the day; then single events."""
    now, found = desk.clock(), today(session, desk)
    plan = found.plan
    for league in leagues_of(desk):
        poll = cadence.due(plan, league, now)
        if poll is not None and poll.purpose is purpose:
            following = plan.next_after(league, now)
            interval = None if following is None else int((following - now).total_seconds())
            yield Wanted(odds_want(league), purpose, interval)
    # The main markets go out first: a sweep of events must not make them late.
    for event_poll in found.events.due(now, purpose):
        yield from (Wanted(want, purpose) for want in found.event_wants[event_poll.event])


def due_schedules(session: Session, desk: Desk) -> Iterator[Wanted]:
    """Yield the leagues whose games are to be looked up again; a feed's events first, they name what is priced."""
    yield from _due_free(session, desk, Kind.EVENTS, lambda league: (Want(Kind.EVENTS, league),))
    yield from _due_free(
        session, desk, Kind.SCHEDULE, lambda league: (Want(Kind.SCHEDULE, league, day=league_day(desk.clock())),)
    )


def due_preseasons(session: Session, desk: Desk) -> Iterator[Wanted]:
    """Yield what tells of leagues that have no game soon: which are played at all, and the games of their preseason."""
    now, leagues = desk.clock(), leagues_of(desk)
    idle = seasons.resting(session, desk, leagues, games.around(session, leagues, as_of=now))
    if not idle:
        return
    last = calls.last_of(session, Kind.SPORTS, as_of=now)
    tried = calls.last_tried(session, Kind.SPORTS, as_of=now)
    if _is_due(None if last is None else last.asked_at, max(tried.values(), default=None), cadence.QUIET_EVERY, now):
        yield Wanted(Want(Kind.SPORTS), Purpose.PLANNED, int(cadence.QUIET_EVERY.total_seconds()))
    listed = seasons.sports(session, desk)
    yield from _due_free(session, desk, Kind.PRESEASON, lambda league: tuple(
        Want(Kind.PRESEASON, league, competition=key)
        for item in idle if item.league is league for key in preseasons(league, listed)
    ))  # fmt: skip


def due_injuries(session: Session, desk: Desk) -> Iterator[Wanted]:
    """Yield the leagues whose injuries are to be looked up again."""
    yield from _due_free(session, desk, Kind.INJURIES, lambda league: (Want(Kind.INJURIES, league),))


def _due_free(session: Session, desk: Desk, kind: Kind, wants: Callable[[League], Sequence[Want]]) -> Iterator[Wanted]:
    now, leagues = desk.clock(), leagues_of(desk)
    known, answered, tried = games.around(session, leagues, as_of=now), *_last(session, kind, now)
    for league in leagues:
        every = cadence.free_every(known, league, now)
        if _is_due(answered.get(league), tried.get(league), every, now):
            yield from (Wanted(want, Purpose.PLANNED, int(every.total_seconds())) for want in wants(league))


def due_results(session: Session, desk: Desk) -> Iterator[Wanted]:
    """Yield the days on which games have begun that have no result yet, from whoever tells it for nothing."""
    yield from _due_endings(session, desk, Kind.RESULTS, cadence.RESULTS_EVERY)


def due_scores(session: Session, desk: Desk) -> Iterator[Wanted]:
    """Yield the same days for leagues whose results nobody tells for nothing."""
    yield from _due_endings(session, desk, Kind.SCORES, SCORES_EVERY)


def _due_endings(session: Session, desk: Desk, kind: Kind, every: timedelta) -> Iterator[Wanted]:
    now, leagues = desk.clock(), leagues_of(desk)
    known, answered, tried = games.around(session, leagues, as_of=now), *_last(session, kind, now)
    for league in leagues:
        free = _is_told_free(desk, league)
        if free is (kind is Kind.SCORES) or not _is_due(answered.get(league), tried.get(league), every, now):
            continue
        days = sorted({league_day(game.starts_at) for game in cadence.undecided(known, league, now)})
        # Scores look back by themselves: one call tells of all the days.
        for day in days[-1:] if kind is Kind.SCORES else days:
            yield Wanted(Want(kind, league, day=day), Purpose.PLANNED, int(every.total_seconds()))


def _is_told_free(desk: Desk, league: League) -> bool:
    want = Want(Kind.RESULTS, league, day=league_day(desk.clock()))
    return any(feed.required_items(want) for feed in desk.feeds)


def _last(session: Session, kind: Kind, now: datetime) -> tuple[Mapping[League, datetime], Mapping[League, datetime]]:
    """Return when each league was last asked for a kind of thing with an answer, and when at all."""
    tried: dict[League, datetime] = {}
    for (_, league), at in calls.last_tried(session, kind, as_of=now).items():
        if league is not None:
            tried[league] = max(at, tried.get(league, at))
    return calls.last_answered(session, kind, as_of=now), tried


def _is_due(answered: datetime | None, tried: datetime | None, every: timedelta, now: datetime) -> bool:
    """Say whether something is to be asked for again; a time that is ahead of every clock counts for nothing."""
    if answered is not None and -CLOCKS_APART <= now - answered < every:
        return False
    return tried is None or tried == answered or not -CLOCKS_APART <= now - tried < RETRY_AFTER


def asked_for(session: Session, desk: Desk, asked: Asked) -> Iterator[Wanted]:
    """Yield what a person asks for now, due or not; raises BadInput for an event or a moment that cannot be."""
    now = desk.clock()
    if asked.kind is Kind.EVENT_ODDS and not asked.event:
        yield from _of_all_events(session, desk, asked)
        return
    if asked.kind in of_event.OF_EVENT:
        yield from (Wanted(want, Purpose.ASKED) for want in of_event.wants(session, desk, asked))
        return
    chosen = leagues_of(desk) if asked.league is None else (asked.league,)
    known = games.around(session, chosen, as_of=now)
    for each in chosen:
        for want in of_kind(asked.kind, each, known, now, at=of_event.instant_of(asked)):
            yield Wanted(want, Purpose.ASKED)


def _of_all_events(session: Session, desk: Desk, asked: Asked) -> Iterator[Wanted]:
    """Yield the desk's markets of every event that begins soon, the next start first, whatever was asked before."""
    if not desk.event_markets:
        raise BadInput(
            "--event must name an event, was missing, and no markets are set for all events of a league; "
            "set CLOSELINE_ODDS_API_EVENT_MARKETS"
        )
    now, chosen = desk.clock(), leagues_of(desk) if asked.league is None else (asked.league,)
    known = games.around(session, chosen, as_of=now)
    near = sorted((game.starts_at, game.event_id) for game in known if now < game.starts_at <= now + cadence.SOON)
    found = {item.game.event_id: own for item, own in of_event.priced(session, desk, known)}
    for _, name in near:
        yield from (Wanted(want, Purpose.ASKED) for want in found.get(name, ()))


def of_kind(kind: Kind, league: League, known: Sequence[Game], now: datetime, *, at: str = "") -> Iterator[Want]:
    """Yield the wants of a kind of thing of a league, as a person means it who names no more than that."""
    if kind is Kind.ODDS:
        yield odds_want(league)
    elif kind in (Kind.RESULTS, Kind.SCORES, Kind.SCHEDULE):
        begun = {league_day(game.starts_at) for game in cadence.undecided(known, league, now)}
        days = sorted({league_day(now), *begun}) if kind is Kind.RESULTS else [league_day(now)]
        yield from (Want(kind, league, day=day) for day in days)
    elif kind in (Kind.HISTORICAL_ODDS, Kind.HISTORICAL_EVENTS):
        yield Want(kind, league, GAME_MARKETS, at=at)
    elif kind in (Kind.EVENTS, Kind.INJURIES, Kind.PARTICIPANTS):
        yield Want(kind, league)
