"""Weekly football sheets as CSV: one row per team, visitor first, a group of columns for each numbered book.

The visitor's row holds the over's price and the home row the under's. `opening_*` is the site's own opener.
"""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time
from statistics import median

from closeline.domain.errors import UnreadableFile
from closeline.domain.feeds.captures import ParsedPayload, Phase, RawPayload, Rejected
from closeline.domain.leagues import EASTERN, SEASON_STARTS_IN, League, eastern
from closeline.domain.markets import MONEYLINE, SPREAD, TOTAL, Market
from closeline.providers.archives.games import ArchiveGame, payload_of, rejected_record
from closeline.providers.archives.quotes import ARCHIVE_BOOK, Offer
from closeline.providers.archives.tables import header_of
from closeline.providers.fields import whole
from closeline.providers.foreign import check_size, reading
from closeline.providers.lines import is_placeholder
from closeline.providers.periods import Ending, ending
from closeline.providers.reasons import Reason
from closeline.providers.spellings import name_of

Row = Mapping[str, str]

_REQUIRED = ("game_id", "season", "team", "date", "time", "score", "opening_spread")
_BOOK = re.compile(r"([0-9]{1,4})_spread")
_DAY = re.compile(r"(?:[A-Za-z]{3} )?([0-9]{1,2})/([0-9]{1,2})")
_FINAL = "FINAL"
_OPENING = "opening"


class WeeklyBooks:
    """The National Football League's weeks with up to fifteen books each."""

    name = "weekly_books"
    parser_version = "weekly_books/1"

    def recognises(self, payload: RawPayload) -> bool:
        """Say whether the header has the sheet's own columns."""
        return {"opening_spread", "team_id", "rotation"} <= set(header_of(payload.content))

    def parse(self, payload: RawPayload) -> ParsedPayload:
        """Read the rows two by two; a row without its partner is rejected."""
        rows = _rows(payload)
        rejected: list[Rejected] = []
        games = list(_games(rows, rejected))
        return payload_of(games, rejected, provider=self.name, parser_version=self.parser_version)


def _rows(payload: RawPayload) -> list[Row]:
    check_size(payload.content, payload.name)
    with reading("CSV file", payload.name):
        lines = payload.content.decode("utf-8-sig").splitlines()
        table = csv.DictReader(lines, restkey="", restval="", strict=True)
        missing = [name for name in _REQUIRED if name not in (table.fieldnames or ())]
        if missing:
            raise UnreadableFile(f"{payload.name} must have the columns {', '.join(missing)}, had not")
        return [{key: value.strip() for key, value in row.items() if isinstance(value, str)} for row in table]


def _games(rows: Sequence[Row], rejected: list[Rejected]) -> Iterator[ArchiveGame]:
    position = 0
    while position < len(rows):
        first = rows[position]
        second = rows[position + 1] if position + 1 < len(rows) else {}
        place = f"row {position + 1}"
        if not first["game_id"] or first["game_id"] != second.get("game_id"):
            rejected.append(rejected_record(Reason.BAD_RECORD, place, dict(first), _half(first, place)))
            position += 1
            continue
        position += 2
        away, home = (second, first) if _is_home(first) and not _is_home(second) else (first, second)
        game = _game(away, home, place)
        if game is None:
            record = {name: (away[name], home[name]) for name in _REQUIRED}
            rejected.append(rejected_record(Reason.BAD_RECORD, place, record, tuple(_offers(away, home, place))))
            continue
        if game.ending is None and away.get("outcome", _FINAL).startswith(_FINAL):
            record = {"score": (away["score"], home["score"])}
            rejected.append(rejected_record(Reason.BAD_RESULT, f"{place} score", record))
        yield game


def _is_home(row: Row) -> bool:
    """Say whether the rotation number is even, as a home team's is."""
    return row.get("rotation", "").removesuffix(".0")[-1:] in tuple("02468")


def _game(away: Row, home: Row, place: str) -> ArchiveGame | None:
    starts_at, names = _start(away), (name_of(home["team"]), name_of(away["team"]))
    if starts_at is None or names[0] is None or names[1] is None or names[0] == names[1]:
        return None
    day = starts_at.astimezone(EASTERN).date()
    offers = tuple(_offers(away, home, place))
    return ArchiveGame(
        League.NFL,
        day,
        int(away["season"]),
        names[0],
        names[1],
        place,
        offers,
        _ending(away, home),
        starts_at,
    )


def _start(row: Row) -> datetime | None:
    """Return the start from `Mon 9/10`, `7:10 PM` and the season; the sheet's times are New York's."""
    found = _DAY.fullmatch(row["date"])
    try:
        clock = datetime.strptime(row["time"], "%I:%M %p").time()  # noqa: DTZ007 -- a wall clock; `eastern` gives the zone
        season = int(row["season"])
        if found is None or not 1900 < season < 2200:
            return None
        month = int(found[1])
        day = date(season if month >= SEASON_STARTS_IN[League.NFL] else season + 1, month, int(found[2]))
    except ValueError:
        return None
    return eastern(day, time(clock.hour, clock.minute))


def _ending(away: Row, home: Row) -> Ending | None:
    outcome = away.get("outcome", _FINAL)
    if not outcome.startswith(_FINAL):
        return None
    found = ending(League.NFL, (whole(home["score"]), whole(away["score"])), (), (), overtime=outcome.endswith("OT"))
    return found and replace(found, overtime_told=True)


def _books(row: Row) -> list[str]:
    return [found[1] for name in row if (found := _BOOK.fullmatch(name))]


def _offers(away: Row, home: Row, place: str) -> Iterator[Offer]:
    closes = [value for book in _books(home) if (value := _float(home.get(f"{book}_spread"))) is not None]
    closing = median(closes) if closes else None
    for market in (SPREAD, TOTAL, MONEYLINE):
        opener = _offer(away, home, market, _OPENING, place)
        if market is SPREAD and is_placeholder(_float(home.get("opening_spread")), closing):
            opener = Offer(
                opener.phase, market, opener.line, opener.prices, opener.place, fault=Reason.PLACEHOLDER_LINE
            )
        yield opener
        for book in _books(home):
            yield _offer(away, home, market, book, place)


def _offer(away: Row, home: Row, market: Market, group: str, place: str) -> Offer:
    opening = group == _OPENING
    phase, book = (Phase.OPEN, ARCHIVE_BOOK) if opening else (Phase.CLOSE, f"{ARCHIVE_BOOK}-{group}")
    if market is MONEYLINE:
        prices = (home.get(f"{group}_moneyline") or None, away.get(f"{group}_moneyline") or None)
        return Offer(phase, market, None, _plain(prices), f"{place} {group}_moneyline", book)
    column = f"{group}_spread" if market is SPREAD else f"{group}_total"
    lines = (home.get(column) or None, away.get(column) or None)
    prices = (home.get(f"{column}_odds") or None, away.get(f"{column}_odds") or None)
    ordered = prices if market is SPREAD else (prices[1], prices[0])
    fault = None if _agree(market, lines) else Reason.UNPAIRED_LINE
    return Offer(phase, market, lines[0] or lines[1], _plain(ordered), f"{place} {column}", book, fault)


def _agree(market: Market, lines: tuple[str | None, str | None]) -> bool:
    home, away = (_float(line) for line in lines)
    if home is None or away is None:
        return lines == (None, None)
    return home == -away if market is SPREAD else home == away


def _plain(prices: tuple[str | None, str | None]) -> tuple[str | None, str | None]:
    """Return prices without the `.0` that a spreadsheet added."""
    first, second = (None if price is None else price.removesuffix(".0") for price in prices)
    return first, second


def _float(text: str | None) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        return None


def _half(row: Row, place: str) -> Iterator[Offer]:
    """Yield what one row holds by itself, so that its prices are counted when its partner is missing."""
    for group in (_OPENING, *_books(row)):
        for market in (SPREAD, TOTAL, MONEYLINE):
            offer = _offer({}, row, market, group, place)
            yield Offer(offer.phase, market, offer.line, offer.prices, offer.place, offer.book)
