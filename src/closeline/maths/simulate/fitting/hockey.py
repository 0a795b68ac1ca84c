"""Fit hockey to played games: the likelihood of every period's score, given the score before it.

Games are put into bins by their closing lines, and every bin is solved to its lines, freed of the bias that they
had over all games: what is learned is how goals fall, not how many. The domain notes' values are a prior (maximum
a posteriori), because the score of a period says little about when a goalie was pulled and what came of it.

Kept as they start: lengths of plays and pull_spread, about which the likelihood is flat, and the overtime rates,
because who wins a regular-season overtime does not say how many were decided before the shoot-out.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.optimize import minimize

from closeline.maths.simulate.exact import final
from closeline.maths.simulate.hockey import PERIODS, Hockey
from closeline.maths.simulate.sport import Levels, Rules

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from closeline.maths.simulate.fitting.played import Played
    from closeline.maths.simulate.script import Night

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

# Source: domain notes, section 5.6. A 4-on-4 overtime decided 44 % of its games and a 3-on-3 one 67 %, which rates
# of 3.5 and 6.65 for either team give over five minutes.
START = Hockey(
    period_rates=(2.3, 2.7, 2.6),
    play_seconds=40,
    endgame_seconds=10,
    trailing=(1.03, 1.03, 1.03),
    leading=(0.97, 0.97, 0.97),
    caution=0.9,
    pull_minutes=(2.33, 3.5, 1.0),
    pull_spread=0.5,
    extra_attacker=6.4,
    empty_net=17.5,
    four_a_side=3.5,
    three_a_side=6.65,
)
# How far the logs may be from where they start, as standard deviations: period rates, trailing, leading, caution,
# pull minutes, extra attacker, empty net.
DOUBT = np.array([1.0] * 2 + [0.1] * 6 + [0.3] + [0.5] * 3 + [0.3] * 2)
# What the search counts in: as DOUBT, but period rates are known far better. It halves the number of steps.
STRIDE = np.minimum(DOUBT, [0.1] * 8 + [1.0] * 6)
BINS = (4, 3)  # by margin, and by total within them
GOALS = 7  # of one team in a period; the few that are more count as this
LEAD = 6  # goals in front before a period; the few that are more count as this
SOLVED = 1e-7  # goals
SOLVING_MOST = 60
IMPOSSIBLE = 1e-12  # what a score is given that the model cannot reach
NUDGE = 1e-3  # strides, to see how the likelihood rises
SIGNIFICANT = 6


def fit(played: Played, *, bins: tuple[int, int] = BINS, steps: int = 30) -> Hockey:
    """Return the hockey whose games are most like those played, the same for the same games.

    bins: parts by closing margin, and by closing total within them. steps: the most that the search (L-BFGS-B)
    takes. Raises ValueError when there are no games with all their periods known.
    """
    record = record_of(played.only(played.known), bins)
    start = _logs(START)

    def against(strides: Floats) -> float:
        doubt = float(((strides * STRIDE / DOUBT) ** 2).sum()) / 2.0
        return doubt - log_likelihood(record, _hockey(start + strides * STRIDE))

    options = {"maxiter": steps, "eps": NUDGE, "ftol": 1e-8}
    found = minimize(against, np.zeros(start.size), method="L-BFGS-B", options=options)
    return _rounded(_centred(record, _hockey(start + found.x * STRIDE)))


@dataclass(frozen=True, slots=True, eq=False)
class Record:
    """What a fit reads: scores of every period by bin and lead before it, and the bins' mean margins and totals.

    counts: shape (periods, bins, leads, goals, goals), leads from -LEAD to LEAD. means: shape (bins, 2).
    """

    counts: Integers
    means: Floats
    rules: Rules


def log_likelihood(record: Record, hockey: Hockey) -> float:
    """Return the log likelihood of every period's score given the lead before it; Markov, so that of the games."""
    nights = [_solved(hockey, record.rules, *pair)[1] for pair in record.means]
    chances = np.stack([night.chances for night in nights])
    found = 0.0
    for period, counts in enumerate(record.counts):
        leads = np.flatnonzero(counts.any(axis=(0, 2, 3))) - LEAD
        likely = carried(chances, nights[0].periods[period].plays, leads)
        found += float((counts[:, leads + LEAD] * np.log(np.maximum(likely, IMPOSSIBLE))).sum())
    return found


def carried(chances: Floats, plays: Integers, leads: Integers) -> Floats:
    """Return P(goals of home, of away) in a period by the lead before it, shape (nights, leads, goals, goals).

    chances: of no goal, home's and away's, shape (nights, tables, 3, margins). plays: the period's tables in order.
    The twin of the exact evaluator for many nights at once, which is what makes a fit short.
    """
    goals = np.arange(GOALS + 1)
    margins = chances.shape[-1] // 2 + leads[:, None, None] + goals[:, None] - goals
    mass = np.zeros((chances.shape[0], *margins.shape))
    mass[:, :, 0, 0] = 1.0
    for table, repeated in zip(*_runs(plays), strict=True):
        home_chance, away_chance = chances[:, table, 1][:, margins], chances[:, table, 2][:, margins]
        home_chance[:, :, -1], away_chance[..., -1] = 0.0, 0.0
        for _ in range(repeated):
            home, away = mass * home_chance, mass * away_chance
            mass -= home
            mass -= away
            mass[:, :, 1:] += home[:, :, :-1]
            mass[..., 1:] += away[..., :-1]
    return mass


def _runs(plays: Integers) -> tuple[Integers, Integers]:
    """Return the tables that are played, in order, and how many times each in a row."""
    begins = np.flatnonzero(np.diff(plays, prepend=-1))
    return plays[begins], np.diff(begins, append=plays.size)


def record_of(played: Played, bins: tuple[int, int]) -> Record:
    """Return what a fit reads of games whose periods are all known; ValueError where there are none."""
    if not played.season.size:
        raise ValueError("there must be games with all their periods known to fit hockey")
    scores = played.final
    home, away = scores[:, 0], scores[:, 1]
    bias = np.array([(home - away - played.margin).mean(), (home + away - played.total).mean()])
    place = _places(played, bins)
    lines = np.column_stack([played.margin, played.total])
    means = np.array([lines[place == number].mean(axis=0) for number in range(place.max() + 1)]) + bias
    return Record(_counts(played.periods, place), means, Rules(int(played.season.max())))


def _places(played: Played, bins: tuple[int, int]) -> Integers:
    """Return the bin of every game, numbered without gaps."""
    by_margin = _parts(played.margin, bins[0])
    place = np.zeros(by_margin.size, dtype=np.int64)
    for part in range(bins[0]):
        inside = by_margin == part
        if inside.any():
            place[inside] = part * bins[1] + _parts(played.total[inside], bins[1])
    return np.unique(place, return_inverse=True)[1]


def _parts(values: Floats, parts: int) -> Integers:
    return np.asarray(np.searchsorted(np.quantile(values, np.arange(1, parts) / parts), values))


def _counts(periods: Integers, place: Integers) -> Integers:
    sides = GOALS + 1
    counts = np.zeros((PERIODS, place.max() + 1, 2 * LEAD + 1, sides, sides), dtype=np.int64)
    lead = np.zeros(place.size, dtype=np.int64)
    for period in range(PERIODS):
        home, away = periods[:, period, 0], periods[:, period, 1]
        before = lead.clip(-LEAD, LEAD) + LEAD
        np.add.at(counts[period], (place, before, home.clip(max=GOALS), away.clip(max=GOALS)), 1)
        lead += home - away
    return counts


def _solved(hockey: Hockey, rules: Rules, margin: float, total: float) -> tuple[Levels, Night]:
    """Return levels and night with these means, to the last digits, so that the likelihood is smooth.

    Either team's goals are almost in proportion to its own level, which makes each step a tenth of the last one.
    """
    home, away = 0.0, 0.0
    for _ in range(SOLVING_MOST):
        (night,) = hockey.nights(Levels(home, away), rules)
        joint = final((night,))
        goals = np.arange(joint.shape[0])
        short = (total + margin) / 2.0 - joint.sum(axis=1) @ goals, (total - margin) / 2.0 - joint.sum(axis=0) @ goals
        if max(abs(short[0]), abs(short[1])) < SOLVED:
            return Levels(home, away), night
        home, away = home + 2.0 * short[0] / total, away + 2.0 * short[1] / total
    raise ValueError(f"margin {margin:g} and total {total:g} must be means that hockey can reach")


def _logs(hockey: Hockey) -> Floats:
    first, *others = hockey.period_rates
    shares = [rate / first for rate in others]
    late = (hockey.caution, *hockey.pull_minutes, hockey.extra_attacker, hockey.empty_net)
    return np.log([*shares, *hockey.trailing, *hockey.leading, *late])


def _hockey(logs: Floats) -> Hockey:
    first = START.period_rates[0]
    values = [float(value) for value in np.exp(logs)]
    return replace(
        START,
        period_rates=(first, first * values[0], first * values[1]),
        trailing=tuple(values[2:5]),
        leading=tuple(values[5:8]),
        caution=values[8],
        pull_minutes=tuple(values[9:12]),
        extra_attacker=values[12],
        empty_net=values[13],
    )


def _centred(record: Record, hockey: Hockey) -> Hockey:
    """Return the same hockey with its rates moved to where the average team of these games has level 0."""
    levels = [_solved(hockey, record.rules, *pair)[0] for pair in record.means]
    games = record.counts[0].sum(axis=(1, 2, 3))
    more = float(np.exp(games @ [(level.home + level.away) / 2.0 for level in levels] / games.sum()))
    rates = tuple(rate * more for rate in hockey.period_rates)
    attacker, net = hockey.extra_attacker * more, hockey.empty_net * more
    return replace(hockey, period_rates=rates, extra_attacker=attacker, empty_net=net)


def _rounded(hockey: Hockey) -> Hockey:
    """Return the hockey to as many digits as it is stored with."""
    return Hockey(*(_digits(getattr(hockey, field.name)) for field in fields(hockey)))


def _digits(value: Any) -> Any:  # noqa: ANN401 -- a number or a tuple of them, and the same again
    if isinstance(value, tuple):
        return tuple(_digits(item) for item in value)
    return float(f"{value:.{SIGNIFICANT}g}") if isinstance(value, float) else value
