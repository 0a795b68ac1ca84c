"""How often a scope may be tried, how long a candidate stands in the shadow, and when what is in force is taken out.

Numbers of `activation-v1` that stand around its gate; the gate itself sees evidence only. What they lead to is measured
in docs/calibration.md.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from closeline.domain.calibration.activation import CalibrationScope

# Who wins, the spread and the total.
MARKETS_OF_A_GAME = 3


class TrialReason(StrEnum):
    """Why a candidate that the gate would let through is turned down all the same."""

    NOT_BETTER_THAN_TEMPERATURE = "NOT_BETTER_THAN_TEMPERATURE"
    SHADOW_WORSE = "SHADOW_WORSE"


@dataclass(frozen=True, slots=True)
class RetryRules:
    """When a scope may be tried again, and how much more a second look at the same observations must show.

    Results are counted as events, each once: those of which the scope has a forecast that was won or lost. A second
    word on the same event is nothing new.

    growth: how many times the results of the last attempt there must be for the next one of the schedule. The last 30 %
    judge, so with 1 / 0.7 times as many no observation judges twice, and every attempt is a test of its own. A person
    may try sooner: each further look at what was judged already may err with half of what the one before might, so that
    all of them together err with less than twice `error`.
    """

    error: float = 0.10
    growth: float = 1.43
    results_min: int = 500
    observations_min_global: int = 1_700

    def observations_min(self, scope: CalibrationScope) -> int:
        """Return how many observations there must be for an attempt: so many that enough of them judge."""
        return self.results_min if scope is CalibrationScope.SEGMENT else self.observations_min_global

    def results_due(self, scope: CalibrationScope) -> float:
        """Return from how many results on the schedule tries at all: with fewer the past could not carry a fit.

        A segment has one observation a game, of which the first 70 % train; the global map three.
        """
        if scope is CalibrationScope.SEGMENT:
            return self.results_min * self.growth
        return self.observations_min_global / MARKETS_OF_A_GAME

    def look(self, results: int, tried: Sequence[int]) -> int:
        """Return which look at the same observations an attempt is, 1 for one on new ones.

        results: how many there are; tried: how many there were at each attempt before, in their order.
        """
        look, fresh = 0, 0
        for count in (*tried, results):
            is_new = count >= self.growth * fresh
            look, fresh = (1, count) if is_new else (look + 1, fresh)
        return look

    def level(self, look: int) -> float:
        """Return the one-sided level of the bound on the Brier difference: 0.90 for a first look, as the gate says."""
        return 1.0 - self.error / 2.0 ** (look - 1)


RETRIES = RetryRules()


@dataclass(frozen=True, slots=True)
class ShadowRules:
    """How long a candidate is watched: at least so many days and so many events that ended after it was fitted."""

    days: int = 14
    events_segment: int = 150
    events_global: int = 300

    def events(self, scope: CalibrationScope) -> int:
        """Return how many events must have ended."""
        return self.events_segment if scope is CalibrationScope.SEGMENT else self.events_global

    def is_over(self, scope: CalibrationScope, *, since: datetime, at: datetime, events: int) -> bool:
        """Say whether a shadow has been seen for long enough to be judged."""
        return at - since >= timedelta(days=self.days) and events >= self.events(scope)


SHADOW = ShadowRules()


@dataclass(frozen=True, slots=True)
class ShadowEvidence:
    """What a shadow did beside the map in force, on predictions that were made after it was fitted."""

    events: int
    observations: int
    brier_old: float
    brier_new: float
    brier_difference: float
    standard_error: float


def shadow_reasons(evidence: ShadowEvidence) -> tuple[str, ...]:
    """Return why a shadow is not put in force: it was worse on the whole. A figure that is no number is worse."""
    return () if evidence.brier_difference <= 0.0 else (TrialReason.SHADOW_WORSE.value,)


@dataclass(frozen=True, slots=True)
class WatchRules:
    """When what is in force is taken out: over the last picks it is worse than the raw probability, beyond chance."""

    picks: int = 300
    p_value: float = 0.05


WATCH = WatchRules()


@dataclass(frozen=True, slots=True)
class WatchEvidence:
    """What the map in force did on the last published picks of its scope, beside their raw probabilities."""

    picks: int
    brier_raw: float
    brier_active: float
    standard_error: float
    p_value: float


def must_deactivate(evidence: WatchEvidence, rules: WatchRules = WATCH) -> bool:
    """Say whether a map is taken out of force; with fewer picks than the rule asks for it never is."""
    return evidence.picks >= rules.picks and evidence.p_value < rules.p_value


def one_sided(mean: float, standard_error: float) -> float:
    """Return the chance of a mean so far above nought, by the normal law, were the truth nought."""
    if standard_error == 0.0:
        return 1.0 if mean <= 0.0 else 0.0
    return 0.5 * math.erfc(mean / standard_error / math.sqrt(2.0))
