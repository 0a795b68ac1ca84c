"""Calibrations for whoever asks: what a run found, what is in force, and a version with all that was said of it."""

from datetime import datetime

from pydantic import JsonValue

from closeline.schemas.shape import Shape


class CalibrationEvent(Shape):
    """One step of a version: its new status, why, by whom, and on what evidence."""

    scope: str
    seq: int
    status: str
    reasons: list[str]
    actor: str
    why: str | None
    at: datetime
    evidence: dict[str, JsonValue]


class CalibrationSegment(Shape):
    """A fitted map: `league` and `market_key` are both GLOBAL for the one that serves every market."""

    league: str
    market_key: str
    n: int
    method: str
    parameters: list[float]
    knots: list[tuple[float, float]]


class CalibrationLine(Shape):
    """A version in one line: what it governs, what it was fitted on, and where it stands."""

    calibration_version: str
    scope: str
    status: str
    reasons: list[str]
    method: str
    method_asked: str | None
    n_train: int
    n_evaluated: int
    n_published: int | None
    training_days: int | None
    trained_from: datetime
    trained_to: datetime
    evaluated_to: datetime
    created_at: datetime


class CalibrationVersions(Shape):
    """The newest versions, newest first."""

    versions: list[CalibrationLine]


class CalibrationVersion(CalibrationLine):
    """A version whole: its map, the global version under it with its own weight, and every step."""

    base_version: str | None
    weight: float
    segments: list[CalibrationSegment]
    events: list[CalibrationEvent]


class RolledBack(CalibrationVersion):
    """The version that was rolled back, and the one that is in force in its scope now; null where there is none."""

    now_in_force: str | None


class InForce(Shape):
    """A version that is in force in its scope, or stands in the shadow of the one that is, and since when."""

    scope: str
    calibration_version: str
    method: str
    since: datetime


class ActiveCalibrations(Shape):
    """What is in force, one version a scope at most, and what is being watched beside it."""

    active: list[InForce]
    shadows: list[InForce]


class SampleScores(Shape):
    """A sample, and what the raw probability, the map in force and the candidate scored in the span that judges.

    n: decided observations; judged: those in the judging span; pushes: left out.
    """

    n: int
    judged: int
    pushes: int
    brier_raw: float | None
    brier_old: float | None
    brier_new: float | None
    log_loss_raw: float | None
    log_loss_old: float | None
    log_loss_new: float | None


class Shortage(Shape):
    """What a scope has too little of for an attempt, how many there are (`n`), and how many there must be (`least`).

    `of`: EVENTS with a decided forecast; OBSERVATIONS that were asked for; or of those, the ones TO_TRAIN on or
    TO_JUDGE by.
    """

    of: str
    n: int
    least: int


class CalibrationOutcome(Shape):
    """What a run made of one scope.

    `outcome`: SHADOW, REJECTED, ACTIVE or RETIRED as a step was taken; or TOO_FEW, NOT_DUE, SHADOW_STANDS, AHEAD, KNOWN
    where none was. `short` is told of TOO_FEW.
    """

    scope: str
    outcome: str
    calibration_version: str | None
    method: str | None
    reasons: list[str]
    attempt: int | None
    look: int | None
    level: float | None
    n_train: int | None
    n_evaluated: int | None
    voids: int | None
    duplicates: int | None
    evaluated: SampleScores | None
    published: SampleScores | None
    short: Shortage | None


class CalibrationRun(Shape):
    """One run: what was asked, by whom, and what became of every scope."""

    at: datetime
    method: str
    training_days: int | None
    actor: str
    outcomes: list[CalibrationOutcome]


class OverrideAsked(Shape):
    """Somebody asks to put in force what its gate has not let through; another person has to confirm it."""

    scope: str
    calibration_version: str
    status: str
    reasons: list[str]
    asked_by: str
    why: str
