"""Picks, and everything that stands behind one."""

from datetime import datetime

from closeline.schemas.decomposition import Decomposition
from closeline.schemas.shape import Shape


class Pick(Shape):
    """A pick in one line; `publish_id` names its publication, and is null where it was not published."""

    pick_id: str
    publish_id: str | None
    league: str
    published_at: datetime
    label: str
    selection_id: str
    book: str
    price: str
    price_assumed: bool
    decision: str
    tier: str
    probability: float
    ev_per_unit: float
    result: str | None
    units: float | None
    clv_prob: float | None


class Picks(Shape):
    """A list of picks, the newest first; `total` counts those that were not asked for, too."""

    total: int
    picks: list[Pick]


class PickPage(Picks):
    """A page of that list; `next_cursor` asks for the one after it, and is null on the last."""

    next_cursor: str | None


class Step(Shape):
    """A step in a pick's life."""

    seq: int
    from_state: str | None
    to_state: str
    reason: str
    at: datetime


class ValidityMark(Shape):
    """What a look said of a published pick by later quotes; the price is the best one then, null without any."""

    seq: int
    state: str
    refresh: bool
    reasons: list[str]
    ev: float | None
    market_line: str | None
    line: str | None
    price: str | None
    book: str | None
    rules: str
    at: datetime


class ChainLink(Shape):
    """A version of a pick, in the chain in which each supersedes the one before."""

    pick_id: str
    pick_version: int
    state: str


class Finding(Shape):
    """What one rule said of the candidate, with the numbers that it looked at."""

    gate: str
    action: str
    highest_state: str
    reason: str
    multiplier: float
    cap: float | None
    inputs: dict[str, str]


class Left(Finding):
    """A finding, and what the multipliers down to it leave of the trust."""

    left: float


class Chain(Shape):
    """The probabilities of the judged side, given no push, in the order in which they were made."""

    p_raw: float
    p_calibrated: float
    q_market: float | None
    p_anchor: float | None
    p_final: float
    p_push: float


class Trace(Shape):
    """Which versions decided; `code_version` is null for decisions made before it was kept."""

    engine: str
    ratings_version: str
    distribution_version: str
    simulation_version: str | None
    rating_state: str | None
    policy_version: str | None
    calibration_version: str | None
    config_version: str
    code_version: str | None
    seed: int


class Why(Shape):
    """How one decision came about, of a refused candidate (`pick_id` is null) as of a pick; inactive rules too."""

    pick_id: str | None
    prediction_id: str
    league: str
    game: str
    starts_at: datetime
    label: str
    market_key: str
    side: str
    line: str
    book: str
    basis: str
    price: str | None
    price_assumed: bool
    judged_at: datetime
    chain: Chain
    findings: list[Left]
    multiplier: float
    trust: float
    edge_probability: float
    ev_per_unit: float
    decision: str
    tier: str
    confidence: float
    edge_confidence: float | None
    parlay_eligible: bool
    reasons: list[str]
    trace: Trace


class Grade(Shape):
    """How a pick ended, by which version of the rules and of the result."""

    result: str
    settled_fraction_quarters: int
    units: float
    rules: str
    result_version: int
    reason: str | None
    graded_at: datetime


class Track(Shape):
    """The closing line that a pick met."""

    quality: str
    missing_reason: str | None
    open_price: str | None
    best_price: str | None
    close_price: str | None
    close_price_opposite: str | None
    close_snapshot_id: str | None
    q_close: float | None
    clv_prob: float | None
    clv_ev: float | None
    predicted_clv: float
    rules: str


class Delivery(Shape):
    """Where a publication went: the pick itself, or a notice that it no longer holds."""

    channel: str
    kind: str
    state: str
    message_id: str | None


class Evidence(Shape):
    """Stored bytes and the place in them, with the record that stands there now."""

    snapshot_id: str | None
    phase: str | None
    received_at: datetime
    payload_sha: str
    file_name: str
    feed: str
    size: int
    place: str
    excerpt: str | None


class Prediction(Shape):
    """The probabilities of the market's first side, each step of the chain kept."""

    prediction_id: str
    side: str
    line: str
    basis: str
    p_raw: float
    p_push: float
    p_calibrated: float
    q_market: float | None
    p_anchor: float | None
    predicted_clv: float | None


class Input(Shape):
    """Something that a run was made from."""

    kind: str
    reference: str


class PlayerForecast(Shape):
    """What a run of a prop model says of the player, given that he plays; `plays` is the chance that he does."""

    player_id: str
    mean: float
    variance: float
    family: str
    plays: float
    games: int


class Run(Shape):
    """The execution that gave the prediction."""

    run_id: str
    engine: str
    as_of: datetime
    seed: int
    margin_mean: float
    margin_sd: float
    total_mean: float
    total_sd: float
    inputs: list[Input]
    output_hash: str
    simulation_version: str | None
    worlds: int | None
    effective: float | None
    distribution_digest: str | None
    decomposition: Decomposition | None
    player: PlayerForecast | None = None


class Versions(Shape):
    """The version of everything that governed a pick."""

    ratings: str
    distribution: str
    calibration: str
    policy: str
    config: str
    settlement_rules: str
    clv_rules: str


class Lineage(Shape):
    """A pick from its grade down to the bytes."""

    pick: Pick
    state: str
    game: str
    starts_at: datetime
    grade: Grade | None
    result: Evidence | None
    track: Track | None
    published_at: datetime | None
    deliveries: list[Delivery]
    life: list[Step]
    validity: list[ValidityMark]
    chain: list[ChainLink]
    confidence: float
    edge_probability: float
    predicted_clv: float
    q_market: float
    stake_units: float
    findings: list[Finding]
    prediction: Prediction
    run: Run
    quote: Evidence
    versions: Versions
