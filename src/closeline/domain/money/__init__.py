"""Money: whole minor units of one currency, rounded in one place."""

import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

_CURRENCY = re.compile(r"[A-Z]{3}")


def rounded(amount: Fraction | Decimal | int) -> int:
    """Return whole minor units, halves away from zero: the only rounding of money there is."""
    value = Fraction(amount)
    whole = int(abs(value) + Fraction(1, 2))
    return whole if value >= 0 else -whole


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units (cents of USD), of a three-letter currency; unlike currencies never mix."""

    minor_units: int
    currency: str

    def __post_init__(self) -> None:
        """Refuse fractions of a minor unit and what is not a currency code."""
        if type(self.minor_units) is not int:
            raise ValueError(f"minor units must be a whole number, was {self.minor_units!r}")
        if not _CURRENCY.fullmatch(self.currency):
            raise ValueError(f"currency must be three capital letters, was {self.currency!r}")

    def __add__(self, other: "Money") -> "Money":
        """Return the sum; raises ValueError for another currency."""
        return Money(self.minor_units + self._like(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        """Return the difference; raises ValueError for another currency."""
        return Money(self.minor_units - self._like(other), self.currency)

    def __neg__(self) -> "Money":
        """Return the amount owed the other way."""
        return Money(-self.minor_units, self.currency)

    def __lt__(self, other: "Money") -> bool:
        """Say whether this is less; raises ValueError for another currency."""
        return self.minor_units < self._like(other)

    def __le__(self, other: "Money") -> bool:
        """Say whether this is no more; raises ValueError for another currency."""
        return self.minor_units <= self._like(other)

    def times(self, factor: Fraction | Decimal | int) -> "Money":
        """Return the amount times an exact factor, rounded once; a float is refused with TypeError."""
        if isinstance(factor, float):
            raise TypeError(f"factor must be exact, was the float {factor}")
        return Money(rounded(self.minor_units * Fraction(factor)), self.currency)

    def _like(self, other: "Money") -> int:
        if self.currency != other.currency:
            raise ValueError(f"currencies must be alike, were {self.currency} and {other.currency}")
        return other.minor_units
