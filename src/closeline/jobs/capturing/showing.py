"""Showing: the polls, the credits and the state of the feeds, for people and machines that ask."""

from collections.abc import Iterator
from datetime import datetime, time

from closeline.domain.feeds.blocks import block
from closeline.domain.feeds.fetching import CallOutcome
from closeline.domain.feeds.mode import quota_mode
from closeline.domain.feeds.quota import day_budget
from closeline.domain.feeds.wants import Kind
from closeline.domain.governance.modes import situation
from closeline.domain.leagues import League, eastern, league_day
from closeline.jobs.capturing import seasons, wanting
from closeline.jobs.capturing.outing import leagues_of
from closeline.jobs.desk import Desk
from closeline.schemas import feeds as shapes
from closeline.store.desk import incidents, switches
from closeline.store.polls import calls, games, ledger
from closeline.store.polls.standing import league_standing
from closeline.store.session import Session

MOST = 200
# The only source whose calls cost anything, where the desk itself has none to ask.
ACCOUNT = "the_odds_api"


def polled(session: Session, *, after: datetime, league: League | None = None, most: int = MOST) -> shapes.Captured:
    """Return the calls that were answered after a moment, the newest first."""
    found = calls.since(session, after, most=most, league=league)
    return shapes.Captured(polls=[shapes.Polled.model_validate(item) for item in found])


def quota(session: Session, desk: Desk) -> shapes.Quota:
    """Return how the credits stand, what today's plan makes of them, and what today has cost."""
    now = desk.clock()
    today, plan, day = wanting.today(session, desk), desk.quota, league_day(now)
    account_name = wanting.paid_feed(desk)
    account = today.account or ledger.account(session, account_name or ACCOUNT, plan, at=now)
    budget = day_budget(account, plan, day, spent=today.spent, spent_others=today.spent_others)
    cost = [item for item in calls.since(session, eastern(day, time(0)), most=MOST) if item.credits_reserved]
    return shapes.Quota(
        account=account_name, credits=plan.credits, period=account.period,
        days_left=plan.days_left(account.period, day),
        left=account.left, held=account.held, unknown=account.unknown, told=account.told,
        closing_reserve=plan.closing_reserve, mode=quota_mode(account.left, plan.credits), spent_today=today.spent,
        spent_today_not_for_closes=today.spent_others, left_today=budget.closes,
        left_today_not_for_closes=budget.others, closes_unpaid=today.plan.closes_unpaid,
        events_unpaid=today.events.unpaid, blocked=_blocked(session, account_name, now),
        planned=[
            shapes.PlannedPoll.model_validate(item)
            for item in sorted((*today.plan.polls, *today.events.polls), key=lambda poll: poll.at)
        ],
        polled=[shapes.Polled.model_validate(item) for item in cost],
    )  # fmt: skip


def feeds(session: Session, desk: Desk) -> shapes.Feeds:
    """Return how the feeds do, by the record alone: also for who asks none of them."""
    now = desk.clock()
    leagues = {str(league): found for league in League if (found := _league(session, desk, league, now)) is not None}
    account = ledger.account(session, ACCOUNT, desk.quota, at=now) if leagues else None
    spool = desk.spool.state() if desk.spool else None
    wrong = incidents.open_ones(session, tenant_id=desk.tenant_id)
    asked = leagues_of(desk)
    resting = seasons.resting(session, desk, asked, games.around(session, asked, as_of=now))
    return shapes.Feeds(
        answered=calls.last_success(session), leagues=leagues, credits_left=account.left if account else None,
        credits=desk.quota.credits if account else None,
        spool=shapes.SpoolState.model_validate(spool) if spool else None,
        incidents=[shapes.Incident.model_validate(item) for item in wrong],
        resting=[shapes.Resting.model_validate(item) for item in resting],
        circuits=[
            shapes.OpenCircuit(feed=item.feed, since=item.received_at, why=item.fault)
            for item in calls.left_alone(session)
        ],
        failing=list(_failing(session)),
    )  # fmt: skip


def _failing(session: Session) -> Iterator[shapes.Failing]:
    for feed, failed in calls.failed_since(session).items():
        (last,) = calls.newest_of(session, feed, most=1)
        yield shapes.Failing(
            feed=feed, failed=failed, last_at=last.received_at, outcome=last.outcome, fault=last.fault
        )  # fmt: skip


def _blocked(session: Session, feed: str | None, now: datetime) -> str | None:
    """Say why a feed is not asked for prices now, whatever is due; null where nothing is in the way."""
    if feed is None:
        return None
    known = calls.known(session, now=now)
    refused = block(known, feed=feed, kind=Kind.ODDS, address="", costs=True, now=now)
    if refused is CallOutcome.BAD_KEY:
        return f"{feed} refused the key; set CLOSELINE_ODDS_API_KEY and run: closeline capture run"
    if refused is CallOutcome.OUT_OF_CREDITS:
        return f"{feed} says that no credits are left"
    if refused is not None:
        return f"the plan at {feed} does not have prices ({refused})"
    last = next((item for item in calls.left_alone(session) if item.feed == feed), None)
    return None if last is None else f"{feed} was left alone at {last.received_at:%Y-%m-%d %H:%M} UTC: {last.fault}"


def _league(session: Session, desk: Desk, league: League, now: datetime) -> shapes.LeagueFeed | None:
    """Return how a league stands; null for one that was never polled."""
    last = calls.of_league(session, league, Kind.ODDS, most=1)
    if not last:
        return None
    found = league_standing(session, league, at=now, live=desk.follows(league))
    on = switches.turned_on(session, tenant_id=desk.tenant_id)
    where = situation(found, on, league, disk_free=desk.disk_free())
    age = found.content_age
    return shapes.LeagueFeed(
        mode=where.mode, reasons=list(where.reasons), last_poll_at=last[0].received_at, last_outcome=last[0].outcome,
        content_age_seconds=None if age is None else int(age.total_seconds()),
        next_poll_within_seconds=last[0].interval_seconds, stale=found.stale,
    )  # fmt: skip
