"""Answers of The Odds API that hold no price: sports, teams, the markets of an event, and events of the past."""

import json
from datetime import UTC, datetime

import pytest

from closeline.domain.feeds.captures import ParsedPayload, ParsedShown, ParsedSport, RawPayload
from closeline.domain.feeds.fetching import RawItem
from closeline.domain.feeds.wants import Kind, Want
from closeline.domain.leagues import PRESEASON_KEYS, SPORT_KEYS, League
from closeline.domain.markets import MONEYLINE, SPREAD, Market, MarketType
from closeline.providers.live.odds import LiveOdds
from closeline.providers.reasons import Reason
from closeline.providers.the_odds_api.feed import TheOddsApi
from closeline.providers.the_odds_api.requests import Offer
from tests.providers.payloads import h2h, odds_event, odds_response

EVENT = "e" * 32
AT = "2025-11-29T22:45:00Z"
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
NFL = "americanfootball_nfl"
TEAMS = [
    {"id": "par_01hqmkr1xsfxmrj5pdq0f23asx", "full_name": "Dallas Cowboys"},
    {"id": "par_2", "full_name": "Oilers"},
]


def item(want: Want, offer: Offer | None = None) -> RawItem:
    (only,) = LiveOdds(offer).required_items(want)
    return only


def read(value: object, name: str = "answer.json") -> ParsedPayload:
    return LiveOdds().parse(RawPayload(name, json.dumps(value).encode(), NOW))


def sport(key: str, *, active: bool = True) -> dict[str, object]:
    return {"key": key, "group": "g", "title": "t", "description": "d", "active": active, "has_outrights": False}


def listing(*books: tuple[str, tuple[str, ...]]) -> dict[str, object]:
    """Give an event with the markets that its books have shown."""
    return odds_event(sport_key="basketball_nba") | {"bookmakers": [
        {"key": book, "title": book, "markets": [{"key": key, "last_update": AT} for key in keys]}
        for book, keys in books
    ]}  # fmt: skip


# ------------------------------------------------------------------------------------------------ what is asked


@pytest.mark.parametrize(("want", "address", "most"), [
    (Want(Kind.EVENT_MARKETS, League.NBA, event=EVENT), f"/v4/sports/basketball_nba/events/{EVENT}/markets?regions=us&dateFormat=iso", 1),
    (Want(Kind.PARTICIPANTS, League.NFL), f"/v4/sports/{NFL}/participants", 1),
    (Want(Kind.HISTORICAL_EVENTS, League.NFL, at=AT), f"/v4/historical/sports/{NFL}/events?dateFormat=iso&date={AT}", 1),
    (Want(Kind.PRESEASON, League.NFL, competition=f"{NFL}_preseason"), f"/v4/sports/{NFL}_preseason/events?dateFormat=iso", 0),
])  # fmt: skip
def test_a_listing_costs_one_credit_and_a_list_of_what_is_coming_none(want: Want, address: str, most: int) -> None:
    assert (item(want).address, item(want).credits_most) == (address, most)


def test_the_markets_of_an_event_cost_one_credit_whatever_is_asked_of_them() -> None:
    wide = Offer(("us", "eu", "uk"))
    assert item(Want(Kind.EVENT_MARKETS, League.NBA, (MONEYLINE, SPREAD), EVENT), wide).credits_most == 1


@pytest.mark.parametrize("want", [
    Want(Kind.EVENT_MARKETS, League.NBA), Want(Kind.EVENT_MARKETS, League.NBA, event="../x"), Want(Kind.PARTICIPANTS),
    Want(Kind.HISTORICAL_EVENTS, League.NFL), Want(Kind.PRESEASON, League.NFL),
    Want(Kind.PRESEASON, League.NFL, competition="baseball_mlb_preseason"),
    Want(Kind.PRESEASON, League.NFL, competition=NFL),
])  # fmt: skip
def test_what_is_not_whole_is_not_asked(want: Want) -> None:
    assert LiveOdds().required_items(want) == ()


# ------------------------------------------------------------------------------------------------ what is read


def test_the_list_of_sports_tells_the_leagues_and_their_preseasons_and_no_other() -> None:
    parsed = read(
        [sport(NFL, active=False), sport(f"{NFL}_preseason"), sport("cricket_test"), sport("basketball_wnba")]
    )

    assert parsed.sports == (
        ParsedSport(League.NFL, NFL, active=False),
        ParsedSport(League.NFL, f"{NFL}_preseason", active=True, preseason=True),
    )
    assert (parsed.events, parsed.rejected) == ((), ())


@pytest.mark.parametrize("key", PRESEASON_KEYS)
def test_a_game_before_the_season_is_known_for_what_it_is_and_set_aside(key: str) -> None:
    parsed = TheOddsApi().parse(odds_response(odds_event(h2h(), sport_key=key)))

    assert (parsed.events, parsed.quotes) == ((), ())
    assert [(each.reason, each.prices) for each in parsed.rejected] == [(Reason.PRESEASON, 2)]
    assert key not in SPORT_KEYS


@pytest.mark.parametrize(
    "name", ["/v4/sports/americanfootball_nfl/participants", f"the_odds_api_v4_sports_{NFL}_participants_x.json"]
)
def test_teams_are_of_the_sport_that_was_asked_for(name: str) -> None:
    assert [(each.league, each.name) for each in read(TEAMS, name).participants] == [
        (League.NFL, "Dallas Cowboys"), (League.NFL, "Oilers")
    ]  # fmt: skip


def test_teams_of_nobody_knows_which_sport_and_teams_without_a_name_are_set_aside() -> None:
    lost = read(TEAMS, "participants.json")
    nameless = read([{"id": "par_1", "full_name": 7}], f"sports_{NFL}_participants")

    assert ([each.reason for each in lost.rejected], lost.participants) == ([Reason.UNKNOWN_LEAGUE] * 2, ())
    assert ([each.reason for each in nameless.rejected], nameless.participants) == ([Reason.BAD_RECORD], ())
    assert TheOddsApi().recognises(RawPayload("x", json.dumps(TEAMS).encode(), NOW))


def test_the_markets_that_books_show_are_read_and_are_neither_prices_nor_suspensions() -> None:
    parsed = read(
        listing(("a", ("h2h", "player_points", "player_double_double")), ("b", ("alternate_spreads", "team_totals")))
    )
    name = parsed.events[0].provider_event_id

    assert parsed.shown == (
        ParsedShown(name, "a", MONEYLINE), ParsedShown(name, "a", Market(MarketType.PLAYER_POINTS)),
        ParsedShown(name, "b", Market(MarketType.TEAM_TOTAL_HOME)), ParsedShown(name, "b", Market(MarketType.TEAM_TOTAL_AWAY)),
    )  # fmt: skip
    assert (parsed.quotes, parsed.suspended, parsed.rejected) == ((), (), ())


def test_a_market_that_has_lost_its_prices_among_others_is_no_list_of_markets() -> None:
    damaged = odds_event(h2h(), {"key": "spreads", "last_update": AT})
    parsed = TheOddsApi().parse(odds_response(damaged))

    assert parsed.shown == ()
    assert len(parsed.quotes) == 2
    assert [each.reason for each in parsed.rejected] == [Reason.BAD_RECORD]


def test_a_list_of_the_past_is_known_since_then_so_that_it_moves_no_start() -> None:
    told = read(
        {"timestamp": AT, "previous_timestamp": AT, "next_timestamp": AT, "data": [odds_event(bookmakers=None)]}
    )

    (start,) = told.starts
    assert start.provider_event_id == told.events[0].provider_event_id
    assert start.received_at == datetime(2025, 11, 29, 22, 45, tzinfo=UTC)
    assert read([odds_event(bookmakers=None)]).starts == ()
