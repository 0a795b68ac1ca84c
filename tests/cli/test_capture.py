"""Asking feeds by hand, what it costs, and how the feeds do, as a person meets them."""

import os
import signal
from datetime import UTC, datetime, timedelta

import pytest

from closeline import wiring
from closeline.cli.live import capture
from closeline.domain.feeds.fetching import CallOutcome
from closeline.domain.feeds.quota import Plan
from tests.builders.polling import NFL_EVENTS, NFL_ODDS, a_live_desk, clock_of, events_answer, odds_answer, told
from tests.builders.records import opened
from tests.cli.running import answer, closeline, fault
from tests.fakes import Answer


@pytest.fixture
def live(record, monkeypatch):
    """Give a record whose live desk is asked of a scripted source, at the real time."""
    now = datetime.now(UTC)
    start = now.replace(second=0, microsecond=0) + timedelta(minutes=40)
    script = {
        NFL_EVENTS: events_answer([start]),
        NFL_ODDS: odds_answer(now - timedelta(minutes=1), starts=[start], allowance=told(497, 3, 3)),
    }  # fmt: skip

    def live_desk(settings, *given, **more):
        with opened(record) as engine:
            return a_live_desk(engine, script, now=datetime.now(UTC), plan=Plan(500))

    monkeypatch.setattr(wiring, "live_desk", live_desk)
    return record


def test_what_is_asked_for_is_shown_with_what_it_cost(live):
    asked = answer("capture", "run", "--league", "nfl", "--db", live)
    (poll,) = asked["polls"]

    assert (poll["outcome"], poll["accepted"], poll["credits_last"], poll["purpose"]) == ("OK", 12, 3, "ASKED")
    assert answer("capture", "list", "--db", live) == asked
    assert "the_odds_api" in closeline("capture", "list", "--db", live).output


def test_what_is_due_is_asked_for_and_the_plan_says_why(live):
    assert closeline("capture", "run", "--once", "--db", live).exit_code == 0
    found = answer("quota", "show", "--db", live)

    assert found["credits"] == 500
    assert any(item["purpose"] == "CLOSE" and item["reason"].startswith("close of") for item in found["planned"])
    text = closeline("quota", "show", "--db", live).output
    assert "credits left since" in text
    assert "kept for closes" in text


def test_the_status_says_how_the_feeds_do(live):
    assert "no feed was ever polled" in closeline("status", "--db", live).output
    answer("capture", "run", "--league", "nfl", "--db", live)
    found = answer("status", "--db", live)["feeds"]

    assert found["leagues"]["nfl"]["mode"] == "FULL"
    assert found["credits_left"] == 497
    assert "497 of 500 credits left" in closeline("status", "--db", live).output


def test_without_a_key_there_is_nobody_to_ask_for_prices(record):
    code, line = fault("capture", "run", "--kind", "odds", "--db", record)

    assert code == 2
    assert "CLOSELINE_ODDS_API_KEY" in line
    assert "no key is set" in closeline("quota", "show", "--db", record).output


def test_the_status_says_which_feed_is_left_alone_and_why(record, monkeypatch):
    left_alone = {NFL_ODDS: Answer(outcome=CallOutcome.CIRCUIT_OPEN)}

    def live_desk(settings, *given, **more):
        with opened(record) as engine:
            return a_live_desk(engine, left_alone, now=datetime.now(UTC))

    monkeypatch.setattr(wiring, "live_desk", live_desk)
    assert closeline("capture", "run", "--league", "nfl", "--db", record).exit_code == 4
    (found,) = answer("status", "--db", record)["feeds"]["circuits"]

    assert (found["feed"], found["why"]) == ("the_odds_api", "CIRCUIT_OPEN of the fake")
    assert "the_odds_api was last left alone" in closeline("status", "--db", record).output
    left_alone[NFL_ODDS] = odds_answer(datetime.now(UTC), starts=[datetime.now(UTC) + timedelta(hours=1)])
    answer("capture", "run", "--league", "nfl", "--db", record)

    assert answer("status", "--db", record)["feeds"]["circuits"] == []


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_without_once_it_asks_on_every_minute_until_it_is_told_to_stop(record, monkeypatch, how):
    now = datetime.now(UTC)
    start = now.replace(second=0, microsecond=0) + timedelta(minutes=40)
    script = {NFL_EVENTS: events_answer([start]), NFL_ODDS: odds_answer(now, starts=[start])}
    pauses = []

    def live_desk(settings, *given, **more):
        with opened(record) as engine:
            return a_live_desk(engine, script, now=now, plan=Plan(10_000_000))

    def pause(desk, stopping):
        pauses.append(desk.clock())
        if len(pauses) == 3:
            os.kill(os.getpid(), how)
            return stopping.wait(10)
        clock_of(desk).pass_(minutes=1)
        return False

    monkeypatch.setattr(wiring, "live_desk", live_desk)
    monkeypatch.setattr(capture, "_pause", pause)
    before = signal.getsignal(how)
    found = closeline("capture", "run", "--db", record)
    polls = [item for item in answer("capture", "list", "--db", record)["polls"] if item["kind"] == "ODDS"]

    assert (found.exit_code, found.output.splitlines()[-1]) == (0, "stopped")
    assert "asks on, every minute" in found.output
    assert len(polls) == 2
    assert len({item["asked_at"] for item in polls}) == 2
    assert signal.getsignal(how) is before


@pytest.fixture
def failing(record, monkeypatch):
    """Give a way to make a record's live desk whose every call of prices comes to one outcome."""

    def failing_with(outcome, status=None):
        script = {NFL_ODDS: Answer(outcome=outcome, status=status), NFL_EVENTS: Answer(outcome=outcome, status=status)}

        def live_desk(settings, *given, **more):
            with opened(record) as engine:
                return a_live_desk(engine, script, now=datetime.now(UTC), plan=Plan(500))

        monkeypatch.setattr(wiring, "live_desk", live_desk)
        return record

    return failing_with


@pytest.mark.parametrize(("outcome", "mend"), [
    (CallOutcome.BAD_KEY, "set CLOSELINE_ODDS_API_KEY to a key"),
    (CallOutcome.UNREACHABLE, "its address is CLOSELINE_ODDS_API_URL"),
])  # fmt: skip
def test_a_run_in_which_nothing_was_answered_fails_and_names_the_setting(failing, outcome, mend):
    record = failing(outcome)
    asked = closeline("capture", "run", "--league", "nfl", "--db", record)

    assert asked.exit_code == 4
    assert mend in asked.stdout


def test_calls_that_failed_are_told_by_the_status_with_the_last_of_them(failing):
    record = failing(CallOutcome.UNREACHABLE)
    for _ in range(2):
        closeline("capture", "run", "--league", "nfl", "--db", record)
    told_of = closeline("status", "--db", record).stdout

    assert "no feed was ever polled" not in told_of
    assert "the_odds_api: 2 calls failed since its last answer, and it never answered; the last at" in told_of
    assert "UTC: UNREACHABLE (" in told_of


def test_a_refused_key_is_the_reason_why_nothing_of_the_plan_is_asked(failing):
    record = failing(CallOutcome.BAD_KEY, 401)
    closeline("capture", "run", "--league", "nfl", "--db", record)

    assert (
        "the_odds_api refused the key; set CLOSELINE_ODDS_API_KEY" in answer("quota", "show", "--db", record)["blocked"]
    )
    shown = closeline("quota", "show", "--db", record).stdout
    assert "none: the_odds_api refused the key" in shown
    assert "no game of these leagues is known" not in shown


def test_a_feed_that_answered_has_nothing_in_the_way(live):
    answer("capture", "run", "--league", "nfl", "--db", live)

    assert answer("quota", "show", "--db", live)["blocked"] is None
    assert answer("status", "--db", live)["feeds"]["failing"] == []


def test_an_address_that_may_not_be_asked_is_refused_by_the_name_of_its_setting(record, monkeypatch):
    monkeypatch.setenv("CLOSELINE_ODDS_API_URL", "http://example.com")
    code, line = fault("quota", "show", "--db", record)

    assert code == 2
    assert "setting odds_api_url: base address must be https with one of" in line
    assert "was 'http://example.com'; set CLOSELINE_ODDS_API_URL" in line
