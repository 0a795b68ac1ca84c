"""JSON and text fields as the values that archives need; None for what is not there or not of its kind."""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache

from closeline.domain.clock import EPOCH
from closeline.providers.cells import Cell
from closeline.providers.strict_json import Json

# The time of recording in a name such as `..._2025-10-26T165853Z.json`, to the microsecond where it is told.
_TIME_IN_NAME = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):?([0-9]{2}):?([0-9]{2})(?:\.([0-9]{6}))?Z")
# Seconds beyond this are milliseconds: the year 5138 is nobody's season.
_SECONDS_MAX = 10**11


def number(value: Json) -> Decimal | None:
    """Return a JSON number; true and false are none."""
    return Decimal(value) if isinstance(value, int | Decimal) and not isinstance(value, bool) else None


def cell(value: Json) -> Cell:
    """Return a JSON value as a cell of a table; no number stays text, so that it is rejected as a price."""
    if value is None:
        return None
    found = number(value)
    return str(value) if found is None else found


def whole(value: Json) -> int | None:
    """Return a whole number, also from text such as "21"."""
    if isinstance(value, str):
        return int(value) if value.isascii() and value.isdigit() and len(value) <= 6 else None
    found = number(value)
    if found is None or abs(found) >= 10**9 or found != int(found):
        return None
    return int(found)


def instant(value: Json) -> datetime | None:
    """Return an instant in UTC from ISO text with a zone, or from seconds or milliseconds since 1970."""
    try:
        if isinstance(value, int) and not isinstance(value, bool):
            seconds, milliseconds = divmod(value, 1000) if abs(value) >= _SECONDS_MAX else (value, 0)
            return EPOCH + timedelta(seconds=seconds, milliseconds=milliseconds)
        return _instant_in(value) if isinstance(value, str) else None
    except (ValueError, OverflowError, OSError):
        return None


# Every market of an answer tells when it was changed, and most of them tell the same.
@lru_cache(maxsize=4096)
def _instant_in(text: str) -> datetime | None:
    moment = datetime.fromisoformat(text)
    return None if moment.tzinfo is None else moment.astimezone(UTC)


def compact_day(value: Json) -> date | None:
    """Return the day of a number such as 20110908."""
    found = whole(value)
    try:
        return date(found // 10_000, found // 100 % 100, found % 100) if found is not None else None
    except ValueError:
        return None


def time_in(name: str) -> datetime | None:
    """Return the time of recording that a file's name holds, such as `..._2025-10-26T165853Z.json`."""
    found = _TIME_IN_NAME.search(name)
    try:
        if found is None:
            return None
        year, month, day, hour, minute, second, micro = (int(part or 0) for part in found.groups())
        return datetime(year, month, day, hour, minute, second, micro, UTC)
    except ValueError:
        return None


def time_text(moment: datetime) -> str:
    """Return a moment as names tell it, to the microsecond: what `time_in` reads."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H%M%S.%f}Z"
