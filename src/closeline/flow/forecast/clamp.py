"""The league's baseline clamp: how far every total of a slate is moved, because those before it have been off."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from closeline.domain.forecasts.adjustments import Adjustment, AdjustmentName
from closeline.domain.leagues import League
from closeline.maths.ratings import RatingForecast
from closeline.store.database.asof import known
from closeline.store.forecasts import RunInput
from closeline.store.past import bias
from closeline.store.past.bias import WrittenBias
from closeline.store.past.totals import CLAMPED_BY
from closeline.store.session import Session

SOURCE = "calibration_daily"

Parts = tuple[tuple[Adjustment, ...], ...]


def bias_known(
    session: Session, league: League, *, as_of: datetime, inputs: Sequence[RunInput] | None = None
) -> WrittenBias | None:
    """Return the row of the bias table in force at `as_of`.

    inputs: what a stored run was made from; then the row that it names, or none. Raises LookAhead for a later one.
    """
    if inputs is None:
        return bias.written(session, league, as_of)
    day = next((item.reference for item in inputs if item.kind == CLAMPED_BY), None)
    found = bias.of_day(session, league, day) if day else None
    known([found.at] if found else [], as_of=as_of, what=f"bias of {league} on {day}")
    return found


def clamped_by(found: WrittenBias | None) -> tuple[RunInput, ...]:
    """Return what a run is made from besides, where a correction is in force; else nothing."""
    return (RunInput(CLAMPED_BY, found.row.day),) if found and found.row.correction else ()


def clamped(rated: RatingForecast, parts: Parts, found: WrittenBias | None) -> tuple[RatingForecast, Parts]:
    """Return the forecast means and their parts with the correction taken off every total."""
    if not clamped_by(found) or found is None:
        return rated, parts
    points = -found.row.correction
    moved = Adjustment(AdjustmentName.BASELINE_CLAMP, 0.0, points, SOURCE, found.at)
    return replace(rated, total_mean=rated.total_mean + points), tuple((*game, moved) for game in parts)
