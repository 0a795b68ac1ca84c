"""Digits: how much of a computed number is kept, so that every machine writes the same record.

Matrix libraries choose their instructions by the processor they find, and with them the order of a sum: the last bits
of a fit are the machine's, not the data's. What is stored ends before they begin.
"""

FORMULA_DECIMALS = 12
FIT_DECIMALS = 9
# What rounds to nought has no sign: below the digits that are kept, the sign too is the machine's. -0.0 + 0.0 is 0.0.
_NOUGHT = 0.0


def of_formula(value: float) -> float:
    """Return a number that a few operations made, a probability above all, as it is stored."""
    return round(value, FORMULA_DECIMALS) + _NOUGHT


def of_fit(value: float) -> float:
    """Return a number that long sums or an iteration made, as it is stored: still far below what any sample tells."""
    return round(value, FIT_DECIMALS) + _NOUGHT
