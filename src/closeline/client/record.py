"""The record as a library: one method for each step in a prediction's life, in the order in which they are taken."""

from dataclasses import replace
from datetime import datetime
from types import TracebackType
from typing import Self

from closeline import wiring
from closeline.client import steps
from closeline.client.in_process import InProcess
from closeline.client.over_http import OverHttp, client_of
from closeline.client.steps import Door
from closeline.domain.clock import Clock
from closeline.schemas import recording as shapes
from closeline.schemas.again.known import KnownAsked, KnownThen
from closeline.schemas.calibration import CalibrationRun
from closeline.schemas.ending.grading import Grading
from closeline.schemas.running.publishing import FeedAsked, FeedPage


class Record:
    """A record to which somebody brings a model of their own.

    The steps: capture a snapshot, create a run, record its inputs, say its predictions, complete it, let the gates
    judge, publish, grade, calibrate. Each is a transaction; the same content a second time adds nothing and gives the
    same answer; what is out of order is refused, by the same errors in process and over HTTP.
    """

    def __init__(self, door: Door) -> None:
        """Take the steps through a door; `open` and `connect` make one."""
        self._door = door

    @classmethod
    def open(cls, database_url: str, *, tenant: str | None = None, clock: Clock | None = None) -> "Record":
        """Open a record in process, made where there is none.

        clock: what says the time, for a replay of the past; left out, this machine's. Raises StoreFault.
        """
        desk = wiring.open_desk(wiring.read_settings(database_url=database_url, tenant=tenant))
        return cls(InProcess(desk if clock is None else replace(desk, clock=clock)))

    @classmethod
    def connect(cls, url: str, *, key: str) -> "Record":
        """Speak to a record that `closeline serve` holds, with an API key of the role OPERATOR or above.

        Opens nothing yet. Raises BadSetting where the key would travel unprotected.
        """
        return cls(OverHttp(client_of(url, key)))

    def capture_snapshot(self, given: shapes.CaptureSnapshot) -> shapes.Snapshot:
        """Keep prices as they stand now, as bytes, and take the margin out of them."""
        return self._door.take(steps.CAPTURE, given)

    def create_sim_run(self, given: shapes.CreateSimRun) -> shapes.SimRun:
        """Name a run before it is run; its seed comes back with it."""
        return self._door.take(steps.RUN, given)

    def record_inputs(self, given: shapes.RecordInputs) -> shapes.SimRun:
        """Say what the run is made from besides its snapshot, event and model."""
        return self._door.take(steps.INPUTS, given)

    def create_prediction(self, given: shapes.CreatePrediction) -> shapes.Prediction:
        """Say what the run thinks of one side of one market."""
        return self._door.take(steps.PREDICTION, given)

    def complete_sim_run(self, given: shapes.CompleteSimRun) -> shapes.SimRun:
        """End the run: nothing can be said in it any more, and the gates may look."""
        return self._door.take(steps.COMPLETION, given)

    def gate(self, run_id: str) -> shapes.Gated:
        """Judge all that a completed run said."""
        return self._door.take(steps.GATE, shapes.Gate(run_id=run_id))

    def publish(self, prediction_id: str, *, price: str) -> shapes.PublishedPick:
        """Publish what the gates let through, at the price that the snapshot shows and that can still be had."""
        return self._door.take(steps.PUBLISH, shapes.Publish(prediction_id=prediction_id, price=price))

    def grade(self, publish_id: str) -> Grading:
        """Grade a publication, or say what it waits for."""
        return self._door.take(steps.GRADE, shapes.Grade(publish_id=publish_id))

    def calibrate(self, training_days: int | None = shapes.TRAINING_DAYS, *, method: str = "auto") -> CalibrationRun:
        """Let the record learn from what has ended, and say what became of every scope."""
        return self._door.take(steps.CALIBRATE, shapes.Calibrate(training_days=training_days, method=method))

    def feed(self, cursor: str | None = None, *, limit: int = 50) -> FeedPage:
        """Read what was published, in the order of its publishing, from a cursor on."""
        return self._door.look(steps.FEED, FeedAsked(cursor=cursor, limit=limit))

    def known(self, event_id: str, *, at: datetime, other: datetime | None = None) -> KnownThen:
        """Read what had been received of an event by a moment, and with another one what changed between them."""
        return self._door.look(steps.KNOWN, KnownAsked(event_id=event_id, at=at, other=other))

    def close(self) -> None:
        """Close the connections."""
        self._door.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Record({self._door!r})"
