"""What was learned, and the rules that judge."""

from datetime import datetime

from closeline.schemas.shape import Shape


class Judgement(Shape):
    """One line of a calibration's history; `why` is what a person gave as the reason."""

    scope: str
    calibration_version: str
    status: str
    method: str
    n_train: int
    n_evaluated: int
    reasons: list[str]
    at: datetime
    actor: str
    why: str | None


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


class Staking(Shape):
    """What is staked on a PICK: by which rule, and how many units."""

    rule: str
    units: float


class Policy(Shape):
    """The decision policy of a league, fitted on so many results; without one nothing is picked."""

    league: str
    policy_version: str | None
    results: int
    staking: Staking | None
    markets: list[MarketPolicy]


class Held(Shape):
    """What terms did in the judging span: CLV a play in points of probability with its 90 % interval, and log loss."""

    beta: float
    threshold: float | None
    played: int
    clv: float | None
    clv_low: float | None
    clv_high: float | None
    log_loss: float | None


class MarketProposal(Shape):
    """A market's candidate beside the terms in force: gains are realised CLV a game offered, one-sided 95 % bound."""

    market_key: str
    old: Held
    new: Held
    offered: int
    gained: float | None
    gained_lower: float | None
    p_value: float | None
    p_adjusted: float | None
    tried: int
    is_steady: bool
    is_out_of_time: bool
    trained_to: str
    judged_from: str
    activate: bool
    reasons: list[str]


class PolicyProposal(Shape):
    """What became of a proposal: ACTIVE or REJECTED, and whether it was recorded."""

    league: str
    in_force: str
    policy_version: str
    status: str
    recorded: bool
    results: int
    staking: Staking
    markets: list[MarketProposal]


class GateLimit(Shape):
    """A limit of a rule's own: what it is, and its number for each league."""

    name: str
    unit: str
    meaning: str
    values: dict[str, object]


class Gate(Shape):
    """A rule, in its place: what it does, what it protects from, and the limits that it reads.

    `switch_off` says when it can be switched off: never.
    """

    order: int
    name: str
    says: str
    protects_from: str
    switch_off: str
    limits: list[GateLimit]


class Gates(Shape):
    """The rules in their order, and the limits of each league by which they judge."""

    gates: list[Gate]
    config_version: str
    limits: dict[str, dict[str, object]]
