"""While the record is away prices are asked for all the same, by one process, within bounds; nothing of it is lost."""

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest

from closeline.domain.errors import AppendOnlyViolation, Refused, StoreFault
from closeline.domain.feeds.fetching import CallOutcome
from closeline.domain.feeds.polling import Purpose
from closeline.domain.feeds.quota import DayBudget, Plan
from closeline.domain.leagues import League
from closeline.domain.markets import MONEYLINE, Side
from closeline.jobs.capturing import adrift
from closeline.jobs.live.follower import Follower
from closeline.jobs.live.memory import ADRIFT_FOR, Memory
from closeline.jobs.monitoring.persistence import PersistenceLog
from closeline.jobs.showing.health import State, health
from closeline.providers.spool import FolderSpool
from closeline.store import quotes
from closeline.store.polls import calls, games, ledger
from closeline.store.polls.ledger import Entry
from closeline.store.scheduling import leases
from closeline.store.session import unit_of_work
from tests.builders.polling import (
    BIG_PLAN,
    KICKOFF,
    NFL_EVENTS,
    NFL_ODDS,
    ODDS,
    a_live_desk,
    clock_of,
    events_answer,
    fetcher_of,
    odds_answer,
    told,
)  # fmt: skip
from tests.fakes import Answer
from tests.jobs.capturing.outages import really_away, refused
from tests.jobs.capturing.polled import MINUTE, account, poll, polls

BEGIN = KICKOFF - 40 * MINUTE
AWAY = 10


def priced(n, plan=BIG_PLAN, cost=3):
    """Give the n-th answer, each with a price of its own, and what the vendor counts after it."""
    at = BEGIN + n * MINUTE
    return odds_answer(at, price=-110 - n, allowance=told(plan.credits - cost * (n + 1), cost, cost * (n + 1)))


def a_desk(engine, folder, *, answers=None, plan=BIG_PLAN, holder="first", **more):
    given = [priced(n, plan) for n in range(60)] if answers is None else answers
    desk = a_live_desk(
        engine, {NFL_EVENTS: events_answer(), NFL_ODDS: given}, now=BEGIN - MINUTE, plan=plan,
        spool=FolderSpool(folder), **more,
    )  # fmt: skip
    memory = Memory(lambda: desk.clock().timestamp())
    memory.arm(holder)
    return replace(desk, follower=Follower(), adrift=memory)


def wake(desk):
    """Do in a minute what a runner does: what is due, and after that what is done while the record is away."""
    for job in ("capture.close", "capture.poll"):
        with suppress(StoreFault):
            poll(desk, job)
    return adrift.go_on(desk)


def minutes(desk, count):
    made = 0
    for _ in range(count):
        clock_of(desk).pass_(minutes=1)
        made += wake(desk)
    return made


def begun(desk):
    """Poll once in good times."""
    poll(desk, "capture.schedule")
    clock_of(desk).pass_(minutes=1)
    wake(desk)
    assert len(polls(desk)) == 1
    return desk


def asked(desk):
    return sum(item.address.startswith(NFL_ODDS) for item in fetcher_of(desk).calls)


def home_prices(shown):
    return {item.price.text for item in shown if item.market == MONEYLINE and item.side is Side.HOME}


def spent(desk):
    with unit_of_work(desk.engine, write=False) as session:
        return ledger.spent_since(session, ODDS, BEGIN - timedelta(days=1))[0]


def test_ten_minutes_without_the_record_lose_nothing_and_stop_no_board(seeded, tmp_path):
    desk = begun(a_desk(seeded, tmp_path))
    before = desk.follower.board.version
    with really_away(seeded):
        made = minutes(desk, AWAY)
        board = desk.follower.board
        # The first minute of silence is no sign yet.
        assert made == AWAY - 1
        assert board.version >= before + made
        assert board.made_at == desk.clock()
        assert home_prices(row.quote for row in board.rows) == {f"{-110 - made}"}
        assert desk.spool.state().waiting == made
        assert desk.adrift.drifting
    minutes(desk, 2)

    kept = polls(desk)
    assert desk.spool.state().waiting == 0
    assert not desk.adrift.drifting
    assert [item.received_at for item in kept] == [BEGIN, *(BEGIN + n * MINUTE for n in range(2, AWAY + 3))]
    assert len(kept) == asked(desk)
    assert len({item.poll_id for item in kept}) == asked(desk)
    assert spent(desk) == 3 * asked(desk)
    assert (account(desk).left, account(desk).held) == (BIG_PLAN.credits - 3 * asked(desk), 0)


def test_the_record_as_of_each_of_those_moments_is_what_was_polled_then(seeded, tmp_path):
    desk = begun(a_desk(seeded, tmp_path))
    with refused(seeded):
        minutes(desk, AWAY)
    minutes(desk, 1)

    kept = polls(desk)
    assert len(kept) == 1 + AWAY
    with unit_of_work(seeded, write=False) as session:
        known = [game.event_id for game in games.around(session, [League.NFL], as_of=desk.clock())]
        for place, item in enumerate(kept):
            then = quotes.standing(session, known, as_of=item.received_at)
            assert home_prices(then.values()) == {f"{-110 - place}"}


def test_health_says_what_fails_while_the_board_stays_young(seeded, tmp_path):
    desk = begun(a_desk(seeded, tmp_path))
    log = PersistenceLog(desk.clock)
    with refused(seeded):
        minutes(desk, 3)
        log.transaction("write", "StoreUnavailable", 0.1)
        found = health(desk, log)
    assert found.parts == {
        "record": State.UNAVAILABLE, "persistence": State.DEGRADED, "capture": State.DEGRADED,
    }  # fmt: skip
    assert desk.follower.health().made_at == desk.clock()
    minutes(desk, 1)
    assert health(desk, None).parts == {"record": State.OK, "capture": State.OK}


def test_another_process_stays_silent(seeded, tmp_path):
    desk = begun(a_desk(seeded, tmp_path))
    never, other = a_desk(seeded, tmp_path / "b", holder="never"), a_desk(seeded, tmp_path / "c", holder="second")
    clock_of(other).now = desk.clock() + MINUTE
    wake(other)
    with refused(seeded):
        for each in (never, other):
            clock_of(each).now = desk.clock() + 2 * MINUTE
            assert minutes(each, 3) == 0
        assert minutes(desk, 3) == 2


def test_two_processes_with_the_same_right_ask_twice(seeded, tmp_path):
    """The twin: what keeps the second one silent is the lease, and nothing else."""
    desk = begun(a_desk(seeded, tmp_path))
    other = a_desk(seeded, tmp_path / "b", holder="first")
    clock_of(other).now = desk.clock() + MINUTE
    wake(other)
    with refused(seeded):
        assert minutes(other, 3) > 0
        assert minutes(desk, 3) > 0


def test_the_right_ends_after_an_hour_by_the_steady_clock(seeded, tmp_path):
    desk = begun(a_desk(seeded, tmp_path))
    steady = desk.clock().timestamp()
    desk.adrift._steady = lambda: steady
    with refused(seeded):
        steady += ADRIFT_FOR.total_seconds() - 1
        assert minutes(desk, 1) == 1
        steady += 1
        assert minutes(desk, 3) == 0


@pytest.mark.parametrize("holds", [True, False])
def test_no_more_is_spent_than_was_left_of_the_day(seeded, tmp_path, holds, monkeypatch):
    """With the twin: without the bound every minute is asked for."""
    desk = begun(a_desk(seeded, tmp_path))
    allowed = 12
    desk.adrift._found = replace(desk.adrift.found, budget=DayBudget(allowed, allowed))
    if not holds:
        heard = Memory.heard

        def unbounded(self, call, plan):
            heard(self, call, plan)
            self._found = replace(self._found, budget=DayBudget(10_000, 10_000))

        monkeypatch.setattr(Memory, "heard", unbounded)
    with refused(seeded):
        cost = 3 * minutes(desk, 20)

    assert cost > 0
    assert (cost <= allowed) is holds


@pytest.mark.parametrize("purpose", [Purpose.PLANNED, Purpose.CLOSE])
def test_the_closing_reserve_is_for_closes_alone(seeded, tmp_path, purpose):
    desk = begun(a_desk(seeded, tmp_path))
    plan = BIG_PLAN
    in_reserve = replace(desk.adrift.found.account, left=plan.closing_reserve, held=0)
    desk.adrift._found = replace(desk.adrift.found, account=in_reserve, budget=DayBudget(99, 99))
    if purpose is Purpose.CLOSE:
        clock_of(desk).now = KICKOFF - 3 * MINUTE
    with refused(seeded):
        made = minutes(desk, 4)

    assert made == (1 if purpose is Purpose.CLOSE else 0)


def test_a_call_of_which_nobody_said_the_cost_counts_as_its_worst(seeded, tmp_path):
    lost = Answer(outcome=CallOutcome.TIMED_OUT)
    desk = begun(a_desk(seeded, tmp_path, answers=[priced(0), lost]))
    before = desk.adrift.found.account.left
    with refused(seeded):
        made = minutes(desk, 6)
        assert made == 5
        assert desk.adrift.found.account.left == before - 3 * made
    minutes(desk, 1)

    assert account(desk).unknown == 3 * (made + 1)
    assert spent(desk) == 3 * asked(desk)


def test_who_sees_another_spend_leaves_it_to_them(seeded, tmp_path):
    answers = [priced(0), priced(1), odds_answer(BEGIN, allowance=told(BIG_PLAN.credits - 60, 3))]
    desk = begun(a_desk(seeded, tmp_path, answers=answers))
    with refused(seeded):
        assert minutes(desk, 8) == 2


def test_a_key_that_is_refused_meanwhile_is_not_shown_again(seeded, tmp_path):
    desk = begun(a_desk(seeded, tmp_path, answers=[priced(0), Answer(outcome=CallOutcome.BAD_KEY, status=401)]))
    with refused(seeded):
        assert minutes(desk, 8) == 1


def test_what_a_killed_process_asked_is_kept_by_the_next(seeded, tmp_path):
    desk = begun(a_desk(seeded, tmp_path))
    with refused(seeded):
        made = minutes(desk, 5)
    again = a_desk(seeded, tmp_path, holder="next", answers=[priced(made + 1)])
    clock_of(again).now = desk.clock()
    minutes(again, 1)

    kept = polls(again)
    assert len(kept) == 1 + made + 1
    assert again.spool.state().waiting == 0
    assert spent(again) == 3 * len(kept)
    assert account(again).left == BIG_PLAN.credits - 3 * len(kept)


@pytest.mark.parametrize("holds", [True, False])
def test_an_answer_that_is_found_in_the_spool_again_is_kept_once(seeded, tmp_path, holds, monkeypatch):
    """With the twin: without the look for what is kept the record itself refuses the second."""
    desk = begun(a_desk(seeded, tmp_path))
    with refused(seeded):
        minutes(desk, 3)
    (first, *_) = desk.spool.names()
    content = desk.spool.get(first)
    minutes(desk, 1)
    desk.spool.put(first, content)
    if not holds:
        monkeypatch.setattr(calls, "kept", lambda session, names: set())
        with pytest.raises(AppendOnlyViolation):
            poll(desk, "capture.injuries")
        return
    count, cost = len(polls(desk)), spent(desk)
    clock_of(desk).pass_(minutes=1)
    poll(desk, "capture.injuries")

    assert (len(polls(desk)), spent(desk), desk.spool.state().waiting) == (count, cost, 0)


def test_the_ledger_says_of_each_call_what_was_set_aside_and_what_came_back(seeded, tmp_path):
    desk = begun(a_desk(seeded, tmp_path, answers=[priced(0), odds_answer(BEGIN, allowance=told(19_995, 2))]))
    with refused(seeded):
        minutes(desk, 2)
    minutes(desk, 1)
    with unit_of_work(seeded, write=False) as session:
        lines = [item for item in ledger.lines(session, ODDS) if item.reservation.startswith(ledger.ADRIFT)]

    assert [(item.entry, item.credits) for item in lines] == [(Entry.RESERVED, 3), (Entry.SETTLED, -1)]


def test_an_account_that_lacks_what_was_spent_ends_empty_and_no_lower(seeded, tmp_path):
    with unit_of_work(seeded) as session:
        told_ = ledger.settle_adrift(
            session, ODDS, Plan(2), CallOutcome.OK, told(last=3), reservation="adrift:1", credits_most=3,
            purpose=Purpose.PLANNED, at=BEGIN,
        )  # fmt: skip

    assert told_ is not None
    assert told_.account.left == 0


def test_a_refusal_is_no_outage(seeded, tmp_path, monkeypatch):
    def refuse(*given, **more):
        raise Refused

    desk = begun(a_desk(seeded, tmp_path))
    clock_of(desk).pass_(minutes=3)
    monkeypatch.setattr(leases, "release", refuse)

    assert adrift.go_on(desk) == 0
    assert desk.adrift.found is None


def test_a_runner_that_only_was_held_up_gives_its_right_back(seeded, tmp_path):
    desk = begun(a_desk(seeded, tmp_path))
    clock_of(desk).pass_(minutes=3)

    assert adrift.go_on(desk) == 0
    assert asked(desk) == 1
    with unit_of_work(seeded, write=False) as session:
        held = leases.read(session, adrift.LEASE)
    assert held is not None
    assert held.holder == ""


def test_a_desk_without_a_runner_remembers_nothing(seeded, tmp_path):
    desk = begun(a_desk(seeded, tmp_path, holder=""))
    with refused(seeded):
        assert minutes(desk, 5) == 0
