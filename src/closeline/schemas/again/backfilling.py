"""Backfills: what was made again of the past, or would be."""

from datetime import datetime

from pydantic import Field

from closeline.domain.leagues import League
from closeline.schemas.shape import Shape


class RegradedPick(Shape):
    """A pick whose grade is another by the rules that were asked for."""

    pick_id: str
    league: League
    before: str = Field(description="Rules, version of the result, and what they say.")
    after: str
    units_before: float
    units_after: float


class Regrading(Shape):
    """Graded picks of some days by another rule set. Every new grade names the one that it stands beside."""

    rules: str
    at: datetime
    dry_run: bool
    graded: int = Field(description="New grades, or how many there would be.")
    differing: list[RegradedPick] = Field(description="Those that are decided otherwise.")
    units: float = Field(description="By how much the units of all of them change, one risked on each.")


class WindowCandidate(Shape):
    """What fitting a window came to in one scope."""

    scope: str
    outcome: str = Field(description="CANDIDATE, KNOWN or TOO_FEW.")
    calibration_version: str | None
    n_train: int | None
    n_evaluated: int | None
    brier_old: float | None
    brier_new: float | None


class WindowCalibration(Shape):
    """Candidates that were fitted on a window of the past; nobody watches or uses them."""

    since: datetime
    until: datetime
    method: str
    at: datetime
    dry_run: bool
    scopes: list[WindowCandidate]


class ReadResults(Shape):
    """A file of results, and what its import came to."""

    file: str
    leagues: list[League]
    games: int
    results: int
    imported: bool


class ResultsBackfill(Shape):
    """Results that were imported late, and what was graded by them."""

    dry_run: bool
    files: list[ReadResults]
    graded: int
    regraded: int
