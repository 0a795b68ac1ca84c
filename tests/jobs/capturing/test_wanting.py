"""What costs nothing is asked for by the clock; what costs something, only where nobody tells it for nothing."""

import json

import pytest

from closeline.domain.errors import BadInput
from closeline.domain.feeds.fetching import CallOutcome
from closeline.domain.feeds.wants import Kind
from closeline.domain.leagues import League
from closeline.jobs.capturing import showing
from closeline.jobs.capturing.of_event import Asked
from closeline.jobs.duty import asking
from closeline.store.session import unit_of_work
from tests.builders.polling import (
    KICKOFF,
    NFL_EVENTS,
    NFL_ODDS,
    NOON,
    a_live_desk,
    clock_of,
    events_answer,
    fetcher_of,
    odds_answer,
    told,
)  # fmt: skip
from tests.fakes import Answer
from tests.jobs.capturing.polled import MINUTE, poll, polls

ESPN = "/apis/site/v2/sports/football/nfl/scoreboard"
INJURIES = "/apis/site/v2/sports/football/nfl/injuries"
NFL_SCORES = "/v4/sports/americanfootball_nfl/scores"


def scoreboard(state="in", home="3", away="0"):
    """Give ESPN's words for the game of the other answers."""
    name = {"in": "STATUS_IN_PROGRESS", "post": "STATUS_FINAL"}[state]
    teams = [("home", "Kansas City Chiefs", "KC", home), ("away", "Buffalo Bills", "BUF", away)]
    return Answer(json.dumps({"events": [{
        "id": "401", "date": "2026-11-22T18:00Z", "season": {"year": 2026, "type": 2},
        "competitions": [{
            "id": "401", "neutralSite": False, "competitors": [
                {"homeAway": side, "score": score, "team": {"displayName": team, "abbreviation": short}}
                for side, team, short, score in teams
            ], "status": {"period": 4, "type": {"name": name, "state": state, "completed": state == "post"}},
        }],
    }], "leagues": [{"slug": "nfl"}]}).encode())  # fmt: skip


def asked(desk, path):
    return sum(item.path == path for item in fetcher_of(desk).calls)


def test_games_are_looked_up_every_hour_when_one_is_near_and_every_six_otherwise(seeded):
    desk = a_live_desk(seeded, {NFL_EVENTS: events_answer([KICKOFF])}, now=NOON)
    for _ in range(24):
        poll(desk, "capture.schedule")
        clock_of(desk).pass_(minutes=5)
    assert asked(desk, NFL_EVENTS) == 2
    clock_of(desk).pass_(days=30)
    for _ in range(24):
        poll(desk, "capture.schedule")
        clock_of(desk).pass_(minutes=15)

    assert asked(desk, NFL_EVENTS) == 3


def test_a_schedule_that_failed_is_asked_for_again_after_five_minutes(seeded):
    desk = a_live_desk(
        seeded, {NFL_EVENTS: [Answer(outcome=CallOutcome.SERVER_FAULT, status=500), events_answer()]}, now=NOON
    )
    for _ in range(8):
        poll(desk, "capture.schedule")
        clock_of(desk).pass_(minutes=1)

    assert [item.outcome for item in polls(desk, Kind.EVENTS)] == ["SERVER_FAULT", "OK"]


def test_results_are_asked_for_from_the_start_every_ten_minutes_until_they_are_decided(seeded):
    desk = a_live_desk(
        seeded, {NFL_EVENTS: events_answer(), ESPN: scoreboard(), NFL_SCORES: Answer(b"[]")}, now=NOON, scores=True
    )
    poll(desk, "capture.schedule")
    poll(desk, "capture.results")
    before = asked(desk, ESPN)
    clock_of(desk).now = KICKOFF + MINUTE
    for _ in range(6):
        events = poll(desk, "capture.results")
        poll(desk, "capture.scores")
        clock_of(desk).pass_(minutes=5)

    assert asked(desk, ESPN) - before == 3
    assert asked(desk, NFL_SCORES) == 0
    assert [item.results for item in polls(desk, Kind.RESULTS)] == [1, 1, 1]
    assert not events or events[0].name == "ResultsReported"


def test_scores_that_cost_credits_are_asked_for_where_nobody_tells_results_for_nothing(seeded):
    desk = a_live_desk(seeded, {NFL_EVENTS: events_answer(), NFL_SCORES: Answer(b"[]", allowance=told(19_998, 2))})
    poll(desk, "capture.schedule")
    clock_of(desk).now = KICKOFF + MINUTE
    for _ in range(5):
        poll(desk, "capture.scores")
        clock_of(desk).pass_(minutes=15)

    (first, second) = polls(desk, Kind.SCORES)
    assert (first.credits_reserved, second.credits_reserved) == (2, 2)


def test_injuries_are_kept_as_evidence(seeded):
    body = json.dumps({"injuries": []}).encode()
    desk = a_live_desk(seeded, {INJURIES: Answer(body)}, scores=True)
    poll(desk, "capture.injuries")
    (kept,) = polls(desk, Kind.INJURIES)

    assert kept.payload_sha is not None
    assert kept.feed == "espn_injuries"


def test_a_person_may_ask_for_what_a_feed_answers_and_for_nothing_else(seeded):
    desk = a_live_desk(seeded, {NFL_ODDS: odds_answer(NOON)})
    asking.ask(desk, Asked(Kind.ODDS, League.NFL))

    assert polls(desk)[0].purpose == "ASKED"
    with pytest.raises(BadInput, match="kind must be one that a feed answers, injuries was not"):
        asking.ask(desk, Asked(Kind.INJURIES))


def test_what_is_due_is_run_with_all_that_it_sets_going_and_once(seeded):
    desk = a_live_desk(
        seeded, {NFL_EVENTS: events_answer(), NFL_ODDS: odds_answer(KICKOFF - 31 * MINUTE)}, now=KICKOFF - 30 * MINUTE
    )
    asking.run_due(desk)
    asking.run_due(desk)
    clock_of(desk).pass_(minutes=1)
    asking.run_due(desk)
    with unit_of_work(seeded, write=False) as session:
        quota = showing.quota(session, desk)
        feeds = showing.feeds(session, desk)

    assert asked(desk, NFL_ODDS) == 1
    assert quota.account == "the_odds_api"
    assert quota.spent_today == 3
    assert [item.outcome for item in quota.polled] == ["OK"]
    assert all(item.reason for item in quota.planned)
    assert feeds.leagues["nfl"].mode == "FULL"
    assert set(feeds.answered) == {"the_odds_api"}
