"""Which two rows are one game, and what to do with a row that has lost its partner."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from closeline.providers.archives.sheets.cells import Raw, points_cell, text_of
from closeline.providers.archives.sheets.dates import month_and_day
from closeline.providers.archives.sheets.layout import Layout

Row = Sequence[Raw]

_VISITOR_FIRST = ("V", "H")
_HOME_FIRST = ("H", "V")
_NEUTRAL = ("N", "N")


@dataclass(frozen=True, slots=True)
class Pair:
    """Two rows of one game, with the number of the first."""

    number: int
    away: Row
    home: Row
    neutral: bool


@dataclass(frozen=True, slots=True)
class Widow:
    """A row whose partner is not beside it."""

    number: int
    row: Row


def pairs(rows: Sequence[Row], layout: Layout) -> Iterator[Pair | Widow]:
    """Yield the games of a sheet; after a lost row the next pair is found again."""
    position = 0
    while position < len(rows):
        first = rows[position]
        second = rows[position + 1] if position + 1 < len(rows) else None
        found = None if second is None else _pair(position + 1, first, second, layout)
        if found is not None:
            yield found
        elif any(text_of(cell) for cell in first):
            yield Widow(position + 1, first)
        position += 2 if found is not None else 1


def _pair(number: int, first: Row, second: Row, layout: Layout) -> Pair | None:
    venues = (text_of(first[layout.venue]).upper(), text_of(second[layout.venue]).upper())
    days = month_and_day(first[layout.day]), month_and_day(second[layout.day])
    if not _same_time(*days):
        return None
    if venues == _VISITOR_FIRST:
        return Pair(number, first, second, neutral=False)
    if not _neighbours(first, second, layout):
        return None
    if venues == _HOME_FIRST:
        return Pair(number, second, first, neutral=False)
    return Pair(number, first, second, neutral=True) if venues == _NEUTRAL else None


def _same_time(first: tuple[int, int] | None, second: tuple[int, int] | None) -> bool:
    """Say whether two rows stand on one day, or on two where a month ends (a slip that the sheets have)."""
    if first is None or second is None:
        return first == second
    return abs((first[0] - second[0]) * 31 + first[1] - second[1]) <= 2


def _neighbours(first: Row, second: Row, layout: Layout) -> bool:
    """Say whether the rotation numbers are an odd one and the next, as those of one game are."""
    if layout.rotation is None:
        return True
    numbers = points_cell(first[layout.rotation]), points_cell(second[layout.rotation])
    return numbers[0] is not None and numbers[0] % 2 == 1 and numbers[1] == numbers[0] + 1
