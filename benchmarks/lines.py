"""Benchmark 3: two hundred lines of one game, read at once from margin and total mass.

The first rival prices line by line by counting over the game's simulated margins, as a desk with simulated
worlds does; the second recomputes the whole distribution for every line. The limit is the time that it takes
to read those worlds through once: pricing every line from the mass may cost no more than twice that.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from benchmarks.timing import Figure, Ratio, at_least, at_most, interleaved, report, scaled
from closeline.maths.distributions import LineReader, Quantity, ScoreDistribution, Shape, Side, no_push, pmf

WORLDS = 100_000
LINES = 200
RUNS = 20  # one reading of two hundred lines is too short for the clock

MARGIN = ScoreDistribution(Quantity.MARGIN, Shape.NORMAL, 12.4, (-80, 80), (0.0,))
TOTAL = ScoreDistribution(Quantity.TOTAL, Shape.NORMAL, 18.0, (100, 360))
MEANS = {Quantity.MARGIN: 4.5, Quantity.TOTAL: 226.5}


def board() -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.float64], NDArray[np.int64]]:
    """Return lines and sides of a hundred spreads and a hundred totals, halves and whole numbers."""
    spreads = np.arange(50) / 2.0 - 17.0
    totals = np.arange(50) / 2.0 + 214.0
    sides = np.repeat([Side.HOME, Side.AWAY], 50)
    return (
        np.concatenate([spreads, -spreads]),
        sides.astype(np.int64),
        np.concatenate([totals, totals]),
        (sides + Side.OVER).astype(np.int64),
    )


def worlds(distribution: ScoreDistribution, generator: np.random.Generator) -> NDArray[np.int64]:
    """Return simulated scores of one game, shape (WORLDS,)."""
    mass = pmf(distribution, MEANS[distribution.quantity])[0]
    return generator.choice(distribution.values(), size=WORLDS, p=mass)


def counted(scores: NDArray[np.int64], lines: NDArray[np.float64], sides: NDArray[np.int64]) -> list[float]:
    """Price line by line over shared worlds: P(win | no push)."""
    fair = []
    for line, side in zip(lines, sides, strict=True):
        threshold = -line if side == Side.HOME else line
        above = int((scores > threshold).sum())
        below = int((scores < threshold).sum())
        fair.append((above if side in {Side.HOME, Side.OVER} else below) / (above + below))
    return fair


def measure() -> tuple[Figure, ...]:
    """Measure the three figures."""
    generator = np.random.default_rng(20_260_101)
    margins, totals = worlds(MARGIN, generator), worlds(TOTAL, generator)
    spread_lines, spread_sides, total_lines, total_sides = board()
    game = np.zeros(LINES // 2, dtype=np.int64)
    margin_mass, total_mass = pmf(MARGIN, MEANS[Quantity.MARGIN]), pmf(TOTAL, MEANS[Quantity.TOTAL])

    def from_mass() -> None:
        for _ in range(RUNS):
            no_push(LineReader(margin_mass, MARGIN.support).read(game, spread_lines, spread_sides))
            no_push(LineReader(total_mass, TOTAL.support).read(game, total_lines, total_sides))

    def line_by_line() -> None:
        counted(margins, spread_lines, spread_sides)
        counted(totals, total_lines, total_sides)

    def recomputed() -> None:
        for line, side in zip(spread_lines, spread_sides, strict=True):
            mass = pmf(MARGIN, MEANS[Quantity.MARGIN])
            no_push(LineReader(mass, MARGIN.support).read(game[:1], [line], [side]))
        for line, side in zip(total_lines, total_sides, strict=True):
            mass = pmf(TOTAL, MEANS[Quantity.TOTAL])
            no_push(LineReader(mass, TOTAL.support).read(game[:1], [line], [side]))

    def read_worlds() -> None:
        for _ in range(RUNS):
            margins.sum()
            totals.sum()

    name = f"{LINES} lines of one game"
    return (
        at_least(name, _once(from_mass, line_by_line), 15.0, "counting worlds line by line"),
        at_least(f"{name}, recomputed", _once(from_mass, recomputed), 15.0, "a distribution per line"),
        at_most(f"{name}, read time", interleaved(from_mass, read_worlds), 2.0, "reading the worlds once"),
    )


def _once(ours: Callable[[], object], rival: Callable[[], object]) -> Ratio:
    """Compare RUNS of ours with one of the rival, per board."""
    return scaled(interleaved(ours, rival), ours_items=RUNS, rival_items=1)


def main() -> None:
    """Print the figures."""
    report(measure(), "Lines of one game, from margin and total mass")


if __name__ == "__main__":
    main()
