"""Recording: the life of a prediction for people who bring a model of their own, one transaction for each step.

Comes in: a desk, and what they hand in. Goes out: what the record then holds. Always true: the same content is the same
row, nothing is changed, the order of the steps is kept, and the gates are those that every prediction meets.
"""

from closeline.jobs.recording.capturing import capture_snapshot
from closeline.jobs.recording.ending import calibrate, grade
from closeline.jobs.recording.feed import FEED, is_snapshot, parse
from closeline.jobs.recording.judging import gate
from closeline.jobs.recording.predicting import create_prediction
from closeline.jobs.recording.publishing import publish
from closeline.jobs.recording.running import complete_sim_run, create_sim_run, record_inputs, sim_run

__all__ = [
    "FEED", "calibrate", "capture_snapshot", "complete_sim_run", "create_prediction", "create_sim_run", "gate", "grade",
    "is_snapshot", "parse", "publish", "record_inputs", "sim_run",
]  # fmt: skip
