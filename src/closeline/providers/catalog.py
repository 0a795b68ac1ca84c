"""All feeds, and which of them reads a file."""

from typing import Protocol

from closeline.domain.errors import UnknownFormat
from closeline.domain.feeds.captures import Feed, RawPayload
from closeline.domain.forecasts.injuries import ParsedInjuries
from closeline.domain.leagues import League
from closeline.providers import injuries, injury_table
from closeline.providers.archives.college_football import CollegeGames, CollegeLines
from closeline.providers.archives.football_archive import FootballArchive
from closeline.providers.archives.games_table import GamesTable
from closeline.providers.archives.nflverse import NflverseSchedule
from closeline.providers.archives.player_games import PlayerGames
from closeline.providers.archives.player_props import PlayerProps
from closeline.providers.archives.price_changes import PriceChanges, PriceEvents
from closeline.providers.archives.sheets.feed import Sheets
from closeline.providers.archives.weekly_books import WeeklyBooks
from closeline.providers.results.espn import EspnScoreboard
from closeline.providers.results.mlb_schedule import MlbSchedule
from closeline.providers.results.nhl_scores import NhlScores
from closeline.providers.the_odds_api.feed import TheOddsApi

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
    NflverseSchedule(),
    PlayerGames(),
    PlayerProps(),
    GamesTable(),
)


class InjuryReader(Protocol):
    """A format of injury reports; its bytes do not say of which league they are."""

    FEED: str

    def recognises(self, payload: RawPayload) -> bool:
        """Say whether these bytes are of this format."""
        ...

    def parse(self, payload: RawPayload, league: League) -> ParsedInjuries:
        """Read the reports of a league; raises BadInput for what is none."""
        ...


INJURY_READERS: tuple[InjuryReader, ...] = (injuries, injury_table)

_EXPECTED = (
    "a games table (parquet or CSV), a sportsbook sheet (xlsx), weekly books (CSV), the football archive, "
    "college games or lines (JSON), a response of The Odds API (JSON), a scoreboard (JSON), or injury reports (JSON or "
    "a table, with --league)"
)


def recognise(payload: RawPayload) -> Feed:
    """Return the feed that reads these bytes; raises UnknownFormat saying what was expected."""
    for feed in FEEDS:
        if feed.recognises(payload):
            return feed
    beginning = ascii(payload.content[:16].decode("latin-1"))
    raise UnknownFormat(f"{payload.name} must be {_EXPECTED}, was something that begins {beginning}")


def injury_reader(payload: RawPayload) -> InjuryReader | None:
    """Return the reader of these injury reports, or None where they are none."""
    return next((reader for reader in INJURY_READERS if reader.recognises(payload)), None)
