"""Faults on the wire against a live desk: the real fetcher, feeds, quota and capture jobs, and the simulated vendors.

Each fault comes with what the desk does about it and, where a guard can be taken away, with the danger that then comes
through: a fault whose twin is not seen would prove nothing.
"""

import json
import time
from dataclasses import replace
from datetime import timedelta

import pytest

from closeline.domain.board import Availability
from closeline.domain.clock import instant
from closeline.domain.feeds.fetching import CallOutcome, RawItem
from closeline.domain.feeds.mode import Mode
from closeline.providers.fetch.circuits import Cooling
from closeline.providers.simulator import server
from closeline.providers.the_odds_api import responses
from closeline.store import references
from closeline.store.desk import alerts
from tests.builders.live import QUICK, a_fault, live
from tests.builders.recordings import BEARS, BROWNS, FIRST, START

SIDES = 10
BEGINS = FIRST + timedelta(hours=1)


# What stands an hour into the recording, by hand: book, market, side, line in quarters of a point, price.
STANDING = [
    ("synthetic_delta", "SPREAD:FULL_GAME", "AWAY", "12", "-110"),
    ("synthetic_delta", "SPREAD:FULL_GAME", "HOME", "-12", "-110"),
    ("synthetic_harbour", "MONEYLINE:FULL_GAME", "AWAY", "None", "130"),
    ("synthetic_harbour", "MONEYLINE:FULL_GAME", "AWAY", "None", "170"),
    ("synthetic_harbour", "MONEYLINE:FULL_GAME", "HOME", "None", "-150"),
    ("synthetic_harbour", "MONEYLINE:FULL_GAME", "HOME", "None", "-200"),
    ("synthetic_harbour", "SPREAD:FULL_GAME", "AWAY", "14", "-112"),
    ("synthetic_harbour", "SPREAD:FULL_GAME", "HOME", "-14", "-108"),
    ("synthetic_harbour", "TOTAL:FULL_GAME", "OVER", "166", "-105"),
    ("synthetic_harbour", "TOTAL:FULL_GAME", "UNDER", "166", "-115"),
]


def honest_again(it, minutes=2):
    """Give the first poll after the window: whatever was lost by the fault stands again, and nothing else does."""
    it.minutes(minutes)
    after = it.ask()
    assert (after.outcome, after.accepted + after.unchanged, after.quarantined) == (CallOutcome.OK, SIDES, 0)
    assert it.prices() == STANDING
    return after


# ------------------------------------------------------------------------------------------------ refusals


@pytest.mark.parametrize(("told", "waited"), [(7, 7.25), (0, 3.0)])
def test_429_is_tried_again_after_the_time_that_was_asked_for_or_our_own(seeded, told, waited):
    with live(seeded, a_fault("too_fast", 0, 60, every=2, amount=told)) as it:
        it.ask()
        second = it.ask()

        assert (second.outcome, second.attempts, second.unchanged) == (CallOutcome.OK, 2, SIDES)
        assert it.waits == [pytest.approx(waited)]


def test_429_twin_without_retries_the_poll_is_lost(seeded):
    with live(seeded, a_fault("too_fast", 0, 60, every=2), limits=replace(QUICK, attempts=1)) as it:
        it.ask()

        assert it.ask().outcome is CallOutcome.TOO_FAST


def test_a_burst_of_server_faults_opens_the_circuit_and_spends_nothing(seeded):
    with live(seeded, a_fault("server_fault", 1, 30)) as it:
        it.ask()
        it.minutes()
        outcomes = [it.ask().outcome for _ in range(8)]
        called = len(it.simulator.met)

        assert outcomes == [CallOutcome.SERVER_FAULT] * 5 + [CallOutcome.CIRCUIT_OPEN] * 3
        assert called == 1 + 5 * 3
        assert it.ask().outcome is CallOutcome.CIRCUIT_OPEN
        assert len(it.simulator.met) == called
        it.minutes(30)
        assert honest_again(it).credits_left == it.simulator.counter.remaining


def test_server_faults_twin_without_a_circuit_the_host_is_hammered(seeded):
    endless = replace(QUICK, cooling=Cooling(faults_max=1000))
    with live(seeded, a_fault("server_fault", 1, 30), limits=endless) as it:
        it.minutes()
        for _ in range(8):
            it.ask()

        assert len(it.simulator.met) == 8 * 3


@pytest.mark.parametrize("fault", ["missing_key", "invalid_key", "deactivated_key"])
def test_a_refused_key_stops_the_polling_and_is_told_once(seeded, fault):
    with live(seeded, a_fault(fault, 1, 20, endpoint=None)) as it:
        it.ask("SCHEDULE")
        it.ask()
        it.minutes()
        assert it.ask().outcome is CallOutcome.BAD_KEY
        called = odds_calls(it)
        for _ in range(30):
            it.minutes()
            it.job("capture.poll")
        with it.session() as session:
            told = alerts.since(session, tenant_id=it.desk.tenant_id, league="nfl", after=FIRST, as_of=it.clock())

        assert odds_calls(it) == called
        assert [alert.kind for alert in told].count("PROVIDER_KEY_REFUSED") == 1
        assert it.open()["PROVIDER_KEY_REFUSED", "the_odds_api"] == 1
        honest_again(it)
        assert ("PROVIDER_KEY_REFUSED", "the_odds_api") not in it.open()


def odds_calls(it):
    return sum(met.endpoint == "odds" for met in it.simulator.met)


def test_without_credits_only_the_free_is_asked_until_there_are_some_again(seeded):
    with live(seeded, a_fault("out_of_usage_credits", 1, 60)) as it:
        it.ask("SCHEDULE")
        it.ask()
        it.minutes()
        assert it.ask().outcome is CallOutcome.OUT_OF_CREDITS
        it.watch()
        assert it.mode() is Mode.NONE
        assert ("QUOTA_SPENT", "the_odds_api") in it.open()
        called = odds_calls(it)
        for _ in range(4 * 60 + 10):
            it.minutes()
            it.job("capture.poll")
            if odds_calls(it) > called:
                break
        probes = [met for met in it.simulator.met if met.endpoint == "sports"]

        # The free list of sports told of new credits, and only then prices were asked for again.
        assert len(probes) == 1
        assert odds_calls(it) == called + 1
        assert ("QUOTA_SPENT", "the_odds_api") not in it.open()


def test_what_the_plan_lacks_is_no_fault_of_the_key(seeded):
    with live(seeded, a_fault("historical_unavailable", 0, 60)) as it:
        past = RawItem("the_odds_api", "/v4/historical/sports/americanfootball_nfl/odds", (("regions", "us"),), 10)

        assert it.desk.fetch.fetch(past).outcome is CallOutcome.NOT_ON_PLAN
        assert it.ask().outcome is CallOutcome.OK


def test_a_gone_event_costs_only_itself(seeded):
    with live(seeded, a_fault("event_not_found", 0, 60)) as it:
        gone = RawItem("the_odds_api", f"/v4/sports/americanfootball_nfl/events/{BROWNS}/odds", (("regions", "us"),), 1)

        assert it.desk.fetch.fetch(gone).outcome is CallOutcome.NOT_FOUND
        assert it.ask().accepted == SIDES


def test_a_redirect_is_never_followed(seeded):
    with live(seeded, a_fault("redirect", 1, 2)) as it:
        it.ask()
        it.minutes()

        assert it.ask().outcome is CallOutcome.REDIRECTED
        assert len(it.simulator.met) == 2
        honest_again(it)


# ------------------------------------------------------------------------------------------------- credits


def test_as_credits_drain_publishing_falls_by_steps_and_rises_after_three_fresh_polls(seeded):
    with live(seeded, a_fault("credits_drain", 0, 60, amount=1000), of=1000) as it:
        modes = []
        for minute in (10, 51, 59):
            it.minutes(minute - round((it.clock() - BEGINS) / timedelta(minutes=1)))
            poll = it.ask()
            it.watch()
            modes.append(it.mode())
            assert poll.credits_left <= poll.credits_remaining, "we must never believe in more than the vendor"
        assert modes == [Mode.FULL, Mode.EDGE_ONLY, Mode.NONE]
        assert ("QUOTA_LOW", "the_odds_api:NONE") in it.open()
        called = odds_calls(it)
        assert it.ask().credits_left == poll.credits_left
        assert odds_calls(it) == called, "what is left is for closes"

        it.minutes(3)
        it.ask("EVENTS")
        rising = []
        for _ in range(4):
            it.minutes()
            it.ask()
            it.watch()
            rising.append(it.mode())
        assert (rising[0], rising[-1]) == (Mode.NONE, Mode.FULL), "one good poll is not three"
        assert not [kind for kind, _ in it.open() if kind == "QUOTA_LOW"]


def test_credits_that_somebody_else_spends_are_told_and_the_lower_count_holds(seeded):
    with live(seeded, a_fault("credits_drain", 1, 100, amount=9000)) as it:
        it.ask()
        it.minutes()
        poll = it.ask()

        assert ("QUOTA_DISAGREES", "the_odds_api") in it.open()
        assert poll.credits_left <= poll.credits_remaining < it.simulator.counter.remaining


def test_a_cost_that_is_told_too_high_is_counted_as_told(seeded):
    with live(seeded, a_fault("credits_disagree", 1, 3, amount=50)) as it:
        it.ask()
        it.minutes()

        assert it.ask().credits_left <= it.simulator.counter.remaining - 50


def test_nonsense_for_credits_is_not_believed(seeded):
    with live(seeded, a_fault("credits_untold", 1, 3)) as it:
        it.ask()
        it.minutes()
        poll = it.ask()

        assert poll.credits_remaining is None
        assert poll.credits_left == it.simulator.counter.remaining


# ------------------------------------------------------------------------------------------------ the wire


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [("slow", CallOutcome.TIMED_OUT), ("cut", CallOutcome.UNREACHABLE), ("reset", CallOutcome.UNREACHABLE)],
)
def test_a_broken_wire_ends_in_time_is_not_paid_twice_and_loses_nothing(seeded, fault, outcome):
    with live(seeded, a_fault(fault, 1, 2)) as it:
        it.ask()
        it.minutes()
        began = time.monotonic()
        poll = it.ask()

        assert (poll.outcome, poll.accepted) == (outcome, 0)
        assert time.monotonic() - began < 5.0
        # The vendor counted the call: it is not made again, and the desk counts it at its worst too.
        assert len(it.simulator.met) == 2
        assert honest_again(it).credits_left == it.simulator.counter.remaining


def test_bytes_that_drip_are_given_up_at_the_deadline_of_the_call(seeded, monkeypatch):
    monkeypatch.setattr(server, "SLOW_SECONDS", 0.1)
    with live(seeded, a_fault("slow", 1, 2), limits=replace(QUICK, total_seconds=1.5)) as it:
        it.ask()
        it.minutes()
        began = time.monotonic()

        assert it.ask().outcome is CallOutcome.TIMED_OUT
        assert 1.0 < time.monotonic() - began < 4.0
        honest_again(it)


HOSTILE = {
    "page": CallOutcome.UNREADABLE, "empty_body": CallOutcome.UNREADABLE, "too_deep": CallOutcome.UNREADABLE,
    "gzip_garbage": CallOutcome.UNREADABLE, "gzip_bomb": CallOutcome.TOO_BIG, "not_a_number": CallOutcome.UNREADABLE,
    "infinite": CallOutcome.UNREADABLE, "long_number": CallOutcome.UNREADABLE, "key_twice": CallOutcome.UNREADABLE,
    "truncated": CallOutcome.UNREADABLE, "utf_16": CallOutcome.UNREADABLE,
}  # fmt: skip


@pytest.mark.parametrize("fault", HOSTILE)
def test_hostile_bytes_are_refused_whole_and_the_next_answer_mends_it(seeded, fault):
    with live(seeded, a_fault(fault, 1, 3)) as it:
        it.ask()
        it.minutes()
        polls = [it.ask(), it.ask()]

        assert [(poll.outcome, poll.accepted) for poll in polls] == [(HOSTILE[fault], 0)] * 2
        assert all("synthetic-key" not in poll.fault for poll in polls)
        if HOSTILE[fault] is CallOutcome.UNREADABLE:
            assert it.open()["FEED_UNREADABLE", "the_odds_api:ODDS:nfl"] == 2
        honest_again(it)
        assert not [kind for kind, _ in it.open() if kind == "FEED_UNREADABLE"]


@pytest.mark.parametrize("fault", ["key_twice", "not_a_number"])
def test_hostile_bytes_twin_a_plain_reader_takes_them_for_an_answer(seeded, fault, monkeypatch):
    monkeypatch.setattr(responses, "loads", lambda content, name: json.loads(content))
    with live(seeded, a_fault(fault, 1, 3)) as it:
        it.minutes()

        assert it.ask().outcome is CallOutcome.OK


@pytest.mark.parametrize("fault", ["text_price", "true_price"])
def test_prices_of_another_type_are_set_aside_one_by_one(seeded, fault):
    with live(seeded, a_fault(fault, 1, 2)) as it:
        it.ask()
        it.minutes()
        poll = it.ask()

        assert (poll.outcome, poll.accepted, poll.quarantined) == (CallOutcome.OK, 0, SIDES)
        honest_again(it)


# ----------------------------------------------------------------------------------------------- the board


def test_reordered_outcomes_change_nothing(seeded):
    with live(seeded, a_fault("outcomes_reordered", 1, 2)) as it:
        it.ask()
        it.minutes()

        assert (it.ask().accepted, it.quotes()) == (0, SIDES)


def test_missing_books_are_absent_not_withdrawn_and_come_back(seeded):
    with live(seeded, a_fault("books_missing", 1, 2)) as it:
        it.ask()
        it.minutes()
        it.ask()
        gone = {key[1] for key, state in it.states().items() if state is Availability.ABSENT}

        assert gone == {"synthetic_harbour"}
        assert Availability.SUSPENDED not in it.states().values()
        it.minutes(2)
        it.ask()
        assert set(it.states().values()) == {Availability.PRICED}


def test_suspended_lines_are_neither_prices_nor_gone(seeded):
    with live(seeded, a_fault("suspended", 1, 2, amount=1)) as it:
        it.ask()
        it.minutes()
        poll = it.ask()
        by_event: dict = {}
        for key, state in it.states().items():
            by_event.setdefault(key[0], set()).add(state)

        assert (poll.accepted, poll.quarantined) == (0, 0)
        assert sorted(map(sorted, by_event.values())) == [["PRICED"], ["SUSPENDED"]]


def test_of_a_one_sided_market_the_side_that_is_left_stands(seeded):
    with live(seeded, a_fault("one_sided", 1, 2)) as it:
        it.ask()
        it.minutes()
        poll = it.ask()
        states = list(it.states().values())

        # Four markets of one game, and of the other the single moneyline.
        assert (poll.accepted, poll.unchanged) == (0, 5)
        assert states.count(Availability.PRICED) == 5
        assert states.count(Availability.ABSENT) == 5


def test_an_empty_board_takes_every_price_off_and_forgets_nothing(seeded):
    with live(seeded, a_fault("no_events", 1, 2)) as it:
        it.ask()
        it.minutes()
        it.ask()

        assert set(it.states().values()) == {Availability.ABSENT}
        assert len(it.events()) == 2
        it.minutes(2)
        it.ask()
        assert set(it.states().values()) == {Availability.PRICED}


def test_a_flipped_sign_is_caught_by_the_other_side(seeded):
    with live(seeded, a_fault("sign_flipped", 1, 2)) as it:
        it.ask()
        it.minutes()
        poll = it.ask()

        assert (poll.accepted, poll.quarantined) == (0, 4)
        honest_again(it)


@pytest.mark.parametrize(
    ("fault", "kind"),
    [("teams_swapped", "OTHER_TEAMS"), ("team_renamed", "MAPPING_DRIFT"), ("two_ids", "DUPLICATE_EVENT")],
)
def test_doubtful_names_and_ids_never_join_or_make_an_event(seeded, fault, kind):
    with live(seeded, a_fault(fault, 1, 3, amount=1)) as it:
        it.ask()
        before = it.events()
        it.minutes()
        polls = [it.ask(), it.ask()]

        assert [(poll.accepted, poll.quarantined) for poll in polls] == [(0, 8)] * 2
        assert it.events() == before
        assert [name for name, _ in it.open()] == [kind]
        honest_again(it)


def test_an_event_that_is_listed_twice_is_one_event(seeded):
    with live(seeded, a_fault("event_twice", 1, 2)) as it:
        it.ask()
        it.minutes()
        poll = it.ask()

        assert (poll.accepted, poll.unchanged, poll.quarantined) == (0, SIDES, 8)
        assert len(it.events()) == 2


def test_a_start_that_moves_and_moves_back_is_three_versions_of_one_event(seeded):
    with live(seeded, a_fault("start_moved", 1, 2, amount=1)) as it:
        it.ask()
        starts = [start_of_first(it)]
        it.minutes()
        it.ask()
        starts.append(start_of_first(it))
        it.minutes(2)
        it.ask()
        starts.append(start_of_first(it))

        assert starts == [(START, 1), (START + timedelta(minutes=45), 2), (START, 3)]


def test_a_postponed_game_keeps_its_name_and_its_prices(seeded):
    with live(seeded, a_fault("postponed", 1, 60)) as it:
        it.ask()
        names = set(it.events())
        it.minutes()
        it.ask()

        assert set(it.events()) == names
        assert {event.starts_at for event in it.events().values()} == {START + timedelta(days=1)}
        assert it.quotes() == SIDES


def start_of_first(it):
    with it.session() as session:
        (name,) = references.events_by_alias(session, provider="the_odds_api", names=[BROWNS]).values()
    event = it.events()[name]
    return event.starts_at, event.version


# ----------------------------------------------------------------------------------------------- staleness


def stale_run(it, minutes):
    """Poll by plan for so many minutes; give the mode after each, and the outcomes of all polls."""
    modes = []
    for _ in range(minutes):
        it.minutes()
        it.job("capture.poll")
        it.watch()
        modes.append(it.mode())
    return modes


def test_a_body_that_never_changes_is_stale_however_often_it_answers_200(seeded):
    begins = START - timedelta(minutes=58)
    with live(seeded, a_fault("stale", 5, 32, endpoint="odds"), begins=begins) as it:
        it.ask("SCHEDULE")
        fresh = stale_run(it, 6)
        assert set(fresh[3:]) == {Mode.FULL}
        modes = stale_run(it, 24)
        answered = {poll.outcome for poll in it.polls()}

        assert answered == {CallOutcome.OK}
        assert ("FEED_STALE", "nfl") in it.open()
        steps = [mode for place, mode in enumerate(modes) if place == 0 or mode is not modes[place - 1]]
        assert steps == [Mode.FULL, Mode.NONE]
        assert stale_run(it, 6)[-1] is Mode.FULL
        assert ("FEED_STALE", "nfl") not in it.open()


def test_staleness_twin_by_the_time_of_the_last_success_nothing_is_ever_stale(seeded, monkeypatch):
    from closeline.jobs.capturing import keeping

    monkeypatch.setattr(keeping, "content_moment", lambda updated, first_seen, received_at: received_at)
    begins = START - timedelta(minutes=58)
    with live(seeded, a_fault("stale", 5, 32, endpoint="odds"), begins=begins) as it:
        it.ask("SCHEDULE")
        stale_run(it, 30)

        assert it.mode() is Mode.FULL
        assert ("FEED_STALE", "nfl") not in it.open()


def test_every_call_of_the_script_is_in_the_record(seeded):
    windows = [a_fault(name, place + 1, place + 2) for place, name in enumerate(HOSTILE)]
    with live(seeded, *windows) as it:
        for _ in range(len(HOSTILE) + 2):
            it.ask()
            it.minutes()
        polls = it.polls()

        assert len(polls) == len(HOSTILE) + 2
        assert sum(poll.attempts for poll in polls) == len(it.simulator.met)
        assert all(instant(0) < poll.asked_at < poll.received_at for poll in polls)
        assert BEARS not in str(polls)
