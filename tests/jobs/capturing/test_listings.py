"""What is asked for by hand of one event, of the teams of a league, and of the past; what it costs and leaves behind."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from closeline.domain.errors import BadInput
from closeline.domain.feeds.wants import Kind
from closeline.domain.leagues import League
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
from tests.builders.records import number, rows_of
from tests.fakes import Answer
from tests.jobs.capturing.polled import account, poll, polls, wrong

GAME = "nfl_bills_chiefs_2026_11_22"
OWN_ID = "0" * 32
OF_GAME = f"{NFL_EVENTS}/{OWN_ID}"
PAST = "/v4/historical/sports/americanfootball_nfl"
AT = "2026-11-20T12:00:00Z"


def head():
    return json.loads(events_answer().content or b"")[0]


def markets_answer(*keys):
    books = [{"key": "pinnacle", "title": "p", "markets": [{"key": key, "last_update": AT} for key in keys]}]
    return Answer(json.dumps(head() | {"bookmakers": books}).encode(), allowance=told(19_990, 1))


def past(events, at=AT):
    wrapped = {"timestamp": at, "previous_timestamp": at, "next_timestamp": at, "data": events}
    return Answer(json.dumps(wrapped).encode(), allowance=told(19_990, 1))


def a_desk(seeded, script):
    desk = a_live_desk(seeded, {NFL_EVENTS: events_answer(), **script})
    poll(desk, "capture.schedule")
    clock_of(desk).pass_(minutes=1)
    return desk


def ask(desk, kind, **more):
    clock_of(desk).pass_(seconds=1)
    asking.ask(desk, Asked(kind, **more))


def asked(desk):
    return fetcher_of(desk).calls[-1]


# ---------------------------------------------------------------------------------------------------- of an event


def test_an_event_is_asked_for_the_markets_that_its_books_were_seen_with_and_no_other(seeded):
    script = {
        f"{OF_GAME}/markets": markets_answer("h2h", "totals_h1", "player_longest_nap"),
        f"{OF_GAME}/odds": Answer(b"{}"),
    }
    desk = a_desk(seeded, script)
    ask(desk, Kind.EVENT_ODDS, event=GAME)
    blind = asked(desk)
    ask(desk, Kind.EVENT_MARKETS, event=GAME)
    listing = asked(desk)
    ask(desk, Kind.EVENT_ODDS, event=GAME)

    assert (dict(blind.query)["markets"], blind.credits_most) == ("h2h,spreads,totals", 4)
    assert (listing.path, listing.credits_most) == (f"{OF_GAME}/markets", 1)
    assert (dict(asked(desk).query)["markets"], asked(desk).credits_most) == ("h2h,totals_h1", 3)
    clock_of(desk).pass_(days=2)
    ask(desk, Kind.EVENT_ODDS, event=GAME)
    assert dict(asked(desk).query)["markets"] == "h2h,spreads,totals"


def test_a_list_of_markets_is_no_price_and_takes_none_off_the_board(seeded):
    desk = a_desk(seeded, {NFL_ODDS: odds_answer(NOON), f"{OF_GAME}/markets": markets_answer("h2h")})
    ask(desk, Kind.ODDS, league=League.NFL)
    ask(desk, Kind.EVENT_MARKETS, event=GAME)

    with unit_of_work(seeded, write=False) as session:
        assert {row["availability"] for row in rows_of(session, "SELECT availability FROM quote")} == {"PRICED"}
        assert number(session, "SELECT count(*) FROM quarantine") == 0


@pytest.mark.parametrize(("given", "words"), [
    ({"kind": Kind.EVENT_ODDS}, "was missing"), ({"kind": Kind.EVENT_ODDS, "event": "nfl_a_b_2026_11_22"}, "event of the record"),
    ({"kind": Kind.HISTORICAL_ODDS}, "--at must be"), ({"kind": Kind.HISTORICAL_EVENTS, "at": "yesterday"}, "--at must be"),
    ({"kind": Kind.INJURIES}, "a feed answers"),
])  # fmt: skip
def test_what_cannot_be_asked_is_refused_before_it_is_paid_for(seeded, given, words):
    desk = a_desk(seeded, {})
    made = len(fetcher_of(desk).calls)
    with pytest.raises(BadInput, match=words):
        asking.ask(desk, Asked(**given))
    assert len(fetcher_of(desk).calls) == made


# ------------------------------------------------------------------------------------------------------- of teams


def test_a_team_that_the_feed_spells_as_nobody_has_mapped_is_a_question_before_it_ever_plays(seeded):
    teams = [{"id": "par_1", "full_name": PAIRS[0][0]}, {"id": "par_2", "full_name": "Kansas City Chefs"}]
    content = Answer(json.dumps(teams).encode(), allowance=told(19_990, 1))
    desk = a_desk(seeded, {"/v4/sports/americanfootball_nfl/participants": content})
    ask(desk, Kind.PARTICIPANTS, league=League.NFL)

    with unit_of_work(seeded, write=False) as session:
        (question,) = rows_of(session, "SELECT spelling, provider, suggestions FROM mapping_review")
    assert (question["spelling"], question["provider"]) == ("Kansas City Chefs", "the_odds_api")
    assert "kansascitychiefs" in question["suggestions"]
    assert wrong(desk)["MAPPING_DRIFT"] == 1
    assert account(desk).left == 19_990


# ---------------------------------------------------------------------------------------------------- of the past


def test_a_start_of_the_past_stands_where_it_would_have_stood_and_moves_nothing(seeded):
    before = head() | {"commence_time": "2026-11-22T17:00:00Z"}
    unknown = head() | {
        "id": "f" * 32, "home_team": PAIRS[1][0], "away_team": PAIRS[1][1], "commence_time": "2026-11-20T17:00:00Z",
    }  # fmt: skip
    desk = a_desk(seeded, {f"{PAST}/events": past([before, unknown])})
    ask(desk, Kind.HISTORICAL_EVENTS, league=League.NFL, at=AT)

    assert (asked(desk).path, asked(desk).credits_most) == (f"{PAST}/events", 1)
    with unit_of_work(seeded, write=False) as session:
        versions = rows_of(
            session, "SELECT event_id, version, starts_at, received_at FROM event_version ORDER BY event_id"
        )
    assert [(row["event_id"], row["version"]) for row in versions] == [
        (GAME, 1), ("nfl_eagles_cowboys_2026_11_20", 1)
    ]  # fmt: skip
    assert versions[0]["starts_at"] == int(KICKOFF.timestamp() * 1e6)
    assert versions[1]["received_at"] == int(datetime(2026, 11, 20, 12, tzinfo=UTC).timestamp() * 1e6)


def test_prices_of_the_past_are_asked_for_by_hand_and_leave_those_of_now_alone(seeded):
    then = json.loads(odds_answer(NOON - timedelta(days=2), price=-120).content or b"")
    desk = a_desk(seeded, {NFL_ODDS: odds_answer(NOON), f"{PAST}/odds": past(then)})
    ask(desk, Kind.ODDS, league=League.NFL)
    ask(desk, Kind.HISTORICAL_ODDS, league=League.NFL, at=AT)

    assert asked(desk).credits_most == 30
    (made,) = polls(desk, Kind.HISTORICAL_ODDS)
    assert (made.accepted, made.quarantined) == (12, 0)
    with unit_of_work(seeded, write=False) as session:
        newest = rows_of(session, "SELECT max(received_at) AS at FROM quote WHERE price_text = '-120'")
    assert newest[0]["at"] == int(datetime(2026, 11, 20, 12, tzinfo=UTC).timestamp() * 1e6)
