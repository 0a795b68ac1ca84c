"""Run every benchmark in this folder and print one table: `python -m benchmarks [name ...]`.

A benchmark is a file that, given --json, prints one JSON object per line with the fields of `timing.Figure`:
`benchmark` (what is measured, in words), `ratio` (the median), `spread` (the least and the greatest of the repeats),
`budget` (what was promised), `within` (whether it was kept) and `rival` (what it is measured against, in the same run).
Each runs in a process of its own, so that one's warm caches are not another's luck. `timing` is what they share, and no
benchmark.
"""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.timing import Figure

FOLDER = Path(__file__).parent
SHARED = {"timing"}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one benchmark file said, or the last words with which it failed."""

    name: str
    figures: tuple[Figure, ...]
    fault: str = ""

    @property
    def kept(self) -> bool:
        """Say whether every promise of the file was measured and kept."""
        return bool(self.figures) and not self.fault and all(figure.within for figure in self.figures)


def main(names: list[str]) -> int:
    """Run the named benchmarks, or all; return 0 when every promise was measured and kept."""
    files = {path.stem: path for path in sorted(FOLDER.glob("[a-z]*.py")) if path.stem not in SHARED}
    unknown = sorted(set(names) - set(files))
    if unknown:
        print(f"bench: benchmark must be one of {', '.join(files)}, was {unknown[0]}", file=sys.stderr)
        return 2
    outcomes = [run(path) for name, path in files.items() if not names or name in names]
    show(outcomes)
    return 0 if all(outcome.kept for outcome in outcomes) else 1


def run(path: Path) -> Outcome:
    """Run one benchmark in its own process, and read its figures."""
    print(f"bench: {path.stem}", file=sys.stderr)
    command = [sys.executable, "-m", f"{FOLDER.name}.{path.stem}", "--json"]
    done = subprocess.run(command, cwd=FOLDER.parent, capture_output=True, text=True, check=False)
    words = done.stderr.strip().splitlines()
    last = words[-1] if words else f"ended with {done.returncode}"
    try:
        figures = tuple(read(line) for line in done.stdout.splitlines() if line.strip())
    except (ValueError, TypeError, KeyError) as error:
        return Outcome(path.stem, (), f"{type(error).__name__}: {error}")
    return Outcome(path.stem, figures, last if done.returncode or not figures else "")


def read(line: str) -> Figure:
    """Read one line; raises ValueError, KeyError or TypeError for what is none."""
    found = json.loads(line)
    low, high = found["spread"]
    return Figure(
        str(found["benchmark"]), float(found["ratio"]), (float(low), float(high)), str(found["budget"]),
        bool(found["within"]), str(found["rival"]),
    )  # fmt: skip


def show(outcomes: list[Outcome]) -> None:
    """Print the table of all benchmarks."""
    table = Table("file", "benchmark", "ratio", "spread", "budget", "within", "rival")
    for outcome in outcomes:
        for figure in outcome.figures:
            low, high = figure.spread
            table.add_row(
                outcome.name, figure.benchmark, f"{figure.ratio:.2f}", f"{low:.2f} to {high:.2f}", figure.budget,
                "yes" if figure.within else "NO", figure.rival,
            )  # fmt: skip
        if outcome.fault:
            table.add_row(outcome.name, outcome.fault, "", "", "", "not measured", "")
    Console(width=None if sys.stdout.isatty() else 200).print(table)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
