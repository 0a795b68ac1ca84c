"""Walking forward: terms learned from the past of a market, and what they do with the block that follows it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from closeline.domain.digits import of_fit
from closeline.maths.policy import EDGES, Movement, anchored, better_sides, fit_movement, fit_threshold
from closeline.maths.score import log_losses

Floats = NDArray[np.float64]
Days = NDArray[np.int64]
Mask = NDArray[np.bool_]

JUDGED_SHARE = 0.5
FOLDS = 5
EMBARGO_DAYS = 1
# A fit on as many closes as this counts as much as the terms in force (credibility: Buhlmann, 1967).
CREDIBILITY = 1000
STEP = EDGES[1]
# A beta that the past cannot tell from the one in force, at 95 %, stays: else every proposal would move it by chance.
NORMAL_975 = 1.959963984540054


class Lever(StrEnum):
    """Which of the terms a candidate may move."""

    BETA = "BETA"
    THRESHOLD = "THRESHOLD"
    BOTH = "BOTH"


@dataclass(frozen=True, slots=True)
class Terms:
    """What decides in one market: the share of the model's distance that is believed, and the least edge played."""

    beta: float
    threshold: float | None

    @property
    def least_edge(self) -> float:
        """Return the least edge that is played; infinite where nothing ever is."""
        return np.inf if self.threshold is None else self.threshold


@dataclass(frozen=True, slots=True)
class History:
    """Games of one market that have closed, shape (n,), of the canonical side at the opening line.

    Probabilities are the model's after calibration and the market's at open and close, in (0, 1); `price` and
    `price_other` are decimal odds, NaN where the open was not quoted; `won` is 1 or 0, NaN for a push.
    """

    days: Days
    model: Floats
    q_open: Floats
    q_close: Floats
    price: Floats
    price_other: Floats
    won: Floats

    def of(self, rows: Mask) -> "History":
        """Return some of the games."""
        return History(
            self.days[rows], self.model[rows], self.q_open[rows], self.q_close[rows], self.price[rows],
            self.price_other[rows], self.won[rows],
        )  # fmt: skip

    @property
    def playable(self) -> Mask:
        """Return which were offered at a price on both sides."""
        return ~np.isnan(self.price) & ~np.isnan(self.price_other)


@dataclass(frozen=True, slots=True)
class Learned:
    """Terms as the past has them, with the regression below them."""

    terms: Terms
    movement: Movement


@dataclass(frozen=True, slots=True)
class Run:
    """What terms did in the judging span: realised value where played (0 elsewhere), and the loss of each game."""

    value: Floats
    played: Mask
    losses: Floats

    @property
    def log_loss(self) -> float:
        """Return the mean loss, not a number without games."""
        return float(self.losses.mean()) if self.losses.size else float("nan")


def blocks(days: Days) -> list[tuple[Mask, Mask]]:
    """Return (past, block) for each fold, as masks over the games: by day, past growing, the embargo between.

    days: ordinals, shape (n,), in any order. Folds whose past or block is empty are left out.
    """
    if days.size == 0:
        return []
    ordered = np.sort(days)
    first = int(days.size * (1 - JUDGED_SHARE))
    cuts = [int(ordered[first + (days.size - first) * fold // FOLDS]) for fold in range(FOLDS)]
    cuts.append(int(ordered[-1]) + 1)
    found = []
    for start, end in pairwise(cuts):
        past, block = days < start - EMBARGO_DAYS, (days >= start) & (days < end)
        if past.any() and block.any():
            found.append((past, block))
    return found


def learn(past: History, in_force: Terms, lever: Lever) -> Learned:
    """Learn the terms that a past supports: shrunk toward those in force, and at most a step of the grid away."""
    movement = fit_movement(past.model, past.q_open, past.q_close, past.days)
    beta, threshold = in_force.beta, in_force.threshold
    fitted = max(movement.beta, 0.0)
    if lever is not Lever.THRESHOLD and abs(fitted - beta) > NORMAL_975 * movement.standard_error:
        weight = movement.n / (movement.n + CREDIBILITY)
        beta = of_fit(weight * fitted + (1 - weight) * beta)
    if lever is not Lever.BETA and threshold is not None:
        offered = past.of(past.playable)
        edge, realised = sides(offered, beta)
        threshold = _toward(threshold, fit_threshold(edge, realised, offered.days).edge)
    return Learned(Terms(beta, threshold), movement)


def _toward(threshold: float, fitted: float | None) -> float:
    # Where no edge pays, the least edge rises; never playing again is not a step of the grid.
    wanted = EDGES[-1] if fitted is None else fitted
    if wanted > threshold:
        return round(min(threshold + STEP, max(wanted, threshold)), 4)
    return round(max(threshold - STEP, wanted), 4)


def sides(offered: History, beta: float) -> tuple[Floats, Floats]:
    """Return edge and realised value of the better side of each game, all of them offered at a price."""
    anchor = anchored(offered.q_open, offered.model, beta)
    return better_sides(anchor, offered.q_close, offered.price, offered.price_other)


def play(blocks_: Sequence[History], terms: Sequence[Terms]) -> Run:
    """Play each block by its own terms."""
    runs = [_play(block, each) for block, each in zip(blocks_, terms, strict=True)]
    return Run(
        np.concatenate([run.value for run in runs]),
        np.concatenate([run.played for run in runs]),
        np.concatenate([run.losses for run in runs]),
    )


def _play(block: History, terms: Terms) -> Run:
    offered = block.of(block.playable)
    edge, realised = sides(offered, terms.beta)
    played = edge >= terms.least_edge
    decided = block.of(~np.isnan(block.won))
    losses = log_losses(anchored(decided.q_open, decided.model, terms.beta), decided.won)
    return Run(np.where(played, realised, 0.0), played, losses)
