"""What a forecast of one league's slate may use: everything that was received by `as_of`, and nothing later."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from closeline.domain.forecasts.adjustments import Adjustment
from closeline.domain.forecasts.injuries import Absence
from closeline.domain.gates.bias import BaselineBias
from closeline.domain.leagues import League
from closeline.domain.policies import DecisionPolicy
from closeline.flow.forecast.clamp import bias_known, clamped, clamped_by
from closeline.flow.forecast.news import Injuries, injuries_of
from closeline.maths.distributions import ScoreDistribution, read_pair
from closeline.maths.ratings import RatingForecast
from closeline.maths.ratings.parts import parts
from closeline.maths.simulate.catalogue import read_artefact
from closeline.maths.simulate.simulation import Model
from closeline.store import calibrations, models
from closeline.store.calibrations import ActiveMap
from closeline.store.evaluations import Evaluation
from closeline.store.forecasts import RunInput
from closeline.store.models import RatingState
from closeline.store.past.bias import WrittenBias
from closeline.store.past.ratings import RatingBook, slate
from closeline.store.past.standing import is_learned_from
from closeline.store.references import EventVersion
from closeline.store.session import Session


@dataclass(frozen=True, slots=True)
class Knowledge:
    """Everything that a forecast of one league's slate is made from, all of it received by `as_of`."""

    tenant_id: str
    league: League
    snapshot_id: str
    as_of: datetime
    games: tuple[EventVersion, ...]
    markets: tuple[tuple[Evaluation, ...], ...]
    ratings_version: str
    rating_state: RatingState
    market_rated: bool
    rated: RatingForecast
    parts: tuple[tuple[Adjustment, ...], ...]
    distribution_version: str
    margin: ScoreDistribution
    total: ScoreDistribution
    simulation_version: str
    model: Model
    maps: dict[str, ActiveMap]
    policy: DecisionPolicy | None
    config_version: str
    injuries: tuple[Injuries, ...]
    bias_written: WrittenBias | None = None

    @property
    def bias(self) -> BaselineBias | None:
        """Return the league's row of the bias table that was in force, null where none was."""
        return self.bias_written.row if self.bias_written else None

    @property
    def clamped_by(self) -> tuple[RunInput, ...]:
        """Return the day of the bias table by which the totals are corrected, where they are."""
        return clamped_by(self.bias_written)

    @property
    def absences(self) -> tuple[tuple[Absence, ...], ...]:
        """Return, for each game, what is reported of players whose value is known, in the quotes already or not."""
        return tuple(item.absences for item in self.injuries)


def maps_for(session: Session, engine: str, *, tenant_id: str, league: str, as_of: datetime) -> dict[str, ActiveMap]:
    """Return the maps in force at `as_of` by market; none that were learned from another model."""
    if not is_learned_from(session, tenant_id=tenant_id, league=league, engine=engine, as_of=as_of):
        return {}
    return calibrations.active(session, tenant_id=tenant_id, league=league, as_of=as_of)


def know(
    session: Session, ratings: RatingBook, tenant_id: str, league: League, snapshot_id: str, as_of: datetime,
    games: tuple[EventVersion, ...], priced: Sequence[Evaluation], simulation: str | None = None,
    inputs: Sequence[RunInput] | None = None,
) -> Knowledge:  # fmt: skip
    """Load what a forecast of one day's games may use: nothing that was received after `as_of`.

    simulation: the version of the model to simulate by, as a stored run names it; left out, the newest one.
    inputs: what a stored run was made from, whose news and correction are then used; left out, what was received.
    """
    rated = ratings.at(session, league, as_of=as_of)
    distribution_version, content, _ = models.latest(session, league=league, kind=models.DISTRIBUTION, as_of=as_of)
    margin, total = read_pair(content)
    newest, _, _ = models.latest(session, league=league, kind=models.SIMULATION, as_of=as_of)
    simulation_version = simulation or newest
    markets: defaultdict[str, list[Evaluation]] = defaultdict(list)
    for item in priced:
        markets[item.event_id].append(item)
    quoted = tuple(tuple(markets[game.event_id]) for game in games)
    found = bias_known(session, league, as_of=as_of, inputs=inputs)
    means, made_of = clamped(rated.filter.predict(slate(games)), parts(rated.filter, slate(games)), found)
    return Knowledge(
        tenant_id, league, snapshot_id, as_of, games, quoted,
        rated.version, RatingState(rated.version, rated.games, rated.filter.state_hash()), rated.filter.closes_seen > 0,
        means, made_of, distribution_version, margin, total,
        simulation_version,
        read_artefact(models.content_of(session, simulation_version)).model,
        maps_for(session, "", tenant_id=tenant_id, league=league, as_of=as_of),
        models.policy(session, tenant_id=tenant_id, league=league, as_of=as_of),
        models.config(session, tenant_id=tenant_id, as_of=as_of)[0],
        injuries_of(session, league, games, quoted, as_of=as_of, inputs=inputs), found,
    )  # fmt: skip
