"""The columns of a games table as lists of values, one converter per kind of column.

A number that cannot be read stays the text that it is, so that it is rejected as a price or a line with its
count; a whole number that cannot be read is -1, which nothing accepts.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from closeline.providers.archives.games_table import columns
from closeline.providers.cells import Cell

if TYPE_CHECKING:
    import polars as pl

UNREADABLE = -1
_TRUE = frozenset({"true", "1", "1.0", "yes"})

Values = Sequence[object]


def texts(column: "pl.Series") -> list[str | None]:
    """Return text, trimmed; blank is nothing."""
    import polars as pl

    text = column.cast(pl.String, strict=False).str.strip_chars()
    return text.set((text == "").fill_null(value=False), None).to_list()


def words(column: "pl.Series") -> list[str | None]:
    """Return words in lower case; blank and not-a-number, which is what an empty column may hold, are nothing."""
    return [None if text is None or text.lower() == "nan" else text.lower() for text in texts(column)]


def numbers(column: "pl.Series") -> list[Cell]:
    """Return numbers; not-a-number is nothing, and what is no number stays text."""
    import polars as pl

    if column.dtype.is_numeric():
        return column.cast(pl.Float64).fill_nan(None).to_list()
    found: list[Cell] = []
    for text in texts(column):
        value = _number(text)
        found.append(None if value is not None and value != value else text if value is None else value)  # noqa: PLR0124 -- NaN
    return found


def whole(column: "pl.Series") -> list[int | None]:
    """Return whole numbers, UNREADABLE for anything else that is there."""
    return [
        None if value is None else int(value) if isinstance(value, float) and value.is_integer() else UNREADABLE
        for value in numbers(column)
    ]


def truths(column: "pl.Series") -> list[bool | None]:
    """Return true for true, 1 and yes, null where nothing is said; nothing else is true."""
    return [None if text is None else text.lower() in _TRUE for text in texts(column)]


def days(column: "pl.Series") -> list[date | None]:
    """Return dates of a date column, of a datetime column, or of ISO text."""
    import polars as pl

    if column.dtype in (pl.Date, pl.Datetime):
        return column.cast(pl.Date, strict=False).to_list()
    return [_day(text) for text in texts(column)]


def starts(column: "pl.Series") -> list[datetime | None]:
    """Return instants in UTC, which a time without zone is too; an unreadable one is NO_INSTANT."""
    import polars as pl

    if not isinstance(column.dtype, pl.Datetime):
        return [None if text is None else _instant(text) for text in texts(column)]
    aware = column.dt.replace_time_zone("UTC") if column.dtype.time_zone is None else column
    return [
        None if moment is None else moment.astimezone(UTC)
        for moment in aware.dt.convert_time_zone("UTC").dt.cast_time_unit("us").to_list()
    ]


NO_INSTANT = datetime.min.replace(tzinfo=UTC)


def _number(text: str | None) -> float | None:
    try:
        return float(text) if text is not None else None
    except ValueError:
        return None


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text[:10]) if text is not None else None
    except ValueError:
        return None


def _instant(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return NO_INSTANT
    try:
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError:
        return NO_INSTANT


_CONVERTERS: dict[str, Callable[["pl.Series"], Values]] = {
    **dict.fromkeys(columns.TEXT, texts),
    **dict.fromkeys((*columns.WHOLE, *columns.HOME_PERIODS, *columns.AWAY_PERIODS), whole),
    **dict.fromkeys(columns.TRUTH, truths),
    **dict.fromkeys(columns.NUMBERS, numbers),
    columns.SEASON_TYPE: words,
    columns.DAY: days,
    columns.START: starts,
}


def values_of(frame: "pl.DataFrame") -> dict[str, Values]:
    """Return every known column that the frame has, converted; the others are left alone."""
    return {name: convert(frame[name]) for name, convert in _CONVERTERS.items() if name in frame.columns}
