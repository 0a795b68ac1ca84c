"""The life of a calibration: CANDIDATE, then in the SHADOW of what is in force, then ACTIVE, and RETIRED after that.

Where a version stands is never kept anywhere: it is the fold of the steps that were taken in its scope, in their order.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from closeline.domain.errors import IllegalTransition

GLOBAL_SCOPE = "GLOBAL"


class CalibrationStatus(StrEnum):
    """Where a version stands."""

    CANDIDATE = "CANDIDATE"
    SHADOW = "SHADOW"
    ACTIVE = "ACTIVE"
    RETIRED = "RETIRED"
    REJECTED = "REJECTED"


class RetirementReason(StrEnum):
    """Why what was in force no longer is."""

    SUPERSEDED = "SUPERSEDED"
    DEACTIVATED = "DEACTIVATED"
    ROLLED_BACK = "ROLLED_BACK"


_S = CalibrationStatus
TRANSITIONS: Mapping[CalibrationStatus | None, frozenset[CalibrationStatus]] = MappingProxyType(
    {
        None: frozenset({_S.CANDIDATE}),
        _S.CANDIDATE: frozenset({_S.SHADOW, _S.REJECTED}),
        _S.SHADOW: frozenset({_S.ACTIVE, _S.REJECTED}),
        _S.ACTIVE: frozenset({_S.RETIRED}),
        # What was in force once may be again, at a person's word.
        _S.RETIRED: frozenset({_S.ACTIVE}),
        _S.REJECTED: frozenset(),
    }
)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of one version in its scope."""

    version: str
    status: str
    reasons: tuple[str, ...] = ()


@dataclass(slots=True)
class Standing:
    """Where every version of one scope stands after the steps so far.

    attempts: candidates since the last activation. spells: what was in force, one after the other, null where nothing
    was; a roll-back takes the last one away, so that what comes to the end is what was in force before.
    """

    statuses: dict[str, str] = field(default_factory=dict)
    active: str | None = None
    shadow: str | None = None
    attempts: int = 0
    spells: list[str | None] = field(default_factory=lambda: [None])

    def take(self, step: Step) -> None:
        """Take in a step as it was taken, whatever rules it was taken under: old records had fewer."""
        self.statuses[step.version] = step.status
        if self.shadow == step.version:
            self.shadow = None
        _TAKEN.get(step.status, _nothing)(self, step)

    def check(self, version: str, status: CalibrationStatus) -> None:
        """Raise IllegalTransition unless the version may take this step now."""
        now = self.statuses.get(version)
        before = None if now is None else CalibrationStatus(now)
        if status not in TRANSITIONS[before]:
            raise IllegalTransition(
                f"a step of a calibration must follow its life, was {before or 'nothing'} to {status} of {version[:12]}"
            )
        for taken, what in ((self.active, _S.ACTIVE), (self.shadow, _S.SHADOW)):
            if status is what and taken is not None:
                raise IllegalTransition(f"one version of a scope must be {what} at most, was {taken[:12]} already")

    @property
    def rolls_back_to(self) -> str | None:
        """Return what a roll-back would put in force: null for nothing, and with it the raw probability."""
        return self.spells[-2] if self.active is not None else None


def standing(steps: Iterable[Step]) -> Standing:
    """Return where the versions of one scope stand after these steps, in their order."""
    found = Standing()
    for step in steps:
        found.take(step)
    return found


def _nothing(standing: Standing, step: Step) -> None:
    del standing, step


def _proposed(standing: Standing, step: Step) -> None:
    del step
    standing.attempts += 1


def _shadowed(standing: Standing, step: Step) -> None:
    standing.shadow = step.version


def _activated(standing: Standing, step: Step) -> None:
    # After a roll-back it is the last of the spells already.
    if standing.spells[-1] != step.version:
        standing.spells.append(step.version)
    standing.active, standing.attempts = step.version, 0


def _retired(standing: Standing, step: Step) -> None:
    if standing.active != step.version:
        return
    standing.active = None
    if RetirementReason.ROLLED_BACK in step.reasons:
        standing.spells.pop()
    if RetirementReason.DEACTIVATED in step.reasons:
        standing.spells.append(None)


_TAKEN = {
    _S.CANDIDATE.value: _proposed,
    _S.SHADOW.value: _shadowed,
    _S.ACTIVE.value: _activated,
    _S.RETIRED.value: _retired,
}
