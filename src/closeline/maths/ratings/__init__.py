"""Market-rated ratings.

What the teams' results and closing lines say about margin and total of the next game. `parameters` holds the
fitted numbers, `slates` what goes in and out, `states` the kinds of state,
`track` one Kalman filter, `kernels` its inner loops, `filter`
the pair of filters of one league.
"""

from closeline.maths.ratings.filter import RatingFilter
from closeline.maths.ratings.parameters import (
    GroupParameters,
    RatingParameters,
    RestParameters,
    TrackParameters,
)
from closeline.maths.ratings.slates import RatingForecast, Slate

__all__ = [
    "GroupParameters",
    "RatingFilter",
    "RatingForecast",
    "RatingParameters",
    "RestParameters",
    "Slate",
    "TrackParameters",
]
