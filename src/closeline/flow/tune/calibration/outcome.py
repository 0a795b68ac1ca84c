"""What came of looking at one scope once."""

from dataclasses import dataclass
from enum import StrEnum


class Idle(StrEnum):
    """Why nothing was done about a scope."""

    AHEAD = "AHEAD"  # its record holds steps of a later moment: another league was replayed here before
    TOO_FEW = "TOO_FEW"  # the past is too short for the method that was asked for, or for any
    NOT_DUE = "NOT_DUE"  # hardly more events than at the last attempt
    SHADOW_STANDS = "SHADOW_STANDS"  # what is being watched is judged first
    KNOWN = "KNOWN"  # this very map was judged before


@dataclass(frozen=True, slots=True)
class SampleScores:
    """A sample, and what three maps scored in the span that judges; null where that span holds none of it.

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


@dataclass(frozen=True, slots=True)
class Tried:
    """What one attempt rested on: which it was, what it had to reach, and on which samples.

    attempt: since the last activation; look: at the same observations.
    """

    attempt: int
    look: int
    level: float
    seed: int
    method: str
    n_train: int
    n_evaluated: int
    voids: int
    duplicates: int
    evaluated: SampleScores
    published: SampleScores


@dataclass(frozen=True, slots=True)
class Outcome:
    """The step that was taken in a scope, or why none was. `outcome` is a CalibrationStatus or an Idle."""

    scope: str
    outcome: str
    calibration_version: str | None = None
    reasons: tuple[str, ...] = ()
    tried: Tried | None = None

    @property
    def changed(self) -> bool:
        """Say whether a step was taken."""
        return self.outcome not in set(Idle)
