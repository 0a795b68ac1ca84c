"""What passes the doors for programs: keys, problems, the state of the server, and what it may be asked."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from closeline.schemas.calibration import CalibrationSegment
from closeline.schemas.shape import Shape

DAYS_BACK_MAX = 36_600
HOURS_BACK_MAX = 24 * 3650
Day = Annotated[date, Field(ge=date(1900, 1, 1), le=date(2199, 12, 31))]


class Key(Shape):
    """An API key: everything about it but its secret."""

    key_id: str
    name: str
    role: str
    state: Literal["LIVE", "EXPIRED", "REVOKED"]
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    last_used_at: datetime | None


class NewKey(Shape):
    """A key that was made just now; `token` is shown this once."""

    key: Key
    token: str


class RotatedKey(NewKey):
    """A key made in the place of `old`, which opens what it did until it expires."""

    old: Key


class Keys(Shape):
    """All keys of a tenant, the oldest first."""

    keys: list[Key]


class Fault(Shape):
    """One thing that is wrong with a request: where, and what it must be."""

    where: str
    what: str


class Problem(Shape):
    """What went wrong, as RFC 9457 says it. `error` is the class of the fault, `correlation_id` its name in the log."""

    type: str
    title: str
    status: int
    detail: str
    error: str
    correlation_id: str
    faults: list[Fault] | None


class Health(Shape):
    """Whether the server can do its work."""

    status: Literal["ok", "unavailable"]


class CalibrationRequest(Shape):
    """What a calibration run is asked: over how many days back, and by which method."""

    training_days: Annotated[int, Field(ge=1, le=DAYS_BACK_MAX)] | None = None
    method: Literal["auto", "temperature", "platt", "beta", "isotonic"] = "auto"


class Activation(Shape):
    """Why a calibration shall be in force."""

    why: Annotated[str, Field(min_length=1, max_length=500)]


class Rollback(Shape):
    """In which scope what was in force before shall be in force again, and why."""

    scope: Annotated[str, Field(min_length=1, max_length=200)]
    why: Annotated[str, Field(min_length=1, max_length=500)]


class CalibrationSegments(Shape):
    """The maps of a version."""

    calibration_version: str
    segments: list[CalibrationSegment]


class GradingRequest(Shape):
    """How far back picks are graded."""

    lookback_hours: Annotated[int, Field(ge=1, le=HOURS_BACK_MAX)] = 72


class SummaryRequest(Shape):
    """Which picks are summed up: a cohort, and the league days from the first to the last, both included."""

    cohort_key: Annotated[str, Field(min_length=1, max_length=500)]
    start_date: Day
    end_date: Day


class Acceptance(Shape):
    """Which report is to be the result of its event, and why."""

    report_id: Annotated[str, Field(min_length=1, max_length=200)]
    why: Annotated[str, Field(min_length=1, max_length=500)]
