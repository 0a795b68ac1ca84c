"""The families of averages and trends in pandas, as an oracle that is slow and not ours."""

import math
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.props.columns import NUMBERS
from closeline.maths.props.logs import BOX, PlayerLogs

INDEX = ["player", "season"]


def frame_of(logs: PlayerLogs, rows: int) -> pd.DataFrame:
    """Put the first rows of the logs into a frame."""
    codes = {name: getattr(logs, name)[:rows] for name in ("season", "day", "player", "opponent", "home")}
    box = {name: values[:rows].astype(np.float64) for name, values in zip(BOX, logs.box, strict=True)}
    return pd.DataFrame({**codes, **box})


def write(frame: pd.DataFrame) -> dict[str, np.ndarray]:
    """Return features by name, in the order of the rows."""
    frame = frame.assign(pra=frame["pts"] + frame["reb"] + frame["ast"], min=frame["minutes"])
    frame = frame.sort_values(["player", "day"], kind="stable")
    found = pd.DataFrame(index=frame.index)
    players = frame.groupby("player", sort=False)
    for x in NUMBERS:
        last = players[x].shift(1)
        found[f"lag1_{x}"] = last
        shifted = last.groupby(frame["player"], sort=False)
        for h in (3, 7, 15):
            found[f"ewma{h}_{x}"] = shifted.ewm(halflife=h, ignore_na=True).mean().droplevel(0)
        for k in (3, 5, 10, 20) if x in {"pra", "min"} else (5, 10):
            found[f"mean{k}_{x}"] = rolled(shifted, k).mean().droplevel(0)
        for k in (5, 10, 20) if x == "pra" else (10,):
            found[f"sd{k}_{x}"] = rolled(shifted, k).std().droplevel(0)
        found[f"season_{x}"] = frame.groupby(INDEX, sort=False)[x].transform(lambda s: s.shift(1).expanding().mean())
    pra = players["pra"].shift(1).groupby(frame["player"], sort=False)
    ten = rolled(pra, 10)
    found["range10_pra"] = (ten.max() - ten.min()).droplevel(0)
    found["mad10_pra"] = ten.apply(mad, raw=True).droplevel(0)
    found["slope10_pra"] = ten.apply(slope, raw=True).droplevel(0)
    found["days_since_last_game"] = players["day"].diff()
    found = found.sort_index()
    return {name: found[name].to_numpy() for name in found.columns}


def rolled(shifted: Any, window: int) -> Any:  # noqa: ANN401 -- pandas has no types
    return shifted.rolling(window, min_periods=math.ceil(window / 2))


def mad(values: np.ndarray) -> float:
    known = values[~np.isnan(values)]
    return float(np.median(np.abs(known - np.median(known))))


def slope(values: np.ndarray) -> float:
    known = values[~np.isnan(values)]
    return float(np.polyfit(np.arange(len(known)), known, 1)[0])
