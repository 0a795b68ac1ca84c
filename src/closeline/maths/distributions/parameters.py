"""The parameters of a score distribution and their exact JSON text."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Quantity(StrEnum):
    """What is distributed: margin (home - away) or total (home + away), overtime included."""

    MARGIN = "margin"
    TOTAL = "total"


class Shape(StrEnum):
    """The smooth shape under the key numbers."""

    NORMAL = "normal"
    NEGATIVE_BINOMIAL = "negative_binomial"


class Side(IntEnum):
    """The side of a line, as the integer code that bulk reading takes."""

    HOME = 0
    AWAY = 1
    OVER = 2
    UNDER = 3


@dataclass(frozen=True, slots=True)
class ScoreDistribution:
    """A distribution on the integers lo..hi: a smooth shape times key-number multipliers, renormalised.

    `scale` is the standard deviation about the closing mean (normal) or the dispersion r of a negative
    binomial with variance m + m^2 / r. Multipliers go by |margin| from 0, or by total from `first`, and are 1
    elsewhere; a league that cannot tie has multiplier 0 at margin 0.
    """

    quantity: Quantity
    shape: Shape
    scale: float
    support: tuple[int, int]
    multipliers: tuple[float, ...] = ()
    first: int = 0
    source: str = ""

    def __post_init__(self) -> None:
        """Refuse parameters that give no distribution."""
        lo, hi = self.support
        if not (np.isfinite(self.scale) and self.scale > 0.0):
            raise ValueError(f"scale must be a positive number, was {self.scale}")
        if lo >= hi:
            raise ValueError(f"support must rise from lo to hi, was {self.support}")
        if any(not (np.isfinite(value) and value >= 0.0) for value in self.multipliers):
            raise ValueError("multipliers must be finite and not negative")
        if self.shape is Shape.NEGATIVE_BINOMIAL and lo < 0:
            raise ValueError(f"a negative binomial must have a support from 0 up, was {self.support}")
        if self.quantity is Quantity.MARGIN and self.first != 0:
            raise ValueError(f"first must be 0 for margins, was {self.first}")

    def values(self) -> NDArray[np.int64]:
        """Return the support as integers, shape (k,)."""
        return np.arange(self.support[0], self.support[1] + 1, dtype=np.int64)

    def weights(self) -> NDArray[np.float64]:
        """Return the multiplier of every value of the support, shape (k,)."""
        values = self.values()
        place = (np.abs(values) if self.quantity is Quantity.MARGIN else values) - self.first
        table = np.asarray(self.multipliers, dtype=np.float64)
        known = (place >= 0) & (place < table.size)
        weights = np.ones(values.size)
        weights[known] = table[place[known]]
        return weights

    def to_json(self) -> str:
        """Return the exact text.

        Equal parameters give equal bytes, and reading it back gives equal parameters.
        """
        return json.dumps(asdict(self), sort_keys=True, separators=(",", ":"), allow_nan=False)

    @classmethod
    def from_json(cls, text: str) -> ScoreDistribution:
        """Read the text of `to_json`; ValueError for anything else."""
        return _from_object(_object(text))


def read_pair(text: str) -> tuple[ScoreDistribution, ScoreDistribution]:
    """Read a league's artefact with a `margin` and a `total` distribution; ValueError for anything else."""
    league = _object(text)
    pair = []
    for quantity in Quantity:
        member = league.get(quantity.value)
        if not isinstance(member, dict):
            fault = f"a league's distributions must hold an object named {quantity.value}"
            raise ValueError(fault)  # noqa: TRY004 - a wrong text is a wrong value
        pair.append(_from_object(member))
        if pair[-1].quantity is not quantity:
            raise ValueError(f"quantity must be {quantity.value}, was {pair[-1].quantity.value}")
    return pair[0], pair[1]


def _object(text: str) -> dict[str, object]:
    value = json.loads(text)
    if not isinstance(value, dict):
        fault = f"a score distribution must be a JSON object, was {type(value).__name__}"
        raise ValueError(fault)  # noqa: TRY004 - a wrong text is a wrong value
    return value


def _from_object(fields: dict[str, object]) -> ScoreDistribution:
    expected = set(ScoreDistribution.__slots__)
    if set(fields) != expected:
        raise ValueError(f"fields must be {sorted(expected)}, were {sorted(fields)}")
    lo, hi = _numbers(fields["support"], "support")
    return ScoreDistribution(
        quantity=Quantity(str(fields["quantity"])),
        shape=Shape(str(fields["shape"])),
        scale=_numbers([fields["scale"]], "scale")[0],
        support=(int(lo), int(hi)),
        multipliers=tuple(_numbers(fields["multipliers"], "multipliers")),
        first=int(_numbers([fields["first"]], "first")[0]),
        source=str(fields["source"]),
    )


def _numbers(value: object, name: str) -> list[float]:
    if not isinstance(value, list) or any(isinstance(x, bool) or not isinstance(x, int | float) for x in value):
        raise ValueError(f"{name} must be numbers, was {value!r}")
    return [float(x) for x in value]
