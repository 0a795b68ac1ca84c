"""Benchmark 11: how long a person waits for the first answer, against a bare process that imports numpy.

The budgets are those of the plan, 0.4 s for help and 0.6 s for a first price where a bare numpy process takes 0.08 s,
as ratios: a slow machine is slow for both.
"""

import subprocess
import sys
from collections.abc import Callable, Iterator

from benchmarks.timing import Figure, at_most, interleaved, report

NUMPY = "import numpy"
HELP = "import sys; sys.argv = ['closeline', '--help']; from closeline.cli.main import app; app()"
FIRST_PRICE = (
    "from closeline.domain.odds import DevigMethod; from closeline.maths.devig import devig; "
    "devig([1.8, 2.1], DevigMethod.SHIN)"
)
HELP_BUDGET, PRICE_BUDGET = 0.4 / 0.08, 0.6 / 0.08
REPEATS = 11
RIVAL = "a process that imports numpy"


def process(script: str) -> Callable[[], None]:
    """Return a run of a script in a process of its own, ended by its own success."""

    def run() -> None:
        subprocess.run([sys.executable, "-c", script], check=True, stdout=subprocess.DEVNULL)

    return run


def measure() -> Iterator[Figure]:
    """Yield both figures."""
    rival = process(NUMPY)
    yield at_most("cold start: closeline --help", interleaved(process(HELP), rival, REPEATS), HELP_BUDGET, RIVAL)
    yield at_most("cold start: first price", interleaved(process(FIRST_PRICE), rival, REPEATS), PRICE_BUDGET, RIVAL)


def main() -> None:
    """Print the figures."""
    report(list(measure()), "Benchmark 11: cold start (ours over the rival's)")


if __name__ == "__main__":
    main()
