"""Fitting the decision policy: thresholds once, on warm-up, and beta as the market moves."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from closeline.domain.digits import of_fit
from closeline.domain.events import PolicyFitted
from closeline.domain.leagues import League
from closeline.domain.markets import GAME_MARKETS, TOTAL, Market
from closeline.domain.policies import ONE_UNIT, DecisionPolicy, MarketPolicy
from closeline.maths.calibrate import UNCALIBRATED
from closeline.maths.distributions import read_pair
from closeline.maths.policy import Movement, Threshold, anchored, better_sides, fit_movement, fit_threshold
from closeline.store import calibrations, models
from closeline.store.past import outcomes
from closeline.store.past.outcomes import Settled
from closeline.store.past.ratings import BEGINNING
from closeline.store.session import Session

Floats = NDArray[np.float64]

OBSERVATIONS_LEAST = 200
POLICY_REFIT = 1.1
NO_THRESHOLD = Threshold(None, 0, None)
# Markets learn: the last few thousand closes say more of the next one than the first seasons on file.
MOVES_WINDOW = 5000


def fit_policy(
    session: Session, *, tenant_id: str, league: League, at: datetime, recalibrated: bool = False
) -> PolicyFitted | None:
    """Fit how far each market later moves toward the model, and from which edge playing paid at the close.

    Thresholds are fitted once, on warm-up, before anything is published; a later fit keeps those of the policy in
    force and only follows the market with a new beta. Null while there is too little that is new.
    """
    before = models.policy(session, tenant_id=tenant_id, league=league, as_of=at)
    results = outcomes.results_count(session, league=league, as_of=at)
    if before is not None and not recalibrated and results < POLICY_REFIT * before.results:
        return None
    policies = tuple(
        policy
        for market in GAME_MARKETS
        if (policy := _market_policy(session, tenant_id, league, market, before, at)) is not None
    )
    if not policies:
        return None
    fitted = DecisionPolicy(str(league), results, policies, before.staking if before else ONE_UNIT)
    models.add_policy(session, fitted, tenant_id=tenant_id, fitted_from=BEGINNING, fitted_to=at, at=at)
    return PolicyFitted(league, fitted.policy_version)


@dataclass(frozen=True, slots=True)
class Study:
    """A market's settled predictions, what the map in force makes of them, and where their markets closed."""

    known: Settled
    model: Floats
    q_close: Floats

    @property
    def usable(self) -> NDArray[np.bool_]:
        """Return which have an honest open and a close."""
        return ~self.known.suspect & ~np.isnan(self.known.q_market) & ~np.isnan(self.q_close)


def _market_policy(
    session: Session, tenant_id: str, league: League, market: Market, before: DecisionPolicy | None, at: datetime
) -> MarketPolicy | None:
    known = outcomes.settled(
        session, tenant_id=tenant_id, league=league, market_key=market.key, since=BEGINNING, as_of=at
    )
    if before is not None:
        known = known.latest(2 * MOVES_WINDOW)  # twice, because some have no honest close
    if not known.events:
        return None
    study = studied(session, tenant_id, league, market, known, at)
    recent = np.flatnonzero(study.usable)[-MOVES_WINDOW:]
    if recent.size < OBSERVATIONS_LEAST:
        return None
    movement = fit_movement(study.model[recent], known.q_market[recent], study.q_close[recent], known.days[recent])
    if before is None:
        found = _threshold(session, market, study, _trust(movement), at)
    else:
        previous = before.of(market.key)
        found = Threshold(previous.threshold, previous.threshold_n, previous.clv_lower_90) if previous else NO_THRESHOLD
    return MarketPolicy(
        market.key, _trust(movement), of_fit(movement.standard_error), movement.n, found.edge, found.n, found.lower_90
    )


def studied(session: Session, tenant_id: str, league: League, market: Market, known: Settled, at: datetime) -> Study:
    """Return what the record knew of a market's predictions at `at`, with the calibration that was in force then."""
    margin, total = read_pair(models.latest(session, league=league, kind=models.DISTRIBUTION, as_of=at)[1])
    q_close = outcomes.closing_probabilities(
        session, known, market_key=market.key, distribution=total if market == TOTAL else margin, as_of=at
    )
    maps = calibrations.active(session, tenant_id=tenant_id, league=league, as_of=at)
    in_force = calibrations.map_of(maps, market.key)
    model = (in_force.read() if in_force else UNCALIBRATED).apply(known.p_raw)
    return Study(known, model, q_close)


def _trust(movement: Movement) -> float:
    # A negative beta says that the market runs from the model: then the model is not followed at all.
    return of_fit(max(movement.beta, 0.0))


def _threshold(session: Session, market: Market, study: Study, beta: float, at: datetime) -> Threshold:
    price, price_other = outcomes.opening_prices(session, study.known, market_key=market.key, as_of=at)
    playable = study.known.quoted & study.usable & ~np.isnan(price) & ~np.isnan(price_other)
    anchor = anchored(study.known.q_market[playable], study.model[playable], beta)
    edge, realised = better_sides(anchor, study.q_close[playable], price[playable], price_other[playable])
    return fit_threshold(edge, realised, study.known.days[playable])
