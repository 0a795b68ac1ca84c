"""Forecast of players: the lines of a snapshot become probabilities, by the same chain as the markets of games.

A run is one prop model at one moment in one event. Its context is the rated game, its distribution version the model,
and beside it stands a sheet: mean, variance, family, chance to play and games seen of every player that it speaks of.
"""

from collections.abc import Sequence
from datetime import datetime
from time import perf_counter

from closeline.domain.clock import micros
from closeline.domain.events import ForecastMade
from closeline.domain.leagues import League
from closeline.domain.props.statistics import statistic_of
from closeline.flow.forecast.chain import LEAD_TIME
from closeline.flow.forecast.props.context import Context, context_of
from closeline.flow.forecast.props.known import FeaturesOf, Slate, known_logs, slate_of
from closeline.flow.forecast.props.lines import Line
from closeline.flow.forecast.props.made import made_of
from closeline.flow.forecast.props.models import PropModels
from closeline.maths.props.features.table import compute
from closeline.maths.props.model import PropModel
from closeline.store import forecasts, models
from closeline.store.forecasts import Forecast
from closeline.store.past.ratings import RatingBook
from closeline.store.players import runs as prop_runs
from closeline.store.session import Session

__all__ = ["Context", "FeaturesOf", "Line", "PropModels", "Slate", "again", "compute", "forecast_props"]


def forecast_props(
    session: Session, ratings: RatingBook, models_of: Sequence[PropModel], *, tenant_id: str, league: League,
    snapshot_id: str, as_of: datetime, features_of: FeaturesOf = compute,
) -> ForecastMade | None:  # fmt: skip
    """Forecast the players' lines of a snapshot that have no forecast yet; null when there are none, or no model.

    features_of: what makes features of logs.
    """
    slate = slate_of(session, snapshot_id, league=league, as_of=as_of)
    due = _due(session, slate, models_of, tenant_id, league, as_of)
    if not due:
        return None
    began = perf_counter()
    known = known_logs(session, slate, features_of, league=league, as_of=as_of)
    made: list[Forecast] = []
    for event_id in sorted({line.event_id for line in due}):
        lines = [line for line in due if line.event_id == event_id]
        context = context_of(session, ratings, slate.events[event_id], tenant_id, league, snapshot_id, as_of)
        models.add_rating_state(session, context.rating_state, league=league, as_of=as_of)
        found = (made_of(context, known, model, lines) for model in models_of)
        made += [item for item in found if item is not None]
    if not made:
        return None
    forecasts.add(session, made, at=as_of, runtime_ms=round(1000 * (perf_counter() - began) / len(made)))
    return ForecastMade(league, snapshot_id, micros(as_of), len(made), sum(len(item.predictions) for item in made))


def again(
    session: Session, ratings: RatingBook, model: PropModel, stored: Forecast, *, features_of: FeaturesOf = compute
) -> Forecast | None:
    """Make a stored run again from the record as it was known then; null where the record no longer leads to it."""
    run, league, snapshot_id = stored.run, League(stored.run.league), stored.reference("SNAPSHOT")
    slate = slate_of(session, snapshot_id, league=league, as_of=run.as_of)
    asked = {item.market_key for item in stored.predictions}
    lines = [line for line in slate.lines if line.event_id == run.event_id and line.market.key in asked]
    if not lines:
        return None
    known = known_logs(session, slate, features_of, league=league, as_of=run.as_of)
    event = slate.events[run.event_id]
    context = context_of(session, ratings, event, run.tenant_id, league, snapshot_id, run.as_of)
    return made_of(context, known, model, lines)


def _due(
    session: Session, slate: Slate, models_of: Sequence[PropModel], tenant_id: str, league: League, as_of: datetime
) -> list[Line]:  # fmt: skip
    """Return the lines of statistics that a model forecasts, in time, that no run has spoken of."""
    wanted = {model.statistic for model in models_of}
    lines = [
        line
        for line in slate.lines
        if statistic_of(line.market) in wanted and slate.events[line.event_id].starts_at - as_of >= LEAD_TIME
    ]
    events = [line.event_id for line in lines]
    done = prop_runs.predicted(session, events, tenant_id=tenant_id, league=league, as_of=as_of)
    return [line for line in lines if (line.event_id, line.market.key) not in done]
