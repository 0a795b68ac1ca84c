"""Units under other conventions: shared places and the to-win-one view of a ledger that stores risk-one."""

from fractions import Fraction

from closeline.domain.settlement.outcomes import Grading


def dead_heat(price: Fraction, places: int, tied: int) -> Fraction:
    """Return the units of a winner that shares `places` with `tied` others counted with itself.

    The share places/tied of the stake is paid at full odds, the rest loses. Raises ValueError below one.
    """
    if places < 1 or tied < 1:
        raise ValueError(f"places and tied must be at least 1, was {places} and {tied}")
    return price * min(Fraction(1), Fraction(places, tied)) - 1


def to_win_one(grading: Grading, price: Fraction) -> Fraction:
    """Return the units of a ticket staked to win one: a loss at -110 costs 1.1. A view, never stored."""
    return grading.units / (price - 1)
