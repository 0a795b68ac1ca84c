"""The error table: what each refusal stops, what it costs, and what starts it again."""

import pytest

from closeline.domain.feeds.fetching import CallOutcome
from closeline.domain.feeds.quota import Plan
from closeline.domain.feeds.wants import Kind
from closeline.domain.leagues import League
from closeline.store.polls.standing import league_standing
from closeline.store.session import unit_of_work
from tests.builders.polling import (
    KICKOFF,
    NFL_EVENTS,
    NFL_ODDS,
    NOON,
    SPORTS,
    a_live_desk,
    clock_of,
    events_answer,
    fetcher_of,
    odds_answer,
    told,
)  # fmt: skip
from tests.fakes import Answer
from tests.jobs.capturing.polled import MINUTE, account, ask, poll, polls, wrong


def a_desk_near_kickoff(seeded, script, *, minutes=20, plan=Plan(20_000)):  # noqa: B008 -- a plan never changes
    desk = a_live_desk(seeded, {NFL_EVENTS: events_answer(), **script}, now=KICKOFF - minutes * MINUTE, plan=plan)
    poll(desk, "capture.schedule")
    return desk


def minutes_pass(desk, minutes, job="capture.poll"):
    for _ in range(minutes):
        clock_of(desk).pass_(minutes=1)
        poll(desk, job)


def asked(desk, start=NFL_ODDS):
    return sum(item.address.startswith(start) for item in fetcher_of(desk).calls)


REFUSED = Answer(outcome=CallOutcome.BAD_KEY, status=401, error_code="DEACTIVATED_KEY")


def test_a_bad_key_stops_the_poller_with_one_alert_and_costs_nothing(seeded):
    desk = a_desk_near_kickoff(seeded, {NFL_ODDS: REFUSED})
    minutes_pass(desk, 8)

    assert asked(desk) == 1
    assert wrong(desk)["PROVIDER_KEY_REFUSED"] == 1
    assert account(desk).left == 20_000


def test_a_person_may_try_again_and_that_starts_the_poller(seeded):
    desk = a_desk_near_kickoff(seeded, {NFL_ODDS: [REFUSED, odds_answer(NOON)]})
    minutes_pass(desk, 3)
    ask(desk)
    assert "PROVIDER_KEY_REFUSED" not in wrong(desk)
    minutes_pass(desk, 3)

    assert asked(desk) == 5


def test_the_twin_that_blocks_nothing_asks_every_minute(seeded, monkeypatch):
    monkeypatch.setattr("closeline.domain.feeds.blocks.block", lambda *given, **more: None)
    desk = a_desk_near_kickoff(seeded, {NFL_ODDS: REFUSED})
    minutes_pass(desk, 8)

    assert asked(desk) == 8


def test_spent_credits_stop_what_costs_some_and_a_free_call_finds_out_when_there_are_some(seeded):
    spent = Answer(
        outcome=CallOutcome.OUT_OF_CREDITS, status=401, error_code="OUT_OF_USAGE_CREDITS", allowance=told(0, 0)
    )
    script = {
        NFL_ODDS: [spent, odds_answer(NOON)], SPORTS: Answer(b"[]", allowance=told(19_000, 0)),
        NFL_EVENTS: events_answer(),
    }  # fmt: skip
    desk = a_desk_near_kickoff(seeded, script, minutes=600)
    ask(desk)
    minutes_pass(desk, 5)
    assert asked(desk) == 1
    assert wrong(desk)["QUOTA_SPENT"] == 1
    assert account(desk).left == 0
    clock_of(desk).pass_(hours=4)
    minutes_pass(desk, 4)

    assert sum(item.path == SPORTS for item in fetcher_of(desk).calls) == 1
    assert account(desk).told == 19_000
    assert "QUOTA_SPENT" not in wrong(desk)
    assert asked(desk) > 1


def test_what_the_plan_lacks_is_not_asked_again_and_everything_else_is(seeded):
    lacks = Answer(outcome=CallOutcome.NOT_ON_PLAN, status=401, error_code="HISTORICAL_UNAVAILABLE")
    desk = a_desk_near_kickoff(seeded, {NFL_ODDS: odds_answer(NOON), "/v4/sports/americanfootball_nfl/scores": lacks})
    ask(desk, Kind.SCORES)
    clock_of(desk).now = KICKOFF + 70 * MINUTE
    minutes_pass(desk, 3, "capture.scores")

    assert asked(desk, "/v4/sports/americanfootball_nfl/scores") == 1
    assert wrong(desk)["PROVIDER_NOT_ON_PLAN"] == 1


def test_a_request_that_is_not_understood_is_told_once_and_left_alone(seeded):
    bad = Answer(outcome=CallOutcome.BAD_REQUEST, status=422, error_code="INVALID_MARKET")
    desk = a_desk_near_kickoff(seeded, {NFL_ODDS: bad})
    minutes_pass(desk, 8)

    assert asked(desk) == 1
    assert wrong(desk)["PROVIDER_REQUEST_REFUSED"] == 1


@pytest.mark.parametrize("outcome", [CallOutcome.SERVER_FAULT, CallOutcome.TIMED_OUT, CallOutcome.TOO_FAST])
def test_a_source_that_stumbles_is_asked_again_in_the_next_minute(seeded, outcome):
    stumble = Answer(outcome=outcome, status=503)
    desk = a_desk_near_kickoff(seeded, {NFL_ODDS: [stumble, stumble, odds_answer(NOON)]})
    minutes_pass(desk, 4)

    assert [item.outcome for item in polls(desk)] == [outcome, outcome, CallOutcome.OK, CallOutcome.OK]
    assert polls(desk)[0].payload_sha is None


def test_bytes_that_cannot_be_read_are_kept_with_the_fault(seeded):
    desk = a_desk_near_kickoff(seeded, {NFL_ODDS: [Answer(b"<html>busy</html>"), odds_answer(NOON)]})
    minutes_pass(desk, 1)
    (kept,) = polls(desk)

    assert kept.outcome is CallOutcome.UNREADABLE
    assert kept.payload_sha is not None
    assert kept.fault
    assert wrong(desk)["FEED_UNREADABLE"] == 1
    minutes_pass(desk, 1)
    assert "FEED_UNREADABLE" not in wrong(desk)


def test_an_open_circuit_costs_nothing(seeded):
    desk = a_desk_near_kickoff(seeded, {NFL_ODDS: Answer(outcome=CallOutcome.CIRCUIT_OPEN, status=0)})
    minutes_pass(desk, 3)

    assert account(desk).left == 20_000


def test_a_drained_quota_falls_step_by_step_alerts_once_each_and_a_reset_lifts_it(seeded):
    """Fault 15: what remains of 500 falls in the middle of the day, below our own count, and then goes up."""
    left = [80, 70, 60, 8, 5, 500, 497, 494]
    answers = [odds_answer(NOON + n * MINUTE, price=-110 - n, allowance=told(item, 3)) for n, item in enumerate(left)]
    desk = a_desk_near_kickoff(seeded, {NFL_ODDS: answers}, plan=Plan(500, closing_percent=0))
    seen, modes = [], []
    for _ in left:
        ask(desk)
        seen.append((account(desk).left, wrong(desk).get("QUOTA_LOW", 0)))
        modes.append(mode_of(desk))

    assert seen == [(80, 0), (70, 1), (60, 2), (8, 1), (5, 2), (500, 0), (497, 0), (494, 0)]
    assert modes == ["FULL", "EDGE_ONLY", "EDGE_ONLY", "NONE", "NONE", "NONE", "NONE", "FULL"]
    assert "QUOTA_DISAGREES" not in wrong(desk)


def mode_of(desk):
    with unit_of_work(desk.engine, write=False) as session:
        return league_standing(session, League.NFL, at=desk.clock()).mode


def test_a_count_that_is_not_ours_is_met_once_and_the_lower_one_holds(seeded):
    answers = [odds_answer(NOON, price=-110 - n, allowance=told(item, 3)) for n, item in enumerate([497, 400, 300])]
    desk = a_desk_near_kickoff(seeded, {NFL_ODDS: answers}, plan=Plan(500))
    for _ in answers[:]:
        ask(desk)

    assert account(desk).left == 300
    assert wrong(desk)["QUOTA_DISAGREES"] == 2
