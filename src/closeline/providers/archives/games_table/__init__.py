"""The documented import format: one row per game, parquet or CSV (see docs/import_format.md).

Columns are converted one by one, then rows are read side by side. A value that its column cannot hold is a
rejection with its row; a null is simply nothing.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import cast

from closeline.domain.errors import BadInput
from closeline.domain.feeds.captures import ParsedPayload, RawPayload, Rejected
from closeline.domain.leagues import League, season_of
from closeline.providers.archives.games import ArchiveGame, payload_of, rejected_record
from closeline.providers.archives.games_table import columns
from closeline.providers.archives.games_table.cells import Values, values_of
from closeline.providers.archives.nflverse import NflverseSchedule
from closeline.providers.archives.price_changes import PriceChanges, PriceEvents
from closeline.providers.archives.quotes import Offer
from closeline.providers.archives.tables import header_of, is_parquet, parquet_columns, read_table
from closeline.providers.archives.times import is_start_of
from closeline.providers.cells import Cell
from closeline.providers.foreign import reading
from closeline.providers.periods import Ending, Points, ending
from closeline.providers.reasons import Reason
from closeline.providers.spellings import name_of

_LEAGUES: Mapping[str, League] = {league.value: league for league in League}
_PLAYOFF: Mapping[str, bool] = {**dict.fromkeys(columns.REGULAR, False), **dict.fromkeys(columns.PLAYOFFS, True)}
_GAME_NO_MAX = 9
# A table with one of these has a row for each player: other feeds read it, or say what it lacks.
_OF_PLAYERS = {"player", "player_id"}


class GamesTable:
    """A table of games with lines and results."""

    name = "games_table"
    parser_version = "games_table/1"

    def recognises(self, payload: RawPayload) -> bool:
        """Say whether the file is parquet, or a CSV that names home or away teams."""
        if is_parquet(payload.content):
            # Another feed's own columns: what is left is a games table, or a file to be refused for what it lacks.
            others = any(feed.recognises(payload) for feed in (PriceChanges(), PriceEvents()))
            return not others and not _OF_PLAYERS & parquet_columns(payload)
        header = set(header_of(payload.content))
        named = bool({"home_team", "away_team"} & header) and not _OF_PLAYERS & header
        return named and not NflverseSchedule().recognises(payload)

    def parse(self, payload: RawPayload) -> ParsedPayload:
        """Read the table; raises BadInput naming the required columns that it lacks."""
        frame = read_table(payload)
        missing = [name for name in columns.REQUIRED if name not in frame.columns]
        if missing:
            raise BadInput(f"{payload.name} must have the columns {', '.join(missing)}, had not")
        with reading("table of games", payload.name):
            values = values_of(frame)
        rejected: list[Rejected] = []
        games = list(_games(values, rejected))
        return payload_of(games, rejected, provider=self.name, parser_version=self.parser_version)


Row = Mapping[str, object]


def _games(values: Mapping[str, Values], rejected: list[Rejected]) -> Iterator[ArchiveGame]:
    names = tuple(values)
    offered = tuple(offer for offer in columns.OFFERS if any(name in values for name in offer.columns))
    for number, cells in enumerate(zip(*values.values(), strict=True), start=1):
        row = dict(zip(names, cells, strict=True))
        place = f"row {number}"
        offers = tuple(_offers(row, offered, place))
        game = _game(row, place, offers)
        if game is None:
            what = {name: row.get(name) for name in columns.REQUIRED}
            rejected.append(rejected_record(Reason.BAD_RECORD, place, what, offers))
            continue
        season_type = cast("str | None", row.get(columns.SEASON_TYPE))
        if season_type is not None and game.playoff is None:
            rejected.append(rejected_record(Reason.UNKNOWN_SEASON_TYPE, f"{place} {columns.SEASON_TYPE}",
                f"must be {', '.join(_PLAYOFF)} or empty, was {season_type}", offers))  # fmt: skip
            continue
        if game.ending is None and (row.get("home_score") is not None or row.get("away_score") is not None):
            score = (row.get("home_score"), row.get("away_score"))
            rejected.append(rejected_record(Reason.BAD_RESULT, f"{place} home_score", score))
        yield game


def _offers(row: Row, offered: tuple[columns.OfferColumns, ...], place: str) -> Iterator[Offer]:
    for each in offered:
        line = cast(Cell, row.get(each.line)) if each.line else None
        first, second = each.prices or ("", "")
        prices = (cast(Cell, row.get(first)), cast(Cell, row.get(second)))
        if line is not None or prices != (None, None):
            yield Offer(each.phase, each.market, line, prices, f"{place} {each.name}")


def _game(row: Row, place: str, offers: tuple[Offer, ...]) -> ArchiveGame | None:
    league = _LEAGUES.get(str(row["league"]).lower())
    day = cast("date | None", row["game_date"])
    home, away = _team(row, "home"), _team(row, "away")
    if league is None or day is None or home is None or away is None or home == away:
        return None
    season = cast("int | None", row.get("season"))
    game_no = cast("int | None", row.get("game_no"))
    starts_at = None if row.get("start_time_tbd") else cast("datetime | None", row.get(columns.START))
    if season is None:
        season = season_of(league, day)
    # A season may begin before or after its usual month, but its days are never two years away.
    sound = abs(season - day.year) <= 1 and (game_no is None or 0 < game_no <= _GAME_NO_MAX)
    if not sound or (starts_at is not None and not is_start_of(day, starts_at)):
        return None
    return ArchiveGame(
        league, day, season, home, away, place, offers, _ending(league, row), starts_at,
        bool(row.get("neutral")), game_no, name_of(row.get("home_pitcher")), name_of(row.get("away_pitcher")),
        _PLAYOFF.get(cast(str, row.get(columns.SEASON_TYPE))),
    )  # fmt: skip


def _team(row: Row, side: str) -> str | None:
    """Return the team's code where the table has one: a name such as `LosAngeles` may be two teams'."""
    return name_of(row.get(f"{side}_code")) or name_of(row[f"{side}_team"])


def _ending(league: League, row: Row) -> Ending | None:
    score = (cast(Points, row.get("home_score")), cast(Points, row.get("away_score")))
    home = [cast(Points, row.get(name)) for name in columns.HOME_PERIODS]
    away = [cast(Points, row.get(name)) for name in columns.AWAY_PERIODS]
    found = ending(league, score, home, away, overtime=bool(row.get("overtime")), extra_told=_extra(row))
    return found and replace(found, overtime_told=row.get("overtime") is not None)


def _extra(row: Row) -> tuple[Points, Points]:
    """Return the points after regulation where the table has a column of them."""
    for home, away in columns.EXTRA:
        if row.get(home) is not None and row.get(away) is not None:
            return (cast(Points, row[home]), cast(Points, row[away]))
    return (None, None)
