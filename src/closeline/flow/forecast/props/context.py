"""The context of a run of players: the game as the ratings saw it, and what the desk had learned by then."""

from dataclasses import dataclass
from datetime import datetime

from closeline.domain.digits import of_formula
from closeline.domain.leagues import League
from closeline.flow.forecast.chain import Learned
from closeline.store import calibrations, models
from closeline.store.models import RatingState
from closeline.store.past.ratings import RatingBook, slate
from closeline.store.references import EventVersion
from closeline.store.session import Session


@dataclass(frozen=True, slots=True)
class Context:
    """Everything of a run that is not the model's. Means and sds are points, of the rated game."""

    tenant_id: str
    league: League
    event: EventVersion
    snapshot_id: str
    as_of: datetime
    ratings_version: str
    rating_state: RatingState
    margin_mean: float
    margin_sd: float
    total_mean: float
    total_sd: float
    config_version: str
    learned: Learned


def context_of(
    session: Session, ratings: RatingBook, event: EventVersion, tenant_id: str, league: League, snapshot_id: str,
    as_of: datetime,
) -> Context:  # fmt: skip
    """Return the context of an event at a moment: nothing that was received later."""
    rated = ratings.at(session, league, as_of=as_of)
    means = rated.filter.predict(slate((event,)))
    learned = Learned(
        calibrations.active(session, tenant_id=tenant_id, league=league, as_of=as_of),
        models.policy(session, tenant_id=tenant_id, league=league, as_of=as_of),
    )
    margin, margin_sd, total, total_sd = (
        of_formula(float(values[0]))
        for values in (means.margin_mean, means.margin_sd, means.total_mean, means.total_sd)
    )
    return Context(
        tenant_id, league, event, snapshot_id, as_of, rated.version,
        RatingState(rated.version, rated.games, rated.filter.state_hash()), margin, margin_sd, total, total_sd,
        models.config(session, tenant_id=tenant_id, as_of=as_of)[0], learned,
    )  # fmt: skip
