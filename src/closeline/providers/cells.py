"""Cells as lines and prices: what a number in a table or a payload may be.

American prices only: no archive that is read here holds others.
"""

from decimal import Decimal
from functools import lru_cache

from closeline.domain.markets import line_quarters
from closeline.domain.odds import OddsFormat, Price

Cell = str | int | float | Decimal | None

# Where a book showed a line and the source kept no price, the trade's usual one stands in for it.
ASSUMED = Price.quoted("-110", OddsFormat.AMERICAN, assumed=True)


def number_text(value: Cell) -> str:
    """Return a number the shortest way: -110.0 is `-110`, so a price has one spelling in every file type."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


@lru_cache(maxsize=8192)
def american(value: Cell) -> Price:
    """Return the American price in a cell; raises ImpossiblePrice when it is none."""
    return Price.quoted(number_text(value), OddsFormat.AMERICAN)


@lru_cache(maxsize=8192)
def quarters(value: Cell) -> int | None:
    """Return the line in a cell in quarter points, or None when it is not on the grid."""
    try:
        return line_quarters(float(value)) if value is not None else None
    except (ValueError, OverflowError):
        return None
