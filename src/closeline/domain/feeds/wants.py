"""What the desk wants to know now: each want becomes the items of one feed, by that feed's own pure function."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from closeline.domain.leagues import League
from closeline.domain.markets import Market


class Kind(StrEnum):
    """What sort of thing is wanted."""

    SPORTS = "SPORTS"
    EVENTS = "EVENTS"
    ODDS = "ODDS"
    EVENT_ODDS = "EVENT_ODDS"
    SCORES = "SCORES"
    RESULTS = "RESULTS"
    SCHEDULE = "SCHEDULE"
    INJURIES = "INJURIES"
    EVENT_MARKETS = "EVENT_MARKETS"
    PARTICIPANTS = "PARTICIPANTS"
    PRESEASON = "PRESEASON"
    HISTORICAL_EVENTS = "HISTORICAL_EVENTS"
    HISTORICAL_ODDS = "HISTORICAL_ODDS"
    HISTORICAL_EVENT_ODDS = "HISTORICAL_EVENT_ODDS"


@dataclass(frozen=True, slots=True)
class Want:
    """One thing wanted of one league. What a kind does not need stays empty.

    `markets` are of the closed list that the feed can ask for; `event` is the provider's own id; `day` the league day;
    `at` an ISO instant, for what is asked of the past; `competition` the feed's own key of another competition of the
    league, such as its preseason.
    """

    kind: Kind
    league: League | None = None
    markets: tuple[Market, ...] = ()
    event: str = ""
    day: date | None = None
    at: str = ""
    alternates: bool = False
    competition: str = ""
