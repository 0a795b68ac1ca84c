"""Features of half a million player-games, against two polars forms and pandas, in the same run; time and peak memory.

The logs are SYNTHETIC. The rivals write the columns of `props.columns.WRITTEN` and are spared the others; ours writes
all. All answers are compared before anything is timed. Memory is the peak of a process of its own that does the work
once, interpreter, libraries and logs included.
"""

import pickle
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.props import in_pandas, in_polars
from benchmarks.props.columns import WRITTEN
from benchmarks.props.invented import invented_logs
from benchmarks.timing import Figure, at_least, interleaved, report
from closeline.maths.props.features.declared import column
from closeline.maths.props.features.table import compute
from closeline.maths.props.logs import PlayerLogs

REPEATS, SAMPLE, SEASONS_IN_PANDAS = 5, 20_000, 2
TIME_BUDGET, MEMORY_BUDGET = 3.0, 0.45
MEMORY = """
import pathlib, pickle, sys
with open(sys.argv[1], "rb") as file:
    logs = pickle.load(file)
if sys.argv[2] == "ours":
    from closeline.maths.props.features.table import compute
    compute(logs)
else:
    from benchmarks.props.in_polars import FORMS, frame_of, write
    frame = frame_of(logs)
    del logs
    write(frame, FORMS[sys.argv[2]])
print(next(x.split()[1] for x in pathlib.Path("/proc/self/status").read_text().splitlines() if x.startswith("VmHWM")))
"""


def agree(logs: PlayerLogs) -> str:
    """Return the faster polars form; fail unless all give the same in a sample, pandas in the first seasons only."""
    ours = compute(logs)
    places = np.sort(np.random.default_rng(5).choice(len(logs), SAMPLE, replace=False))
    frame = in_polars.frame_of(logs)
    taken = {}
    for form, gather in in_polars.FORMS.items():
        begin = time.perf_counter()
        written = in_polars.write(frame, gather)
        taken[form] = time.perf_counter() - begin
        for name in WRITTEN:
            same(name, ours.column(name)[places], written[places, column(name)])
    early = int(np.searchsorted(logs.season, logs.season[0] + SEASONS_IN_PANDAS))
    for name, values in in_pandas.write(in_pandas.frame_of(logs, early)).items():
        same(name, ours.column(name)[:early], values)
    return min(taken, key=taken.__getitem__)


def same(name: str, ours: np.ndarray, theirs: np.ndarray) -> None:
    assert np.allclose(ours, theirs, rtol=1e-4, atol=1e-4, equal_nan=True), f"{name} must be the same, was not"


def peak(path: Path, whose: str) -> float:
    """Return the peak memory of one run in a process of its own, in megabytes of 1024 kB, as Linux tells it.

    `getrusage` would not do: a new process starts with the peak of the one that forked it.
    """
    command = [sys.executable, "-c", MEMORY, str(path), whose]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return int(done.stdout) / 1024


def measure() -> Iterator[Figure]:
    """Yield the figure of time and that of memory."""
    logs = invented_logs()
    best = agree(logs)
    rival_form = partial(in_polars.write, in_polars.frame_of(logs), in_polars.FORMS[best])
    measured = interleaved(lambda: compute(logs), rival_form, REPEATS)
    rival = f"polars, {best}, {measured.rival_seconds:.2f} s"
    yield at_least(f"{len(logs):,} player-games", measured, TIME_BUDGET, rival)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "logs.pickle"
        path.write_bytes(pickle.dumps(logs))
        ours = peak(path, "ours")
        theirs = {name: peak(path, name) for name in in_polars.FORMS}
    ratio, rival = ours / theirs[best], f"polars, {best}, {theirs[best]:,.0f} MB"
    spread = (ours / max(theirs.values()), ours / min(theirs.values()))
    yield Figure("the same, peak memory", ratio, spread, f"<= {MEMORY_BUDGET}", ratio <= MEMORY_BUDGET, rival)


def main() -> None:
    """Print the figures."""
    report(list(measure()), "Player features (rival's time over ours; our memory over the rival's)")


if __name__ == "__main__":
    main()
