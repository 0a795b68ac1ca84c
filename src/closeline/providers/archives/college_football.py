"""College football as JSON: one list of games with line scores, one with the lines of several providers.

Spreads are the home team's. Both lists name a game alike, so that lines and results meet in one event.
"""

from collections.abc import Iterator
from datetime import datetime

from closeline.domain.errors import UnreadableFile
from closeline.domain.feeds.captures import ParsedPayload, Phase, RawPayload, Rejected
from closeline.domain.identity.names import fold
from closeline.domain.leagues import EASTERN, League
from closeline.domain.markets import MONEYLINE, SPREAD, TOTAL
from closeline.providers.archives.games import ArchiveGame, payload_of, rejected_record
from closeline.providers.archives.quotes import Offer
from closeline.providers.fields import cell, instant, whole
from closeline.providers.periods import Ending, Points, ending
from closeline.providers.reasons import Reason
from closeline.providers.spellings import name_of
from closeline.providers.strict_json import Json, loads, looks_like_json, prices_in

PROVIDER = "college_football"
Record = dict[str, Json]

_QUARTERS = 4
_HEAD = 8192


class CollegeLines:
    """Games with the closing and opening lines of several providers."""

    name = "college_lines"
    parser_version = "college_lines/1"

    def recognises(self, payload: RawPayload) -> bool:
        """Say whether this is JSON with games that hold lines."""
        head = payload.content[:_HEAD]
        return looks_like_json(head) and b'"homeTeam"' in head and b'"lines"' in head

    def parse(self, payload: RawPayload) -> ParsedPayload:
        """Read lines, and the final scores beside them."""
        return _parse(payload, self.parser_version)


class CollegeGames:
    """Games with their line scores: results only."""

    name = "college_games"
    parser_version = "college_games/1"

    def recognises(self, payload: RawPayload) -> bool:
        """Say whether this is JSON with games that hold line scores."""
        head = payload.content[:_HEAD]
        return looks_like_json(head) and b'"homeTeam"' in head and b'"homePoints"' in head

    def parse(self, payload: RawPayload) -> ParsedPayload:
        """Read final scores and periods."""
        return _parse(payload, self.parser_version)


def _parse(payload: RawPayload, parser_version: str) -> ParsedPayload:
    records = loads(payload.content, payload.name)
    if not isinstance(records, list):
        raise UnreadableFile(f"{payload.name} must be a list of games, was an object")
    rejected: list[Rejected] = []
    games = list(_games(records, rejected))
    return payload_of(games, rejected, provider=PROVIDER, parser_version=parser_version)


def _games(records: list[Json], rejected: list[Rejected]) -> Iterator[ArchiveGame]:
    for position, record in enumerate(records, start=1):
        place = f"row {position}"
        if not isinstance(record, dict):
            rejected.append(rejected_record(Reason.BAD_RECORD, place, record))
            continue
        offers = tuple(_offers(record.get("lines"), place, rejected))
        game = _game(record, place, offers)
        if game is None:
            what = {key: record.get(key) for key in ("startDate", "season", "homeTeam", "awayTeam")}
            rejected.append(rejected_record(Reason.BAD_RECORD, place, what, offers))
            continue
        if game.ending is None and None not in _score(record):
            rejected.append(rejected_record(Reason.BAD_RESULT, place, _score(record)))
        yield game


def _game(record: Record, place: str, offers: tuple[Offer, ...]) -> ArchiveGame | None:
    starts_at, season = instant(record.get("startDate")), whole(record.get("season"))
    home, away = name_of(record.get("homeTeam")), name_of(record.get("awayTeam"))
    if starts_at is None or season is None or home is None or away is None or home == away:
        return None
    day = starts_at.astimezone(EASTERN).date()
    if not 0 <= day.year - season <= 1:
        return None
    known: datetime | None = None if record.get("startTimeTBD") is True else starts_at
    neutral = record.get("neutralSite") is True
    return ArchiveGame(League.NCAAF, day, season, home, away, place, offers, _ending(record), known, neutral)


def _score(record: Record) -> tuple[Points, Points]:
    home, away = (
        whole(record[f"{side}Score"] if f"{side}Score" in record else record.get(f"{side}Points"))
        for side in ("home", "away")
    )
    return home, away


def _ending(record: Record) -> Ending | None:
    if record.get("completed") is False:
        return None
    home, away = (_periods(record.get(f"{side}LineScores")) for side in ("home", "away"))
    same = len(home) == len(away)
    return ending(League.NCAAF, _score(record), home if same else [], away if same else [])


def _periods(value: Json) -> list[Points]:
    """Return regulation's quarters; what follows them is overtime, which the final score holds."""
    return [whole(points) for points in value[:_QUARTERS]] if isinstance(value, list) else []


def _offers(lines: Json, place: str, rejected: list[Rejected]) -> Iterator[Offer]:
    met: set[str] = set()
    for position, line in enumerate(lines if isinstance(lines, list) else []):
        where = f"{place} lines[{position}]"
        book = slug(line.get("provider")) if isinstance(line, dict) else ""
        if not isinstance(line, dict) or not book:
            count = prices_in(line, "homeMoneyline") + prices_in(line, "awayMoneyline")
            rejected.append(Rejected(Reason.BAD_RECORD, where, ascii(line)[:120], count))
            continue
        fault = Reason.DUPLICATE_PRICE if book in met else None
        met.add(book)
        yield from _lines(line, book, where, fault)


def _lines(line: Record, book: str, place: str, fault: Reason | None) -> Iterator[Offer]:
    for phase, suffix in ((Phase.OPEN, "Open"), (Phase.CLOSE, "")):
        for market, key in ((SPREAD, f"spread{suffix}"), (TOTAL, f"overUnder{suffix}")):
            yield Offer(phase, market, cell(line.get(key)), (None, None), f"{place}.{key}", book, fault)
    moneyline = (cell(line.get("homeMoneyline")), cell(line.get("awayMoneyline")))
    yield Offer(Phase.CLOSE, MONEYLINE, None, moneyline, f"{place}.homeMoneyline", book, fault)


def slug(name: Json) -> str:
    """Return a provider's name as a book: `William Hill (New Jersey)` is `william-hill-new-jersey`."""
    words = name.replace("(", " ").replace(")", " ").split() if isinstance(name, str) else []
    return "-".join(word for word in map(fold, words) if word)[:60]
