"""What the players of a league are worth."""

from datetime import datetime

from closeline.domain.leagues import League
from closeline.schemas.shape import Shape


class PlayerValue(Shape):
    """A player's value to his team, points against his replacement."""

    team: str
    player: str
    value_points: float


class PlayerValues(Shape):
    """The values in force; all but the league are null, and there are no values, where nobody has set any."""

    league: League
    version: str | None
    source: str | None
    set_at: datetime | None
    values: list[PlayerValue]
