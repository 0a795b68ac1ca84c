"""The daily bias table of totals, and the alerts that it raised."""

from datetime import datetime

from closeline.schemas.shape import Shape


class BiasDay(Shape):
    """How far a league's totals were off in the four weeks before a morning, and what came off the next ones for it.

    bias, bias_market: mean of forecast - result and of forecast - closing mean, points, before any correction.
    home_win, overtime: how often games went so in the last n that count, how often it was expected, and the z between.
    """

    league: str
    day: str
    n: int
    bias: float
    bias_se: float | None
    bias_market: float | None
    n_market: int
    over_rate: float | None
    over_n: int
    over_p_value: float | None
    win_rate: float | None
    graded: int
    correction: float
    damp_factor: float
    triggers: list[str]
    structural_days: int
    home_win_n: int
    home_win_expected: float | None
    home_win_rate: float | None
    home_win_z: float | None
    overtime_n: int
    overtime_expected: float | None
    overtime_rate: float | None
    overtime_z: float | None


class BiasAlert(Shape):
    """What somebody should look at."""

    league: str
    kind: str
    text: str
    at: datetime


class BiasTable(Shape):
    """The rows of the last so many days, by league and day, and the alerts of those days."""

    days: int
    rows: list[BiasDay]
    alerts: list[BiasAlert]
