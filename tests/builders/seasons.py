"""Seasons of simulated truth: raw probabilities, outcomes of known chances, and a week's job that looks at them.

SYNTHETIC. The look of one week is the one of `flow/tune/calibration`, with arrays in place of a record: one observation
a game, games spread evenly over the week.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from closeline.domain.calibration import (
    RETRIES,
    SHADOW,
    WATCH,
    CalibrationScope,
    activation_gate,
    must_deactivate,
    shadow_reasons,
)
from closeline.maths.calibrate import AUTO, IDENTITY, UNCALIBRATED, EffectiveMap
from closeline.maths.trial import beside, over_last, try_out

FIRST_DAY = 738_000
WEEK_DAYS = 7


def expit(x):
    return 1.0 / (1.0 + np.exp(-x))


@dataclass(frozen=True, slots=True)
class Games:
    """Raw probabilities whose logits are `heat` times too far from even money, and what came of the games."""

    p_raw: np.ndarray
    won: np.ndarray
    days: np.ndarray
    events: tuple[str, ...]

    def first(self, n, since=0):
        return self.p_raw[since:n], self.won[since:n], self.days[since:n], self.events[since:n]


def games(seed, n, *, heat=1.0, sd=0.8, per_week=50):
    """Give n games in the order of time; heat 1: the raw probability is the truth."""
    generator = np.random.default_rng(seed)
    logit = generator.normal(0.0, sd, n)
    won = (generator.random(n) < expit(logit / heat)).astype(np.float64)
    days = FIRST_DAY + np.arange(n) * WEEK_DAYS // per_week
    return Games(expit(logit), won, days, tuple(f"e{place}" for place in range(n)))


@dataclass(frozen=True, slots=True)
class Rules:
    """How often a scope is tried and how strict: those of the house, or others to set beside them."""

    growth: float = RETRIES.growth
    level: Callable[[int], float] = lambda attempt: 0.90
    with_shadow: bool = True


HOUSE = Rules()


@dataclass(frozen=True, slots=True)
class Season:
    """What a season of weekly looks came to."""

    activated: EffectiveMap | None
    attempts: int
    passed: int


def looked_at(found: Games, *, before, weeks=26, per_week=50, rules=HOUSE, method=AUTO, seed=0) -> Season:
    """Look at a segment once a week for a season that begins with `before` games on file; ends with an activation."""
    generator = np.random.default_rng([seed, 99])
    last, attempts, passed, shadow = 0, 0, 0, None
    for n in range(before, before + weeks * per_week, per_week):
        if shadow is not None:
            new, since = shadow
            p, won, days, events = found.first(n, since)
            if days.size and found.days[n] - found.days[since] >= SHADOW.days and len(events) >= SHADOW.events_segment:
                shadow = None
                if not shadow_reasons(beside(p, won, events, active=UNCALIBRATED, new=new)):
                    return Season(new, attempts, passed)
            continue
        if n < rules.growth * last:
            continue
        last, attempts = n, attempts + 1
        trial = tried(found, n, generator=generator, level=rules.level(attempts), method=method)
        if trial is None:
            continue
        passed += 1
        if not rules.with_shadow:
            return Season(trial, attempts, passed)
        shadow = (trial, n)
    return Season(None, attempts, passed)


def tried(found: Games, n, *, generator, level=0.90, method=AUTO) -> EffectiveMap | None:
    """Give the map that a trial on the first n games lets through the gate, else nothing."""
    p, won, days, events = found.first(n)
    trial = try_out(
        p, won, days, active=UNCALIBRATED, generator=generator, events=events, under=IDENTITY, method=method, level=level,
        scope=CalibrationScope.SEGMENT,
    )  # fmt: skip
    if trial is None or trial.reasons or not activation_gate(trial.evidence).activate:
        return None
    return trial.effective


def taken_out(found: Games, active, *, weeks=26, per_week=50) -> bool:
    """Say whether a map in force is taken out in a season of weekly looks at the last picks."""
    for n in range(WATCH.picks, WATCH.picks + weeks * per_week, per_week):
        p, won, _, events = found.first(n, n - WATCH.picks)
        if must_deactivate(over_last(p, won, events, active=active)):
            return True
    return False


def true_gain(new: EffectiveMap, *, heat, sd) -> float:
    """Return by how much a map betters the expected Brier score of the raw probability, by quadrature."""
    logit = np.linspace(-6 * sd, 6 * sd, 2001)
    weight = np.exp(-0.5 * (logit / sd) ** 2)
    raw, truth = expit(logit), expit(logit / heat)
    loss = (raw - truth) ** 2 - (new.apply(raw) - truth) ** 2
    return float((loss * weight).sum() / weight.sum())
