"""Which model speaks beside the one in force, and what was kept of both."""

from datetime import datetime

from closeline.schemas.shape import Shape


class Challenger(Shape):
    """One statistic: the model in force, its challenger, since when and by whom; null where there is none."""

    statistic: str
    in_force: str | None
    challenger: str | None
    since: datetime | None
    actor: str | None


class KeptPairs(Shape):
    """How many forecasts of two versions were kept side by side: `first` was in force, `second` its challenger."""

    first: str
    second: str
    forecasts: int
    last_at: datetime


class Shadow(Shape):
    """Who speaks beside whom now, and what is kept; `changed` names the statistics that this call changed."""

    challengers: list[Challenger]
    kept: list[KeptPairs]
    changed: list[str]
