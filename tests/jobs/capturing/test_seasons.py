"""August: a league without games is asked why, its preseason is counted and set aside, and nobody is alarmed."""

import json
from datetime import UTC, datetime

from closeline.domain.feeds.fetching import CallOutcome
from closeline.domain.feeds.wants import Kind
from closeline.domain.leagues import League
from closeline.jobs.capturing import showing
from closeline.store.session import unit_of_work
from tests.builders.polling import (
    KICKOFF,
    NFL_EVENTS,
    NFL_ODDS,
    SPORTS,
    a_live_desk,
    clock_of,
    events_answer,
    fetcher_of,
    odds_answer,
)  # fmt: skip
from tests.builders.records import rows_of
from tests.fakes import Answer
from tests.jobs.capturing.polled import MINUTE, poll, polls, wrong

AUGUST = datetime(2026, 8, 10, 12, tzinfo=UTC)
NFL, PRESEASON = "americanfootball_nfl", "americanfootball_nfl_preseason"
NOTHING = Answer(b"[]")


def listed(*keys):
    return Answer(
        json.dumps([{"key": key, "group": "g", "active": True, "has_outrights": False} for key in keys]).encode()
    )


def friendlies(count):
    return Answer(json.dumps([
        {
            "id": f"p{number}", "sport_key": PRESEASON, "commence_time": "2026-08-14T23:00:00Z",
            "home_team": "Dallas Cowboys", "away_team": f"Guests {number}",
        }
        for number in range(count)
    ]).encode())  # fmt: skip


def a_desk(seeded, sports, *, preseason=NOTHING, events=NOTHING):
    script = {NFL_EVENTS: events, SPORTS: sports, f"/v4/sports/{PRESEASON}/events": preseason}
    return a_live_desk(seeded, script, now=AUGUST)


def through(desk, hours=7):
    """Let the schedule be looked at every hour."""
    for _ in range(hours):
        poll(desk, "capture.schedule")
        poll(desk, "capture.watch")
        clock_of(desk).pass_(hours=1)


def resting(desk):
    with unit_of_work(desk.engine, write=False) as session:
        return [(item.league, item.rest, item.set_aside) for item in showing.feeds(session, desk).resting]


def paths(desk):
    return [item.path for item in fetcher_of(desk).calls]


def test_a_league_before_its_season_has_its_games_counted_and_none_of_them_kept(seeded):
    desk = a_desk(seeded, listed(PRESEASON), preseason=friendlies(16))
    through(desk)

    assert resting(desk) == [("nfl", "PRESEASON", 16)]
    with unit_of_work(seeded, write=False) as session:
        assert rows_of(session, "SELECT count(*) AS n FROM event")[0]["n"] == 0
        assert {row["reason"] for row in rows_of(session, "SELECT reason FROM quarantine")} == {"PRESEASON"}
    assert wrong(desk) == {}
    assert {(item.outcome, item.credits_reserved) for item in polls(desk, Kind.PRESEASON)} == {(CallOutcome.OK, 0)}


def test_a_league_out_of_season_is_no_alarm_and_its_preseason_is_not_asked_for(seeded):
    desk = a_desk(seeded, listed("basketball_nba"))
    through(desk)

    assert (resting(desk), wrong(desk)) == ([("nfl", "OUT_OF_SEASON", 0)], {})
    assert paths(desk).count(SPORTS) <= 2
    assert not any(PRESEASON in path for path in paths(desk))


def test_a_week_without_games_in_the_season_is_neither(seeded):
    desk = a_desk(seeded, listed(NFL))
    through(desk)
    assert resting(desk) == [("nfl", "NO_GAMES", 0)]


def test_a_schedule_that_falls_silent_is_an_alarm_and_no_summer(seeded):
    down = Answer(outcome=CallOutcome.SERVER_FAULT, status=503)
    desk = a_desk(seeded, listed("basketball_nba"), events=[NOTHING, down])
    through(desk, hours=15)

    assert [item[1] for item in resting(desk)] == ["UNHEARD"]
    assert set(wrong(desk)) == {"SCHEDULE_SILENT"}
    fetcher_of(desk).script[NFL_EVENTS] = NOTHING
    through(desk, hours=2)
    assert wrong(desk) == {}


def test_a_league_with_games_is_not_asked_why(seeded):
    desk = a_live_desk(seeded, {NFL_EVENTS: events_answer()})
    through(desk, hours=5)

    assert resting(desk) == []
    assert SPORTS not in paths(desk)


def test_prices_that_grew_old_in_the_summer_do_not_switch_anything_off_aloud(seeded):
    script = {NFL_EVENTS: [events_answer(), NOTHING], NFL_ODDS: odds_answer(KICKOFF), SPORTS: listed("basketball_nba")}
    desk = a_live_desk(seeded, script, now=KICKOFF - 30 * MINUTE)
    poll(desk, "capture.schedule")
    clock_of(desk).pass_(minutes=1)
    poll(desk)
    assert len(polls(desk)) == 1
    clock_of(desk).pass_(days=3)
    through(desk, hours=8)

    assert resting(desk) == [("nfl", "OUT_OF_SEASON", 0)]
    assert not {"PUBLISHING_OFF", "FEED_STALE"} & set(wrong(desk))
    assert [item.league for item in polls(desk)] == [League.NFL]
