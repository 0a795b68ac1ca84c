"""News as it is typed: `HOME 4.5 QUESTIONABLE Name` is who may be missing, `WEATHER 0 -2.5` what moves the means.

Either may end in `@` and the time at which it became known; otherwise it is known now.
"""

from datetime import datetime

from closeline.domain.errors import BadInput
from closeline.domain.forecasts.adjustments import Adjustment, AdjustmentName
from closeline.domain.forecasts.injuries import Absence, PlayStatus
from closeline.domain.markets import Side

ABSENCE = "HOME or AWAY, his value in points, a status and his name, such as 'HOME 4.5 QUESTIONABLE Smith'"
ADJUSTMENT = "a name, points of margin and points of total, such as 'WEATHER 0 -2.5'"
# What a person may add; the ratings and the mixture of injuries bring the others themselves.
OWN = frozenset(
    {AdjustmentName.BASE_RATING, AdjustmentName.INJURIES, AdjustmentName.MARKET_BLEND, AdjustmentName.BASELINE_CLAMP}
)
WORDS = 4
TYPED = "typed"


def absence_of(text: str, now: datetime) -> Absence:
    """Read one absence; raises BadInput that names the word that was wrong."""
    told, known_at = _dated(text, now)
    words = told.split(maxsplit=WORDS - 1)
    if len(words) != WORDS:
        raise BadInput(f"--absence must be {ABSENCE}, was {text!r}")
    side, value, status, player = words
    if side.upper() not in (Side.HOME, Side.AWAY):
        raise BadInput(f"--absence must begin with HOME or AWAY, began with {side!r}")
    if status.upper() not in set(PlayStatus):
        raise BadInput(f"status of an --absence must be one of {', '.join(PlayStatus)}, was {status!r}")
    try:
        return Absence(Side(side.upper()), player, float(value), PlayStatus(status.upper()), known_at)
    except ValueError as error:
        raise BadInput(f"value of an --absence must be points, 0 or more, was {value!r}") from error


def adjustment_of(text: str, now: datetime) -> Adjustment:
    """Read one adjustment; raises BadInput that names the word that was wrong."""
    told, known_at = _dated(text, now)
    words = told.split()
    names = sorted(set(AdjustmentName) - OWN)
    if len(words) != WORDS - 1:
        raise BadInput(f"--adjust must be {ADJUSTMENT}, was {text!r}")
    if words[0].upper() not in names:
        raise BadInput(f"--adjust must begin with one of {', '.join(names)}, began with {words[0]!r}")
    try:
        return Adjustment(AdjustmentName(words[0].upper()), float(words[1]), float(words[2]), TYPED, known_at)
    except ValueError as error:
        raise BadInput(f"points of an --adjust must be two numbers, were {' '.join(words[1:])!r}") from error


def _dated(text: str, now: datetime) -> tuple[str, datetime]:
    told, mark, at = text.rpartition("@")
    if not mark:
        return text, now
    try:
        known_at = datetime.fromisoformat(at.strip())
    except ValueError as error:
        raise BadInput(f"time after @ must be such as 2026-01-11T17:30:00+00:00, was {at.strip()!r}") from error
    if known_at.tzinfo is None:
        raise BadInput(f"time after @ must name its zone, such as 2026-01-11T17:30:00+00:00, was {at.strip()!r}")
    return told, known_at
