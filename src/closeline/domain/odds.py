"""Odds as they are quoted, exactly: American, decimal and fractional, and what each implies.

Nothing here rounds through a float: a price is a Fraction of decimal odds from the text that a book showed.
Source of the conversions and of the default devig methods: the rule sets odds-v1 and devig-v1.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache

from closeline.domain.errors import ImpossiblePrice

Number = int | float | str | Decimal | Fraction

# D5 of the record's invariants: a stored price pays something and at most a thousand to one.
DECIMAL_LOWEST = Fraction(1)
DECIMAL_HIGHEST = Fraction(1001)

# No exponents (a feed's 1e999999999 would fill the memory), no underscores, ASCII digits only.
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
_FRACTION = re.compile(r"([0-9]+)/([0-9]+)")
_TEXT_LENGTH_MAX = 32
_EVEN_MONEY = frozenset({"EVEN", "EVS", "EVENS"})


class OddsFormat(StrEnum):
    """How a book writes its prices."""

    AMERICAN = "AMERICAN"
    DECIMAL = "DECIMAL"
    FRACTIONAL = "FRACTIONAL"


class DevigMethod(StrEnum):
    """How the margin is taken out of a market's prices.

    `logarithmic` is refused: some libraries mean the odds ratio by it and the betting literature means power.
    """

    MULTIPLICATIVE = "multiplicative"
    ADDITIVE = "additive"
    POWER = "power"
    SHIN = "shin"
    ODDS_RATIO = "odds_ratio"

    @classmethod
    def _missing_(cls, value: object) -> "DevigMethod":
        ambiguous = ": say power or odds_ratio" if value == "logarithmic" else ""
        raise ValueError(f"devig method must be one of {', '.join(cls)}, was {value}{ambiguous}")


def exact(number: Number) -> Fraction:
    """Return a number exactly; a float counts as the shortest text that reads back as it (1.95 is 39/20).

    Raises ImpossiblePrice for what is not finite or not a number.
    """
    if isinstance(number, Fraction | int):
        return Fraction(number)
    if isinstance(number, str):
        return _exact_text(number)
    if not math.isfinite(number):
        raise ImpossiblePrice(f"odds must be finite, was {number}")
    return Fraction(Decimal(float.__repr__(number)) if isinstance(number, float) else number)


def _exact_text(text: str) -> Fraction:
    stripped = text.strip()
    if len(stripped) > _TEXT_LENGTH_MAX or not _NUMBER.fullmatch(stripped):
        raise ImpossiblePrice(f"odds must be a plain number, was {text[:_TEXT_LENGTH_MAX]!r}")
    return Fraction(Decimal(stripped))


def american_to_decimal(american: Number) -> Fraction:
    """Return decimal odds: +150 is 5/2, -110 is 21/11. Raises ImpossiblePrice between -100 and 100."""
    points = exact(american)
    if abs(points) < 100:
        raise ImpossiblePrice(f"American odds must be at least 100 either way, was {american}")
    return 1 + (points / 100 if points > 0 else 100 / -points)


def decimal_to_american(decimal: Number) -> Fraction:
    """Return American odds, not rounded; even money is +100. Raises ImpossiblePrice for 1 or less."""
    net = _above_one(decimal) - 1
    return 100 * net if net >= 1 else -100 / net


def rounded_american(decimal: Number) -> int:
    """Return American odds as a book shows them: halves away from zero, and never -100 but +100."""
    points = decimal_to_american(decimal)
    whole = int(abs(points) + Fraction(1, 2))
    return whole if points > 0 or whole == 100 else -whole


def probability_to_decimal(probability: Number) -> Fraction:
    """Return fair decimal odds 1/p. Raises ImpossiblePrice unless p lies strictly between 0 and 1."""
    chance = exact(probability)
    if not 0 < chance < 1:
        raise ImpossiblePrice(f"probability must be strictly between 0 and 1, was {probability}")
    return 1 / chance


def probability_to_american(probability: Number) -> Fraction:
    """Return fair American odds, not rounded; a half is +100. Raises ImpossiblePrice outside (0, 1)."""
    return decimal_to_american(probability_to_decimal(probability))


def fractional_to_decimal(fractional: str) -> Fraction:
    """Return decimal odds of `n/m` or of EVEN, EVS, EVENS in any case; raises ImpossiblePrice otherwise."""
    text = fractional.strip()
    if text.upper() in _EVEN_MONEY:
        return Fraction(2)
    found = _FRACTION.fullmatch(text) if len(text) <= _TEXT_LENGTH_MAX else None
    if found is None or not int(found[1]) or not int(found[2]):
        raise ImpossiblePrice(f"fractional odds must be like 5/2 or EVENS, was {text[:_TEXT_LENGTH_MAX]!r}")
    return 1 + Fraction(int(found[1]), int(found[2]))


def decimal_to_fractional(decimal: Number) -> str:
    """Return the reduced fraction of net odds: 1.8 is `4/5`. Raises ImpossiblePrice for 1 or less."""
    net = _above_one(decimal) - 1
    return f"{net.numerator}/{net.denominator}"


def implied(decimal: Number) -> Fraction:
    """Return 1/d, which contains the margin and is no probability. Raises ImpossiblePrice for 1 or less."""
    return 1 / _above_one(decimal)


def american_cents(american: Number) -> Fraction:
    """Return American odds on the scale without the hole, where moves are counted: -105 is -5, +110 is 10."""
    points = exact(american)
    american_to_decimal(points)
    return points - 100 if points > 0 else points + 100


@dataclass(frozen=True, slots=True)
class Margin:
    """What a book keeps: the sum of the implied, its excess over 1, and the share of stakes that is held."""

    booksum: Fraction
    overround: Fraction
    hold: Fraction


def margin(decimals: Sequence[Number]) -> Margin:
    """Return the margin of one whole market from its decimal odds. Raises ImpossiblePrice for a bad price."""
    booksum = sum((implied(decimal) for decimal in decimals), Fraction(0))
    if not booksum:
        raise ImpossiblePrice("market must have at least one price, was empty")
    return Margin(booksum, booksum - 1, 1 - 1 / booksum)


def _above_one(decimal: Number) -> Fraction:
    value = exact(decimal)
    if value <= 1:
        raise ImpossiblePrice(f"decimal odds must be above 1, was {decimal}")
    return value


@dataclass(frozen=True, slots=True)
class Price:
    """A price as a book quoted it, with its exact decimal odds; `assumed` when an archive gave no price.

    The exact decimal lies above 1 and is at most 1001, whichever way the object was made.
    """

    text: str
    format: OddsFormat
    exact: Fraction
    assumed: bool = False

    def __post_init__(self) -> None:
        """Refuse what cannot be stored as a price."""
        if not DECIMAL_LOWEST < self.exact <= DECIMAL_HIGHEST:
            raise ImpossiblePrice(f"decimal odds must be above 1 and at most 1001, was {self.text!r}")

    @classmethod
    def quoted(cls, text: str, format: OddsFormat, *, assumed: bool = False) -> "Price":  # noqa: A002
        """Read a price from the text that a book showed; raises ImpossiblePrice when it is none.

        The same text gives the same object, so that an import of a million quotes parses each spelling once.
        """
        return _quoted(text, format, assumed)

    @property
    def decimal(self) -> float:
        """Return the decimal odds, rounded once."""
        return self.exact.numerator / self.exact.denominator

    @property
    def implied(self) -> float:
        """Return 1/d, rounded once; it contains the margin."""
        return self.exact.denominator / self.exact.numerator

    @property
    def american(self) -> int:
        """Return rounded American odds; even money is +100."""
        return rounded_american(self.exact)


def _american_text(text: str) -> Fraction:
    return Fraction(2) if text.strip().upper() in _EVEN_MONEY else american_to_decimal(text)


_READERS = {
    OddsFormat.AMERICAN: _american_text,
    OddsFormat.DECIMAL: exact,
    OddsFormat.FRACTIONAL: fractional_to_decimal,
}


@lru_cache(maxsize=65_536)
def _quoted(text: str, form: OddsFormat, assumed: bool) -> Price:  # noqa: FBT001 (a cache key, not a switch)
    return Price(text, form, _READERS[form](text), assumed)


# Chosen by log loss of closing lines (devig-v1): a switch by price would jump by a point at the boundary.
_MULTIPLICATIVE_MARKETS = frozenset({"SPREAD", "TOTAL", "TEAM_TOTAL_HOME", "TEAM_TOTAL_AWAY"})
_MONEYLINE_METHODS = {
    "nfl": DevigMethod.POWER,
    "ncaaf": DevigMethod.MULTIPLICATIVE,
    "nba": DevigMethod.MULTIPLICATIVE,
    "ncaab": DevigMethod.POWER,
    "mlb": DevigMethod.POWER,
    "nhl": DevigMethod.POWER,
}


def default_method(league: str, market_type: str) -> DevigMethod:
    """Return the one devig method of a league and market type, such as ("nfl", "MONEYLINE").

    Three-way markets and player props are always power. Raises ValueError for an unknown league.
    """
    if league not in _MONEYLINE_METHODS:
        raise ValueError(f"league must be one of {', '.join(_MONEYLINE_METHODS)}, was {league}")
    if market_type in _MULTIPLICATIVE_MARKETS:
        return DevigMethod.MULTIPLICATIVE
    return _MONEYLINE_METHODS[league] if market_type == "MONEYLINE" else DevigMethod.POWER
