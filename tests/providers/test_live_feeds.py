"""What live feeds ask for, what it may cost at worst, and that their settings choose them."""

from datetime import date
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from closeline.domain.errors import BadSetting
from closeline.domain.feeds.fetching import RawItem
from closeline.domain.feeds.wants import Kind, Want
from closeline.domain.leagues import SPORT_KEYS, League
from closeline.domain.markets import GAME_MARKETS, MONEYLINE, SPREAD, TOTAL, Market, MarketType, Period
from closeline.domain.ports import InjuryFeed, LiveFeed
from closeline.providers.fetch.hosts import Host
from closeline.providers.live import catalog
from closeline.providers.live.injuries import EspnInjuries
from closeline.providers.live.odds import LiveOdds
from closeline.providers.live.scores import EspnScores, MlbScores, NhlScores
from closeline.providers.the_odds_api.markets import key_of, names_of
from closeline.providers.the_odds_api.requests import REGIONS, Offer, items_for

DAY = date(2026, 11, 20)
EVENT = "e" * 32
AT = "2025-11-29T22:45:00Z"
POINTS = Market(MarketType.PLAYER_POINTS)


def item(want: Want, offer: Offer | None = None) -> RawItem:
    (only,) = LiveOdds(offer).required_items(want)
    return only


def most(want: Want, offer: Offer | None = None) -> int:
    return item(want, offer).credits_most


# --------------------------------------------------------------------------------------------- The Odds API


def test_the_list_of_sports_and_of_events_costs_nothing() -> None:
    assert item(Want(Kind.SPORTS)) == RawItem("the_odds_api", "/v4/sports")
    assert item(Want(Kind.EVENTS, League.NHL)) == RawItem(
        "the_odds_api", "/v4/sports/icehockey_nhl/events", (("dateFormat", "iso"),)
    )


def test_the_odds_of_a_league_cost_markets_times_regions() -> None:
    asked = item(Want(Kind.ODDS, League.NFL, (MONEYLINE, TOTAL)), Offer(("us", "eu")))

    assert asked.address == (
        "/v4/sports/americanfootball_nfl/odds?regions=us,eu&markets=h2h,totals&oddsFormat=american&dateFormat=iso"
    )
    assert asked.credits_most == 4


def test_without_a_market_the_three_of_a_game_are_asked_for() -> None:
    assert ("markets", "h2h,spreads,totals") in item(Want(Kind.ODDS, League.NFL)).query


@pytest.mark.parametrize(("books", "regions"), [(1, 1), (10, 1), (11, 2), (20, 2), (21, 3)])
def test_ten_books_count_as_one_region_and_go_before_regions(books: int, regions: int) -> None:
    offer = Offer(("us", "eu", "uk"), tuple(f"book{number}" for number in range(books)))

    assert most(Want(Kind.ODDS, League.NBA), offer) == 3 * regions
    assert item(Want(Kind.ODDS, League.NBA), offer).query[0][0] == "bookmakers"


def test_a_league_is_never_asked_for_what_only_an_event_has() -> None:
    asked = item(Want(Kind.ODDS, League.NBA, (MONEYLINE, POINTS), alternates=True))

    assert ("markets", "h2h") in asked.query
    assert LiveOdds().required_items(Want(Kind.ODDS, League.NBA, (POINTS,))) == ()


def test_an_events_odds_cost_every_market_that_may_come_back() -> None:
    markets = (SPREAD, POINTS, Market(MarketType.TEAM_TOTAL_HOME), Market(MarketType.TEAM_TOTAL_AWAY))
    asked = item(Want(Kind.EVENT_ODDS, League.NBA, markets, EVENT, alternates=True))

    assert dict(asked.query)["markets"] == (
        "spreads,alternate_spreads,player_points,player_points_alternate,team_totals,alternate_team_totals"
    )
    assert asked.path == f"/v4/sports/basketball_nba/events/{EVENT}/odds"
    assert asked.credits_most == 6


def test_prices_to_lay_come_unasked_beside_a_moneyline_of_an_event_and_may_be_paid_for() -> None:
    assert most(Want(Kind.EVENT_ODDS, League.NBA, (MONEYLINE,), EVENT)) == 2
    assert most(Want(Kind.ODDS, League.NBA, (MONEYLINE,))) == 1


def test_scores_cost_one_and_those_of_the_last_days_two() -> None:
    assert most(Want(Kind.SCORES, League.MLB)) == 1
    assert item(Want(Kind.SCORES, League.MLB, day=DAY)) == RawItem(
        "the_odds_api", "/v4/sports/baseball_mlb/scores", (("daysFrom", "3"), ("dateFormat", "iso")), 2
    )


def test_the_past_costs_ten_times_as_much_and_is_asked_for_in_decimal() -> None:
    league = item(Want(Kind.HISTORICAL_ODDS, League.NFL, at=AT))
    event = item(Want(Kind.HISTORICAL_EVENT_ODDS, League.NBA, (POINTS,), EVENT, at=AT), Offer(("us", "us2")))

    assert (league.path, league.credits_most) == ("/v4/historical/sports/americanfootball_nfl/odds", 30)
    assert {("date", AT), ("oddsFormat", "decimal")} <= set(league.query)
    assert (event.path, event.credits_most) == (f"/v4/historical/sports/basketball_nba/events/{EVENT}/odds", 20)


@pytest.mark.parametrize(
    "want",
    [
        Want(Kind.ODDS), Want(Kind.EVENT_ODDS, League.NBA), Want(Kind.EVENT_ODDS, League.NBA, event="../../x"),
        Want(Kind.HISTORICAL_ODDS, League.NBA), Want(Kind.HISTORICAL_ODDS, League.NBA, at="yesterday"),
        Want(Kind.RESULTS, League.NBA, day=DAY), Want(Kind.SCHEDULE, League.NBA), Want(Kind.INJURIES, League.NBA),
        Want(Kind.EVENT_ODDS, League.NFL, (POINTS,), EVENT), Want(Kind.EVENT_ODDS, League.NBA, (Market(MarketType.TOTAL, Period.REGULATION),), EVENT),
    ],
)  # fmt: skip
def test_what_the_vendor_cannot_answer_or_what_is_not_whole_is_not_asked(want: Want) -> None:
    assert LiveOdds().required_items(want) == ()


@pytest.mark.parametrize(
    ("regions", "books"), [(("mars",), ()), ((), ()), (("us",), ("draft kings",)), (("us",), ("a,b",))]
)
def test_regions_and_books_that_nobody_has_are_refused_before_they_are_paid_for(
    regions: tuple[str, ...], books: tuple[str, ...]
) -> None:
    with pytest.raises(BadSetting):
        Offer(regions, books)


MARKETS = [Market(kind, period) for kind, period in product(MarketType, Period)]


@pytest.mark.parametrize("league", League)
def test_every_key_that_is_asked_for_is_read_as_the_market_that_was_meant(league: League) -> None:
    for market in MARKETS:
        for name in names_of(market, league, alternates=True):
            key = key_of(name, league)

            assert key is not None
            assert key.alternate == ("alternate" in name)
            of_team = market.type is MarketType.TEAM_TOTAL_AWAY
            meant = Market(MarketType.TEAM_TOTAL_HOME, market.period) if of_team else market
            assert key.market == (meant if meant.type is not MarketType.MONEYLINE_3WAY else key.market)


@given(
    st.sampled_from(list(Kind)), st.sampled_from(list(League)), st.lists(st.sampled_from(MARKETS), max_size=6),
    st.lists(st.sampled_from(REGIONS), min_size=1, max_size=9, unique=True), st.integers(0, 35), st.booleans(),
)  # fmt: skip
def test_no_call_is_reserved_for_less_than_the_price_list_says(
    kind: Kind, league: League, markets: list[Market], regions: list[str], books: int, alternates: bool
) -> None:
    offer = Offer(tuple(regions), tuple(f"b{number}" for number in range(books)))
    want = Want(kind, league, tuple(markets), EVENT, DAY, AT, alternates)
    for asked in items_for(want, offer):
        query = dict(asked.query)
        counted = -(-books // 10) if books else len(regions)
        listed = len(query["markets"].split(",")) if "markets" in query else 0
        price = listed * counted * (10 if "historical" in asked.path else 1)

        assert asked.credits_most >= price
        assert "scores" not in asked.path or asked.credits_most == 2
        assert "apiKey" not in query


# ----------------------------------------------------------------------------------------------- the others


@pytest.mark.parametrize(
    ("league", "address"),
    [
        (League.NFL, "/football/nfl/scoreboard?dates=20261120&limit=500"),
        (League.NCAAF, "/football/college-football/scoreboard?dates=20261120&groups=80&limit=500"),
        (League.NBA, "/basketball/nba/scoreboard?dates=20261120&limit=500"),
        (League.NCAAB, "/basketball/mens-college-basketball/scoreboard?dates=20261120&groups=50&limit=500"),
        (League.MLB, "/baseball/mlb/scoreboard?dates=20261120&limit=500"),
        (League.NHL, "/hockey/nhl/scoreboard?dates=20261120&limit=500"),
    ],
)
def test_a_scoreboard_is_of_a_day_in_new_york_and_of_all_college_teams(league: League, address: str) -> None:
    (asked,) = EspnScores().required_items(Want(Kind.RESULTS, league, day=DAY))

    assert asked.address == f"/apis/site/v2/sports{address}"
    assert asked.credits_most == 0


def test_the_leagues_own_feeds_are_of_a_day() -> None:
    (mlb,) = MlbScores().required_items(Want(Kind.RESULTS, League.MLB, day=DAY))
    (nhl,) = NhlScores().required_items(Want(Kind.RESULTS, League.NHL, day=DAY))

    assert mlb.address == "/api/v1/schedule?sportId=1&date=2026-11-20&hydrate=linescore,probablePitcher,team"
    assert nhl.address == "/v1/score/2026-11-20"
    assert MlbScores().required_items(Want(Kind.RESULTS, League.MLB)) == ()
    assert NhlScores().required_items(Want(Kind.RESULTS, League.MLB, day=DAY)) == ()


def test_injuries_are_of_a_league() -> None:
    (asked,) = EspnInjuries().required_items(Want(Kind.INJURIES, League.NCAAB))

    assert asked.address == "/apis/site/v2/sports/basketball/mens-college-basketball/injuries"
    assert EspnInjuries().required_items(Want(Kind.RESULTS, League.NBA)) == ()


@pytest.mark.parametrize("kind", Kind)
def test_every_item_is_of_a_feed_that_has_a_host_and_a_path_that_may_be_called(kind: Kind) -> None:
    hosts = catalog.hosts(catalog.Addresses(), "a-key")
    feeds: list[LiveFeed | InjuryFeed] = [*catalog.feeds(catalog.NAMES, Offer()), *catalog.injury_feeds(catalog.NAMES)]
    for feed, league in product(feeds, League):
        for asked in feed.required_items(Want(kind, league, GAME_MARKETS, EVENT, DAY, AT)):
            assert hosts[asked.feed].address(asked) is not None


def test_feeds_and_leagues_are_chosen_by_name_and_no_typing_error_is_silent() -> None:
    assert [feed.name for feed in catalog.feeds(("espn", "the_odds_api", "espn_injuries"), Offer())] == [
        "espn",
        "the_odds_api",
    ]
    assert [feed.name for feed in catalog.injury_feeds(("espn", "espn_injuries"))] == ["espn_injuries"]
    assert catalog.leagues(("nfl", "nfl", "mlb")) == (League.NFL, League.MLB)
    for choose in (lambda: catalog.feeds(("espm",), Offer()), lambda: catalog.leagues(("nlf",))):
        with pytest.raises(BadSetting, match="must be some of"):
            choose()


def test_prices_need_a_key_except_on_this_machine() -> None:
    asked = [Host("https://api.the-odds-api.com", key, needs_key=True).may_answer for key in ("", "k")]

    assert asked == [False, True]
    assert Host("http://127.0.0.1:1", needs_key=True).may_answer
    assert len(SPORT_KEYS) == len(League)
