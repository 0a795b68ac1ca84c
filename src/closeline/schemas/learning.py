"""What was learned, and the rules that judge."""

from datetime import datetime

from closeline.schemas.shape import Shape


class Judgement(Shape):
    """One line of a calibration's history."""

    scope: str
    calibration_version: str
    status: str
    method: str
    n_train: int
    n_evaluated: int
    reasons: list[str]
    at: datetime


class Calibrations(Shape):
    """Every judgement on every calibration, oldest first."""

    judgements: list[Judgement]


class MarketPolicy(Shape):
    """How far the model is trusted in a market, and from which edge it is played, with the evidence."""

    market_key: str
    beta: float
    beta_standard_error: float
    beta_n: int
    threshold: float | None
    threshold_n: int
    clv_lower_90: float | None


class Policy(Shape):
    """The decision policy of a league, fitted on so many results; without one nothing is picked."""

    league: str
    policy_version: str | None
    results: int
    markets: list[MarketPolicy]


class Gate(Shape):
    """A rule, in its place."""

    order: int
    name: str
    says: str


class Gates(Shape):
    """The rules in their order, and the limits of each league by which they judge."""

    gates: list[Gate]
    config_version: str
    limits: dict[str, dict[str, object]]
