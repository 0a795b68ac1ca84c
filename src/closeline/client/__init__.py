"""The typed client of the record, for people who bring their own model.

Comes in: the shapes of `closeline.schemas.recording`, step by step. Goes out: what the record then holds. Always true:
in process and over HTTP the names, the shapes, the errors and what is written are the same.
"""

from closeline.client.record import Record
from closeline.domain.leagues import League
from closeline.domain.markets import Side
from closeline.schemas.recording import (
    CaptureSnapshot,
    CompleteSimRun,
    CreatePrediction,
    CreateSimRun,
    Expectation,
    OwnAdjustment,
    OwnGame,
    OwnInput,
    OwnModel,
    OwnQuote,
    RecordInputs,
)

__all__ = [
    "CaptureSnapshot", "CompleteSimRun", "CreatePrediction", "CreateSimRun", "Expectation", "League", "OwnAdjustment",
    "OwnGame", "OwnInput", "OwnModel", "OwnQuote", "Record", "RecordInputs", "Side",
]  # fmt: skip
