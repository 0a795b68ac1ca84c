"""What a forecast asks of a prop model, whoever trained it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from closeline.domain.props.statistics import Statistic
    from closeline.maths.props.distributions import Family


class Predicted(Protocol):
    """Means and variances of so many rows, each of shape (n,), in units of the statistic and their square."""

    @property
    def mean(self) -> NDArray[np.float64]:
        """Return the means."""

    @property
    def variance(self) -> NDArray[np.float64]:
        """Return the variances, of those who play."""


class PropModel(Protocol):
    """A trained model of one statistic. The same matrix gives the same numbers, to the last bit."""

    @property
    def version(self) -> str:
        """Return its name in the record."""

    @property
    def statistic(self) -> Statistic:
        """Return what it forecasts."""

    @property
    def family(self) -> Family:
        """Return the distribution that its mean and variance belong to."""

    def predict(self, matrix: NDArray[np.float32]) -> Predicted:
        """Return means and variances of rows of features, shape (n, features)."""
