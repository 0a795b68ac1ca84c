"""Adrift: the record is away, and prices are asked for all the same, by the one process that planned last.

Comes in: a desk that remembers its last planning. Goes out: calls within what was left of the day's share, boards, and
answers in the spool with what they cost. Always true: one process alone, by a lease that ends by its own clock; the
record is asked before each round; an answer is laid aside before anything else is done with it.
"""

from collections.abc import Iterator

import structlog

from closeline.domain.errors import CloselineError, StoreFault
from closeline.domain.feeds import blocks, cadence
from closeline.domain.feeds.cadence import slot_start
from closeline.domain.feeds.polling import Call, PlannedCall
from closeline.domain.feeds.wants import Kind
from closeline.domain.ids import content_id
from closeline.domain.leagues import league_day
from closeline.jobs.capturing import spooling, wanting
from closeline.jobs.capturing.outing import Outing, coverage_of, leagues_of, read
from closeline.jobs.desk import Desk
from closeline.jobs.live.follower import Seen
from closeline.jobs.live.following import follow
from closeline.jobs.live.memory import ADRIFT_FOR, SILENT_FOR, Remembered
from closeline.store.polls import calls, games
from closeline.store.polls.ledger import ADRIFT
from closeline.store.scheduling import leases
from closeline.store.session import Session, unit_of_work

LEASE = "capture.adrift"

log = structlog.get_logger()


def learn(desk: Desk, outing: Outing) -> None:
    """Remember what a planning that was committed has read, and take or renew the right to go on by it; never raises.

    While something waits in the spool the ledger does not tell yet what it cost: what is remembered stands.
    """
    memory = desk.adrift
    if not memory.holder or desk.spool is None:
        return
    asked = memory.now()
    try:
        if desk.spool.names():
            memory.planned(outing, plan=desk.quota)
            return
        with unit_of_work(desk.engine) as session:
            held = leases.acquire(session, LEASE, memory.holder, at=desk.clock(), ttl=ADRIFT_FOR, lapsed=False)
            found = _read(session, desk) if held.holder == memory.holder else None
    except StoreFault:
        memory.planned(outing, plan=desk.quota)
    except Exception as fault:  # noqa: BLE001 -- what is done for a bad day must not spoil a good one
        log.warning("adrift_not_learned", fault=type(fault).__name__)
        memory.forget()
    else:
        if found is None:
            memory.forget()
        else:
            memory.keep(found, held.fence, since=asked)


def _read(session: Session, desk: Desk) -> Remembered:
    now, today = desk.clock(), wanting.today(session, desk)
    return Remembered(
        tuple(games.around(session, leagues_of(desk), as_of=now)), wanting.costs_of(desk),
        calls.last_answered(session, Kind.ODDS, as_of=now), calls.known(session, now=now), wanting.paid_feed(desk),
        today.account, today.budget,
    )  # fmt: skip


def go_on(desk: Desk) -> int:
    """Ask for the prices that are due, where the record is away and this process planned last; returns how many calls.

    Made to be called every few seconds, outside any transaction, by one thread; asks at most once in each minute.
    Raises nothing but what is a fault of ours.
    """
    memory, slot = desk.adrift, slot_start(desk.clock())
    if memory.found is None or memory.planned_ago < SILENT_FOR or memory.slot == slot:
        return 0
    memory.slot = slot
    if desk.fetch is None or desk.spool is None or not _is_away(desk):
        return 0
    made = sum(_make(desk, planned) for planned in _due(desk))
    if not made:
        # Prices grow old without a call, and the board says so.
        follow(desk)
    return made


def give_up(desk: Desk) -> None:
    """Give the right back when the process ends, so that another may have it at once."""
    if desk.adrift.fence is not None:
        _is_away(desk)
        desk.adrift.forget()


def _is_away(desk: Desk) -> bool:
    """Say whether the record takes no writes. Where it does, ordinary planning is somebody's: give the right back."""
    memory, fence = desk.adrift, desk.adrift.fence
    try:
        with unit_of_work(desk.engine) as session:
            if fence is not None:
                leases.release(session, fence, memory.holder, at=desk.clock())
    except StoreFault as fault:
        if not memory.drifting:
            log.warning("capture_adrift", fault=type(fault).__name__)
        memory.drift()
        return True
    except CloselineError as fault:
        log.warning("adrift_unsure", fault=type(fault).__name__)
    memory.forget()
    return False


def _due(desk: Desk) -> Iterator[PlannedCall]:
    """Yield the calls for prices that are due by what is remembered, each planned after the one before was made."""
    now = desk.clock()
    for league in leagues_of(desk):
        found = desk.adrift.found
        if found is None:
            return
        plan = cadence.day_plan(now, found.games, found.budget, found.costs, found.polled)
        poll, following = cadence.due(plan, league, now), plan.next_after(league, now)
        if poll is None:
            continue
        want = wanting.odds_want(league)
        interval = None if following is None else int((following - now).total_seconds())
        for feed in desk.feeds:
            for item in feed.required_items(want):
                costs, slot = item.credits_most > 0, now.isoformat()
                if not blocks.block(
                    found.known, feed=feed.name, kind=want.kind, address=item.address, costs=costs, now=now
                ):
                    name = content_id("reservation", desk.adrift.holder, feed.name, item.address, slot)
                    owed = f"{ADRIFT}{name}" if costs else ""
                    yield PlannedCall(feed.name, want, item, poll.purpose, slot, owed, interval)


def _make(desk: Desk, planned: PlannedCall) -> int:
    """Make a call that can be paid, lay its answer aside, and show it; returns how many were made."""
    memory = desk.adrift
    if desk.fetch is None or desk.spool is None or not memory.drifting:
        return 0
    if not memory.set_aside(planned, desk.quota, league_day(desk.clock())):
        return 0
    call = Call(planned, desk.fetch.fetch(planned.item))
    memory.heard(call, desk.quota)
    if not desk.spool.put(spooling.name_of(call), spooling.packed(call)):
        # What it cost would be known to nobody: no more is asked.
        log.error("adrift_spool_full")
        memory.forget()
    brought = read(desk, call)
    if brought.parsed is not None:
        follow(desk, [Seen(brought.parsed, call.received_at, coverage_of(call))])
    return 1
