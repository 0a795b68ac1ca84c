"""Grading a million picks, against a plain Python loop and against polars, in the same run.

All three give the same results and units, which is checked before anything is timed. Three-way markets
are left out, as the rivals' code would only grow longer by them.
"""

from collections.abc import Iterator

import numpy as np
import polars as pl

from benchmarks.timing import Figure, at_least, interleaved, report, scaled
from closeline.domain.markets import MarketType, Side
from closeline.maths.grade import MARKET_CODES, SIDE_CODES, Grades, grade_many

PICKS = 1_000_000
LOOP_PICKS = 50_000
LOOP_BUDGET, POLARS_BUDGET = 8.0, 1.0

TEAM_MARKETS = (MarketType.MONEYLINE, MarketType.SPREAD)
NUMBER_MARKETS = (MarketType.TOTAL, MarketType.TEAM_TOTAL_HOME, MarketType.TEAM_TOTAL_AWAY)


def picks(count: int) -> dict[str, np.ndarray]:
    """Draw picks of every two-way market, quarter lines and pushes among them."""
    rng = np.random.default_rng(20260102)
    kinds = [(market, side) for market in TEAM_MARKETS for side in (Side.HOME, Side.AWAY)]
    kinds += [(market, side) for market in NUMBER_MARKETS for side in (Side.OVER, Side.UNDER)]
    codes = np.array([(MARKET_CODES[market], SIDE_CODES[side]) for market, side in kinds])
    market, side = codes[rng.integers(0, len(codes), count)].T
    home, away = rng.integers(70, 150, (2, count))
    number = np.choose(market, [home * 0, away - home, home + away, home, away])
    line = 4 * number + rng.integers(-24, 25, count)
    return {
        "market": market.astype(np.int8),
        "side": side.astype(np.int8),
        "line": np.where(market == 0, 0, line).astype(np.int32),
        "home": home.astype(np.int32),
        "away": away.astype(np.int32),
        "decimal": rng.uniform(1.3, 4.0, count),
    }


def ours(columns: dict[str, np.ndarray]) -> Grades:
    """Grade with the product."""
    return grade_many(*columns.values())


def in_a_loop(rows: list[tuple]) -> tuple[list[int], list[float]]:
    """Grade one pick after another, as a script would: results in halves of the stake, and units."""
    results, units = [], []
    for market, side, line, home, away, decimal in rows:
        if market <= 1:
            margin = home - away if side == 0 else away - home
            distance = 4 * margin + line
        else:
            number = home + away if market == 2 else home if market == 3 else away
            distance = 4 * number - line if side == 2 else line - 4 * number
        halves = max(-2, min(2, distance))
        results.append(halves)
        units.append(halves / 2.0 * (decimal - 1.0) if halves > 0 else halves / 2.0)
    return results, units


def in_polars(frame: pl.DataFrame) -> pl.DataFrame:
    """Grade with expressions over columns."""
    margin = pl.when(pl.col("side") == 0).then(1).otherwise(-1) * (pl.col("home") - pl.col("away"))
    number = (
        pl.when(pl.col("market") == 2)
        .then(pl.col("home") + pl.col("away"))
        .when(pl.col("market") == 3)
        .then(pl.col("home"))
        .otherwise(pl.col("away"))
    )
    over = pl.when(pl.col("side") == 2).then(1).otherwise(-1)
    distance = (
        pl.when(pl.col("market") <= 1).then(4 * margin + pl.col("line")).otherwise(over * (4 * number - pl.col("line")))
    )
    halves = distance.clip(-2, 2)
    won = pl.when(halves > 0).then(pl.col("decimal") - 1.0).otherwise(1.0)
    return frame.select(results=halves.cast(pl.Int8), units=won * halves * 0.5)


def measure() -> Iterator[Figure]:
    """Yield both figures, after the three answers have been compared."""
    columns = picks(PICKS)
    frame = pl.DataFrame(columns)
    rows = frame.head(LOOP_PICKS).rows()
    agree(ours(columns), in_a_loop(rows), in_polars(frame))
    loop = interleaved(lambda: ours(columns), lambda: in_a_loop(rows))
    each = scaled(loop, ours_items=PICKS, rival_items=LOOP_PICKS)
    yield at_least("grading 1e6 picks", each, LOOP_BUDGET, "a Python loop")
    frames = interleaved(lambda: ours(columns), lambda: in_polars(frame))
    yield at_least("grading 1e6 picks", frames, POLARS_BUDGET, "polars")


def agree(mine: Grades, looped: tuple[list[int], list[float]], frame: pl.DataFrame) -> None:
    """Fail unless all three answers are the same, to the last bit."""
    assert np.array_equal(mine.codes[:LOOP_PICKS], looped[0])
    assert np.array_equal(mine.units[:LOOP_PICKS], looped[1])
    assert np.array_equal(mine.codes, frame["results"].to_numpy())
    assert np.array_equal(mine.units, frame["units"].to_numpy())


def main() -> None:
    """Print the figures."""
    report(list(measure()), "Grading a million picks (rival's time over ours)")


if __name__ == "__main__":
    main()
