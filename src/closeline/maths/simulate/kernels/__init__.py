"""The evaluators' inner loops, compiled.

A night's tables come in as plain arrays; joint distributions, expectations and the scores of worlds go out. `periods`
and `rounds` are the exact evaluator's, `walk` is that of worlds. Always true: every loop runs in a fixed order and
without fast-math, so equal scripts give equal bits on one platform, in any number of threads. What is compiled together
stands in one file, because a compiled file is made anew only when it has changed itself.
"""

from closeline.maths.simulate.kernels.periods import back_through_period, through_period
from closeline.maths.simulate.kernels.rounds import LAST_ROUND, ROUNDS, back_through_round, through_round, value_ahead
from closeline.maths.simulate.kernels.walk import MOST_GAINED, alias_tables, walk

__all__ = [
    "LAST_ROUND",
    "MOST_GAINED",
    "ROUNDS",
    "alias_tables",
    "back_through_period",
    "back_through_round",
    "through_period",
    "through_round",
    "value_ahead",
    "walk",
]
