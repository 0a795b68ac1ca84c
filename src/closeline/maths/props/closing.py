"""A player's forecast carried to what the market says: its mass tilted until it agrees with a fair price.

As the closes of baseball and hockey are carried from line to line (`maths.clv.tilted`): multiplied by exp(theta k).
"""

import numpy as np

from closeline.maths.clv.tilted import IntegerMass, tilted_mass, tilts
from closeline.maths.distributions import Side
from closeline.maths.props.distributions import PropForecast
from closeline.maths.props.families import ON_INTEGERS


def mass_of(forecast: PropForecast) -> IntegerMass | None:
    """Return the chances of a player's number, integers from 0 on; null for a family that has no mass on a number."""
    return IntegerMass(forecast.pmf(), 0) if forecast.family in ON_INTEGERS else None


def mean_at(forecast: PropForecast, line_quarters: int, q_over: float) -> float | None:
    """Return the mean of a forecast once P(over | no push) at a line is q_over, in its unit; null where none agrees.

    line_quarters: in quarter points. q_over: the market's fair chance, between 0 and 1.
    """
    shape = mass_of(forecast)
    if shape is None or not 0.0 < q_over < 1.0:
        return None
    theta = tilts(shape, [int(Side.OVER)], [line_quarters / 4], [q_over])
    if not np.isfinite(theta[0]):
        return None
    mass = tilted_mass(shape, theta)[0]
    return float(mass @ np.arange(mass.size))
