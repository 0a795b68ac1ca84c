"""The steps of a prediction's life: what each takes and gives, what does it in process, and where HTTP has it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from closeline.jobs import recording
from closeline.jobs.desk import Desk
from closeline.jobs.publishing.showing import feed_page
from closeline.jobs.showing.known import known_of
from closeline.schemas import recording as shapes
from closeline.schemas.again.known import KnownThen
from closeline.schemas.calibration import CalibrationRun
from closeline.schemas.ending.grading import Grading
from closeline.schemas.running.publishing import FeedPage
from closeline.schemas.shape import Shape

Given = TypeVar("Given", bound=Shape)
Answered = TypeVar("Answered", bound=Shape)


@dataclass(frozen=True, slots=True)
class Step(Generic[Given, Answered]):
    """One step: `path` is below /api/record, `answer` the shape that comes back."""

    path: str
    answer: type[Answered]
    run: Callable[[Desk, Given], Answered]


@dataclass(frozen=True, slots=True)
class Look(Generic[Given, Answered]):
    """One look, which changes nothing: `path` is below /api, what is asked in braces; the rest is the query."""

    path: str
    answer: type[Answered]
    run: Callable[[Desk, Given], Answered]


class Door(Protocol):
    """A way to the record."""

    def look(self, look: Look[Given, Answered], given: Given) -> Answered:
        """Look at the record; raises the CloselineError that the record answers with."""

    def take(self, step: Step[Given, Answered], given: Given) -> Answered:
        """Take a step; raises the CloselineError that the record answers with."""

    def close(self) -> None:
        """Let go of what the way holds open."""


FEED = Look("feed", FeedPage, feed_page)
KNOWN = Look("events/{event_id}/known", KnownThen, known_of)
CAPTURE = Step("snapshots", shapes.Snapshot, recording.capture_snapshot)
RUN = Step("sim-runs", shapes.SimRun, recording.create_sim_run)
INPUTS = Step("inputs", shapes.SimRun, recording.record_inputs)
PREDICTION = Step("predictions", shapes.Prediction, recording.create_prediction)
COMPLETION = Step("completions", shapes.SimRun, recording.complete_sim_run)
GATE = Step("gates", shapes.Gated, recording.gate)
PUBLISH = Step("publications", shapes.PublishedPick, recording.publish)
GRADE = Step("grades", Grading, recording.grade)
CALIBRATE = Step("calibrations", CalibrationRun, recording.calibrate)
