"""Lines: forecasts of players against what the books said of the same numbers, with pushes neither won nor lost."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np

from closeline.maths.bootstrap import Interval, clustered_mean_interval
from closeline.maths.clv.tilted import tilted_mass, tilts
from closeline.maths.distributions import Side
from closeline.maths.props.closing import mass_of
from closeline.maths.score import log_losses

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

    from closeline.maths.props.distributions import PropForecast

    Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Lines:
    """Lines with what came of them, each of shape (n,).

    days: since 1970-01-01. y: what was counted; line and mean in the same unit. p_over, q_over: the chances of more
    than the line, given no push, of the model and of the market without its margin (power).
    """

    days: NDArray[np.int32]
    y: Floats
    line: Floats
    mean: Floats
    p_over: Floats
    q_over: Floats

    def __len__(self) -> int:
        """Return how many lines there are."""
        return len(self.days)

    @property
    def pushed(self) -> NDArray[np.bool_]:
        """Return which lines were hit exactly."""
        return np.asarray(self.y == self.line)

    def where(self, chosen: NDArray[np.bool_]) -> Lines:
        """Return the chosen lines."""
        return Lines(*(getattr(self, item.name)[chosen] for item in fields(self)))


@dataclass(frozen=True, slots=True)
class AgainstLines:
    """The model beside the market on the same lines, intervals by whole days drawn.

    log_loss_*: nats per line that did not push; log_loss_gain: the market's less the model's, above 0 where the model
    is better. mae_*: of the model's mean and of the line, over all lines; mae_gain likewise. over_won, over_said,
    over_market: how often the number was above the line, and what the two said.
    """

    name: str
    n: int
    pushes: int
    days: int
    log_loss_model: float
    log_loss_market: float
    log_loss_gain: Interval
    mae_model: float
    mae_line: float
    mae_gain: Interval
    over_won: float
    over_said: float
    over_market: float


def against(name: str, lines: Lines, *, generator: Generator, level: float = 0.95) -> AgainstLines | None:
    """Compare the model with the market on lines; null where none of them ended above or below.

    generator: draws the days.
    """
    settled = lines.where(~lines.pushed)
    if not len(settled):
        return None
    over = (settled.y > settled.line).astype(np.float64)
    ours, theirs = (log_losses(chance, over) for chance in (settled.p_over, settled.q_over))
    by_mean, by_line = np.abs(lines.y - lines.mean), np.abs(lines.y - lines.line)
    return AgainstLines(
        name, len(lines), int(lines.pushed.sum()), len(np.unique(lines.days)), float(ours.mean()), float(theirs.mean()),
        clustered_mean_interval(theirs - ours, settled.days, level=level, generator=generator), float(by_mean.mean()),
        float(by_line.mean()),
        clustered_mean_interval(by_line - by_mean, lines.days, level=level, generator=generator), float(over.mean()),
        float(settled.p_over.mean()), float(settled.q_over.mean()),
    )  # fmt: skip


def carried(forecast: PropForecast, close_quarters: int, q_over: float, at_quarters: int) -> float | None:
    """Return what a close says of P(over | no push) at another line, by the forecast's own shape; null where nothing.

    close_quarters, at_quarters: in quarter points. q_over: the close's chance without margin at its own line.
    """
    if close_quarters == at_quarters:
        return q_over
    shape = mass_of(forecast)
    theta = tilts(shape, [int(Side.OVER)], [close_quarters / 4], [q_over]) if shape and 0.0 < q_over < 1.0 else None
    if shape is None or theta is None or not np.isfinite(theta[0]):
        return None
    mass, numbers = tilted_mass(shape, theta)[0], np.arange(len(forecast.pmf()))
    over, under = float(mass[numbers > at_quarters / 4].sum()), float(mass[numbers < at_quarters / 4].sum())
    return over / (over + under) if over + under > 0.0 else None
