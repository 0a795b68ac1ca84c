"""Polls, the quota ledger, claims and incidents: added to, paid once, taken by one, opened once."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from closeline.domain.errors import AppendOnlyViolation
from closeline.domain.feeds.fetching import Allowance, CallOutcome
from closeline.domain.feeds.polling import Purpose
from closeline.domain.feeds.quota import Plan, day_budget
from closeline.domain.feeds.wants import Kind
from closeline.domain.leagues import League
from closeline.store.desk import alerts, incidents
from closeline.store.desk.alerts import Alert
from closeline.store.polls import calls, claims, ledger
from closeline.store.polls.calls import Poll
from closeline.store.polls.ledger import Entry
from closeline.store.session import unit_of_work
from tests.builders.records import TENANT

T0 = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
PLAN = Plan(100)
ODDS = "odds"


def a_poll(minute=0, **other):
    at = T0 + minute * MINUTE
    given = {
        "poll_id": f"p{minute}", "feed": ODDS, "kind": Kind.ODDS, "league": League.NFL, "address": "/odds",
        "purpose": Purpose.PLANNED, "slot": "s", "asked_at": at, "received_at": at, "outcome": CallOutcome.OK,
    }  # fmt: skip
    return Poll(**given | other)


def add(session, *polls):
    for item in polls:
        calls.add(session, item)


def reserve(session, most=3, purpose=Purpose.PLANNED, at=T0):
    return ledger.reserve(session, ODDS, PLAN, most, purpose, at=at)


def settle(session, reservation, outcome=CallOutcome.OK, at=T0, **told):
    return ledger.settle(session, ODDS, PLAN, outcome, Allowance(**told), reservation=reservation, at=at)


def stand(session, at=T0):
    found = ledger.account(session, ODDS, PLAN, at=at)
    return found.left, found.held, found.unknown, found.told


def test_a_poll_is_kept_as_it_was_and_once(record):
    kept = a_poll(interval_seconds=60, credits_reserved=3, credits_remaining=90, content_at=T0, error_code="x")
    with unit_of_work(record) as session:
        add(session, kept, a_poll(1, league=None, kind=Kind.SPORTS, outcome=CallOutcome.TIMED_OUT))
        assert calls.of_league(session, League.NFL, Kind.ODDS, most=9) == [kept]
        assert calls.kept(session, ["p0", "p1", "p2"]) == {"p0", "p1"}
        assert [item.poll_id for item in calls.since(session, T0 - MINUTE, most=9)] == ["p1", "p0"]
        assert [item.poll_id for item in calls.since(session, T0 - MINUTE, most=9, league=League.NFL)] == ["p0"]
    with pytest.raises(AppendOnlyViolation), unit_of_work(record) as session:
        add(session, replace(kept, received_at=T0 + 9 * MINUTE))


def test_two_answers_of_a_feed_never_have_one_moment(record):
    with unit_of_work(record) as session:
        add(session, a_poll(0), a_poll(0, poll_id="other feed", feed="espn"))
    with pytest.raises(AppendOnlyViolation), unit_of_work(record) as session:
        add(session, a_poll(0, poll_id="other"))


def test_the_last_answers_are_told_apart_from_the_last_tries(record):
    with unit_of_work(record) as session:
        add(session, a_poll(0), a_poll(5, outcome=CallOutcome.SERVER_FAULT), a_poll(2, league=League.NBA))
        assert calls.last_answered(session, Kind.ODDS, as_of=T0 + 5 * MINUTE) == {
            League.NFL: T0,
            League.NBA: T0 + 2 * MINUTE,
        }
        assert calls.last_tried(session, Kind.ODDS, as_of=T0 + 5 * MINUTE)[(ODDS, League.NFL)] == T0 + 5 * MINUTE
        assert calls.last_success(session) == {ODDS: T0 + 2 * MINUTE}
        assert calls.last_received(session, ODDS) == T0 + 5 * MINUTE
        assert calls.last_received(session, "espn") is None


def test_what_a_clock_wrote_that_was_ahead_hides_nothing_that_was_asked_since(record):
    with unit_of_work(record) as session:
        add(session, a_poll(0), a_poll(120, poll_id="ahead"))
        for minutes, last in ((1, 0), (119, 120)):
            now = T0 + minutes * MINUTE
            assert calls.last_answered(session, Kind.ODDS, as_of=now) == {League.NFL: T0 + last * MINUTE}
            assert calls.last_tried(session, Kind.ODDS, as_of=now) == {(ODDS, League.NFL): T0 + last * MINUTE}
            newest = calls.last_of(session, Kind.ODDS, as_of=now)
            assert newest is not None
            assert newest.asked_at == T0 + last * MINUTE
            (asked,) = calls.addresses_asked(session, Kind.ODDS, after=T0 - MINUTE, as_of=now).values()
            assert asked[0] == T0 + last * MINUTE


def test_what_was_refused_and_what_told_of_credits_is_known(record):
    with unit_of_work(record) as session:
        add(
            session, a_poll(0, outcome=CallOutcome.OUT_OF_CREDITS, credits_remaining=0), a_poll(1, credits_remaining=0),
            a_poll(2, outcome=CallOutcome.SERVER_FAULT),
        )  # fmt: skip
        found = calls.known(session, now=T0 + 5 * MINUTE)
        assert [item.outcome for item in found.refusals] == [CallOutcome.OUT_OF_CREDITS]
        assert (found.answered, found.funded) == ({ODDS: T0 + MINUTE}, {})
        add(session, a_poll(3, credits_remaining=9))
        assert calls.known(session, now=T0 + 5 * MINUTE).funded == {ODDS: T0 + 3 * MINUTE}
        assert calls.known(session, now=T0 + timedelta(days=8)).refusals == []


# --------------------------------------------------------------------------------------------------- the ledger


def test_a_reservation_is_settled_once_and_the_ledger_says_every_step(record):
    with unit_of_work(record) as session:
        name = reserve(session)
        assert stand(session) == (97, 3, 0, None)
        assert settle(session, name, last=1, remaining=99).used == 1
        assert settle(session, name, last=3) is None
        assert settle(session, "nobody's") is None
        assert stand(session) == (99, 0, 0, 99)
        found = ledger.lines(session, ODDS)

    assert [(item.seq, item.entry, item.credits) for item in found] == [(1, Entry.RESERVED, 3), (2, Entry.SETTLED, -2)]


def test_what_is_stored_beside_each_line_is_what_the_lines_add_up_to(record):
    with unit_of_work(record) as session:
        names = [reserve(session, most) for most in (3, 5, 2)]
        settle(session, names[1], last=4, remaining=96)
        settle(session, names[0], CallOutcome.TIMED_OUT)
        settle(session, names[2], CallOutcome.CIRCUIT_OPEN)
        left, held, unknown, _ = stand(session)
        total = sum(item.credits for item in ledger.lines(session, ODDS))

    assert (left, held, unknown) == (100 - total, 0, 3)


def test_the_ledger_refuses_what_cannot_be_paid_and_writes_nothing(record):
    with unit_of_work(record) as session:
        assert reserve(session, 91) is None
        assert reserve(session, 91, Purpose.CLOSE) is not None
        assert reserve(session, 1) is None
        assert len(ledger.lines(session, ODDS)) == 1


def test_what_was_spent_today_is_told_by_purpose(record):
    with unit_of_work(record) as session:
        settle(session, reserve(session, 3), last=3)
        settle(session, reserve(session, 3, Purpose.CLOSE), last=2)
        reserve(session, 3)
        assert ledger.spent_since(session, ODDS, T0 - MINUTE) == (8, 6)
        assert ledger.spent_since(session, ODDS, T0 + MINUTE) == (0, 0)


def test_a_call_from_which_nobody_came_back_is_written_off_until_the_vendor_tells(record):
    later = T0 + timedelta(hours=2)
    with unit_of_work(record) as session:
        lost = reserve(session, 30)
        settle(session, reserve(session, 3, at=later), at=later, last=3)
        assert stand(session, later) == (67, 0, 30, None)
        settle(session, reserve(session, 3, at=later), at=later, last=3, remaining=94)
        assert stand(session, later) == (94, 0, 0, 94)
        assert Entry.LAPSED in [item.entry for item in ledger.lines(session, ODDS)]
        assert settle(session, lost, at=later, last=3) is not None


def test_a_new_month_is_a_line_of_its_own(record):
    december = datetime(2026, 12, 2, tzinfo=UTC)
    with unit_of_work(record) as session:
        settle(session, reserve(session, 60), last=60, remaining=40)
        assert stand(session, december) == (100, 0, 0, None)
        settle(session, reserve(session, 3, at=december), at=december, last=3, remaining=97)
        assert stand(session, december) == (97, 0, 0, 97)
        assert [item.entry for item in ledger.lines(session, ODDS)][2] is Entry.RESET


def test_a_free_call_that_tells_of_credits_is_taken_in(record):
    with unit_of_work(record) as session:
        assert ledger.tell(session, ODDS, PLAN, Allowance(), at=T0) is None
        ledger.tell(session, ODDS, PLAN, Allowance(remaining=40), at=T0)
        assert stand(session) == (40, 0, 0, 40)
        assert ledger.tell(session, ODDS, PLAN, Allowance(remaining=40), at=T0) is None
        anew = ledger.tell(session, ODDS, PLAN, Allowance(remaining=100), at=T0)
        assert anew is not None
        assert anew.reset
        assert stand(session) == (100, 0, 0, 100)


@pytest.mark.parametrize("told_by", ["a free call", "a call that costs"])
def test_a_vendor_that_begins_anew_before_our_month_turns_is_spread_over_a_whole_month(record, told_by):
    at = datetime(2026, 11, 1, 0, 10, tzinfo=UTC)  # still the evening of 31 October where games are played
    with unit_of_work(record) as session:
        before = at - timedelta(hours=1)
        settle(session, reserve(session, 60, at=before), at=before, last=60, remaining=20)
        if told_by == "a free call":
            ledger.tell(session, ODDS, PLAN, Allowance(remaining=100), at=at)
        else:
            settle(session, reserve(session, 3, at=at), at=at, last=3, remaining=97)
        account, dawn = ledger.account(session, ODDS, PLAN, at=at), at - timedelta(hours=20)
        assert account.period == date(2026, 10, 31)
        spent, others = ledger.spent_since(session, ODDS, dawn)
        assert (spent, others) == (0, 0)  # what the old month spent today is no part of the new one
        assert day_budget(account, PLAN, date(2026, 10, 31), spent=spent, spent_others=others).closes == 100 // 31
        tomorrow = ledger.account(session, ODDS, PLAN, at=at + timedelta(days=1))
        assert tomorrow == account
        reserve(session, 2, at=at + timedelta(days=1))
        assert [item.entry for item in ledger.lines(session, ODDS)].count(Entry.RESET) == 1


# ------------------------------------------------------------------------------------------------------- claims


def take(session, slot="s1", at=T0, scope="nfl"):
    return claims.take(session, "capture", scope, slot, at=at)


def test_a_claim_is_one_process_and_makes_way_when_it_is_done(record):
    with unit_of_work(record) as session:
        token = take(session)
        assert token is not None
        assert take(session) is None
        assert take(session, "s2") is None
        assert take(session, scope="nba") is not None
        assert claims.finish(session, "capture", "nfl", token)
        assert take(session) is None
        assert take(session, "s2") is not None


def test_the_claim_of_a_dead_poller_is_taken_over_and_the_dead_one_finishes_nothing(record):
    after = T0 + claims.CLAIM_FOR
    with unit_of_work(record) as session:
        token = take(session)
        assert take(session, at=after - MINUTE / 60) is None
        second = take(session, at=after)
        assert second == token + 1
        assert not claims.finish(session, "capture", "nfl", token)
        assert claims.finish(session, "capture", "nfl", second)


# ---------------------------------------------------------------------------------------------------- incidents


def an_alert(minute=0, kind="FEED_STALE"):
    return Alert(TENANT, "nfl", kind, f"stale since {minute}", "{}", T0 + minute * MINUTE)


def test_one_incident_is_open_for_each_kind_and_scope_however_often_it_is_met(record):
    with unit_of_work(record) as session:
        opened = [incidents.meet(session, an_alert(minute), scope="nfl") for minute in range(30)]
        assert incidents.meet(session, replace(an_alert(), league="nba"), scope="nba")
        raised = alerts.since(session, tenant_id=TENANT, league="nfl", after=T0 - MINUTE, as_of=T0 + 60 * MINUTE)
        of_nfl = next(item for item in incidents.open_ones(session, tenant_id=TENANT) if item.scope == "nfl")

    assert opened == [True, *[False] * 29]
    assert len(raised) == 1
    assert (of_nfl.repeats, of_nfl.opened_at, of_nfl.last_at) == (30, T0, T0 + 29 * MINUTE)


def test_the_twin_that_only_raises_alerts_makes_a_storm(record):
    with unit_of_work(record) as session:
        for minute in range(30):
            alerts.add(session, [an_alert(minute)])
        found = alerts.since(session, tenant_id=TENANT, league="nfl", after=T0 - MINUTE, as_of=T0 + 60 * MINUTE)

    assert len(found) == 30


def test_an_incident_that_was_closed_opens_anew(record):
    with unit_of_work(record) as session:
        incidents.meet(session, an_alert(), scope="nfl")
        assert incidents.close(session, "FEED_STALE", scope="nfl", tenant_id=TENANT, at=T0)
        assert not incidents.close(session, "FEED_STALE", scope="nfl", tenant_id=TENANT, at=T0)
        assert incidents.open_ones(session, tenant_id=TENANT) == []
        assert incidents.is_known(session, "FEED_STALE", scope="nfl", tenant_id=TENANT)
        assert incidents.meet(session, an_alert(9), scope="nfl")
        assert incidents.open_ones(session, tenant_id=TENANT)[0].repeats == 1
