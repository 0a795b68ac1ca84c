"""Moments of basketball games about their closing lines: of games played, and as a model expects them.

Spreads about the close, what each period adds to them, the margins at the end of regulation, and what overtimes are
like. The model's side is exact, a mixture over a dozen bins of closing lines in each of which it is aimed at the
bin's mean lines; games are turned so that the favourite is at home.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from closeline.maths.simulate.aim import means
from closeline.maths.simulate.exact import Window, final, joint
from closeline.maths.simulate.sport import Levels, Rules

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from closeline.maths.simulate.basketball import Basketball
    from closeline.maths.simulate.fitting.played import Played
    from closeline.maths.simulate.script import Game

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

RULES = Rules(season=0)  # no rule of the model depends on the season
ROWS, COLUMNS = 4, 3  # bins of the closing margin, and of the closing total within each
NEAR = 15  # margins after regulation that are matched one by one
LEADS = (1, 3, 5, 7, 10)  # of an overtime, in ranges
CLOSE = 2e-3  # points to which a bin is aimed
AIMS = 12
NUDGE = 0.05  # of a level, to see what it does
KURTOSIS = 3.4  # of scores about the close, NBA 2007-2019
# What every forecast rests on is held as if it were known so many times better than it is.
FIRM, FIRMER, FIRMEST = 3.0, 6.0, 8.0


@dataclass(frozen=True, slots=True, eq=False)
class Bins:
    """Games that closed alike: each game's bin, shape (games,), bins' shares of games and mean lines, shape (bins,).

    margin: by how much the favourite was expected to win.
    """

    place: Integers
    share: Floats
    margin: Floats
    total: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Moments:
    """What is matched; arrays are by period unless said otherwise.

    share: of regulation points, but for the last period. totals, margins: variances of the score so far about what
    was expected of it. slopes: of the margin so far in the closing margin, but for the last period. spread: variances
    of margin and total about the closing lines. high, low: the same in the bins of the highest and lowest totals,
    relative. near: chances of margins after regulation from 0 to 14 either way. extra: mean points of an overtime
    game's overtimes. leads: chances of how overtimes are won. level: mean total of average teams.
    """

    share: Floats
    totals: Floats
    margins: Floats
    slopes: Floats
    spread: Floats
    low: Floats
    high: Floats
    near: Floats
    extra: Floats
    leads: Floats
    level: Floats

    def flat(self) -> Floats:
        """Return all of them in one array."""
        return np.concatenate([getattr(self, field.name) for field in fields(self)])


def binned(games: Played) -> Bins:
    """Return the games in bins of the closing margin, whoever is favoured, and of the closing total within each."""
    margin = np.abs(games.margin)
    row = _rank(margin, ROWS)
    column = np.zeros_like(row)
    for place in range(ROWS):
        column[row == place] = _rank(games.total[row == place], COLUMNS)
    bins = row * COLUMNS + column
    counts = np.bincount(bins, minlength=ROWS * COLUMNS)
    mean_margin, mean_total = (np.bincount(bins, values) / counts for values in (margin, games.total))
    return Bins(bins, counts / bins.size, mean_margin, mean_total)


def _rank(values: Floats, parts: int) -> Integers:
    """Return in which of as many equal parts each value falls, ties in the order of the games."""
    order = np.argsort(np.argsort(values, kind="stable"), kind="stable")
    return np.asarray(order * parts // max(1, len(values)), dtype=np.int64)


def observed(games: Played, bins: Bins) -> tuple[Moments, Moments]:
    """Return the moments of the games, and how exactly they are to be matched: standard errors, some made firmer."""
    turned = np.where(games.margin < 0.0, -1, 1)
    scores = np.cumsum(games.periods, axis=1)
    margins, totals = (scores[:, :, 0] - scores[:, :, 1]) * turned[:, None], scores.sum(axis=2)
    margin, total = np.abs(games.margin), games.total
    off = (games.final[:, 0] - games.final[:, 1]) * turned - margin, games.final.sum(axis=1) - total
    lines = np.column_stack([np.ones_like(total), margin, total])
    spread = np.array([values.var() for values in off])
    column = bins.place % COLUMNS
    went = games.overtime[margins[:, -1] == 0]
    lead = np.abs(went[:, 0] - went[:, 1])
    moments = Moments(
        share=games.periods.sum(axis=2).mean(axis=0)[:-1] / totals[:, -1].mean(),
        totals=_residual(totals, lines).var(axis=0),
        margins=_residual(margins, lines).var(axis=0),
        slopes=margin @ margins[:, :-1] / (margin @ (off[0] + margin)),
        spread=spread,
        low=np.array([values[column == 0].var() for values in off]) / spread,
        high=np.array([values[column == COLUMNS - 1].var() for values in off]) / spread,
        near=np.array([(np.abs(margins[:, -1]) == lead).mean() for lead in range(NEAR)]),
        extra=np.array([went.sum(axis=1).mean()]),
        leads=np.array([((lead >= low) & (lead < high)).mean() for low, high in _ranges()]),
        level=np.array([total.mean()]),
    )
    return moments, _errors(moments, len(margin), went)


def _residual(values: Integers, lines: Floats) -> Floats:
    return np.asarray(values - lines @ np.linalg.lstsq(lines, values, rcond=None)[0])


def _errors(moments: Moments, games: int, went: Integers) -> Moments:
    of_variances = np.sqrt((KURTOSIS - 1.0) / games)
    in_bins = np.full(2, of_variances * np.sqrt(COLUMNS))
    near = _of_chances(moments.near, games)
    near[0] /= FIRMER
    return replace(
        moments,
        share=np.full_like(moments.share, 5e-4),
        totals=moments.totals * of_variances,
        margins=moments.margins * of_variances,
        slopes=np.full_like(moments.slopes, 8e-3),
        spread=moments.spread * of_variances / FIRMEST,
        low=in_bins,
        high=in_bins,
        near=near,
        extra=went.sum(axis=1).std(keepdims=True) / np.sqrt(len(went)) / FIRM,
        leads=_of_chances(moments.leads, len(went)),
        level=np.full(1, 0.2),
    )


def _of_chances(chances: Floats, games: int) -> Floats:
    """Return standard errors of frequencies, of those never seen as if they had been once."""
    seen = np.clip(chances, 1.0 / games, 1.0 - 1.0 / games)
    return np.asarray(np.sqrt(seen * (1.0 - seen) / games))


def _ranges() -> list[tuple[int, int]]:
    return list(pairwise(LEADS))


def expected(model: Basketball, bins: Bins, aims: list[Levels] | None = None) -> Moments:
    """Return the moments that a model expects of games that closed like these.

    aims: levels to try first, by bin; those that were right are left there for the next, similar model.
    """
    levels = [Levels()] * len(bins.share) if aims is None else aims
    steps = _steps(model)
    alone = []
    for place, (margin, total) in enumerate(zip(bins.margin, bins.total, strict=True)):
        levels[place], game, ended = _aimed(model, np.array([margin, total]), levels[place], steps)
        alone.append(_moments_of(game, ended))
    return _mixed(alone, bins, _moments(final(model.nights(Levels(), RULES)))[1:2])


def _mixed(alone: list[Moments], bins: Bins, level: Floats) -> Moments:
    """Return the moments of all games: means over the bins, of what each of them says something about."""
    column = np.arange(len(alone)) % COLUMNS

    def mean(name: str, weights: Floats = bins.share) -> Floats:
        return np.asarray(weights @ np.array([getattr(moments, name) for moments in alone]) / weights.sum())

    tied = bins.share * np.array([moments.near[0] for moments in alone])
    spread, share = mean("spread"), mean("share", bins.share * bins.total)
    slopes = mean("slopes", bins.share * bins.margin) * (bins.share @ bins.margin) / (bins.share @ bins.margin**2)
    low, high = (mean("spread", bins.share * (column == end)) / spread for end in (0, COLUMNS - 1))
    return Moments(
        share, mean("totals"), mean("margins"), slopes, spread, low, high, mean("near"), mean("extra", tied),
        mean("leads", tied), level,
    )  # fmt: skip


def _moments_of(game: Game, ended: Floats) -> Moments:
    """Return the moments of one game; slopes are the mean margin so far, not yet divided by the closing one."""
    so_far = [joint(game, Window(0, stop)) for stop in range(1, len(game[0].periods) + 1)]
    found = np.array([_moments(chances) for chances in so_far])
    tied = np.array([np.trace(so_far[-1], lead) + (lead > 0) * np.trace(so_far[-1], -lead) for lead in range(NEAR)])
    overtime = game[0].overtime.rounds[0]
    lead = [np.trace(overtime, lead) + np.trace(overtime, -lead) for lead in range(LEADS[-1])]
    none = np.empty(0)
    return Moments(
        share=np.diff(found[:, 1], prepend=0.0)[:-1] / found[-1, 1], totals=found[:, 3], margins=found[:, 2],
        slopes=found[:-1, 0], spread=_moments(ended)[2:], low=none, high=none, near=tied,
        extra=_moments(overtime)[1:2], leads=np.array([sum(lead[low:high]) for low, high in _ranges()]), level=none,
    )  # fmt: skip


def _moments(chances: Floats) -> Floats:
    """Return mean margin and total and variance of margin and total."""
    points = np.arange(chances.shape[0])
    homes, aways = chances.sum(axis=1), chances.sum(axis=0)
    margin, total = means(chances)
    apart = 2.0 * (points @ chances @ points)
    squares = homes @ points**2 + aways @ points**2
    return np.array([margin, total, squares - apart - margin**2, squares + apart - total**2])


def _aimed(model: Basketball, wanted: Floats, levels: Levels, steps: Floats) -> tuple[Levels, Game, Floats]:
    """Return the levels with these mean margin and total, their game and its final score."""
    for _ in range(AIMS):
        game = model.nights(levels, RULES)
        ended = final(game)
        short = wanted - means(ended)
        if np.abs(short).max() < CLOSE:
            break
        home, away = steps @ short
        levels = Levels(levels.home + home, levels.away + away)
    return levels, game, ended


def _steps(model: Basketball) -> Floats:
    """Return how both levels move with the mean margin and total, shape (2, 2), between average teams."""
    home, away = (means(final(model.nights(levels, RULES))) for levels in (Levels(NUDGE, 0.0), Levels(0.0, NUDGE)))
    still = means(final(model.nights(Levels(), RULES)))
    return np.asarray(np.linalg.inv((np.array([home, away]) - still).T / NUDGE))
