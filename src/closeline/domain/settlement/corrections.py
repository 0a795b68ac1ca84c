"""Statistics that change after the final: which versions are graded and which come too late.

A regrade is a new version that supersedes the old; the old one stays as it was.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from closeline.domain.markets import Side
from closeline.domain.settlement.outcomes import Grading
from closeline.domain.settlement.props import settle_number
from closeline.domain.settlement.rules import SETTLEMENT_V1, SettlementRules

RESULT_CORRECTION = "RESULT_CORRECTION"
STAT_CORRECTION = "STAT_CORRECTION"
RULES_CHANGED = "RULES"
CORRECTION_AFTER_WINDOW = "CORRECTION_AFTER_WINDOW"


@dataclass(frozen=True, slots=True)
class GradeVersion:
    """One grade of a ticket, by its number from 1; `reason` says why it replaces the one before."""

    version: int
    grading: Grading
    reason: str | None


@dataclass(frozen=True, slots=True)
class Ignored:
    """An official value that changes no grade, and why. Calibration still uses it."""

    value: int
    reason: str


@dataclass(frozen=True, slots=True)
class Corrections:
    """All grades in order, the last of which holds, and what was ignored."""

    grades: tuple[GradeVersion, ...]
    ignored: tuple[Ignored, ...]

    @property
    def effective(self) -> GradeVersion:
        """Return the grade that holds."""
        return self.grades[-1]


def settle_versions(
    side: Side,
    line_quarters: int,
    price: Fraction,
    versions: Sequence[tuple[int, float]],
    *,
    rules: SettlementRules = SETTLEMENT_V1,
) -> Corrections:
    """Grade every official (value, hours after the final) that counts, in the order given.

    The first value is the result whenever it comes; a later one counts up to and with the window's last hour.
    Raises ValueError when there is no version at all.
    """
    if not versions:
        raise ValueError("versions must hold at least the first official value, was empty")
    grades: list[GradeVersion] = []
    ignored: list[Ignored] = []
    for value, hours in versions:
        if grades and hours > rules.correction_window_hours:
            ignored.append(Ignored(value, CORRECTION_AFTER_WINDOW))
            continue
        reason = STAT_CORRECTION if grades else None
        grades.append(GradeVersion(len(grades) + 1, settle_number(side, line_quarters, price, value), reason))
    return Corrections(tuple(grades), tuple(ignored))
