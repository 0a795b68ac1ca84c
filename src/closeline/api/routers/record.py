"""The record as a library: the steps of a prediction's life for people who bring a model of their own."""

from closeline.api.dependencies import Calling
from closeline.api.guard import guarded
from closeline.jobs import recording
from closeline.schemas import recording as shapes
from closeline.schemas.calibration import CalibrationRun
from closeline.schemas.ending.grading import Grading
from closeline.tenancy.access import Permission

# Prices are every tenant's evidence, so they come in by the keys of the house alone.
captured = guarded(Permission.CAPTURE, tags=["record"])
recorded = guarded(Permission.RECORD, tags=["record"])
graded = guarded(Permission.GRADE, tags=["record"])
learned = guarded(Permission.CALIBRATE, tags=["record"])


@captured.post("/snapshots")
def capture_snapshot(caller: Calling, asked: shapes.CaptureSnapshot) -> shapes.Snapshot:
    """Keep prices as they stand now; the body, as canonical JSON, is the evidence."""
    return recording.capture_snapshot(caller.desk, asked)


@recorded.post("/sim-runs")
def create_sim_run(caller: Calling, asked: shapes.CreateSimRun) -> shapes.SimRun:
    """Name a run before it is run."""
    return recording.create_sim_run(caller.desk, asked)


@recorded.post("/inputs")
def record_inputs(caller: Calling, asked: shapes.RecordInputs) -> shapes.SimRun:
    """Say what a run is made from besides."""
    return recording.record_inputs(caller.desk, asked)


@recorded.post("/predictions")
def create_prediction(caller: Calling, asked: shapes.CreatePrediction) -> shapes.Prediction:
    """Say what a run thinks of one side of one market."""
    return recording.create_prediction(caller.desk, asked)


@recorded.post("/completions")
def complete_sim_run(caller: Calling, asked: shapes.CompleteSimRun) -> shapes.SimRun:
    """End a run."""
    return recording.complete_sim_run(caller.desk, asked)


@recorded.post("/gates")
def gate(caller: Calling, asked: shapes.Gate) -> shapes.Gated:
    """Judge all that a completed run said."""
    return recording.gate(caller.desk, asked)


@recorded.post("/publications")
def publish(caller: Calling, asked: shapes.Publish) -> shapes.PublishedPick:
    """Publish what the gates let through, at a price that can still be had."""
    return recording.publish(caller.desk, asked, actor=caller.actor)


@graded.post("/grades")
def grade(caller: Calling, asked: shapes.Grade) -> Grading:
    """Grade a publication, or tell what it waits for."""
    return recording.grade(caller.desk, asked, actor=caller.actor)


@learned.post("/calibrations")
def calibrate(caller: Calling, asked: shapes.Calibrate) -> CalibrationRun:
    """Let the record learn from what has ended."""
    return recording.calibrate(caller.desk, asked, actor=caller.actor)
