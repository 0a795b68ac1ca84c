"""The six leagues and what their schedules have in common."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

EASTERN = ZoneInfo("America/New_York")
PACIFIC = ZoneInfo("America/Los_Angeles")


class League(StrEnum):
    """A league, by the code that every id begins with."""

    NFL = "nfl"
    NCAAF = "ncaaf"
    NBA = "nba"
    NCAAB = "ncaab"
    MLB = "mlb"
    NHL = "nhl"


SPORT_KEYS = {
    "americanfootball_nfl": League.NFL,
    "americanfootball_ncaaf": League.NCAAF,
    "basketball_nba": League.NBA,
    "basketball_ncaab": League.NCAAB,
    "baseball_mlb": League.MLB,
    "icehockey_nhl": League.NHL,
}

# Games before the season, under keys of their own: they are known, counted and set aside, and never rated.
PRESEASON_KEYS = {
    "americanfootball_nfl_preseason": League.NFL,
    "basketball_nba_preseason": League.NBA,
    "basketball_nba_summer_league": League.NBA,
    "baseball_mlb_preseason": League.MLB,
    "icehockey_nhl_preseason": League.NHL,
}

# The month in which a season begins; a game before it belongs to the season of the year before.
SEASON_STARTS_IN = {
    League.NFL: 8,
    League.NCAAF: 8,
    League.NBA: 9,
    League.NCAAB: 10,
    League.MLB: 1,
    League.NHL: 9,
}


def season_of(league: League, day: date) -> int:
    """Return the year in which the season that holds `day` begins."""
    return day.year if day.month >= SEASON_STARTS_IN[league] else day.year - 1


def league_day(moment: datetime) -> date:
    """Return the day, in New York, on which a league counts `moment`."""
    return moment.astimezone(EASTERN).date()


def eastern(day: date, at: time) -> datetime:
    """Return the UTC instant of a New York wall-clock time on `day`."""
    return datetime.combine(day, at, EASTERN).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Team:
    """A team, by an id that never changes."""

    team_id: str
    league: League
    name: str


def team_id(league: League, slug: str) -> str:
    """Return the id of a team from its slug: words joined by hyphens."""
    return f"{league}_{slug}"


def event_id(league: League, away: str, home: str, day: date, game_no: int = 1) -> str:
    """Return the id of an event from its team ids and league day; double-headers add the game's number."""
    prefix = len(league) + 1
    stem = f"{league}_{away[prefix:]}_{home[prefix:]}_{day:%Y_%m_%d}"
    return stem if game_no == 1 else f"{stem}_g{game_no}"


NEXT_DAY = timedelta(days=1)
