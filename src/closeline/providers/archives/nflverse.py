"""The schedules of nflverse: every game of the National Football League since 1999, with closing lines and results.

Three habits of the table: times are New York's wherever the game is played, a positive spread means that the home team
is the favourite, and what is not known is NA. Spreads whose sign the moneylines contradict are set aside: some are
known to be wrong.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time

from closeline.domain.errors import BadInput, ImpossiblePrice
from closeline.domain.feeds.captures import ParsedPayload, Phase, RawPayload, Rejected
from closeline.domain.leagues import League, eastern
from closeline.domain.markets import MONEYLINE, SPREAD, TOTAL
from closeline.providers.archives.games import ArchiveGame, payload_of, rejected_record
from closeline.providers.archives.quotes import Offer
from closeline.providers.archives.tables import header_of, is_parquet, read_table
from closeline.providers.cells import Cell, american
from closeline.providers.foreign import reading
from closeline.providers.lines import FULL_GAME
from closeline.providers.periods import SCORE_MAX, Ending
from closeline.providers.reasons import Reason
from closeline.providers.spellings import name_of

PROVIDER = "nflverse"
PARSER_VERSION = "nflverse/1"

_MARKS = frozenset({"game_id", "game_type", "gameday", "gametime", "spread_line"})
_NEEDED = ("game_id", "season", "game_type", "gameday", "gametime", "away_team", "home_team", "location")
_PLAYOFF = {"REG": False, "WC": True, "DIV": True, "CON": True, "SB": True}
_PLACES = {"Home": False, "Neutral": True}
_NOTHING = frozenset({"", "NA", "NaN", "nan", "None"})
# A smaller spread than a point, or a smaller difference between implied figures, names no favourite.
_FAVOURITE_POINTS_MIN = 1.0
_FAVOURITE_IMPLIED_MIN = 0.02

Row = Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class ScheduledGame:
    """A game of the table with the id that it keeps when it is moved."""

    game_id: str
    game: ArchiveGame


class NflverseSchedule:
    """The table as an archive: results are final and lines are closes."""

    name = PROVIDER
    parser_version = PARSER_VERSION

    def recognises(self, payload: RawPayload) -> bool:
        """Say whether this is a CSV with the table's own columns."""
        return not is_parquet(payload.content) and set(header_of(payload.content)) >= _MARKS

    def parse(self, payload: RawPayload) -> ParsedPayload:
        """Read the whole table; raises BadInput naming the columns that it lacks."""
        rejected: list[Rejected] = []
        games = [item.game for item in games_in(payload, rejected)]
        return payload_of(games, rejected, provider=PROVIDER, parser_version=PARSER_VERSION)


def games_in(payload: RawPayload, rejected: list[Rejected], *, season: int | None = None) -> Iterator[ScheduledGame]:
    """Yield the games of the table, or those of one season; what cannot be read is added to `rejected`."""
    frame = read_table(payload)
    missing = [name for name in _NEEDED if name not in frame.columns]
    if missing:
        raise BadInput(f"{payload.name} must have the columns {', '.join(missing)}, had not")
    with reading("table of games", payload.name):
        rows = frame.to_dicts()
    for number, cells in enumerate(rows, start=1):
        row = {name: None if text is None or text.strip() in _NOTHING else text.strip() for name, text in cells.items()}
        if season is None or row["season"] == str(season):
            yield from _read(row, f"row {number}", rejected)


def _read(row: Row, place: str, rejected: list[Rejected]) -> Iterator[ScheduledGame]:
    offers = tuple(_offers(row, place))
    game_id, game = name_of(row["game_id"]), _game(row, place, offers)
    if game_id is None or game is None:
        rejected.append(rejected_record(Reason.BAD_RECORD, place, {name: row[name] for name in _NEEDED}, offers))
        return
    if game.playoff is None:
        rejected.append(rejected_record(Reason.UNKNOWN_SEASON_TYPE, f"{place} game_type", row["game_type"], offers))
        return
    if game.ending is None and (row.get("home_score") or row.get("away_score")):
        score = tuple(row.get(name) for name in ("home_score", "away_score", "result", "total"))
        rejected.append(rejected_record(Reason.BAD_RESULT, f"{place} home_score", score))
    yield ScheduledGame(game_id, game)


def _game(row: Row, place: str, offers: tuple[Offer, ...]) -> ArchiveGame | None:
    day, season = _day(row["gameday"]), _whole(row["season"])
    home, away = name_of(row["home_team"]), name_of(row["away_team"])
    neutral = _PLACES.get(row["location"] or "")
    if day is None or season is None or home is None or away is None or home == away or neutral is None:
        return None
    if not 0 <= day.year - season <= 1:
        return None
    return ArchiveGame(
        League.NFL, day, season, home, away, place, offers, _ending(row), _start(day, row["gametime"]), neutral,
        playoff=_PLAYOFF.get(row["game_type"] or ""),
    )  # fmt: skip


def _start(day: date, text: str | None) -> datetime | None:
    """Return a start in UTC: the table's clock is New York's, also for a game in London."""
    try:
        return eastern(day, time.fromisoformat(text)) if text is not None and len(text) == len("09:30") else None
    except ValueError:
        return None


def _ending(row: Row) -> Ending | None:
    """Return how a game ended, None where it is not over or its own sums contradict its score."""
    home, away, extra = (_whole(row.get(name)) for name in ("home_score", "away_score", "overtime"))
    if home is None or away is None or not (0 <= home <= SCORE_MAX and 0 <= away <= SCORE_MAX):
        return None
    margin, total = _whole(row.get("result")), _whole(row.get("total"))
    if (margin is not None and margin != home - away) or (total is not None and total != home + away):
        return None
    return Ending(home, away, (), extra == 1, overtime_told=extra is not None)


def _offers(row: Row, place: str) -> Iterator[Offer]:
    spread, total = _cell(row.get("spread_line")), _cell(row.get("total_line"))
    prices = (_cell(row.get("home_spread_odds")), _cell(row.get("away_spread_odds")))
    home_line = -spread if isinstance(spread, float) and spread else spread
    if spread is not None or prices != (None, None):
        fault = Reason.DOUBTFUL_SIGN if _is_contradicted(row, spread) else None
        yield Offer(Phase.CLOSE, SPREAD, home_line, prices, f"{place} spread_line", fault=fault)
    prices = (_cell(row.get("over_odds")), _cell(row.get("under_odds")))
    if total is not None or prices != (None, None):
        possible = not isinstance(total, float) or FULL_GAME[League.NFL].is_total(total)
        fault = None if possible else Reason.OUT_OF_RANGE_LINE
        yield Offer(Phase.CLOSE, TOTAL, total, prices, f"{place} total_line", fault=fault)
    prices = (_cell(row.get("home_moneyline")), _cell(row.get("away_moneyline")))
    if prices != (None, None):
        yield Offer(Phase.CLOSE, MONEYLINE, None, prices, f"{place} home_moneyline")


def _is_contradicted(row: Row, spread: Cell) -> bool:
    """Say whether the moneylines make the other team the favourite."""
    if not isinstance(spread, float) or abs(spread) < _FAVOURITE_POINTS_MIN:
        return False
    try:
        home, away = (american(_cell(row.get(f"{side}_moneyline"))).implied for side in ("home", "away"))
    except ImpossiblePrice:
        return False
    return abs(home - away) >= _FAVOURITE_IMPLIED_MIN and (home > away) != (spread > 0)


def _cell(text: str | None) -> Cell:
    """Return a number; what is none stays text, so that it is rejected as a price."""
    try:
        return None if text is None else float(text)
    except ValueError:
        return text


def _whole(text: str | None) -> int | None:
    found = _cell(text)
    return int(found) if isinstance(found, float) and found.is_integer() and abs(found) < 10**6 else None


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text is not None else None
    except ValueError:
        return None
