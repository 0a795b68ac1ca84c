"""Models of somebody's own: what their runs are called, and what they say of the margin and the total.

The record keeps such a run like one of the house's models, but no formula of the house stands behind it: what the gates
must know of its means has to be said with it.
"""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from math import isfinite

from closeline.domain.clock import instant, micros
from closeline.domain.forecasts.adjustments import Adjustment, AdjustmentName
from closeline.domain.ids import canonical_json

# What the engine of such a run is called at its beginning; the model's own name follows.
OWN = "own/"
# The kind of its input that says what it expects, written when it is completed.
PROJECTION = "PROJECTION"


def engine_of(name: str) -> str:
    """Return the engine that a run of a model of somebody's own records."""
    return f"{OWN}{name}"


def is_own(engine: str) -> bool:
    """Say whether a run was made by a model of somebody's own."""
    return engine.startswith(OWN)


def family_of(engine: str) -> str:
    """Return whose model made a run: `own/NAME`, or nothing for the house's."""
    return "/".join(engine.split("/")[:2]) if is_own(engine) else ""


@dataclass(frozen=True, slots=True)
class Expected:
    """What a run expects of one quantity, points: its mean, and the sd of the outcome, not of the mean.

    base: the mean before anything named moved it; null where the model does not say, and then its parts are unknown.
    """

    mean: float
    sd: float
    base: float | None = None

    def __post_init__(self) -> None:
        """Refuse what is no number, and an outcome without any chance in it."""
        if not (isfinite(self.mean) and isfinite(self.sd) and (self.base is None or isfinite(self.base))):
            raise ValueError(f"mean, sd and base must be finite, were {self.mean}, {self.sd}, {self.base}")
        if self.sd <= 0:
            raise ValueError(f"sd must be above 0, was {self.sd}")


@dataclass(frozen=True, slots=True)
class OwnProjection:
    """What a run of somebody's own model says of margin (home - away) and total, and what moved them.

    A quantity that it does not speak of is null; a gate that asks for it then refuses.
    """

    margin: Expected | None = None
    total: Expected | None = None
    adjustments: tuple[Adjustment, ...] = ()

    def to_json(self) -> str:
        """Write it as canonical JSON."""
        return canonical_json({
            "margin": asdict(self.margin) if self.margin else None,
            "total": asdict(self.total) if self.total else None,
            "adjustments": [
                {**asdict(item), "known_at": micros(item.known_at) if item.known_at else None}
                for item in self.adjustments
            ],
        })  # fmt: skip

    @classmethod
    def from_json(cls, text: str) -> "OwnProjection":
        """Read it back; the exact inverse of `to_json`."""
        content = json.loads(text)
        margin, total = ((Expected(**content[name]) if content[name] else None) for name in ("margin", "total"))
        return cls(margin, total, tuple(_adjustment(**item) for item in content["adjustments"]))


def _adjustment(
    *, name: str, margin_points: float, total_points: float, source: str, known_at: int | None
) -> Adjustment:
    at: datetime | None = None if known_at is None else instant(known_at)
    return Adjustment(AdjustmentName(name), margin_points, total_points, source, at)
