"""All feeds, and which of them reads a file."""

from closeline.domain.captures import Feed, RawPayload
from closeline.domain.errors import UnknownFormat
from closeline.providers.college_football import CollegeGames, CollegeLines
from closeline.providers.football_archive import FootballArchive
from closeline.providers.games_table import GamesTable
from closeline.providers.price_changes import PriceChanges, PriceEvents
from closeline.providers.results.espn import EspnScoreboard
from closeline.providers.results.mlb_schedule import MlbSchedule
from closeline.providers.results.nhl_scores import NhlScores
from closeline.providers.sheets.feed import Sheets
from closeline.providers.the_odds_api.feed import TheOddsApi
from closeline.providers.weekly_books import WeeklyBooks

FEEDS: tuple[Feed, ...] = (
    TheOddsApi(),
    EspnScoreboard(),
    MlbSchedule(),
    NhlScores(),
    FootballArchive(),
    CollegeLines(),
    CollegeGames(),
    WeeklyBooks(),
    Sheets(),
    PriceChanges(),
    PriceEvents(),
    GamesTable(),
)

_EXPECTED = (
    "a games table (parquet or CSV), a sportsbook sheet (xlsx), weekly books (CSV), the football archive, "
    "college games or lines (JSON), a response of The Odds API (JSON), a scoreboard (JSON), or injury reports (JSON, "
    "with --league)"
)


def recognise(payload: RawPayload) -> Feed:
    """Return the feed that reads these bytes; raises UnknownFormat saying what was expected."""
    for feed in FEEDS:
        if feed.recognises(payload):
            return feed
    beginning = ascii(payload.content[:16].decode("latin-1"))
    raise UnknownFormat(f"{payload.name} must be {_EXPECTED}, was something that begins {beginning}")
