"""Which column is which, and which league a sheet belongs to: by its name, its columns and its numbers."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from closeline.domain.errors import BadInput
from closeline.domain.leagues import League
from closeline.providers.archives.sheets.cells import Raw, number_cell, text_of
from closeline.providers.lines import FULL_GAME


class Style(Enum):
    """What the Open and Close columns hold."""

    POINTS = "a spread in the favourite's row and the total in the other"
    MONEYLINE = "moneylines, with totals and run or puck lines in columns of their own"


@dataclass(frozen=True, slots=True)
class Priced:
    """A column of lines and, where the sheet has one, the unnamed column of prices to its right."""

    line: int
    price: int | None


@dataclass(frozen=True, slots=True)
class Layout:
    """The positions of a sheet's columns."""

    style: Style
    day: int
    rotation: int | None
    venue: int
    team: int
    final: int
    periods: tuple[int, ...]
    open: int
    close: int
    moneyline: int | None
    second_half: int | None
    handicap: Priced | None
    open_total: Priced | None
    close_total: Priced | None
    pitcher: int | None
    season: int | None


_PERIOD = re.compile(r"[1-9](?:st|nd|rd|th)")
_NAMES = {
    League.NCAAB: re.compile(r"ncaab|ncaa[ _-]*(?:men'?s[ _-]*)?basketball|college[ _-]*basketball"),
    League.NCAAF: re.compile(r"ncaaf|ncaa[ _-]*football|college[ _-]*football"),
    League.NFL: re.compile(r"(?<![a-z])nfl(?![a-z])"),
    League.NBA: re.compile(r"(?<![a-z])nba(?![a-z])"),
    League.MLB: re.compile(r"(?<![a-z])mlb(?![a-z])"),
    League.NHL: re.compile(r"(?<![a-z])nhl(?![a-z])"),
}
_PROFESSIONAL_TEAMS = range(28, 37)
_TEAMS_OF_ONE_COLLEGE_SEASON_MIN = 100


def heading_of(raw: Raw) -> str:
    """Return a column's name as it is compared: `Open OU` and `OpenOU` are one."""
    return re.sub(r"[^a-z0-9]", "", text_of(raw).lower())


def is_sheet(header: Sequence[Raw]) -> bool:
    """Say whether a header is that of a sportsbook sheet."""
    return {"date", "vh", "team", "final", "open", "close"} <= {heading_of(cell) for cell in header}


def layout_of(header: Sequence[Raw], name: str) -> Layout:
    """Return the layout of a sheet; raises BadInput naming the columns that it lacks."""
    headings = [heading_of(cell) for cell in header]

    def find(*wanted: str) -> int | None:
        return next((headings.index(each) for each in wanted if each in headings), None)

    def need(wanted: str) -> int:
        found = find(wanted)
        if found is None:
            raise BadInput(f"{name} must have a column {wanted}, had not")
        return found

    def priced(*wanted: str) -> Priced | None:
        line = find(*wanted)
        unnamed = line is not None and line + 1 < len(headings) and not headings[line + 1]
        return None if line is None else Priced(line, line + 1 if unnamed else None)

    totals = priced("openou", "opentotal"), priced("closeou", "closetotal")
    return Layout(
        Style.MONEYLINE if any(totals) else Style.POINTS,
        need("date"), find("rot", "rotation"), need("vh"), need("team"), need("final"),
        tuple(position for position, heading in enumerate(headings) if _PERIOD.fullmatch(heading)),
        need("open"), need("close"), find("ml", "moneyline"), find("2h"),
        priced("puckline", "runline", "pl", "rl"), *totals, find("pitcher"), find("season"),
    )  # fmt: skip


def league_of(layout: Layout, rows: Sequence[Sequence[Raw]], name: str) -> League:
    """Return the sheet's league; raises BadInput when its name and columns leave a doubt."""
    possible = _by_columns(layout)
    named = [league for league, pattern in _NAMES.items() if pattern.search(name.lower())]
    if len(named) == 1:
        if named[0] not in possible:
            raise BadInput(f"{name} must be a sheet of {' or '.join(possible)} by its columns, was named {named[0]}")
        return named[0]
    if len(possible) > 1:
        possible = _by_numbers(layout, rows, possible)
    if len(possible) > 1:
        raise BadInput(f"{name} must name its league, such as 'nfl odds 2019.xlsx': could be {' or '.join(possible)}")
    return possible[0]


def _by_columns(layout: Layout) -> tuple[League, ...]:
    if layout.style is Style.MONEYLINE:
        return (League.MLB,) if layout.pitcher is not None or len(layout.periods) > 4 else (League.NHL,)
    return (League.NCAAB,) if len(layout.periods) == 2 else (League.NBA, League.NFL, League.NCAAF)


def _by_numbers(layout: Layout, rows: Sequence[Sequence[Raw]], possible: tuple[League, ...]) -> tuple[League, ...]:
    closes = [value for row in rows if isinstance(value := number_cell(row[layout.close]), int | float)]
    if closes and max(closes) >= FULL_GAME[League.NBA].total_min:
        return (League.NBA,)
    football = tuple(league for league in possible if league is not League.NBA)
    teams = len({text_of(row[layout.team]) for row in rows})
    if teams in _PROFESSIONAL_TEAMS:
        return (League.NFL,)
    return (League.NCAAF,) if teams >= _TEAMS_OF_ONE_COLLEGE_SEASON_MIN else football
