"""Benchmark 6: 38 models, 19 folds of a mean and a variance each, against that many trainings one after another.

Run `python -m benchmarks.prop_training`, or with --json for one line per figure. The rival is XGBoost itself as a
user calls it: bins and trees of one model, one thread. Its time for 38 models is divided by the cores, so a ratio of 1
is all cores busy with nothing but training. SYNTHETIC features with a fifth of them null, as real ones have.

By default 20,000 rows and 100 rounds; `--full` is the size that the budget names, 80,000 rows of 134 features and 300
rounds, which takes 38 times a single training's time, divided by the cores. The 38 run once, the single trainings
before and after them: so long a run cannot be repeated five times, and the spread is that of the single ones.
"""

import os
import resource
import statistics
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from benchmarks.timing import Figure, Ratio, at_most, interleaved, report, seconds
from closeline.jobs.props.training import spread_over
from closeline.maths.props.training.boosting import planted
from closeline.maths.props.training.growing import Pair, WindowWork, grow
from closeline.maths.props.training.settings import MEAN, VARIANCE, Settings

FEATURES, FOLDS, HELD, ASKED = 134, 19, 4_000, 500
TRAIN_BUDGET, PREDICT_BUDGET = 1.1, 1.2


@dataclass(frozen=True, slots=True)
class Size:
    """How much is trained: rows of a window and rounds of a model, and how often a single one is timed."""

    rows: int
    rounds: int
    singles: int


USUAL, FULL = Size(20_000, 100, 3), Size(80_000, 300, 2)


def settings(size: Size) -> Settings:
    return Settings(mean=replace(MEAN, rounds=size.rounds), variance=replace(VARIANCE, rounds=size.rounds))


def window(size: Size) -> WindowWork:
    """Return one SYNTHETIC window, whose counts follow a few of its features."""
    generator = np.random.default_rng(20_260_106)
    matrix = generator.normal(size=(size.rows + HELD, FEATURES)).astype(np.float32)
    mean = np.exp(2.5 + 0.4 * matrix[:, 0] + 0.1 * matrix[:, 1:5].sum(axis=1)).astype(np.float64)
    y = generator.poisson(mean * generator.gamma(4.0, 0.25, len(mean))).astype(np.float64)
    matrix[generator.random(matrix.shape) < 0.2] = np.nan
    learned = slice(0, size.rows)
    known = (y[None, learned], mean[None, learned])
    return WindowWork(settings(size), matrix[learned], *known, matrix[size.rows :], ((),))


def single(work: WindowWork, kind: str) -> Callable[[], object]:
    """Return one training as a user of the library writes it."""
    import xgboost

    labels, told = work.labels[0], work.settings
    growth = told.mean if kind == "mean" else told.variance
    squared = np.maximum((labels - work.foreseen[0]) ** 2, 1e-6) if work.foreseen is not None else labels
    y = labels if kind == "mean" else squared
    asked = {
        "tree_method": "hist", "max_bin": told.bins, "nthread": 1, "seed": told.seed, "max_depth": growth.depth,
        "eta": growth.rate, "colsample_bytree": growth.columns, "min_child_weight": growth.leaf_least,
        "lambda": growth.ridge, "objective": "reg:tweedie" if kind == "mean" else "reg:gamma",
    }  # fmt: skip

    def run() -> object:
        rows = xgboost.QuantileDMatrix(work.matrix, y, max_bin=told.bins, nthread=1)
        return xgboost.train(asked, rows, growth.rounds)

    return run


def training(size: Size, cores: int) -> Figure:
    """Measure 38 models against 38 single ones divided by the cores."""
    work = window(size)
    pair = [single(work, kind) for kind in ("mean", "variance")]
    before = [sum(map(seconds, pair)) for _ in range(size.singles)]
    burnt = cpu_seconds()
    ours = seconds(lambda: spread_all(work, cores))
    ours_cpu, burnt = cpu_seconds() - burnt, cpu_seconds()
    after = [sum(map(seconds, pair)) for _ in range(size.singles)]
    rival_cpu = FOLDS * (cpu_seconds() - burnt) / size.singles
    each = [FOLDS * took / cores for took in before + after]
    rival = statistics.median(each)
    measured = Ratio(rival / ours, (min(each) / ours, max(each) / ours), ours, rival)
    print(f"38 models took {ours:.1f} s, 38 single ones in turn {rival * cores:.1f} s; {peak()}", file=sys.stderr)
    # On a busy machine the walls say who was let run; these say what it cost.
    print(f"processor seconds: {ours_cpu:.1f} for the 38, {rival_cpu:.1f} for 38 single ones", file=sys.stderr)
    name = f"38 models, {size.rows} x {FEATURES}, {size.rounds} rounds"
    return at_most(name, measured, TRAIN_BUDGET, f"38 single XGBoost trainings over {cores} cores")


def spread_all(work: WindowWork, cores: int) -> None:
    """Grow 19 windows, processes and their start included."""
    with spread_over(cores) as spread:
        assert len(list(spread(grow, [work] * FOLDS))) == FOLDS


def predicting(size: Size) -> Figure:
    """Measure means and variances of 500 rows against the library's own in-place predictions of both."""
    import xgboost

    work = window(replace(size, rows=min(size.rows, 20_000)))
    pair = grow(work).pairs[0]
    boosters = [xgboost.Booster({"nthread": 1}) for _ in range(2)]
    for booster, content in zip(boosters, (pair.mean, pair.variance), strict=True):
        booster.load_model(bytearray(content))
    rows = np.ascontiguousarray(work.held[:ASKED])
    measured = interleaved(asked(pair, rows), lambda: [each.inplace_predict(rows) for each in boosters], repeats=31)
    return at_most(f"predict {ASKED} rows", measured, PREDICT_BUDGET, "inplace_predict of both models")


def asked(pair: Pair, rows: NDArray[np.float32]) -> Callable[[], object]:
    """Return what a model does of which its trees have been read: means, variances, bounds."""
    from closeline.maths.props.training.variance import BOUNDS

    told = Settings()
    means, ratios = planted(told.library, pair.mean), planted(told.library, pair.variance)

    def run() -> object:
        mean = means.predict(rows)
        return mean, BOUNDS.apply(mean, 1.02 * pair.curve.at(mean) * ratios.predict(rows))

    return run


def cpu_seconds() -> float:
    """Return the processor time of this process and of those that it started and that have ended."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def peak() -> str:
    """Say how much memory was held at most, by this process and by the largest of those that it started."""
    both = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    own, largest = (resource.getrusage(who).ru_maxrss // 1024 for who in both)
    return f"peak memory {own} MB here, {largest} MB in the largest other process"


def main() -> None:
    """Print the figures."""
    size = FULL if "--full" in sys.argv else USUAL
    sys.argv = [word for word in sys.argv if word != "--full"]
    figures = (training(size, os.cpu_count() or 1), predicting(size))
    report(figures, f"Training and asking prop models ({peak()})")


if __name__ == "__main__":
    main()
