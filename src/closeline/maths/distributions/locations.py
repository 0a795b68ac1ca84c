"""From a line and its fair probability to the mean that the market implies, and across lines (clv-v1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import logit, ndtri

from closeline.maths.distributions.lines import LineReader, halves, no_push
from closeline.maths.distributions.mass import (
    ROWS,
    SMALLEST_MEAN,
    STEPS,
    mass_at,
    mean_at,
    natural_slope,
    pmf,
    pmf_at,
    spread_of,
)
from closeline.maths.distributions.parameters import Quantity, ScoreDistribution, Shape, Side

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

TIGHT = 1e-12


@dataclass(frozen=True, slots=True)
class Questions:
    """Distinct questions P(above | no push at threshold), in log odds, with each one's extra variance."""

    thresholds: Floats
    log_odds: Floats
    extra: Floats


def location_for(
    distribution: ScoreDistribution,
    lines: ArrayLike,
    fair: ArrayLike,
    sides: ArrayLike,
    rating_sd: ArrayLike = 0.0,
) -> Floats:
    """Return the location, shape (n,), that gives each side its fair probability at its line.

    Push-aware (DOMAIN 3.4) and solved once for every distinct question. NaN for a missing line or
    probability; ValueError for a probability outside (0, 1) or a line that the support does not straddle.
    """
    line, probability, side, sd = np.broadcast_arrays(
        np.atleast_1d(np.asarray(lines, dtype=np.float64)),
        np.asarray(fair, dtype=np.float64),
        np.asarray(sides, dtype=np.int64),
        np.asarray(rating_sd, dtype=np.float64),
    )
    known = np.isfinite(line) & np.isfinite(probability)
    if not np.all((probability[known] > 0.0) & (probability[known] < 1.0)):
        raise ValueError("fair must lie strictly between 0 and 1")
    threshold = np.where(side == Side.HOME, -line, line)[known]
    over = ((side == Side.HOME) | (side == Side.OVER))[known]
    odds = logit(probability[known]) * np.where(over, 1.0, -1.0)
    out = np.full(line.shape, np.nan)
    out[known] = _distinct(distribution, np.stack([threshold, odds, sd[known] ** 2], axis=1))
    return out


def mean_for(
    distribution: ScoreDistribution,
    lines: ArrayLike,
    fair: ArrayLike,
    sides: ArrayLike,
    rating_sd: ArrayLike = 0.0,
) -> Floats:
    """Return the mean, shape (n,), that a line with its fair probability implies.

    NaN where either is missing.
    """
    return mean_at(distribution, location_for(distribution, lines, fair, sides, rating_sd), rating_sd)


def price_across(
    distribution: ScoreDistribution,
    from_lines: ArrayLike,
    fair: ArrayLike,
    to_lines: ArrayLike,
    sides: ArrayLike,
) -> Floats:
    """Return win, push, loss, shape (n, 3), at `to_lines` when `fair` holds at `from_lines` (clv-v1)."""
    locations = location_for(distribution, from_lines, fair, sides)
    if not np.all(np.isfinite(locations)):
        raise ValueError("lines and fair must be known to price across lines")
    rows = np.arange(locations.size)
    reader = LineReader(pmf_at(distribution, locations), distribution.support)
    return reader.read(rows, np.broadcast_to(to_lines, rows.shape), np.broadcast_to(sides, rows.shape))


def home_win_probability(distribution: ScoreDistribution, means: ArrayLike, rating_sd: ArrayLike = 0.0) -> Floats:
    """Return P(home wins | no tie), shape (games,), from a margin distribution.

    NaN where the mean is NaN.
    """
    if distribution.quantity is not Quantity.MARGIN:
        raise ValueError(f"distribution must be of margins, was of {distribution.quantity.value}s")
    wanted = np.atleast_1d(np.asarray(means, dtype=np.float64))
    known = np.isfinite(wanted)
    out = np.full(wanted.size, np.nan)
    sd = np.broadcast_to(np.asarray(rating_sd, dtype=np.float64), wanted.shape)
    mass = pmf(distribution, wanted[known], sd[known])
    rows = np.arange(mass.shape[0])
    out[known] = no_push(LineReader(mass, distribution.support).read(rows, np.zeros(rows.size), Side.HOME))
    return out


def _distinct(distribution: ScoreDistribution, questions: Floats) -> Floats:
    if not questions.size:
        return np.empty(0)
    rows, inverse = np.unique(questions, axis=0, return_inverse=True)
    solved = np.empty(rows.shape[0])
    for start in range(0, rows.shape[0], ROWS):
        block = rows[start : start + ROWS]
        solved[start : start + ROWS] = _solve(distribution, Questions(block[:, 0], block[:, 1], block[:, 2]))
    return np.asarray(solved[inverse.reshape(-1)])


def _solve(distribution: ScoreDistribution, asked: Questions) -> Floats:
    """Newton in log odds, kept inside a shrinking bracket: the log odds rise with the location."""
    values = distribution.values().astype(np.float64)
    above, below = _indicators(distribution, asked.thresholds, values)
    low, high = _bracket(distribution, asked)
    locations = np.clip(_start(distribution, asked), low, high)
    open_rows = np.arange(locations.size)
    for _ in range(STEPS):
        here = locations[open_rows]
        odds, slope = _log_odds(distribution, here, asked.extra[open_rows], values, above[open_rows], below[open_rows])
        missed = odds - asked.log_odds[open_rows]
        high[open_rows] = np.where(missed > 0.0, np.minimum(high[open_rows], here), high[open_rows])
        low[open_rows] = np.where(missed < 0.0, np.maximum(low[open_rows], here), low[open_rows])
        newton = here - missed / slope
        # A row is done when Newton no longer moves it: bisecting it then would throw it out of its place.
        done = np.abs(newton - here) <= TIGHT * (1.0 + np.abs(here))
        inside = done | ((newton > low[open_rows]) & (newton < high[open_rows]))
        locations[open_rows] = np.where(inside, newton, (low[open_rows] + high[open_rows]) / 2.0)
        open_rows = open_rows[~done]
        if not open_rows.size:
            break
    return locations


def _log_odds(
    distribution: ScoreDistribution,
    locations: Floats,
    extra: Floats,
    values: Floats,
    above: Floats,
    below: Floats,
) -> tuple[Floats, Floats]:
    mass = mass_at(distribution, locations, extra)
    win, loss = mass * above, mass * below
    won = np.maximum(win.sum(axis=1), np.finfo(np.float64).tiny)
    lost = np.maximum(loss.sum(axis=1), np.finfo(np.float64).tiny)
    apart = (win * values).sum(axis=1) / won - (loss * values).sum(axis=1) / lost
    return np.log(won / lost), np.maximum(apart, 1e-9) * natural_slope(distribution, locations, extra)


def _indicators(distribution: ScoreDistribution, thresholds: Floats, values: Floats) -> tuple[Floats, Floats]:
    low, high = halves(thresholds)
    # The halves of a quarter line win and lose half a stake each; for any other line they are one.
    above = ((values > low[:, None]).astype(np.float64) + (values > high[:, None])) / 2.0
    below = ((values < low[:, None]).astype(np.float64) + (values < high[:, None])) / 2.0
    weights = distribution.weights()
    if not (np.all((above * weights).any(axis=1)) and np.all((below * weights).any(axis=1))):
        raise ValueError(f"lines must lie inside the support {distribution.support}")
    return above, below


def _bracket(distribution: ScoreDistribution, asked: Questions) -> tuple[Floats, Floats]:
    lo, hi = distribution.support
    width = float(hi - lo)
    if distribution.shape is Shape.NEGATIVE_BINOMIAL:
        return np.full(asked.thresholds.size, SMALLEST_MEAN), np.full(asked.thresholds.size, hi + width)
    return np.full(asked.thresholds.size, lo - width), np.full(asked.thresholds.size, hi + width)


def _start(distribution: ScoreDistribution, asked: Questions) -> Floats:
    middle = asked.thresholds
    if distribution.shape is Shape.NEGATIVE_BINOMIAL:
        middle = np.maximum(middle, 1.0)
    chance = 1.0 / (1.0 + np.exp(-np.clip(asked.log_odds, -30.0, 30.0)))
    return np.asarray(middle + spread_of(distribution, middle, asked.extra) * ndtri(chance))
