"""Calibrations as a system of record: versions, their maps, and the steps that say which one is in force."""

from closeline.store.calibrations.in_force import ActiveMap, active, effective_of, map_of
from closeline.store.calibrations.steps import (
    Judgement,
    TakenStep,
    history,
    judge,
    last_at,
    scopes,
    standing_of,
    steps_of,
    take,
)
from closeline.store.calibrations.versions import (
    NewCalibration,
    Segment,
    Version,
    add,
    beginning_with,
    last_sample,
    newest,
    samples,
    segments_of,
    version,
)

__all__ = [
    "ActiveMap",
    "Judgement",
    "NewCalibration",
    "Segment",
    "TakenStep",
    "Version",
    "active",
    "add",
    "beginning_with",
    "effective_of",
    "history",
    "judge",
    "last_at",
    "last_sample",
    "map_of",
    "newest",
    "samples",
    "scopes",
    "segments_of",
    "standing_of",
    "steps_of",
    "take",
    "version",
]
