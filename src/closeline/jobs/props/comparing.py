"""Comparing: two stored models of a statistic on the same games that neither had seen, row by row."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from closeline.domain.errors import BadInput, DevigError
from closeline.domain.markets import Side
from closeline.flow.forecast.props.made import PLAYS_UNREPORTED
from closeline.jobs.props.ahead import day_of
from closeline.jobs.props.foretold import foretold, known, named
from closeline.jobs.props.past_lines import past_lines
from closeline.jobs.props.training import GAMES_LEAST
from closeline.jobs.props.watching import spans
from closeline.maths.bootstrap import clustered_mean_interval
from closeline.maths.props.deciding import decide
from closeline.maths.props.distributions import PropForecast
from closeline.maths.props.training.comparing import Slate, compare
from closeline.maths.props.watching.lines import carried
from closeline.maths.props.watching.scored import standing
from closeline.maths.simulate.streams import stream
from closeline.schemas.props import watching as shapes
from closeline.store.session import unit_of_work

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from numpy.random import Generator

    from closeline.jobs.desk import Desk
    from closeline.jobs.props.foretold import Foretold, Known
    from closeline.jobs.props.past_lines import PastLine
    from closeline.store.session import Session

NOT_KEPT = "both were asked again about games of the past; what they say of games to come is not kept beside the record"
NO_CLOSE = "no line of these days was priced twice before its games, so there is no close to hold it against"


def compare_models(desk: Desk, first: str, second: str, since: date | None = None) -> shapes.Comparison:
    """Compare two versions on the played games after what both learned from, from `since` on.

    Raises NotFound for a version that there is not, BadInput for models of two statistics, the same one twice, or no
    game that both had not seen.
    """
    if first == second:
        raise BadInput(f"versions must be two to be compared, were {first} twice")
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
        clv=_interval(clv, between),
        clv_missing=None if clv else NO_CLOSE, not_kept=NOT_KEPT,
    )  # fmt: skip


def _interval(clv: Sequence[tuple[float, int]], generator: Generator) -> shapes.Interval | None:
    if not clv:
        return None
    values, days = [value for value, _ in clv], [day for _, day in clv]
    return shapes.Interval.model_validate(clustered_mean_interval(values, days, generator=generator))


def _clv_differences(
    session: Session, held: Known, told: Sequence[Foretold], desk: Desk
) -> list[tuple[float, int]]:  # fmt: skip
    """Return, for each line with a close, the first model's CLV less the second's, in points, and its day.

    CLV is in points of probability. Each takes the side that it prefers at the first prices of the game. The close is
    carried to that line by the mean of both models' forecasts, so that neither is judged by its own shape.
    """
    differences = []
    for line in past_lines(session, held, told[:1], now=desk.clock()).lines:
        values = _clv(line, told)
        if values is not None:
            differences.append((100.0 * (values[0] - values[1]), int(told[0].days[line.place])))
    return differences


def _clv(line: PastLine, told: Sequence[Foretold]) -> list[float] | None:
    if line.opened is None:
        return None
    forecasts = [_forecast(part, line.place) for part in told]
    between = PropForecast(
        sum(item.mean for item in forecasts) / 2, sum(item.variance for item in forecasts) / 2, forecasts[0].family, 1.0
    )
    start, end = line.opened, line.offer
    try:
        taken = [decide(item, start.line_quarters, start.over, start.under, games=GAMES_LEAST) for item in forecasts]
        closing = decide(between, end.line_quarters, end.over, end.under, games=GAMES_LEAST)
    except DevigError:
        return None
    over = closing.p_fair if closing.side is Side.OVER else 1.0 - closing.p_fair
    at_open = carried(between, end.line_quarters, over, start.line_quarters)
    if at_open is None:
        return None
    return [(at_open if item.side is Side.OVER else 1.0 - at_open) - item.p_fair for item in taken]


def _forecast(part: Foretold, place: int) -> PropForecast:
    return PropForecast(
        float(part.mean[place]), float(part.variance[place]), part.model.family, PLAYS_UNREPORTED
    )  # fmt: skip
