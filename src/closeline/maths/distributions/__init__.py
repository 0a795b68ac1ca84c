"""Distributions of margin and total on the integers, with key numbers, and everything that is read from them.

`parameters` says what a distribution is, `mass` computes it for a slate, `lines` reads win, push and loss of
any line, `locations` goes back from a line and its fair price to the mean, `fitting` learns one from a
record.
"""

from closeline.maths.distributions.fitting import FitReport, fit_report, fit_score_distribution, log_scores
from closeline.maths.distributions.lines import LineReader, no_push, win_push_loss
from closeline.maths.distributions.locations import home_win_probability, location_for, mean_for, price_across
from closeline.maths.distributions.mass import mean_at, pmf, pmf_at
from closeline.maths.distributions.parameters import Quantity, ScoreDistribution, Shape, Side, read_pair

__all__ = [
    "FitReport",
    "LineReader",
    "Quantity",
    "ScoreDistribution",
    "Shape",
    "Side",
    "fit_report",
    "fit_score_distribution",
    "home_win_probability",
    "location_for",
    "log_scores",
    "mean_at",
    "mean_for",
    "no_push",
    "pmf",
    "pmf_at",
    "price_across",
    "read_pair",
    "win_push_loss",
]
