"""The gate that a proposed change of a market's policy must pass (`policy-v1`).

It sees only evidence, never the data, so that a stored verdict can be checked again from what was stored. It fails
closed: a figure that is not a number never passes a rule.
"""

import json
import math
from collections.abc import Callable
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from closeline.domain.ids import canonical_json

PLAYED_MIN = 200
P_ADJUSTED_MAX = 0.05


class PolicyReason(StrEnum):
    """Why a market keeps its policy."""

    CLV_NOT_BETTER = "CLV_NOT_BETTER"
    CLV_NOT_POSITIVE = "CLV_NOT_POSITIVE"
    LOG_LOSS_WORSE = "LOG_LOSS_WORSE"
    NOT_A_NUMBER = "NOT_A_NUMBER"
    NOTHING_CHANGES = "NOTHING_CHANGES"
    NOT_OUT_OF_TIME = "NOT_OUT_OF_TIME"
    NOT_SIGNIFICANT = "NOT_SIGNIFICANT"
    NOT_STEADY = "NOT_STEADY"
    TOO_FEW = "TOO_FEW"


@dataclass(frozen=True, slots=True)
class Held:
    """What one set of terms did in the judging span.

    `clv` is the mean realised value of what it played, fair close less 1/price of the side played, in points of
    probability; `clv_low` and `clv_high` are its two-sided 90 % interval, clustered by day. `log_loss` is that of the
    predicted closing probability against the outcomes of all games, played or not.
    """

    beta: float
    threshold: float | None
    played: int
    clv: float
    clv_low: float
    clv_high: float
    log_loss: float


@dataclass(frozen=True, slots=True)
class PolicyEvidence:
    """What the trial of one market's candidate found, on games later than each fit.

    `gained` is the realised value that the candidate plays beyond the terms in force, a game offered (what is not
    played counts nothing), `gained_lower` its one-sided 95 % bound; `p_value` that of no gain, `p_adjusted` the same
    among all `tried`. Days are ISO dates, empty where nothing was judged.
    """

    market_key: str
    old: Held
    new: Held
    offered: int
    gained: float
    gained_lower: float
    p_value: float
    p_adjusted: float
    tried: int
    is_steady: bool
    is_out_of_time: bool
    trained_to: str
    judged_from: str

    @property
    def loosens(self) -> bool:
        """Say whether the candidate plays what is not played now: a lower edge, or more games at the same."""
        return not (_edge(self.new) >= _edge(self.old) and self.new.played <= self.old.played)

    @property
    def changes(self) -> bool:
        """Say whether the candidate differs from the terms in force."""
        return (self.old.beta, self.old.threshold) != (self.new.beta, self.new.threshold)


@dataclass(frozen=True, slots=True)
class PolicyVerdict:
    """Whether the candidate may take the place of the terms in force, and every reason against it, alphabetical."""

    activate: bool
    reasons: tuple[str, ...]


def policy_gate(evidence: PolicyEvidence) -> PolicyVerdict:
    """Judge a market's candidate: what loosens must be better beyond chance, what tightens must not be worse.

    Every rule runs and every failure is named, except that a sample too small to judge says only that.
    """
    if not evidence.new.played >= PLAYED_MIN:
        return PolicyVerdict(activate=False, reasons=(PolicyReason.TOO_FEW.value,))
    reasons = tuple(sorted(reason.value for reason, holds in _RULES.items() if not holds(evidence)))
    return PolicyVerdict(activate=not reasons, reasons=reasons)


def write_evidence(evidence: tuple[PolicyEvidence, ...]) -> str:
    """Write evidence as canonical JSON; a figure that is not a number is null."""
    return canonical_json([_plain(asdict(item)) for item in evidence])


def read_evidence(text: str) -> tuple[PolicyEvidence, ...]:
    """Read evidence back; the exact inverse of `write_evidence`, null figures being not numbers again."""
    return tuple(_read(item) for item in json.loads(text))


def _read(item: dict[str, Any]) -> PolicyEvidence:
    held = {name: Held(**_numbers(item[name])) for name in ("old", "new")}
    return PolicyEvidence(**(_numbers(item) | held))


def _edge(held: Held) -> float:
    # Never played is the strictest threshold of all.
    return math.inf if held.threshold is None else held.threshold


def _plain(value: object) -> object:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _numbers(figures: dict[str, Any]) -> dict[str, Any]:
    return {key: math.nan if item is None and key != "threshold" else item for key, item in figures.items()}


def _is_measured(evidence: PolicyEvidence) -> bool:
    new = evidence.new
    figures = (
        new.beta, new.threshold or 0.0, new.clv, new.clv_low, new.clv_high, new.log_loss,
        evidence.old.log_loss, evidence.gained, evidence.gained_lower, evidence.p_value, evidence.p_adjusted,
    )  # fmt: skip
    return all(map(math.isfinite, figures))


def _is_positive(evidence: PolicyEvidence) -> bool:
    return evidence.new.clv > 0.0 and evidence.new.clv_low > 0.0


def _is_better(evidence: PolicyEvidence) -> bool:
    if evidence.loosens:
        return evidence.gained > 0.0 and evidence.gained_lower > 0.0
    return evidence.gained >= 0.0 and evidence.new.clv >= evidence.old.clv


def _is_significant(evidence: PolicyEvidence) -> bool:
    return not evidence.loosens or evidence.p_adjusted <= P_ADJUSTED_MAX


def _keeps_log_loss(evidence: PolicyEvidence) -> bool:
    return evidence.new.log_loss <= evidence.old.log_loss


def _is_out_of_time(evidence: PolicyEvidence) -> bool:
    return evidence.is_out_of_time and "" < evidence.trained_to < evidence.judged_from


def _is_steady(evidence: PolicyEvidence) -> bool:
    return evidence.is_steady


def _changes(evidence: PolicyEvidence) -> bool:
    return evidence.changes


_RULES: dict[PolicyReason, Callable[[PolicyEvidence], bool]] = {
    PolicyReason.NOT_A_NUMBER: _is_measured,
    PolicyReason.NOTHING_CHANGES: _changes,
    PolicyReason.NOT_OUT_OF_TIME: _is_out_of_time,
    PolicyReason.NOT_STEADY: _is_steady,
    PolicyReason.CLV_NOT_POSITIVE: _is_positive,
    PolicyReason.CLV_NOT_BETTER: _is_better,
    PolicyReason.NOT_SIGNIFICANT: _is_significant,
    PolicyReason.LOG_LOSS_WORSE: _keeps_log_loss,
}
