"""Participation: a player may sit out, and what that does to a bet on his number.

A bet on a player who does not play is void: the stake comes back. So per unit staked the expected value is
`plays` times the value given that he plays, while the best stake does not know `plays` at all: with r the net return
given that he plays, expected log growth is plays E[ln(1 + f r)] + (1 - plays) ln 1, which the same f makes largest.
Taking 1 - plays for a loss, or an unconditional chance for the win, would stake on another bet than the one sold.
Source: settlement-v1, section 2.4; props-v1, section 7.1.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from closeline.domain.forecasts.injuries import PLAY_PROBABILITY, PlayStatus
from closeline.domain.markets import Side
from closeline.maths.props.distributions import PropForecast, mixed
from closeline.maths.props.families import Family, outcomes
from closeline.maths.staking import Outcome, kelly, kelly_outcomes, outcomes_value
from closeline.maths.value import expected_value

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class MinutesState:
    """One way in which a night may go for a player who plays: its chance, and mean and variance of his number then."""

    chance: float
    mean: float
    variance: float


def plays_of(status: PlayStatus | None, *, prior: float) -> float:
    """Return the chance that a player plays: what his report says of it, the declared prior where nobody reports him.

    The logs hold only those who played, so the prior cannot be counted from them; ValueError unless it is a chance.
    """
    if not 0.0 <= prior <= 1.0:
        raise ValueError(f"prior must be a chance between 0 and 1, was {prior}")
    return prior if status is None else PLAY_PROBABILITY[status]


def after_minutes(states: Sequence[MinutesState], family: Family = Family.GAMMA_LATTICE) -> PropForecast:
    """Return the forecast of a mixture of nights, such as limited and usual minutes; what is left of 1 is not playing.

    Mean and variance follow from the law of total variance given that he plays. ValueError unless the chances are at
    least 0 and sum to more than 0 and at most 1.
    """
    chances = [state.chance for state in states]
    plays = math.fsum(chances)
    if not states or min(chances) < 0.0 or not 0.0 < plays <= 1.0 + 1e-9:
        raise ValueError(f"chances must be at least 0 and sum to at most 1 and above 0, were {chances}")
    mean, variance = mixed([state.mean for state in states], [state.variance for state in states], chances)
    return PropForecast(float(mean), float(variance), family, min(plays, 1.0))


def value_given_play(forecast: PropForecast, side: Side, line_quarters: int, decimal: float) -> float:
    """Return the expected net units per unit staked, given that he plays."""
    chances = forecast.chances(side, line_quarters)
    return expected_value(chances.win, chances.loss, decimal)


def value(forecast: PropForecast, side: Side, line_quarters: int, decimal: float) -> float:
    """Return the expected net units per unit staked, a void counted as what it is: nothing won and nothing lost."""
    return forecast.plays * value_given_play(forecast, side, line_quarters, decimal)


def kelly_given_play(forecast: PropForecast, side: Side, line_quarters: int, decimal: float) -> float:
    """Return the full Kelly stake, from the chances given that he plays; halves of a quarter line each at their own."""
    if line_quarters % 2:
        ways = endings(replace(forecast, plays=1.0), side, line_quarters, decimal)
        if outcomes_value(ways) <= 0.0:
            return 0.0
        # What cannot be lost, as far as floats can tell, is all of the bankroll to Kelly; the cap is what stands then.
        return kelly_outcomes(ways) if any(way.probability > 0.0 > way.net for way in ways) else 1.0
    chances = forecast.chances(side, line_quarters)
    return kelly(chances.win, chances.loss, decimal)


def endings(forecast: PropForecast, side: Side, line_quarters: int, decimal: float) -> tuple[Outcome, ...]:
    """Return every way in which one unit can end, net, the void included: chances sum to 1.

    A quarter line is staked half at either neighbour, which may end apart.
    """
    odd = line_quarters % 2
    low, high = (
        outcomes(forecast.family, forecast.mean, forecast.variance, line_quarters + step * odd).tolist()
        for step in (-1, 1)
    )
    # Chance, and how either half of an OVER ends: 1 won, 0 pushed, -1 lost.
    ways = [(high[0], 1, 1), (low[2], -1, -1)]
    if odd:
        between = max(0.0, low[0] - high[0] - high[1])
        ways += [(high[1], 1, 0), (low[1], 0, -1), (between, 1, -1)]
    else:
        ways += [(low[1], 0, 0)]
    sign = 1 if side is Side.OVER else -1
    net = {1: decimal - 1.0, 0: 0.0, -1: -1.0}
    played = [Outcome(forecast.plays * p, (net[sign * a] + net[sign * b]) / 2.0) for p, a, b in ways]
    return (*played, Outcome(1.0 - forecast.plays, 0.0))
