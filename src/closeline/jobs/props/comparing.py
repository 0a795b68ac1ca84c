"""Comparing: two stored models of a statistic on the same games that neither had seen, row by row."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from closeline.domain.errors import BadInput
from closeline.flow.forecast.props.made import PLAYS_UNREPORTED
from closeline.jobs.props.ahead import day_of
from closeline.jobs.props.foretold import foretold, known, named
from closeline.jobs.props.past_lines import past_lines
from closeline.jobs.props.side_by_side import clv_of, compare_stored, interval_of
from closeline.jobs.props.watching import spans
from closeline.maths.props.distributions import PropForecast
from closeline.maths.props.training.comparing import Slate, compare
from closeline.maths.props.watching.scored import standing
from closeline.maths.simulate.streams import stream
from closeline.schemas.props import watching as shapes
from closeline.store.session import unit_of_work

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from closeline.jobs.desk import Desk
    from closeline.jobs.props.foretold import Foretold, Known
    from closeline.store.session import Session

AGAIN = "AGAIN"
ASKED_ANEW = "both were asked anew about games that they had not seen, after these were played"
NO_CLOSE = "no line of these days was priced twice before its games, so there is no close to hold it against"


def compare_models(
    desk: Desk, first: str, second: str, since: date | None = None, *, again: bool = False
) -> shapes.Comparison:  # fmt: skip
    """Compare two versions on played games from `since` on: by what both said before them, where anything was kept.

    Where nothing was, or with `again`, both are asked anew about the games after what either learned from. Raises
    NotFound for a version that there is not, BadInput for models of two statistics, the same one twice, or no game.
    """
    if first == second:
        raise BadInput(f"versions must be two to be compared, were {first} twice")
    stored = None if again else compare_stored(desk, first, second, since)
    return stored or _compare_again(desk, first, second, since)


def _compare_again(desk: Desk, first: str, second: str, since: date | None) -> shapes.Comparison:
    with unit_of_work(desk.engine, write=False) as session:
        models = [named(session, desk, version) for version in (first, second)]
        held = known(session, desk)
        last = max(item.manifest.data.last_day for item in models)
        rows = np.flatnonzero(held.usable & (held.logs.day > last))
        rows = rows if since is None else rows[[day_of(day) >= since for day in held.logs.day[rows].tolist()]]
        if not len(rows):
            raise BadInput(f"models must be compared on games after {day_of(last)} that were played, there were none")
        told = [foretold(held, item, rows) for item in models]
        clv = _clv_differences(session, held, told, desk)
    slate = Slate(held.matrix[rows], told[0].y, told[0].days)
    found = compare(models[0], models[1], slate, generator=stream("props", "comparing", first, second))
    between = stream("props", "comparing", "clv", first, second)
    one, other = spans(told)
    return shapes.Comparison(
        statistic=str(models[0].statistic), first=one, second=other, first_day=day_of(int(told[0].days.min())),
        last_day=day_of(int(told[0].days.max())),
        standings=[shapes.Standing.model_validate(standing(part.model.version, part.scored())) for part in told],
        crps=shapes.Interval.model_validate(found.crps), log_score=shapes.Interval.model_validate(found.log_score),
        clv=interval_of(clv, between),
        clv_missing=None if clv else NO_CLOSE, basis=AGAIN, told=ASKED_ANEW, waiting=0, did_not_play=0,
        recorded_before=0,
    )  # fmt: skip


def _clv_differences(
    session: Session, held: Known, told: Sequence[Foretold], desk: Desk
) -> list[tuple[float, int]]:  # fmt: skip
    """Return, for each line with a close, the first model's CLV less the second's, in points, and its day.

    CLV is in points of probability. Each takes the side that it prefers at the first prices of the game. The close is
    carried to that line by the mean of both models' forecasts, so that neither is judged by its own shape.
    """
    differences = []
    for line in past_lines(session, held, told[:1], now=desk.clock()).lines:
        if line.opened is None:
            continue
        values = clv_of([_forecast(part, line.place) for part in told], line.opened, line.offer)
        if values is not None:
            differences.append((100.0 * (values[0] - values[1]), int(told[0].days[line.place])))
    return differences


def _forecast(part: Foretold, place: int) -> PropForecast:
    return PropForecast(
        float(part.mean[place]), float(part.variance[place]), part.model.family, PLAYS_UNREPORTED
    )  # fmt: skip
