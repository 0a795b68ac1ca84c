"""Benchmark 2: one game's whole distribution, a league at a time, from the packaged models.

The rival is plain numpy: a hundred thousand worlds side by side, play by play, of the very same script. Before anything
is timed, the exact joint must lie within four standard errors of the rival's worlds, and the compiled worlds must be
the same bits for any number of threads.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from benchmarks.timing import Figure, at_least, interleaved, report
from closeline.domain.leagues import League
from closeline.maths.simulate.catalogue import read_artefact
from closeline.maths.simulate.exact import final
from closeline.maths.simulate.script import Game, Night, Overtime, Period
from closeline.maths.simulate.sport import Levels, Rules
from closeline.maths.simulate.worlds import simulate
from closeline.store import packaged

WORLDS = 100_000
SEED = 20_260_101
HOME, AWAY = Levels(0.02, -0.02), Rules(2025)
EXACT_BUDGET = 15.0
WORLDS_BUDGET = {League.NBA: 8.0, League.NFL: 8.0, League.MLB: 3.0, League.NHL: 8.0}
ERRORS_MOST = 4.0

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


def game_of(league: League) -> Game:
    """Return the script of a game between teams of about the league's level."""
    artefact = read_artefact(packaged.read_artefact(f"simulation_{league}.json").decode())
    return artefact.model.sport.nights(HOME, AWAY)


class InNumpy:
    """The same script walked through with numpy alone: an array operation over all worlds at a time."""

    def __init__(self, game: Game) -> None:
        self.game = game
        self.below = [np.cumsum(night.chances, axis=1)[:, :-1] for night in game]

    def final(self, worlds: int, seed: int) -> Integers:
        """Return final scores, shape (worlds, 2)."""
        generator = np.random.default_rng(seed)
        counts = generator.multinomial(worlds, [night.weight for night in self.game])
        nights = zip(self.game, self.below, counts, strict=True)
        return np.concatenate([_night(night, below, int(count), generator) for night, below, count in nights])


def _night(night: Night, below: Floats, worlds: int, generator: np.random.Generator) -> Integers:
    home, away = np.zeros(worlds, dtype=np.int64), np.zeros(worlds, dtype=np.int64)
    for period in night.periods:
        _period(night, below, period, home, away, generator)
    _overtime(night.overtime, home, away, night.most, generator)
    return np.column_stack([home, away])


def _period(
    night: Night, below: Floats, period: Period, home: Integers, away: Integers, generator: np.random.Generator
) -> None:
    """Play a period in place; once every world has begun, no mask is carried along."""
    begins = np.zeros(home.size, dtype=np.int64)
    if period.starts[0] < 1.0:
        begins = np.searchsorted(np.cumsum(period.starts), generator.random(home.size), side="right")
    latest = begins.max()
    more_home, more_away = np.ascontiguousarray(night.gains[:, 0]), np.ascontiguousarray(night.gains[:, 1])
    for slot, table in enumerate(period.plays):
        margin = home - away
        margin += night.most
        uniform = generator.random(home.size)
        outcome = np.zeros(home.size, dtype=np.int64)
        for chances in below[table]:
            outcome += uniform >= chances.take(margin)
        if slot < latest:
            outcome[begins > slot] = _nothing(night.gains)
        home += more_home.take(outcome)
        away += more_away.take(outcome)
        np.minimum(home, night.most, out=home)
        np.minimum(away, night.most, out=away)


def _nothing(gains: Integers) -> int:
    """Return the outcome that gives nobody points, as every league's plays have one."""
    return int(np.flatnonzero(~gains.any(axis=1))[0])


def _overtime(overtime: Overtime, home: Integers, away: Integers, most: int, generator: np.random.Generator) -> None:
    """Play the tied worlds' overtimes in place, until none of them is left."""
    tied, number = np.flatnonzero(home == away), 0
    while tied.size and overtime.rounds and not (overtime.may_tie and number == len(overtime.rounds)):
        chances = overtime.rounds[min(number, len(overtime.rounds) - 1)]
        cells = np.searchsorted(np.cumsum(chances), generator.random(tied.size), side="right")
        home[tied] = np.minimum(home[tied] + cells // chances.shape[1], most)
        away[tied] = np.minimum(away[tied] + cells % chances.shape[1], most)
        tied, number = tied[home[tied] == away[tied]], number + 1


def measure() -> Iterator[Figure]:
    """Yield both figures of every league, after the three answers have been compared."""
    for league, budget in WORLDS_BUDGET.items():
        game = game_of(league)
        rival = InNumpy(game)
        agree(game, rival)
        exactly = interleaved(lambda: final(game), lambda: rival.final(WORLDS, SEED), repeats=5)  # noqa: B023 -- run here
        yield at_least(f"{league}: exact joint", exactly, EXACT_BUDGET, "100k worlds in plain numpy")
        drawn = interleaved(lambda: simulate(game, WORLDS, SEED), lambda: rival.final(WORLDS, SEED), repeats=5)  # noqa: B023
        yield at_least(f"{league}: 100k compiled worlds", drawn, budget, "100k worlds in plain numpy")


def agree(game: Game, rival: InNumpy) -> None:
    """Fail unless exact and numpy agree within standard errors, and threads and batches draw the same bits."""
    joint, plain = final(game), rival.final(WORLDS, SEED)
    drawn = simulate(game, WORLDS, SEED)
    for questions, answers in ((_asked(*plain.T), "numpy"), (_asked(*drawn.final().T), "compiled")):
        expected = np.array([(joint * question).sum() for question in _asked(*np.indices(joint.shape))])
        means, spread = questions.mean(axis=1), questions.std(axis=1) / np.sqrt(WORLDS)
        assert np.abs((means - expected) / spread).max() < ERRORS_MOST, f"exact and {answers} worlds differ"
    for threads, batch in ((2, 25_000), (8, 1_000)):
        assert np.array_equal(simulate(game, WORLDS, SEED, threads, batch).scores, drawn.scores)


def _asked(home: Integers, away: Integers) -> Floats:
    """Return what the answers are compared by: means, their squares, who wins, a one-score game, both score alike."""
    margin, total = home - away, home + away
    asked = (margin, total, margin**2, total**2, home * away, margin > 0, np.abs(margin) <= 1, np.abs(margin) <= 3)
    return np.array([question.astype(np.float64) for question in asked])


def main() -> None:
    """Print the figures."""
    report(list(measure()), "Benchmark 2: one game, its whole distribution (rival's time over ours)")


if __name__ == "__main__":
    main()
