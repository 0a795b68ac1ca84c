"""Amounts as people write them: whole minor units of a currency, or millionths of a unit, read and written exactly."""

import re
from collections.abc import Mapping
from fractions import Fraction

from closeline.domain.errors import BadInput

# What stakes are counted in by whoever does not say what a unit is worth.
UNITS = "UNITS"
_UNIT_DIGITS = 6
_DIGITS = 2
# ISO 4217: the currencies whose minor unit is not a hundredth.
_OTHER_DIGITS: Mapping[str, int] = {
    **dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV",
                     "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}  # fmt: skip
# A thousand to one on it still fits the 64 bits of a column.
AMOUNT_MAX = 10**15
_CODE = re.compile(r"[A-Z]{3}|UNITS")
_AMOUNT = re.compile(r"([0-9]{1,16})(?:\.([0-9]+))?")


def denomination(code: str) -> str:
    """Return a currency code or UNITS as it is written; raises BadInput for anything else."""
    if not _CODE.fullmatch(code):
        raise BadInput(f"denomination must be {UNITS} or three capital letters such as USD, was {code[:20]!a}")
    return code


def digits_of(code: str) -> int:
    """Return how many decimals the smallest amount of a denomination has: 2 of USD, 0 of JPY, 6 of UNITS."""
    return _UNIT_DIGITS if code == UNITS else _OTHER_DIGITS.get(code, _DIGITS)


def amount_of(text: str, code: str) -> int:
    """Read an amount above nought as whole smallest amounts: `25.5` of USD is 2550.

    Raises BadInput for what is no plain number, is nought, or has more decimals than the denomination: never rounded.
    """
    digits = digits_of(denomination(code))
    found = _AMOUNT.fullmatch(text.strip())
    if found is None:
        raise BadInput(f"amount must be a plain number such as 25.50, was {text[:40]!a}")
    decimals = (found[2] or "").rstrip("0")
    if len(decimals) > digits:
        raise BadInput(f"amount must have at most {digits} decimals in {code}, was {text.strip()[:40]}")
    scale: int = 10**digits
    amount = int(found[1]) * scale + int(decimals.ljust(digits, "0") or 0)
    if not 0 < amount <= AMOUNT_MAX:
        most = amount_text(AMOUNT_MAX, code)
        raise BadInput(f"amount must be above 0 and at most {most} in {code}, was {text.strip()[:40]}")
    return amount


def amount_text(amount: int, code: str) -> str:
    """Write whole smallest amounts the one way that they have: 2550 of USD is `25.50`, 1500000 of UNITS is `1.5`."""
    digits = digits_of(code)
    whole, rest = divmod(abs(amount), 10**digits)
    decimals = f"{rest:0{digits}d}" if digits else ""
    if code == UNITS:
        decimals = decimals.rstrip("0")
    return f"{'-' if amount < 0 else ''}{whole}{'.' if decimals else ''}{decimals}"


def as_number(amount: int | Fraction, code: str) -> float:
    """Return an amount in whole units of its denomination, rounded once, for statistics and never for sums."""
    return float(Fraction(amount) / 10 ** digits_of(code))
