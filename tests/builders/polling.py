"""Live desks without a network: real feeds, a scripted fetcher, and answers as the vendors write them."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Engine

from closeline.domain.clock import FixedClock
from closeline.domain.feeds.fetching import Allowance
from closeline.domain.feeds.quota import Plan
from closeline.domain.leagues import League
from closeline.domain.ports import Spool
from closeline.jobs.desk import Desk
from closeline.jobs.shelf import Shelf
from closeline.providers.live.injuries import EspnInjuries
from closeline.providers.live.odds import LiveOdds
from closeline.providers.live.scores import EspnScores
from tests.builders.records import TENANT
from tests.fakes import Answer, FakeFetcher

NFL_EVENTS = "/v4/sports/americanfootball_nfl/events"
NFL_ODDS = "/v4/sports/americanfootball_nfl/odds"
NBA_ODDS = "/v4/sports/basketball_nba/odds"
SPORTS = "/v4/sports"
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
KICKOFF = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)
PAIRS = (
    ("Kansas City Chiefs", "Buffalo Bills"), ("Dallas Cowboys", "Philadelphia Eagles"),
    ("Green Bay Packers", "Chicago Bears"), ("Detroit Lions", "Minnesota Vikings"),
)  # fmt: skip
ODDS = "the_odds_api"
NOTHING_TOLD = Allowance()
BIG_PLAN = Plan(20_000)


def told(remaining: int | None = None, last: int | None = None, used: int | None = None) -> Allowance:
    return Allowance(remaining, used, last)


def events_answer(starts: Sequence[datetime] = (KICKOFF,), allowance: Allowance = NOTHING_TOLD) -> Answer:
    return Answer(json.dumps([_event(place, at) for place, at in enumerate(starts)]).encode(), allowance=allowance)


def odds_answer(
    updated: datetime, *, price: int = -110, starts: Sequence[datetime] = (KICKOFF,), allowance: Allowance = NOTHING_TOLD,
    books: Sequence[str] = ("pinnacle", "draftkings"),
) -> Answer:  # fmt: skip
    """Give an answer of prices: every book shows the three main markets of each game."""
    events = [
        _event(place, at) | {"bookmakers": [_book(book, place, updated, price) for book in books]}
        for place, at in enumerate(starts)
    ]
    return Answer(json.dumps(events).encode(), allowance=allowance)


def _event(place: int, at: datetime) -> dict[str, Any]:
    home, away = PAIRS[place]
    return {
        "id": f"{place:032x}", "sport_key": "americanfootball_nfl", "sport_title": "NFL", "commence_time": _text(at),
        "home_team": home, "away_team": away,
    }  # fmt: skip


def _book(book: str, place: int, updated: datetime, price: int) -> dict[str, Any]:
    home, away = PAIRS[place]
    markets = [
        {"key": "h2h", "outcomes": [{"name": home, "price": price}, {"name": away, "price": -110}]},
        {"key": "spreads", "outcomes": [
            {"name": home, "price": -110, "point": -0.5}, {"name": away, "price": -110, "point": 0.5},
        ]},
        {"key": "totals", "outcomes": [
            {"name": "Over", "price": -110, "point": 44.5}, {"name": "Under", "price": -110, "point": 44.5},
        ]},
    ]  # fmt: skip
    return {"key": book, "title": book, "markets": [{**each, "last_update": _text(updated)} for each in markets]}


def _text(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


class MovingClock(FixedClock):
    """A clock that a test moves on."""

    def pass_(self, **time: float) -> None:
        self.now += timedelta(**time)


def a_live_desk(
    engine: Engine, script: Mapping[str, Answer | list[Answer]], *, now: datetime = NOON, plan: Plan = BIG_PLAN,
    leagues: Sequence[League] = (League.NFL,), spool: Spool | None = None, scores: bool = False,
) -> Desk:  # fmt: skip
    """Give a desk that polls The Odds API by a script; its clock is a MovingClock."""
    clock = MovingClock(now)
    feeds = (LiveOdds(), EspnScores()) if scores else (LiveOdds(),)
    return Desk(
        engine, clock, TENANT, Shelf(()), fetch=FakeFetcher(clock, script), feeds=feeds,
        injury_feeds=(EspnInjuries(),) if scores else (), leagues=tuple(leagues), quota=plan, spool=spool,
    )  # fmt: skip


def fetcher_of(desk: Desk) -> FakeFetcher:
    assert isinstance(desk.fetch, FakeFetcher)
    return desk.fetch


def clock_of(desk: Desk) -> MovingClock:
    assert isinstance(desk.clock, MovingClock)
    return desk.clock
