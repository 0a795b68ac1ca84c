"""Forecasting of players: the lines of a snapshot, by the prop models in force. Without a model nothing is forecast."""

from collections.abc import Sequence

from closeline.domain.events import Event
from closeline.domain.leagues import League
from closeline.flow.forecast.props import forecast_props
from closeline.jobs.desk import Desk
from closeline.jobs.errands import Arguments
from closeline.jobs.props.shadowing import keep_snapshot, remembering
from closeline.store.session import Session


def due(desk: Desk, arguments: Arguments) -> bool:
    """Say whether lines of a snapshot may be forecast at all: by a desk that has models, and before the close."""
    return bool(desk.prop_models) and arguments.get("phase") != "CLOSE"


def forecast_lines(session: Session, desk: Desk, arguments: Arguments) -> Sequence[Event]:
    """Forecast the players' lines of a snapshot; nothing where no model of the league is in force.

    What a challenger says of the same players is kept beside it.
    """
    league = League(str(arguments["league"]))
    models = desk.prop_models.in_force(session, league, as_of=desk.clock()) if desk.prop_models else ()
    if not models:
        return ()
    desk, snapshot_id = remembering(desk), str(arguments["snapshot_id"])
    made = forecast_props(
        session, desk.ratings, models, tenant_id=desk.tenant_id, league=league,
        snapshot_id=snapshot_id, as_of=desk.clock(), features_of=desk.prop_features,
    )  # fmt: skip
    if made is None:
        return ()
    keep_snapshot(session, desk, snapshot_id, models)
    return [made]
