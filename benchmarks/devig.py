"""Devig in bulk, for a slate, and for one market, against penaltyblog and shin in the same run.

Each method is held against its quickest rival for the same method, and against shin's compiled package
as well, which is the quickest of all whatever the method.
"""

import math
import warnings
from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt

from benchmarks.timing import Figure, Ratio, at_least, at_most, interleaved, report, scaled
from closeline.domain.odds import DevigMethod
from closeline.maths.devig import devig
from closeline.maths.devig_arrays import devig_two_way

Column = npt.NDArray[np.float64]
Rival = Callable[[list[float], DevigMethod], object]

MARKETS = 500_000
SLATE = 200
RIVAL_MARKETS = 200
ONE_RUNS = 400
BULK_BUDGET, SLATE_BUDGET, ONE_BUDGET = 50.0, 15.0, 1.0


def prices(count: int) -> tuple[Column, Column]:
    """Draw two-way decimal odds as books quote them: chances of 8 to 92 %, margins of 1.5 to 8 %."""
    rng = np.random.default_rng(20260101)
    chance, margin = rng.uniform(0.08, 0.92, count), rng.uniform(1.015, 1.08, count)
    return np.maximum(1.01, 1 / (chance * margin)), np.maximum(1.01, 1 / ((1 - chance) * margin))


def rivals() -> dict[str, Rival]:
    """Return the two rivals as functions of one market's odds."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import shin
        from penaltyblog.implied import calculate_implied
    return {
        "penaltyblog": lambda odds, method: calculate_implied(odds, method=method.value),
        "shin": lambda odds, _: shin.calculate_implied_probabilities(odds),
    }


def measure() -> Iterator[Figure]:
    """Yield every figure of the benchmark."""
    a, b = prices(MARKETS)
    pairs = [list(pair) for pair in zip(a[:RIVAL_MARKETS].tolist(), b[:RIVAL_MARKETS].tolist(), strict=True)]
    peers = rivals()
    for method in DevigMethod:
        same = "shin" if method is DevigMethod.SHIN else "penaltyblog"
        for name in dict.fromkeys((same, "shin")):
            yield from against(method, name, peers[name], a, b, pairs)


def against(
    method: DevigMethod, name: str, rival: Rival, a: Column, b: Column, pairs: list[list[float]]
) -> Iterator[Figure]:
    """Measure one method against one rival: all markets, a slate, and one market."""

    def rival_run() -> None:
        for odds in pairs:
            rival(odds, method)

    label = method.value if name != "shin" or method is DevigMethod.SHIN else f"{method.value}, any method"
    bulk = scaled(
        interleaved(lambda: devig_two_way(a, b, method), rival_run),
        ours_items=MARKETS,
        rival_items=len(pairs),
    )
    slate = scaled(slate_ratio(method, a, b, rival_run), ours_items=SLATE * 20, rival_items=len(pairs))
    yield at_least(f"devig bulk {label}", bulk, BULK_BUDGET, name)
    yield at_least(f"devig slate of {SLATE} {label}", slate, SLATE_BUDGET, name)
    yield at_most(f"devig one market {label}", one_ratio(method, pairs[0], rival), ONE_BUDGET, name)


def slate_ratio(method: DevigMethod, a: Column, b: Column, rival_run: Callable[[], None]) -> Ratio:
    """Time twenty slates in a row, as one alone is too short for the clock."""
    slate_a, slate_b = a[:SLATE].copy(), b[:SLATE].copy()

    def ours() -> None:
        for _ in range(20):
            devig_two_way(slate_a, slate_b, method)

    return interleaved(ours, rival_run)


def one_ratio(method: DevigMethod, odds: list[float], rival: Rival) -> Ratio:
    """Time one market, again and again on both sides."""

    def ours() -> None:
        for _ in range(ONE_RUNS):
            devig(odds, method)

    def theirs() -> None:
        for _ in range(ONE_RUNS):
            rival(odds, method)

    return interleaved(ours, theirs)


def main() -> None:
    """Print the figures."""
    figures = list(measure())
    assert all(math.isfinite(figure.ratio) for figure in figures)
    report(
        figures,
        "Devig against penaltyblog and shin (rival's time over ours; one market: ours over the rival's)",
    )


if __name__ == "__main__":
    main()
