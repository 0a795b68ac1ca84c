"""The calibration error that a perfect forecaster shows by chance: what an ECE must exceed to matter."""

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike

from closeline.maths.reliability.binned import BinScheme, bin_index


def noise_floor(n: int, bins: int, p: float) -> float:
    """Return sqrt(2 p (1 - p) / (pi n_b)), n_b = n / bins: a normal approximation for forecasts near p."""
    if n < 1 or bins < 1:
        raise ValueError(f"n and bins must be at least 1, were {n} and {bins}")
    return float(np.sqrt(2.0 * p * (1.0 - p) * bins / (np.pi * n)))


def simulated_noise_floor(
    p: ArrayLike, *, bins: int, scheme: BinScheme, simulations: int, generator: Generator
) -> float:
    """Return the mean ECE of outcomes drawn from the forecasts themselves.

    p: shape (n,), in [0, 1]. Right for any spread of forecasts and filling of the bins, unlike the closed
    form.
    """
    forecast = np.asarray(p, dtype=np.float64)
    assert forecast.ndim == 1
    if simulations < 1 or forecast.size == 0:
        raise ValueError(f"simulations and forecasts must be at least 1, were {simulations} and {forecast.size}")
    index = bin_index(forecast, bins, scheme)
    order = np.argsort(index, kind="stable")
    arranged, sizes = forecast[order], np.bincount(index, minlength=bins)
    occupied = sizes[sizes > 0]
    starts = np.concatenate(([0], np.cumsum(occupied)[:-1]))
    expected = np.add.reduceat(arranged, starts)
    total = 0.0
    for _ in range(simulations):
        wins = np.add.reduceat(generator.random(forecast.size) < arranged, starts, dtype=np.int64)
        total += float(np.abs(wins - expected).sum())
    return total / (simulations * forecast.size)
