"""What has happened, past tense: the rows of the event log.

An event carries only what its reactions need to start: names and counts, never the facts themselves.
"""

from dataclasses import asdict, dataclass
from typing import ClassVar

SYSTEM_CHAIN = "SYSTEM"


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to one league. `chain` says whose log it belongs to; null is the tenant's own."""

    chain: ClassVar[str | None] = None
    league: str

    @property
    def name(self) -> str:
        """Return the event's name, as the log and the reactions spell it."""
        return type(self).__name__

    def body(self) -> dict[str, str | int | float | bool | None]:
        """Return the event's fields, JSON scalars all."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class OddsCaptured(Event):
    """Quotes of a snapshot are in the record."""

    chain: ClassVar[str | None] = SYSTEM_CHAIN
    snapshot_id: str
    phase: str
    accepted: int
    unchanged: int
    quarantined: int


@dataclass(frozen=True, slots=True)
class ResultsCaptured(Event):
    """Results of events are in the record."""

    chain: ClassVar[str | None] = SYSTEM_CHAIN
    snapshot_id: str
    results: int


@dataclass(frozen=True, slots=True)
class ResultsReported(Event):
    """Feeds have said how events stand; nothing of it counts as a result yet."""

    chain: ClassVar[str | None] = SYSTEM_CHAIN
    snapshot_id: str
    reports: int


@dataclass(frozen=True, slots=True)
class ResultAccepted(Event):
    """A person made a report the official result of an event, because the feeds could not."""

    chain: ClassVar[str | None] = SYSTEM_CHAIN
    event_id: str
    result_version: int
    report_id: str
    actor: str
    why: str


@dataclass(frozen=True, slots=True)
class GradingAsked(Event):
    """Somebody asked for whatever waits to be decided and graded now; `subject` is a pick, or empty for all."""

    actor: str
    subject: str
    lookback_hours: int


@dataclass(frozen=True, slots=True)
class MarketEvaluated(Event):
    """The markets of a snapshot have fair prices."""

    snapshot_id: str
    phase: str
    markets: int


@dataclass(frozen=True, slots=True)
class ForecastMade(Event):
    """A slate has been forecast from what was known at `as_of` (microseconds since 1970)."""

    snapshot_id: str
    as_of: int
    runs: int
    predictions: int


@dataclass(frozen=True, slots=True)
class CandidatesGated(Event):
    """Every candidate of a slate has its findings and its verdict."""

    as_of: int
    picks: int
    leans: int
    no_plays: int


@dataclass(frozen=True, slots=True)
class PicksProposed(Event):
    """Picks and leans stand ready with frozen terms."""

    as_of: int
    proposed: int


@dataclass(frozen=True, slots=True)
class PicksPublished(Event):
    """Picks have become official."""

    published: int
    expired: int


@dataclass(frozen=True, slots=True)
class PublishingModeChanged(Event):
    """What may be published of a league has changed, because of its feeds or credits; `reasons` joined by commas."""

    mode: str
    reasons: str


@dataclass(frozen=True, slots=True)
class PicksReviewed(Event):
    """Published picks have met their closing line."""

    snapshot_id: str
    tracked: int
    missing: int


@dataclass(frozen=True, slots=True)
class PicksSettled(Event):
    """Picks have been graded, and those graded again whose result was corrected."""

    snapshot_id: str
    graded: int
    regraded: int = 0


@dataclass(frozen=True, slots=True)
class DistributionFitted(Event):
    """Margins and totals have a new fitted distribution."""

    model_version: str
    games: int


@dataclass(frozen=True, slots=True)
class CalibrationJudged(Event):
    """A calibration took a step: into the shadow, into force, out of it, or out. `reasons` are joined by commas."""

    scope: str
    calibration_version: str
    status: str
    reasons: str = ""
    actor: str = "SYSTEM"
    why: str = ""


@dataclass(frozen=True, slots=True)
class PolicyFitted(Event):
    """The decision policy has a new version."""

    policy_version: str


@dataclass(frozen=True, slots=True)
class PolicyProposed(Event):
    """A decision policy was proposed and met its gate; `reasons` and `evidence` are canonical JSON, by market."""

    policy_version: str
    status: str
    results: int
    reasons: str
    evidence: str


@dataclass(frozen=True, slots=True)
class BiasMeasured(Event):
    """A league's bias table has a new day. `correction`: points that come off its totals from now on."""

    day: str
    n: int
    triggers: str
    correction: float


@dataclass(frozen=True, slots=True)
class LimitsChanged(Event):
    """Somebody changed limits of a league: from now on another configuration version judges candidates."""

    config_version: str
    before_version: str
    actor: str
    changed: str


@dataclass(frozen=True, slots=True)
class KeyCreated(Event):
    """An API key was made; it is no league's. `expires_at`: microseconds since 1970. What it is called is not told."""

    key_id: str
    role: str
    expires_at: int
    actor: str


@dataclass(frozen=True, slots=True)
class KeyRevoked(Event):
    """An API key opens nothing any more; it was no league's."""

    key_id: str
    actor: str


@dataclass(frozen=True, slots=True)
class RetentionApplied(Event):
    """A retention plan was applied, of no league's alone: so many quotes and bytes of payloads were let go."""

    chain: ClassVar[str | None] = SYSTEM_CHAIN
    plan_id: str
    quotes: int
    payloads: int
    payload_bytes: int
    actor: str
    why: str


@dataclass(frozen=True, slots=True)
class SpellingMapped(Event):
    """Somebody decided what a spelling means: `answer` is a team or player, empty where it means none."""

    chain: ClassVar[str | None] = SYSTEM_CHAIN
    review_id: str
    kind: str
    provider: str
    spelling: str
    answer: str
    actor: str
    why: str


EVENTS: tuple[type[Event], ...] = (
    OddsCaptured,
    ResultsCaptured,
    ResultsReported,
    ResultAccepted,
    GradingAsked,
    MarketEvaluated,
    ForecastMade,
    CandidatesGated,
    PicksProposed,
    PicksPublished,
    PublishingModeChanged,
    PicksReviewed,
    PicksSettled,
    DistributionFitted,
    CalibrationJudged,
    PolicyFitted,
    PolicyProposed,
    LimitsChanged,
    BiasMeasured,
    KeyCreated,
    KeyRevoked,
    RetentionApplied,
    SpellingMapped,
)
