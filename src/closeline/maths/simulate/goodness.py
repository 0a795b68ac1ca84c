"""Goodness: what played games showed, beside what a fitted simulation gives at their closing lines.

Games are simulated one by one, every n-th of them; frequencies are averaged over those and compared with all games.
Each figure is given as the script has it and as it is after weighing to the fitted margins and totals.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from closeline.domain.leagues import League
from closeline.domain.markets import Period
from closeline.maths.distributions import pmf
from closeline.maths.simulate import exact
from closeline.maths.simulate.board import Board, window_of
from closeline.maths.simulate.simulation import Marginals, evaluate_exactly, prepare
from closeline.maths.simulate.sport import Rules

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from closeline.maths.simulate.catalogue import Artefact
    from closeline.maths.simulate.fitting.played import Played
    from closeline.maths.simulate.script import Game

    Floats = NDArray[np.float64]

KEYS = {
    League.NFL: (1, 2, 3, 4, 6, 7, 10, 14),
    League.NCAAF: (1, 2, 3, 4, 6, 7, 10, 14),
    League.NBA: (1, 2, 3, 5, 8, 12),
    League.NCAAB: (1, 2, 3, 5, 8, 12),
    League.MLB: (1, 2, 3, 4, 5),
    League.NHL: (1, 2, 3, 4, 5),
}
EARLY = {League.MLB: Period.FIRST_FIVE, League.NHL: Period.FIRST_PERIOD}
NEVER = 1e-12


@dataclass(frozen=True, slots=True)
class Comparison:
    """One figure: as games showed it, as the script has it, and after weighing."""

    name: str
    seen: float
    scripted: float
    weighed: float


@dataclass(frozen=True, slots=True)
class LogScores:
    """Mean log of the mass given to what happened: nearer to zero is better."""

    name: str
    scripted: float
    weighed: float
    plain: float
    key_numbers: float


@dataclass(frozen=True, slots=True)
class Bin:
    """One bin of a reliability table: games, the mean probability given, and how often it came true."""

    name: str
    games: int
    given: float
    seen: float


@dataclass(frozen=True, slots=True)
class Goodness:
    """A league's tables. games: all that were compared; simulated: the every n-th of them that was simulated."""

    games: int
    simulated: int
    comparisons: tuple[Comparison, ...]
    log_scores: tuple[LogScores, ...]
    reliability: tuple[Bin, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Game:
    """One game simulated: joint of final and regulation scores, and of the early window, as scripted and weighed."""

    finals: tuple[Floats, Floats]
    tied: tuple[float, float]
    early: tuple[Floats, Floats]
    shares: Floats
    marginals: Marginals
    plain: Marginals


def goodness(artefact: Artefact, games: Played, most: int) -> Goodness:
    """Compare at most so many games, evenly chosen; ValueError without a game whose periods are known."""
    known = games.only(games.known)
    if not known.season.size:
        raise ValueError("games must have their period scores, none had")
    chosen = np.unique(np.linspace(0, known.season.size - 1, most).astype(np.int64))
    sample = known.only(np.isin(np.arange(known.season.size), chosen))
    simulated = [_simulate(artefact, sample, place) for place in range(sample.season.size)]
    return Goodness(
        known.season.size, sample.season.size, tuple(_comparisons(artefact.model.league, known, simulated)),
        _log_scores(sample, simulated), tuple(_reliability(artefact.model.league, sample, simulated)),
    )  # fmt: skip


def _simulate(artefact: Artefact, games: Played, place: int) -> _Game:
    model, season = artefact.model, int(games.season[place])
    margin, total = float(games.margin[place]), float(games.total[place])
    aim = prepare(model, Rules(season, bool(games.playoff[place])), margin, total)
    marginals = _marginals(artefact, margin, total, keys=True)
    weighed = evaluate_exactly(model, aim, marginals)
    scripted = Board(model.league, partial(exact.joint, aim.game), {Period.FULL_GAME: aim.final})
    early = EARLY.get(model.league, Period.FIRST_HALF)
    boards = (scripted, weighed.board)
    return _Game(
        (aim.final, weighed.final),
        _pair([float(np.trace(board.scores(Period.REGULATION))) for board in boards]),
        (scripted.scores(early), weighed.board.scores(early)),
        _shares(aim.game, len(games.periods[place])),
        marginals, _marginals(artefact, margin, total, keys=False),
    )  # fmt: skip


def _pair(values: list[float]) -> tuple[float, float]:
    return values[0], values[1]


def _shares(game: Game, periods: int) -> Floats:
    """Return the points expected by the end of each period, shape (periods,), as shares of regulation."""
    reached = [_points(exact.joint(game, exact.Window(0, stop))) for stop in range(1, periods + 1)]
    return np.diff([0.0, *reached]) / reached[-1]


def _points(joint: Floats) -> float:
    points = np.arange(joint.shape[0])
    return float(joint.sum(axis=1) @ points + joint.sum(axis=0) @ points)


def _marginals(artefact: Artefact, margin: float, total: float, *, keys: bool) -> Marginals:
    both = artefact.margin, artefact.total
    if not keys:
        # The plain shape keeps only the rule that a game cannot end tied.
        both = (
            replace(both[0], multipliers=both[0].multipliers[:1] if both[0].multipliers[:1] == (0.0,) else ()),
            replace(both[1], multipliers=()),
        )
    return Marginals(pmf(both[0], [margin])[0], both[0].support, pmf(both[1], [total])[0], both[1].support)


def _comparisons(league: League, known: Played, simulated: list[_Game]) -> list[Comparison]:
    home, away = known.final.T
    margins = [np.mean([_margin(game.finals[which]) for game in simulated], axis=0) for which in (0, 1)]
    most = margins[0].size // 2
    rows = [
        Comparison("sd of margin about the close", float(np.std(home - away - known.margin)), *_sds(simulated, -1)),
        Comparison("sd of total about the close", float(np.std(home + away - known.total)), *_sds(simulated, 1)),
        Comparison("mean margin less the close", float(np.mean(home - away - known.margin)), 0.0, 0.0),
        Comparison("mean total less the close", float(np.mean(home + away - known.total)), 0.0, 0.0),
    ]
    for key in KEYS[league]:
        seen = float(np.mean(np.abs(home - away) == key))
        rows.append(
            Comparison(f"|margin| = {key}", seen, *(_pair([float(m[most - key] + m[most + key]) for m in margins])))
        )
    rows.append(Comparison("ends tied", float(np.mean(home == away)), *_pair([float(m[most]) for m in margins])))
    rows += _regulation(league, known, simulated)
    if league in (League.MLB, League.NHL):
        for line in (-1.5, 1.5):
            rows.append(Comparison(
                f"home covers {line:+}", float(np.mean(home - away + line > 0)),
                *_pair([float(m[most + int(np.floor(-line)) + 1 :].sum()) for m in margins]),
            ))  # fmt: skip
    return rows


def _regulation(league: League, known: Played, simulated: list[_Game]) -> list[Comparison]:
    by_period = known.periods.sum(axis=(0, 2))
    tied = [float(np.mean([game.tied[which] for game in simulated])) for which in (0, 1)]
    rows = [Comparison("tied after regulation", float(np.mean(known.went_on)), *_pair(tied))]
    shares = np.mean([game.shares for game in simulated], axis=0)
    rows += [
        Comparison(f"share of points, period {place + 1}", float(share), float(shares[place]), np.nan)
        for place, share in enumerate(by_period / by_period.sum())
    ]
    period = EARLY.get(league, Period.FIRST_HALF)
    window = window_of(league, period)
    early = known.periods[:, window.start : window.stop].sum(axis=1)
    lead = early[:, 0] - early[:, 1]
    joints = [np.mean([game.early[which] for game in simulated], axis=0) for which in (0, 1)]
    return [
        *rows,
        Comparison(f"{period} tied", float(np.mean(lead == 0)), *_pair([float(np.trace(joint)) for joint in joints])),
        Comparison(f"{period} sd of margin", float(np.std(lead)), *_pair([_sd(joint, -1) for joint in joints])),
        Comparison(f"{period} sd of total", float(np.std(early.sum(axis=1))), *_pair([_sd(j, 1) for j in joints])),
    ]  # fmt: skip


def _log_scores(sample: Played, simulated: list[_Game]) -> tuple[LogScores, ...]:
    home, away = sample.final.T
    rows = []
    for name, scores, sign in (("margin", home - away, -1), ("total", home + away, 1)):
        given = np.array([
            [
                _mass(game.finals[0], int(score), sign), _mass(game.finals[1], int(score), sign),
                _given(game.plain, int(score), sign), _given(game.marginals, int(score), sign),
            ]
            for game, score in zip(simulated, scores, strict=True)
        ])  # fmt: skip
        rows.append(LogScores(f"exact {name}", *np.log(np.maximum(given, NEVER)).mean(axis=0).tolist()))
    return tuple(rows)


def _reliability(league: League, sample: Played, simulated: list[_Game]) -> list[Bin]:
    """Return deciles of P(home leads | no tie) and of P(over the main line) within the early window."""
    period = EARLY.get(league, Period.FIRST_HALF)
    window = window_of(league, period)
    early = sample.periods[:, window.start : window.stop].sum(axis=1)
    leads, overs, said_lead, said_over = [], [], [], []
    for game, (home, away) in zip(simulated, early, strict=True):
        joint = game.early[1]
        if home != away:
            ahead, behind = float(np.tril(joint, -1).sum()), float(np.triu(joint, 1).sum())
            said_lead.append(ahead / (ahead + behind))
            leads.append(home > away)
        line = np.floor(_points(joint)) + 0.5
        points = np.add.outer(np.arange(len(joint)), np.arange(len(joint)))
        said_over.append(float(joint[points > line].sum()))
        overs.append(home + away > line)
    return [*_bins(f"{period} home leads", said_lead, leads), *_bins(f"{period} over", said_over, overs)]


def _bins(name: str, said: list[float], seen: list[bool], parts: int = 8) -> list[Bin]:
    order = np.argsort(said, kind="stable")
    return [
        Bin(name, part.size, float(np.mean(np.array(said)[part])), float(np.mean(np.array(seen)[part])))
        for part in np.array_split(order, parts)
        if part.size
    ]


def _margin(joint: Floats) -> Floats:
    most = joint.shape[0] - 1
    home, away = np.divmod(np.arange(joint.size), most + 1)
    return np.asarray(np.bincount(home - away + most, joint.ravel(), 2 * most + 1), dtype=np.float64)


def _sds(simulated: list[_Game], sign: int) -> tuple[float, float]:
    """Return the root mean variance within games, as scripted and as weighed."""
    return _pair(
        [float(np.sqrt(np.mean([_sd(game.finals[which], sign) ** 2 for game in simulated]))) for which in (0, 1)]
    )


def _sd(joint: Floats, sign: int) -> float:
    home, away = np.divmod(np.arange(joint.size), joint.shape[0])
    values, mass = home + sign * away, joint.ravel()
    return float(np.sqrt(mass @ values**2 - (mass @ values) ** 2))


def _mass(joint: Floats, score: int, sign: int) -> float:
    home, away = np.divmod(np.arange(joint.size), joint.shape[0])
    return float(joint.ravel()[home + sign * away == score].sum())


def _given(marginals: Marginals, score: int, sign: int) -> float:
    mass, support = (
        (marginals.margin, marginals.margin_support) if sign < 0 else (marginals.total, marginals.total_support)
    )
    return float(mass[score - support[0]]) if support[0] <= score <= support[1] else 0.0
