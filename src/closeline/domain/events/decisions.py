"""What people decided, past tense: the events of keys, people, configurations, results and all that is done by hand."""

from dataclasses import dataclass
from typing import ClassVar

from closeline.domain.events.happening import SYSTEM_CHAIN, Event


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
class KeyRotated(Event):
    """An API key was made in the place of another, which opens what it did until a moment (microseconds since 1970)."""

    key_id: str
    new_key_id: str
    until: int
    actor: str


@dataclass(frozen=True, slots=True)
class PersonAdded(Event):
    """Somebody is known by a reference from now on; it is no league's, and who they are is not told here."""

    person_id: str
    actor: str


@dataclass(frozen=True, slots=True)
class PersonErased(Event):
    """Who stood behind a reference is forgotten; it was no league's."""

    person_id: str
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


@dataclass(frozen=True, slots=True)
class CalibrationOverrideAsked(Event):
    """Somebody asks to put in force what its gate has not let through; `evidence`: the gate's numbers, as JSON."""

    scope: str
    calibration_version: str
    status: str
    reasons: str
    evidence: str
    actor: str
    why: str


@dataclass(frozen=True, slots=True)
class CalibrationOverridden(Event):
    """A second person has confirmed it: the calibration is in force against its gate."""

    scope: str
    calibration_version: str
    asked_by: str
    actor: str
    why: str


@dataclass(frozen=True, slots=True)
class StateChanged(Event):
    """Something changed, of no league's alone; which thing, and its hashes before and after, stand beside the event."""

    what: str


@dataclass(frozen=True, slots=True)
class RecordRestored(Event):
    """A record was made from a backup, of no league's alone. `taken_at`: microseconds since 1970."""

    chain: ClassVar[str | None] = SYSTEM_CHAIN
    backup: str
    taken_at: int


@dataclass(frozen=True, slots=True)
class OutboxReconciled(Event):
    """What was sent before a restore is known again. `restored`: which restore, by its number in the shared chain."""

    restored: int


@dataclass(frozen=True, slots=True)
class PropChallengerSet(Event):
    """Somebody named the model that speaks beside the one in force of a statistic, empty for none from now on."""

    statistic: str
    prop_model_version: str
    before_version: str
    actor: str
