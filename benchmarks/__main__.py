"""Run every benchmark in this folder and print one table: `python -m benchmarks [name ...]`.

A benchmark is a file that, given --json, prints a JSON list of rows with these keys: `promise` (what is
measured, in words), `rival` (what it is measured against, in the same run), `ratio` (the median), `low` and
`high` (its spread over the repeats), `budget` (what was promised, in words) and `kept` (whether it was).
Each runs in a process of its own, so that one's warm caches are not another's luck. A file whose name
starts with an underscore is not a benchmark.
"""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Row:
    """One promise, as it was measured just now."""

    promise: str
    rival: str
    ratio: float
    low: float
    high: float
    budget: str
    kept: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one benchmark file said, or the last words with which it failed."""

    name: str
    rows: tuple[Row, ...]
    fault: str = ""


def main(names: list[str]) -> int:
    """Run the named benchmarks, or all; return 0 when every promise was measured and kept."""
    files = [path for path in sorted(FOLDER.glob("[a-z]*.py")) if not names or path.stem in names]
    outcomes = [run(path) for path in files]
    show(outcomes)
    return 0 if all(not outcome.fault and all(row.kept for row in outcome.rows) for outcome in outcomes) else 1


def run(path: Path) -> Outcome:
    """Run one benchmark in its own process, and read its rows."""
    print(f"bench: {path.stem}", file=sys.stderr)
    command = [sys.executable, "-m", f"{FOLDER.name}.{path.stem}", "--json"]
    done = subprocess.run(command, cwd=FOLDER.parent, capture_output=True, text=True, check=False)
    try:
        rows = tuple(read(row) for row in json.loads(done.stdout))
    except (ValueError, TypeError, KeyError) as error:
        words = done.stderr.strip().splitlines()
        return Outcome(path.stem, (), words[-1] if words else f"{type(error).__name__}: {error}")
    return Outcome(path.stem, rows)


def read(row: dict[str, str | float | bool]) -> Row:
    """Read one row; what a row says beyond these keys is for its own report."""
    return Row(
        promise=str(row["promise"]),
        rival=str(row["rival"]),
        ratio=float(row["ratio"]),
        low=float(row["low"]),
        high=float(row["high"]),
        budget=str(row["budget"]),
        kept=bool(row["kept"]),
    )


def show(outcomes: list[Outcome]) -> None:
    """Print the table of all benchmarks."""
    table = Table("benchmark", "promise", "rival", "ratio", "spread", "budget", "kept")
    for outcome in outcomes:
        if outcome.fault:
            table.add_row(outcome.name, outcome.fault, "", "", "", "", "not measured")
        for row in outcome.rows:
            spread = f"{row.low:.2f}-{row.high:.2f}"
            kept = "yes" if row.kept else "NO"
            table.add_row(outcome.name, row.promise, row.rival, f"{row.ratio:.2f}", spread, row.budget, kept)
    console = Console()
    console.print(table if outcomes else "No benchmark has been written yet.")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
