"""The cells of a sheet: points, lines and prices as people typed them."""

import re
from datetime import date, datetime, time, timedelta

from closeline.providers.cells import Cell

# What the reader of workbooks yields for one cell.
Raw = int | float | str | bool | time | date | datetime | timedelta

_NO_LINE = frozenset({"nl", "", "-", "n/a"})
_PICK = frozenset({"pk", "pick", "p"})
_HALVES = re.compile(r"([+-]?[0-9]+)½")
_LINE_AND_PRICE = re.compile(r"([+-]?[0-9.]+)\s*\(([+-]?[0-9]+)\)")


def text_of(raw: Raw) -> str:
    """Return a cell as text, trimmed; a whole number has no fraction."""
    if isinstance(raw, float) and raw.is_integer():
        return str(int(raw))
    return str(raw).strip()


def number_cell(raw: Raw) -> Cell:
    """Return a line or a price: None for `NL` and blank, 0 for `pk`, 8.5 for `8½`, text for no number."""
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        return raw
    text = text_of(raw).lower()
    if text in _NO_LINE:
        return None
    if text in _PICK:
        return 0
    halves = _HALVES.fullmatch(text)
    if halves:
        return float(f"{halves[1]}.5")
    try:
        value = float(text)
    except ValueError:
        return text
    return value if abs(value) < 10**9 else text


def price_cell(raw: Raw) -> Cell:
    """Return a price; `pk` is none, so it stays text and is rejected."""
    text = text_of(raw).lower()
    return text if text in _PICK else number_cell(raw)


def points_cell(raw: Raw) -> int | None:
    """Return points, or None for `x` (an inning not batted), blank and what is no whole number."""
    value = number_cell(raw)
    if isinstance(value, str) or value is None or value != int(value):
        return None
    return int(value)


def line_and_price(raw: Raw) -> tuple[Cell, Cell]:
    """Return the two parts of a cell such as `-1.5(+170)`; both None for no line, text when unreadable."""
    found = _LINE_AND_PRICE.fullmatch(text_of(raw))
    if found:
        return number_cell(found[1]), number_cell(found[2])
    value = number_cell(raw)
    return (None, None) if value is None else (value, None)
