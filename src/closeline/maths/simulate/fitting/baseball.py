"""Baseball's parameters, from the inning scores of games whose closing lines are known.

The likelihood is that of every half-inning that was played, given the score before it: a team is better or worse
tonight, which its nine innings tell together. How strongly a level shows after the starter, how much nights
differ, and what the score does are searched for; shape and inning means are raked to what was scored (the
exponential family's score equations); walk-offs are counted; extra innings match the runs scored in them.
Every game's levels are those at which the model has the closing means, solved anew in each round; the lines' bias
over all the games is taken off first, for a moneyline read as a symmetric margin has one.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.optimize import brentq, minimize

from closeline.maths.simulate.aim import solve
from closeline.maths.simulate.baseball import (
    INNINGS,
    RUNNER_SINCE,
    SHAPES,
    Baseball,
    half_innings,
    standings,
    tilted,
    with_none,
)
from closeline.maths.simulate.sport import Levels, Rules

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from closeline.maths.simulate.fitting.played import Played

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Flags = NDArray[np.bool_]

GAMES = 500  # fewer do not tell nights apart
SWING = 0.1  # where the search for nights begins
ROUNDS = 8
SEARCHES = 120  # likelihoods tried in a round
BINS = 4  # of closing totals, and of margins in each, at whose means levels are solved
STEP = 0.03  # levels are told apart to this, log scale
LONGEST = 13  # runs of the longest half-inning that is told apart
TAIL = 8  # from here on the runs of a half-inning fall geometrically
STARTER, BULLPEN = 5, 8  # the starter's part of a level shows in full until this inning, the bullpen's from this one
EDGES = np.array([0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 2.0, 3.0]) / 3.0  # leads are guarded more in each late inning
# Runs with a runner on second and nobody out, of run expectancy tables: domain notes, 5.5, "extra innings".
RUNNER = (0.335, 0.140, 0.070, 0.035)  # one run to four
RUNNER_LONGER = 0.025
SLAM = 4
POINTS = np.arange(LONGEST + 1)
DIGITS = 6


def fit(played: Played, rounds: int = ROUNDS) -> Baseball:
    """Return the parameters of a league's games; ValueError when fewer than 500 have all their innings.

    Games: closing means in runs, nine innings a game, a home ninth that was not batted as 0. rounds: searches and
    rakings in turn; more move nothing by more than a thousandth. Deterministic.
    """
    games = played.only(played.known)
    if len(games.season) < GAMES:
        raise ValueError(f"a fit needs at least {GAMES} games with all innings, had {len(games.season)}")
    games = _centred(games)
    innings = _innings(games)
    sport = _first_guess(games, innings)
    for _ in range(rounds):
        levels = _levels(sport, games)
        sport = _searched(sport, innings, levels)
        sport = _raked(sport, innings, levels)
        sport = _extra(sport, games)
    return _rounded(sport)


def _centred(games: Played) -> Played:
    """Return the games with closing means whose averages are those of the scores.

    A home team that leads does not bat in the ninth, and wins by one run when it walks off: at even odds its mean
    margin is a quarter of a run below 0.
    """
    home, away = games.final.T
    margin = games.margin + np.mean(home - away - games.margin)
    return replace(games, margin=margin, total=games.total + np.mean(home + away - games.total))


@dataclass(frozen=True, slots=True, eq=False)
class _Innings:
    """Half-innings by team-game, home teams first, shape (2 * games, 9).

    runs: scored. standing: of the team at bat. whole: batted to three outs. cut: ended by a walk-off.
    """

    runs: Integers
    standing: Integers
    whole: Flags
    cut: Flags


def _innings(games: Played) -> _Innings:
    """Read the half-innings in the order of play."""
    home, away = np.minimum(games.periods[:, :, 0], LONGEST), np.minimum(games.periods[:, :, 1], LONGEST)
    after = (games.periods[:, :, 0] - games.periods[:, :, 1]).cumsum(axis=1)
    before_bottom = after - games.periods[:, :, 0]
    before_top = before_bottom + games.periods[:, :, 1]
    cut = np.zeros(home.shape, dtype=np.bool_)
    cut[:, -1] = (before_bottom[:, -1] <= 0) & (after[:, -1] > 0)
    batted = np.ones(home.shape, dtype=np.bool_)
    batted[:, -1] = before_bottom[:, -1] <= 0
    never = np.zeros_like(cut)
    runs = np.where(cut, np.minimum(1 - before_bottom, LONGEST), home)  # a walk-off: at least the winning run
    return _Innings(
        np.concatenate([runs, away]),
        np.concatenate([_hosts(-before_bottom), standings(before_top)]),
        np.concatenate([batted & ~cut, ~never]),
        np.concatenate([cut, never]),
    )


def _hosts(behind: Integers) -> Integers:
    return np.column_stack([standings(behind[:, :-1]), standings(behind[:, -1:], last=True)])


def _first_guess(games: Played, innings: _Innings) -> Baseball:
    counts = np.bincount(innings.runs[innings.whole], minlength=LONGEST + 1).astype(np.float64)
    even, none = (1.0,) * INNINGS, (0.0,) * INNINGS
    shapes = (tuple(_smooth(counts)[1:]),) * (max(SHAPES) + 1)
    mean = float(counts @ POINTS / counts.sum())
    runner = (*RUNNER, *(RUNNER_LONGER * _falling(0.5, LONGEST - len(RUNNER))))
    return Baseball(mean, even, 1.0, shapes, even, none, none, 0.0, _walk_off(games), runner)


def _walk_off(games: Played) -> tuple[float, ...]:
    """Count how far ahead the home team was when its last half-inning ended with the winning hit: 2, 3, 4 runs."""
    final = games.final[:, 0] - games.final[:, 1]
    before = final - games.periods[:, -1, 0]
    ended = (final > 0) & ((before <= 0) | games.went_on)
    counts = np.bincount(np.minimum(final[ended], SLAM), minlength=SLAM + 1)[2:]
    return tuple(counts / max(1, ended.sum()))


def _levels(sport: Baseball, games: Played) -> Floats:
    """Return the levels of home teams, then of away teams, shape (2 * games,): a quadratic through those of bins."""
    rules = Rules(int(np.median(games.season)))
    bins = _bins(games)
    solved = [solve(sport, rules, margin, total).levels for margin, total in bins]
    found = np.array([(levels.home, levels.away) for levels in solved])
    terms = np.linalg.lstsq(_quadratic(*bins.T), found, rcond=None)[0]
    return np.asarray((_quadratic(games.margin, games.total) @ terms).T.ravel())


def _bins(games: Played) -> Floats:
    """Return mean closing margin and total of as many games each, sorted by total, then margin, shape (bins, 2)."""
    by_total = np.array_split(np.argsort(games.total, kind="stable"), BINS)
    split = [np.array_split(part[np.argsort(games.margin[part], kind="stable")], BINS) for part in by_total]
    return np.array([(games.margin[part].mean(), games.total[part].mean()) for parts in split for part in parts])


def _quadratic(margin: Floats, total: Floats) -> Floats:
    return np.column_stack([margin**0, margin, total, margin**2, margin * total, total**2])


def _searched(sport: Baseball, innings: _Innings, levels: Floats) -> Baseball:
    """Search for grips, nights, edges and press by likelihood: what raking does not reach."""

    def surprise(tried: Floats) -> float:
        return -float(np.logaddexp.reduce(_by_night(_with(sport, tried), innings, levels), axis=1).sum())

    start = np.array([sport.grips[-1] / sport.grips[0], sport.swings[0] or SWING, sport.edges[-1], sport.press])
    simplex = start + np.vstack([np.zeros(4), np.diag([-0.2, 0.05, 0.05, 0.05])])
    options = {"initial_simplex": simplex, "maxfev": SEARCHES, "xatol": 1e-3, "fatol": 1e-2}
    return _with(sport, minimize(surprise, start, method="Nelder-Mead", options=options).x)


def _with(sport: Baseball, tried: Floats) -> Baseball:
    """Return the sport with these grips (bullpen against starter), nights, edges and press.

    Grips are scaled so that a level is the logarithm of what the team scores in nine innings.
    """
    slope = np.interp(np.arange(1, INNINGS + 1), [STARTER, BULLPEN], [1.0, tried[0]])
    grips = slope * np.sum(sport.innings) / (slope @ np.array(sport.innings))
    return replace(
        sport,
        grips=tuple(grips),
        swings=tuple(np.interp(np.arange(1, INNINGS + 1), [STARTER, BULLPEN], [abs(tried[1]), 0.0])),
        edges=tuple(tried[2] * EDGES),
        press=float(tried[3]),
    )


def _batting(sport: Baseball, levels: Floats) -> tuple[Floats, Integers]:
    """Return chances by step of level, night, inning, standing and runs, and every team-game's step."""
    steps = np.round(levels / STEP).astype(np.int64)
    ladder = np.arange(steps.min(), steps.max() + 1) * STEP
    nights = [half_innings(sport, ladder, np.full(ladder.size, swing)) for swing in (-1.0, 1.0)]
    return np.stack(nights, axis=1), steps - steps.min()


def _by_night(sport: Baseball, innings: _Innings, levels: Floats) -> Floats:
    """Return the log likelihood of every team-game's half-innings on each night, shape (2 * games, nights)."""
    batting, steps = _batting(sport, levels)
    at_least = batting[..., ::-1].cumsum(axis=-1)[..., ::-1]
    cells = np.log(np.concatenate([batting, at_least], axis=-1))
    place = innings.runs + np.where(innings.cut, batting.shape[-1], 0)
    found = np.log(np.full((levels.size, batting.shape[1]), 1.0 / batting.shape[1]))
    for number in range(INNINGS):
        played = innings.whole[:, number] | innings.cut[:, number]
        chances = cells[steps, :, number, innings.standing[:, number], place[:, number]]
        found += np.where(played[:, None], chances, 0.0)
    return np.asarray(found)


def _raked(sport: Baseball, innings: _Innings, levels: Floats) -> Baseball:
    """Move shape and inning means to what was scored, in whole half-innings, on the nights that it points to.

    Home ninths stay out, since those cut short by a walk-off are missing among the whole ones. An average level
    is made 0, and the mean of the innings 1.
    """
    by_night = _by_night(sport, innings, levels)
    nights = np.exp(by_night - np.logaddexp.reduce(by_night, axis=1, keepdims=True))
    batting, steps = _batting(sport, levels)
    used = innings.whole.copy()
    used[: len(used) // 2, -1] = False
    expected, scored = np.zeros((INNINGS, LONGEST + 1)), np.zeros((INNINGS, LONGEST + 1))
    for number in range(INNINGS):
        rows = used[:, number]
        chances = batting[steps[rows], :, number, innings.standing[rows, number]]
        expected[number] = np.einsum("tn,tnr->r", nights[rows], chances)
        scored[number] = np.bincount(innings.runs[rows, number], minlength=LONGEST + 1)
    return _moved(sport, expected, scored, float(levels.mean()))


def _moved(sport: Baseball, expected: Floats, scored: Floats, level: float) -> Baseball:
    """Return the sport with its shapes and means moved by what was scored; both have shape (9, runs)."""
    innings = np.array(sport.innings) * (scored @ POINTS) / (expected @ POINTS)
    mean = float(sport.mean * innings.mean() * np.exp(level))
    shapes = [_reshaped(sport, number, expected, scored, mean) for number in range(len(sport.shapes))]
    return replace(sport, mean=mean, innings=tuple(innings / innings.mean()), shapes=tuple(shapes))


def _reshaped(sport: Baseball, number: int, expected: Floats, scored: Floats, mean: float) -> tuple[float, ...]:
    """Return a shape moved by what its innings brought; of the shapes that tilt into each other, the one of `mean`."""
    own = np.array(SHAPES) == number
    moved = with_none(sport.shapes[number]) * scored[own].sum(axis=0) / expected[own].sum(axis=0)
    return tuple(tilted(_smooth(moved), np.log(np.array(mean)))[1:])


def _smooth(counts: Floats) -> Floats:
    """Return chances of runs, those of a very long half-inning falling by the same ratio from run to run."""
    chances = counts / counts.sum()
    tail = chances[TAIL:]
    beyond = float(tail @ np.arange(tail.size) / tail.sum())
    return np.concatenate([chances[:TAIL], tail.sum() * _falling(beyond / (1.0 + beyond), tail.size)])


def _falling(ratio: float, length: int) -> Floats:
    chances = ratio ** np.arange(length)
    return np.asarray(chances / chances.sum())


def _extra(sport: Baseball, games: Played) -> Baseball:
    """Match the runs scored after regulation, in games whose extra innings began with the bases empty."""
    plain = games.went_on & ((games.season < RUNNER_SINCE) | games.playoff)
    if plain.sum() < GAMES // 10:
        return sport
    wanted = float(games.overtime[plain].sum(axis=1).mean())

    def excess(extra: float) -> float:
        return _runs_after(replace(sport, extra=extra)) - wanted

    low, high = 0.3, 3.0
    if excess(low) > 0.0 or excess(high) < 0.0:
        return sport
    return replace(sport, extra=float(brentq(excess, low, high, xtol=1e-7)))


def _runs_after(sport: Baseball) -> float:
    """Return the mean runs after regulation of average teams: runs of an inning by the innings it takes."""
    rounds = [night.overtime.rounds[0] for night in sport.nights(Levels(), Rules(RUNNER_SINCE - 1))]
    both = np.add.outer(POINTS, POINTS)
    return float(np.mean([(chances * both).sum() / (1.0 - np.trace(chances)) for chances in rounds]))


def _rounded(sport: Baseball) -> Baseball:
    """Return the parameters to six significant digits."""
    return Baseball(**{field.name: _digits(getattr(sport, field.name)) for field in fields(sport)})


def _digits(value: Any) -> Any:  # noqa: ANN401 -- numbers, however deep
    return tuple(_digits(part) for part in value) if isinstance(value, tuple) else float(f"{value:.{DIGITS}g}")
