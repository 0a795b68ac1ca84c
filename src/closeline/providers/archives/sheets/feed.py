"""The feed of sportsbook sheets."""

from collections.abc import Iterator, Sequence
from io import BytesIO
from zipfile import ZipFile

from closeline.domain.errors import UnreadableFile
from closeline.domain.feeds.captures import ParsedPayload, RawPayload, Rejected
from closeline.domain.leagues import League
from closeline.providers.archives.games import ArchiveGame, payload_of, rejected_record
from closeline.providers.archives.quotes import Offer
from closeline.providers.archives.sheets.cells import points_cell, text_of
from closeline.providers.archives.sheets.dates import Calendar, year_in
from closeline.providers.archives.sheets.layout import Layout, is_sheet, layout_of, league_of
from closeline.providers.archives.sheets.offers import offers
from closeline.providers.archives.sheets.pairs import Pair, Row, Widow, pairs
from closeline.providers.foreign import check_size, reading
from closeline.providers.periods import REGULATION_PERIODS, Ending, ending
from closeline.providers.reasons import Reason
from closeline.providers.spellings import name_of

_ZIP = b"PK\x03\x04"
# A workbook that unpacks to more than this is a bomb, not a season.
_UNPACKED_MAX = 256 * 1024 * 1024


class Sheets:
    """A season of one league in one workbook."""

    name = "sheet"
    parser_version = "sheet/1"

    def recognises(self, payload: RawPayload) -> bool:
        """Say whether this is a workbook: its columns are looked at when it is read."""
        return payload.content.startswith(_ZIP) and b"xl/" in payload.content

    def parse(self, payload: RawPayload) -> ParsedPayload:
        """Read the first worksheet; raises BadInput when it is no such sheet or its league is in doubt."""
        table = _rows(payload)
        if not table or not is_sheet(table[0]):
            raise UnreadableFile(f"{payload.name} must have the columns Date, VH, Team, Final, Open and Close, had not")
        layout, rows = layout_of(table[0], payload.name), table[1:]
        sheet = _Sheet(layout, league_of(layout, rows, payload.name), payload.name)
        rejected: list[Rejected] = []
        games = list(sheet.games(rows, rejected))
        return payload_of(games, rejected, provider=self.name, parser_version=self.parser_version)


def _rows(payload: RawPayload) -> list[Row]:
    from python_calamine import CalamineWorkbook

    check_size(payload.content, payload.name)
    with reading("workbook", payload.name):
        unpacked = sum(entry.file_size for entry in ZipFile(BytesIO(payload.content)).infolist())
        if unpacked > _UNPACKED_MAX:
            raise UnreadableFile(f"{payload.name} must unpack to at most {_UNPACKED_MAX} bytes, was {unpacked}")
        book = CalamineWorkbook.from_filelike(BytesIO(payload.content))
        return list(book.get_sheet_by_index(0).to_python())


class _Sheet:
    """One sheet being read: its columns, its league and its calendar."""

    def __init__(self, layout: Layout, league: League, name: str) -> None:
        self._layout = layout
        self._league = league
        self._name = name

    def games(self, rows: Sequence[Row], rejected: list[Rejected]) -> Iterator[ArchiveGame]:
        calendar = Calendar(self._league, self._season(rows))
        for found in pairs(rows, self._layout):
            if isinstance(found, Widow):
                rejected.append(self._widow(found))
                continue
            held = tuple(offers(found, self._layout, self._league))
            game = self._game(found, held, calendar, rejected)
            if game is not None:
                yield game

    def _season(self, rows: Sequence[Row]) -> int | None:
        """Return the year in which the season starts, from the sheet's own column or the file's name."""
        column = self._layout.season
        written = None if column is None or not rows else year_in(text_of(rows[0][column]))
        return year_in(self._name) if written is None else written

    def _game(
        self, pair: Pair, held: tuple[Offer, ...], calendar: Calendar, rejected: list[Rejected]
    ) -> ArchiveGame | None:
        layout, place = self._layout, f"row {pair.number}"
        day = calendar.day(pair.away[layout.day])
        home, away = (name_of(text_of(row[layout.team])) for row in (pair.home, pair.away))
        if day is None or calendar.season is None:
            rejected.append(rejected_record(Reason.UNREADABLE_DATE, f"{place} Date", pair.away, held))
            return None
        if home is None or away is None or home == away:
            rejected.append(rejected_record(Reason.BAD_RECORD, f"{place} Team", (away, home), held))
            return None
        end = self._ending(pair)
        if end is None:
            score = (pair.away[layout.final], pair.home[layout.final])
            rejected.append(rejected_record(Reason.BAD_RESULT, f"{place} Final", score))
        return ArchiveGame(
            self._league,
            day,
            calendar.season,
            home,
            away,
            place,
            held,
            end,
            None,
            pair.neutral,
            None,
            self._pitcher(pair.home),
            self._pitcher(pair.away),
        )

    def _ending(self, pair: Pair) -> Ending | None:
        layout = self._layout
        columns = layout.periods[: REGULATION_PERIODS[self._league]]
        home, away = ([points_cell(row[column]) for column in columns] for row in (pair.home, pair.away))
        score = (points_cell(pair.home[layout.final]), points_cell(pair.away[layout.final]))
        return ending(self._league, score, home, away)

    def _pitcher(self, row: Row) -> str | None:
        column = self._layout.pitcher
        return None if column is None else name_of(text_of(row[column]))

    def _widow(self, widow: Widow) -> Rejected:
        """Return the rejection of a row without partner: each of its line and price cells is counted once."""
        layout = self._layout
        priced = [each for each in (layout.handicap, layout.open_total, layout.close_total) if each is not None]
        columns = [layout.open, layout.close, layout.moneyline, layout.second_half]
        columns += [each.line if each.price is None else each.price for each in priced]
        held = sum(bool(text_of(widow.row[column])) for column in columns if column is not None)
        return Rejected(Reason.BAD_RECORD, f"row {widow.number}", ascii(text_of(widow.row[layout.team]))[:80], held)
