"""The steps of a prediction's life: what each takes and gives, what does it in process, and where HTTP has it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from closeline.jobs import recording
from closeline.jobs.desk import Desk
from closeline.schemas import recording as shapes
from closeline.schemas.calibration import CalibrationRun
from closeline.schemas.ending.grading import Grading
from closeline.schemas.shape import Shape

Given = TypeVar("Given", bound=Shape)
Answered = TypeVar("Answered", bound=Shape)


@dataclass(frozen=True, slots=True)
class Step(Generic[Given, Answered]):
    """One step: `path` is below /api/record, `answer` the shape that comes back."""

    path: str
    answer: type[Answered]
    run: Callable[[Desk, Given], Answered]


class Door(Protocol):
    """A way to the record."""

    def take(self, step: Step[Given, Answered], given: Given) -> Answered:
        """Take a step; raises the CloselineError that the record answers with."""

    def close(self) -> None:
        """Let go of what the way holds open."""


CAPTURE = Step("snapshots", shapes.Snapshot, recording.capture_snapshot)
RUN = Step("sim-runs", shapes.SimRun, recording.create_sim_run)
INPUTS = Step("inputs", shapes.SimRun, recording.record_inputs)
PREDICTION = Step("predictions", shapes.Prediction, recording.create_prediction)
COMPLETION = Step("completions", shapes.SimRun, recording.complete_sim_run)
GATE = Step("gates", shapes.Gated, recording.gate)
PUBLISH = Step("publications", shapes.PublishedPick, recording.publish)
GRADE = Step("grades", Grading, recording.grade)
CALIBRATE = Step("calibrations", CalibrationRun, recording.calibrate)
