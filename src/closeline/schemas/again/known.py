"""What was known of an event at a moment, and what came, moved and went between two."""

from datetime import datetime

from pydantic import Field

from closeline.domain.leagues import League
from closeline.schemas.shape import Shape


class KnownAsked(Shape):
    """Of which event, as of when; and as of which other moment, if two are held side by side."""

    event_id: str
    at: datetime
    other: datetime | None = Field(default=None, serialization_alias="and")


class KnownEvent(Shape):
    """The event as it was known."""

    version: int
    day: str
    home_team_id: str
    away_team_id: str
    starts_at: datetime
    start_basis: str
    received_at: datetime


class KnownQuote(Shape):
    """A price that stood: its age is since it was last seen, not since it changed."""

    book: str
    market_key: str
    side: str
    line: str
    price: str
    received_at: datetime
    seen_at: datetime
    age_seconds: float


class KnownInjury(Shape):
    """The last report of a player."""

    team_id: str
    player: str
    status: str
    detail: str
    received_at: datetime


class KnownPrediction(Shape):
    """What the newest run said of a market's canonical side."""

    prediction_id: str
    market_key: str
    side: str
    line: str
    book: str
    p_raw: float
    p_calibrated: float
    q_market: float | None
    p_anchor: float | None


class KnownRun(Shape):
    """The newest run."""

    run_id: str
    engine: str
    as_of: datetime
    predictions: list[KnownPrediction]


class KnownVerdict(Shape):
    """What the gates made of a candidate."""

    prediction_id: str
    market_key: str
    side: str
    decision: str
    tier: str
    p_final: float
    reasons: list[str]


class KnownPick(Shape):
    """A pick, where it stood in its life, and what later quotes had made of it."""

    pick_id: str
    selection_id: str
    book: str
    price: str
    decision: str
    state: str
    since: datetime
    validity: str | None = Field(description="Null where nobody had looked yet.")
    refresh: bool
    validity_reasons: list[str]


class KnownResult(Shape):
    """How it had ended, as far as was decided."""

    result_version: int
    status: str
    home_score: int | None
    away_score: int | None
    received_at: datetime


class Known(Shape):
    """Everything about an event that had been received by a moment, and nothing that came later."""

    event_id: str
    league: League
    at: datetime
    event: KnownEvent
    quotes: list[KnownQuote]
    injuries: list[KnownInjury]
    run: KnownRun | None
    verdicts: list[KnownVerdict]
    picks: list[KnownPick]
    mode: str = Field(description="What might be published of the league, as the desk had told it last.")
    mode_reasons: list[str]
    result: KnownResult | None


class Change(Shape):
    """One thing that was not the same at both moments."""

    kind: str = Field(description="ADDED, MOVED or WITHDRAWN.")
    what: str
    name: str
    before: str | None
    after: str | None


class KnownThen(Shape):
    """What was known at a moment; with a second one what was known then too, and what had changed."""

    first: Known
    second: Known | None = None
    changes: list[Change] = Field(default_factory=list)
