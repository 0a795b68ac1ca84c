"""Absences as they are typed: `HOME 4.5 QUESTIONABLE Name` becomes who may be missing, and what he is worth."""

from datetime import datetime

from closeline.domain.errors import BadInput
from closeline.domain.injuries import Absence, PlayStatus
from closeline.domain.markets import Side

FORM = "HOME or AWAY, his value in points, a status and his name, such as 'HOME 4.5 QUESTIONABLE Smith'"
WORDS = 4


def absence_of(text: str, known_at: datetime) -> Absence:
    """Read one absence; raises BadInput that names the word that was wrong."""
    words = text.split(maxsplit=WORDS - 1)
    if len(words) != WORDS:
        raise BadInput(f"--absence must be {FORM}, was {text!r}")
    side, value, status, player = words
    if side.upper() not in (Side.HOME, Side.AWAY):
        raise BadInput(f"--absence must begin with HOME or AWAY, began with {side!r}")
    if status.upper() not in set(PlayStatus):
        raise BadInput(f"status of an --absence must be one of {', '.join(PlayStatus)}, was {status!r}")
    try:
        return Absence(Side(side.upper()), player, float(value), PlayStatus(status.upper()), known_at)
    except ValueError as error:
        raise BadInput(f"value of an --absence must be points, 0 or more, was {value!r}") from error
