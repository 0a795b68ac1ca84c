"""What decisions came to: closing line value, value at the close, results, log loss, each with its interval."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from scipy.stats import beta, t

from closeline.maths.bootstrap import clustered_standard_error
from closeline.maths.record_figures import Mean
from closeline.maths.score import log_losses

Floats = NDArray[np.float64]
Days = NDArray[np.int64]

LEVEL = 0.95
# Fewer days say nothing, however alike they are: closes that never moved would make an interval of no width.
DAYS_LEAST = 10
POINTS = 100.0


class Worth(StrEnum):
    """What a rule's objections were worth: they cost good picks, saved from bad ones, or neither is shown."""

    COSTS = "COSTS"
    SAVES = "SAVES"
    NO_PROOF = "NO_PROOF"


@dataclass(frozen=True, slots=True)
class Plays:
    """Candidates as plays, each of its own side; NaN is what is not known, `won` also of a push. Shape (n,).

    q_open, q_close: fair probability when judged and at the close, at the play's line; break_even: 1/d; p_final: what
    would have been published; pushed: the game ended on the line.
    """

    days: Days
    q_open: Floats
    q_close: Floats
    break_even: Floats
    p_final: Floats
    won: Floats
    pushed: NDArray[np.bool_]

    def at(self, places: NDArray[np.int64]) -> "Plays":
        """Return the plays at some places."""
        return Plays(*(getattr(self, field.name)[places] for field in fields(self)))

    @staticmethod
    def together(parts: "Sequence[Plays]") -> "Plays":
        """Return plays one after another."""
        return Plays(*(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(Plays)))


@dataclass(frozen=True, slots=True)
class PlayFigures:
    """What n plays came to, over so many days. `clv` and `value` (q_close - 1/d) in points of probability.

    log_loss_gap: log loss of p_final less the market's when judged, on the same games; below nought is better.
    """

    n: int
    days: int  # with a close: what the interval of the value rests on
    clv: Mean
    value: Mean
    wins: int
    losses: int
    pushes: int
    log_loss_gap: Mean


@dataclass(frozen=True, slots=True)
class Proportion:
    """Hits of n with the exact 95 % interval of their share; null where there is nothing to share."""

    hits: int
    n: int
    share: float | None
    low: float | None
    high: float | None


def play_figures(plays: Plays) -> PlayFigures:
    """Return what plays came to; each mean has its own n, because not every game closed or ended."""
    known = ~np.isnan(plays.won) & ~np.isnan(plays.q_open)
    gap = np.full(plays.won.shape, np.nan)
    won = plays.won[known]
    gap[known] = log_losses(plays.p_final[known], won) - log_losses(plays.q_open[known], won)
    return PlayFigures(
        n=int(plays.days.size),
        days=int(np.unique(plays.days[~np.isnan(plays.q_close)]).size),
        clv=day_clustered_mean(POINTS * (plays.q_close - plays.q_open), plays.days),
        value=day_clustered_mean(POINTS * (plays.q_close - plays.break_even), plays.days),
        wins=int((plays.won == 1).sum()),
        losses=int((plays.won == 0).sum()),
        pushes=int(plays.pushed.sum()),
        log_loss_gap=day_clustered_mean(gap, plays.days),
    )


def day_clustered_mean(values: Floats, days: Days) -> Mean:
    """Return the mean of values, shape (n,), and its closed-form 95 % interval, clustered by day; NaN is left out.

    The quantile is Student's with one degree less than there are days, and a single day has no interval.
    Source: Cameron and Miller (2015), section VI.
    """
    known = ~np.isnan(values)
    if not known.any():
        return Mean(None, None, None, 0)
    mean, clusters = float(values[known].mean()), int(np.unique(days[known]).size)
    if clusters < 2:
        return Mean(mean, None, None, int(known.sum()))
    reach = float(t.ppf((1 + LEVEL) / 2, clusters - 1)) * clustered_standard_error(values[known], days[known])
    return Mean(mean, mean - reach, mean + reach, int(known.sum()))


def worth_of(held_back: PlayFigures) -> Worth:
    """Say what holding plays back was worth, by their value at the close: good ones cost, bad ones save."""
    low, high = held_back.value.low, held_back.value.high
    if low is None or high is None or held_back.days < DAYS_LEAST:
        return Worth.NO_PROOF
    if low > 0:
        return Worth.COSTS
    return Worth.SAVES if high < 0 else Worth.NO_PROOF


def proportion(hits: int, n: int) -> Proportion:
    """Return a share with its exact interval; ValueError outside 0 <= hits <= n. Source: Clopper and Pearson (1934)."""
    if not 0 <= hits <= n:
        raise ValueError(f"hits must be among n, were {hits} of {n}")
    if n == 0:
        return Proportion(0, 0, None, None, None)
    tail = (1 - LEVEL) / 2
    low = float(beta.ppf(tail, hits, n - hits + 1)) if hits else 0.0
    high = float(beta.ppf(1 - tail, hits + 1, n - hits)) if hits < n else 1.0
    return Proportion(hits, n, hits / n, low, high)
