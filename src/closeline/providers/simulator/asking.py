"""What a call asks of the simulated vendors: which endpoint, of which sport, and how."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from urllib.parse import parse_qsl, unquote, urlsplit

from closeline.domain.leagues import League


class Endpoint(StrEnum):
    """What a call asks for."""

    SPORTS = "sports"
    EVENTS = "events"
    ODDS = "odds"
    EVENT_ODDS = "event_odds"
    SCORES = "scores"
    HISTORICAL_ODDS = "historical_odds"
    HISTORICAL_EVENT_ODDS = "historical_event_odds"
    SCOREBOARD = "scoreboard"


@dataclass(frozen=True, slots=True)
class Call:
    """One call as it arrived. `at` is the simulator's clock, `number` counts the calls of this endpoint from one."""

    endpoint: Endpoint
    sport: str
    event: str
    query: Mapping[str, str]
    at: datetime
    number: int = 1

    def listed(self, name: str) -> tuple[str, ...]:
        """Return a parameter that is a list, empty where it was not given."""
        return tuple(part for part in self.query.get(name, "").split(",") if part)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a path leads."""

    endpoint: Endpoint
    sport: str = ""
    event: str = ""


SCOREBOARDS = {
    "football/nfl": League.NFL, "football/college-football": League.NCAAF, "basketball/nba": League.NBA,
    "basketball/mens-college-basketball": League.NCAAB, "baseball/mlb": League.MLB, "hockey/nhl": League.NHL,
}  # fmt: skip
_PATHS = (
    (re.compile(r"/v4/sports/?"), Endpoint.SPORTS),
    (re.compile(r"/v4/sports/(?P<sport>\w+)/odds/?"), Endpoint.ODDS),
    (re.compile(r"/v4/sports/(?P<sport>\w+)/scores/?"), Endpoint.SCORES),
    (re.compile(r"/v4/sports/(?P<sport>\w+)/events/?"), Endpoint.EVENTS),
    (re.compile(r"/v4/sports/(?P<sport>\w+)/events/(?P<event>[^/]+)/odds/?"), Endpoint.EVENT_ODDS),
    (re.compile(r"/v4/historical/sports/(?P<sport>\w+)/odds/?"), Endpoint.HISTORICAL_ODDS),
    (
        re.compile(r"/v4/historical/sports/(?P<sport>\w+)/events/(?P<event>[^/]+)/odds/?"),
        Endpoint.HISTORICAL_EVENT_ODDS,
    ),
    (re.compile(r"/apis/site/v2/sports/(?P<sport>[\w-]+/[\w-]+)/scoreboard/?"), Endpoint.SCOREBOARD),
)


def place_of(target: str) -> Place | None:
    """Return where a request's target leads; None for what neither vendor has."""
    path = unquote(urlsplit(target).path)
    for pattern, endpoint in _PATHS:
        found = pattern.fullmatch(path)
        if found is not None:
            parts = found.groupdict()
            return Place(endpoint, parts.get("sport", ""), parts.get("event", ""))
    return None


def query_of(target: str) -> dict[str, str]:
    """Return a target's parameters; of one given twice the last."""
    return dict(parse_qsl(urlsplit(target).query, keep_blank_values=True))
