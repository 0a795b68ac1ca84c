"""Single events are asked for the markets that the answer for a league does not hold, one by one, when all else is paid."""

import json
from collections.abc import Sequence
from dataclasses import replace

import pytest

from closeline.domain.errors import BadInput
from closeline.domain.feeds.event_odds import markets_named
from closeline.domain.feeds.fetching import CallOutcome
from closeline.domain.feeds.quota import Plan
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
    PAIRS,
    a_live_desk,
    clock_of,
    events_answer,
    fetcher_of,
    odds_answer,
    told,
)  # fmt: skip
from tests.builders.records import rows_of
from tests.fakes import Answer
from tests.jobs.capturing.polled import MINUTE, account, poll, polls

STARTS = [KICKOFF, KICKOFF, KICKOFF]
NEVER = Plan(10_000_000)
MARKETS = markets_named(["TEAM_TOTAL"])
NOT_FOUND = Answer(outcome=CallOutcome.NOT_FOUND, status=404, error_code="EVENT_NOT_FOUND")


def path(place: int) -> str:
    return f"/v4/sports/americanfootball_nfl/events/{place:032x}/odds"


def event_answer(place: int) -> Answer:
    """Give one event with the totals of its teams at one book."""
    home, away = PAIRS[place]
    outcomes = [
        {"name": name, "description": team, "price": -110, "point": 21.5}
        for team in (home, away) for name in ("Over", "Under")
    ]  # fmt: skip
    return Answer(json.dumps({
        "id": f"{place:032x}", "sport_key": "americanfootball_nfl", "sport_title": "NFL",
        "commence_time": "2026-11-22T18:00:00Z", "home_team": home, "away_team": away,
        "bookmakers": [{"key": "draftkings", "title": "DraftKings", "markets": [
            {"key": "team_totals", "last_update": "2026-11-22T11:59:00Z", "outcomes": outcomes},
        ]}],
    }).encode(), allowance=told(None, 1))  # fmt: skip


def a_desk(seeded, *, now=NOON, answers: Sequence[Answer] | None = None, plan=NEVER, markets=MARKETS):
    found = answers or [event_answer(place) for place in range(3)]
    script = {NFL_EVENTS: events_answer(STARTS), NFL_ODDS: odds_answer(NOON, starts=STARTS)}
    script |= {path(place): answer for place, answer in enumerate(found)}
    desk = replace(a_live_desk(seeded, script, now=now, plan=plan), event_markets=markets)
    poll(desk, "capture.schedule")
    return desk


def asked(desk):
    return [item.path for item in fetcher_of(desk).calls if item.path.endswith("/odds") and "/events/" in item.path]


def test_an_event_that_is_not_found_is_skipped_and_the_sweep_goes_on(seeded):
    desk = a_desk(seeded, answers=[event_answer(0), event_answer(1), NOT_FOUND])
    for _ in range(3):
        clock_of(desk).pass_(minutes=1)
        poll(desk)
    with unit_of_work(seeded, write=False) as session:
        kept = rows_of(session, "SELECT DISTINCT event_id, market_key FROM quote WHERE market_key LIKE 'TEAM_TOTAL%'")

    # The Bears come first by the record's own ids.
    assert asked(desk) == [path(2), path(0), path(1)]
    assert [item.outcome for item in polls(desk, Kind.EVENT_ODDS)] == ["NOT_FOUND", "OK", "OK"]
    assert len(kept) == 4
    assert account(desk).held == 0


def test_each_event_is_asked_at_its_looks_and_for_its_close_and_no_more(seeded):
    desk = a_desk(seeded)
    while clock_of(desk).now < KICKOFF + 2 * MINUTE:
        clock_of(desk).pass_(minutes=5 if KICKOFF - clock_of(desk).now > 10 * MINUTE else 1)
        poll(desk, "capture.close")
        poll(desk)

    found = polls(desk, Kind.EVENT_ODDS)
    assert [item.purpose for item in found] == ["PLANNED"] * 6 + ["CLOSE"] * 3
    assert all(item.received_at < KICKOFF for item in found)


def test_without_markets_nobody_is_asked(seeded):
    desk = a_desk(seeded, markets=())
    clock_of(desk).pass_(minutes=1)
    poll(desk)

    assert asked(desk) == []


def test_a_plan_that_cannot_pay_all_polls_of_the_main_markets_asks_events_for_their_close_alone(seeded):
    desk = a_desk(seeded, now=KICKOFF - 170 * MINUTE, plan=Plan(600))
    for _ in range(10):
        clock_of(desk).pass_(minutes=1)
        poll(desk, "capture.close")
        poll(desk)
    assert polls(desk, Kind.EVENT_ODDS) == []
    clock_of(desk).now = KICKOFF - 5 * MINUTE
    for _ in range(5):
        poll(desk, "capture.close")
        clock_of(desk).pass_(minutes=1)

    assert [item.purpose for item in polls(desk, Kind.EVENT_ODDS)] == ["CLOSE"] * 3


def test_the_plan_of_the_day_shows_them_with_their_reasons(seeded):
    desk = a_desk(seeded)
    with unit_of_work(seeded, write=False) as session:
        found = showing.quota(session, desk)
    events = [item for item in found.planned if item.event]

    assert len(events) == 9
    assert events[0].reason.startswith("24 h before nfl_")
    assert events[0].credits == 1
    assert found.events_unpaid == 0


def test_a_person_may_ask_for_all_events_of_a_league_or_for_one(seeded):
    desk = a_desk(seeded, answers=[event_answer(0), event_answer(1), NOT_FOUND])
    clock_of(desk).pass_(minutes=1)
    asking.ask(desk, Asked(Kind.EVENT_ODDS, League.NFL))
    assert [item.outcome for item in polls(desk, Kind.EVENT_ODDS)] == ["NOT_FOUND", "OK", "OK"]
    with unit_of_work(seeded, write=False) as session:
        (row, *_) = rows_of(session, "SELECT event_id FROM quote WHERE market_key LIKE 'TEAM_TOTAL%' ORDER BY event_id")
    clock_of(desk).pass_(minutes=1)
    asking.ask(desk, Asked(Kind.EVENT_ODDS, event=row["event_id"]))

    assert len(polls(desk, Kind.EVENT_ODDS)) == 4


def test_all_events_of_a_league_need_markets_that_are_set(seeded):
    with pytest.raises(BadInput, match="CLOSELINE_ODDS_API_EVENT_MARKETS"):
        asking.ask(a_desk(seeded, markets=()), Asked(Kind.EVENT_ODDS, League.NFL))


def test_the_twin_that_takes_not_found_for_silence_asks_it_again(seeded, monkeypatch):
    monkeypatch.setattr("closeline.domain.feeds.blocks.block", lambda *given, **more: None)
    monkeypatch.setattr("closeline.jobs.capturing.of_event._first", lambda moments: None)
    desk = a_desk(seeded, answers=[event_answer(0), event_answer(1), NOT_FOUND])
    for _ in range(3):
        clock_of(desk).pass_(minutes=1)
        poll(desk)

    assert asked(desk).count(path(2)) > 1
