"""Shapes: the distributions of margin and total by which a close is carried from its line to a ticket's."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

from closeline.domain.leagues import League, league_day, season_of
from closeline.domain.limits import limits_of
from closeline.domain.markets import GAME_MARKETS, TOTAL, Market, MarketType
from closeline.maths.clv.tilted import IntegerMass, Shape
from closeline.maths.distributions import read_pair
from closeline.maths.simulate.board import marginal
from closeline.maths.simulate.catalogue import read_artefact
from closeline.maths.simulate.simulation import prepare_nearest
from closeline.maths.simulate.sport import Rules
from closeline.store import models
from closeline.store.session import Session

# One run and one goal decide so many games that the close needs a simulated shape (clv-v1).
SIMULATED = frozenset({League.MLB, League.NHL})


@dataclass(frozen=True, slots=True, eq=False)
class Shapes:
    """A league's margin and total, and the forecasts of players by event and market."""

    margin: Shape
    total: Shape
    players: Mapping[tuple[str, Market], Shape] = field(default_factory=dict)

    def of(self, event_id: str, market: Market) -> Shape | None:
        """Return what carries a market's close from line to line; null for a part of a game or one team's points.

        A player's is the forecast of his own number; null where there is none.
        """
        if market.player_id:
            return self.players.get((event_id, market))
        if market not in GAME_MARKETS:
            return None
        return self.total if market == TOTAL else self.margin


def shapes_of(session: Session, league: League, *, tenant_id: str, at: datetime) -> Shapes:
    """Return a league's shapes as they were known at a moment: fitted, or in baseball and hockey simulated.

    An exponential tilt forgets the mean from which it starts, so one even game of the league's usual total serves all.
    """
    if league not in SIMULATED:
        _, content, _ = models.latest(session, league=league, kind=models.DISTRIBUTION, as_of=at)
        return Shapes(*read_pair(content))
    _, content, _ = models.latest(session, league=league, kind=models.SIMULATION, as_of=at)
    _, config = models.config(session, tenant_id=tenant_id, as_of=at)
    total = limits_of(config, league).baseline_mean_total
    return _simulated(content, season_of(league, league_day(at)), total)


@lru_cache(maxsize=16)
def _simulated(content: str, season: int, total: float) -> Shapes:
    joint = prepare_nearest(read_artefact(content).model, Rules(season), 0.0, total).final
    margin, of_total = (IntegerMass(*marginal(joint, kind)) for kind in (MarketType.SPREAD, MarketType.TOTAL))
    return Shapes(margin, of_total)
