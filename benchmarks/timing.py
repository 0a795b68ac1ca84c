"""Timing two ways of doing one piece of work, in turn, so that a busy machine slows both alike."""

import argparse
import gc
import json
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

REPEATS = 7


@dataclass(frozen=True, slots=True)
class Ratio:
    """How many times longer the rival took: the ratio of medians, and the least and greatest of the pairs."""

    ratio: float
    spread: tuple[float, float]
    ours_seconds: float
    rival_seconds: float


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table: a measured ratio against its budget."""

    benchmark: str
    ratio: float
    spread: tuple[float, float]
    budget: str
    within: bool
    rival: str


def interleaved(ours: Callable[[], object], rival: Callable[[], object], repeats: int = REPEATS) -> Ratio:
    """Run both in turn `repeats` times (five at least), after one unmeasured run of each.

    Each callable may stand for a different amount of work: divide by `scaled` afterwards.
    """
    if repeats < 5:
        raise ValueError(f"repeats must be at least 5, was {repeats}")
    ours()
    rival()
    pairs = [(seconds(ours), seconds(rival)) for _ in range(repeats)]
    mine = statistics.median(pair[0] for pair in pairs)
    theirs = statistics.median(pair[1] for pair in pairs)
    each = [theirs_once / ours_once for ours_once, theirs_once in pairs]
    return Ratio(theirs / mine, (min(each), max(each)), mine, theirs)


def seconds(work: Callable[[], object]) -> float:
    """Time one run, with the garbage collector held still."""
    held = gc.isenabled()
    gc.disable()
    try:
        start = time.perf_counter()
        work()
        return time.perf_counter() - start
    finally:
        if held:
            gc.enable()


def scaled(measured: Ratio, *, ours_items: int, rival_items: int) -> Ratio:
    """Bring a measurement in which the rival did fewer items down to one item each."""
    factor = ours_items / rival_items
    low, high = measured.spread
    return Ratio(
        measured.ratio * factor,
        (low * factor, high * factor),
        measured.ours_seconds / ours_items,
        measured.rival_seconds / rival_items,
    )


def at_least(benchmark: str, measured: Ratio, least: float, rival: str) -> Figure:
    """Judge a ratio (rival over ours) that must reach a budget."""
    return Figure(benchmark, measured.ratio, measured.spread, f">= {least:g}", measured.ratio >= least, rival)


def at_most(benchmark: str, measured: Ratio, most: float, rival: str) -> Figure:
    """Judge our time over the rival's, which must stay within a budget; the ratio is turned over for it."""
    low, high = measured.spread
    ratio = 1 / measured.ratio
    return Figure(benchmark, ratio, (1 / high, 1 / low), f"<= {most:g}", ratio <= most, rival)


def report(figures: Sequence[Figure], title: str) -> None:
    """Print a table, or with --json one JSON line per figure."""
    parser = argparse.ArgumentParser(description=title)
    parser.add_argument("--json", action="store_true", help="one JSON line per figure")
    if parser.parse_args().json:
        for figure in figures:
            print(json.dumps(asdict(figure)))
        return
    print(title)
    for figure in figures:
        verdict = "within" if figure.within else "OUTSIDE"
        low, high = figure.spread
        print(
            f"  {figure.benchmark:<38} {figure.ratio:>10.2f}  [{low:.2f} .. {high:.2f}]  "
            f"budget {figure.budget:<8} {verdict:<8} against {figure.rival}"
        )
