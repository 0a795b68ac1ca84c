"""Ending: grades by the rules that every pick is graded by, and what the record learns from what has ended."""

from closeline.jobs import grading
from closeline.jobs.desk import Desk
from closeline.jobs.learning import calibrating
from closeline.jobs.recording.publishing import ACTOR
from closeline.schemas.calibration import CalibrationRun
from closeline.schemas.ending.grading import Grading
from closeline.schemas.recording import Calibrate, Grade


def grade(desk: Desk, asked: Grade, *, actor: str = ACTOR) -> Grading:
    """Grade a publication where its result allows it, or say why it is held. Raises NotFound for no such one."""
    return grading.grade_published(desk, asked.publish_id, actor=actor)


def calibrate(desk: Desk, asked: Calibrate, *, actor: str = ACTOR) -> CalibrationRun:
    """Fit maps on what the record learns from, over the last days asked for, and let the gate decide."""
    return calibrating.run_calibration(desk, method=asked.method, training_days=asked.training_days, actor=actor)
