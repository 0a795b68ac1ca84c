"""What has happened, past tense: the rows of the event log. What people decide stands in `decisions`.

An event carries only what its reactions need to start: names and counts, never the facts themselves.
"""

from dataclasses import dataclass
from typing import ClassVar

from closeline.domain.events.decisions import (
    CalibrationOverridden,
    CalibrationOverrideAsked,
    GradingAsked,
    KeyCreated,
    KeyRevoked,
    KeyRotated,
    LimitsChanged,
    OutboxReconciled,
    PersonAdded,
    PersonErased,
    PropChallengerSet,
    RecordRestored,
    ResultAccepted,
    RetentionApplied,
    SpellingMapped,
    StateChanged,
)
from closeline.domain.events.happening import SYSTEM_CHAIN, Event


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
class ValidityChanged(Event):
    """Of published picks something else is true than before; `refresh` of those a newer forecast should replace."""

    changed: int
    invalidated: int
    refresh: int


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


EVENTS: tuple[type[Event], ...] = (
    CalibrationOverrideAsked,
    CalibrationOverridden,
    StateChanged,
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
    ValidityChanged,
    PicksSettled,
    DistributionFitted,
    CalibrationJudged,
    PolicyFitted,
    PolicyProposed,
    LimitsChanged,
    BiasMeasured,
    KeyCreated,
    KeyRevoked,
    KeyRotated,
    PersonAdded,
    PersonErased,
    RetentionApplied,
    RecordRestored,
    OutboxReconciled,
    SpellingMapped,
    PropChallengerSet,
)

__all__ = [
    "EVENTS",
    "SYSTEM_CHAIN",
    "BiasMeasured",
    "CalibrationJudged",
    "CalibrationOverridden",
    "CalibrationOverrideAsked",
    "CandidatesGated",
    "DistributionFitted",
    "Event",
    "ForecastMade",
    "GradingAsked",
    "KeyCreated",
    "KeyRevoked",
    "KeyRotated",
    "LimitsChanged",
    "MarketEvaluated",
    "OddsCaptured",
    "OutboxReconciled",
    "PersonAdded",
    "PersonErased",
    "PicksProposed",
    "PicksPublished",
    "PicksReviewed",
    "PicksSettled",
    "PolicyFitted",
    "PolicyProposed",
    "PropChallengerSet",
    "PublishingModeChanged",
    "RecordRestored",
    "ResultAccepted",
    "ResultsCaptured",
    "ResultsReported",
    "RetentionApplied",
    "SpellingMapped",
    "StateChanged",
    "ValidityChanged",
]
