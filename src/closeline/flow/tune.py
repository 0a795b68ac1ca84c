"""Tune: what was graded becomes a candidate distribution, calibration or policy, and a gate decides about it.

Everything learned here is a version. Nothing in force is ever edited; what replaces it names what it was judged on.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from closeline.domain.calibration import activation_gate
from closeline.domain.digits import of_fit
from closeline.domain.events import CalibrationJudged, DistributionFitted, PolicyFitted
from closeline.domain.ids import canonical_json
from closeline.domain.leagues import League
from closeline.domain.markets import GAME_MARKETS, TOTAL, Market
from closeline.domain.policies import DecisionPolicy, MarketPolicy
from closeline.maths.calibrate import IDENTITY, CalibrationMap
from closeline.maths.distributions import ScoreDistribution, fit_score_distribution, read_pair
from closeline.maths.policy import Movement, Threshold, anchored, fit_movement, fit_threshold
from closeline.maths.simulate.streams import stream
from closeline.maths.trial import Trial, try_out
from closeline.store import calibrations, models
from closeline.store.calibrations import NewCalibration
from closeline.store.evaluations import Evaluation
from closeline.store.past import outcomes
from closeline.store.past.closes import margin_means, total_means
from closeline.store.past.games import PlayedGame, played
from closeline.store.past.outcomes import Settled
from closeline.store.past.ratings import BEGINNING
from closeline.store.session import Session

Floats = NDArray[np.float64]

GAMES_LEAST = 500
OBSERVATIONS_LEAST = 200
# A fit on a hardly larger sample would only be judged again on the same games.
GROWTH = 1.05
REFIT = 1.25
POLICY_REFIT = 1.1
NO_THRESHOLD = Threshold(None, 0, None)
# Markets learn: the last few thousand closes say more of the next one than the first seasons on file.
MOVES_WINDOW = 5000
LEAGUES_THAT_TIE = frozenset({League.NFL})


def fit_distribution(session: Session, *, league: League, at: datetime) -> DistributionFitted | None:
    """Fit the key numbers of margin and total to the results received so far.

    Null while they are too few, or hardly more than at the last fit.
    """
    before = models.latest(session, league=league, kind=models.DISTRIBUTION, as_of=at)[2]
    results = outcomes.results_count(session, league=league, as_of=at)
    if results < max(GAMES_LEAST, REFIT * (int(before) if before.isdigit() else 0)):
        return None
    games = played(session, league=league, after=BEGINNING, until=at)
    closes = [
        {market.key: close for market in GAME_MARKETS if (close := game.close(market.key)) is not None}
        for game in games
    ]
    seed_margin, seed_total = read_pair(_seed(session, league))
    margin = _fitted(games, closes, seed_margin, league)
    total = _fitted(games, closes, seed_total, league)
    if margin is None or total is None:
        return None
    content = {
        "league": str(league),
        "margin": json.loads(margin[0].to_json()),
        "total": json.loads(total[0].to_json()),
        "obtained": f"fitted on {margin[1]} margins and {total[1]} totals received by {at.isoformat()}",
    }
    text = canonical_json(content)
    version = models.add(session, league=league, kind=models.DISTRIBUTION, content=text, fitted_on=str(results), at=at)
    return DistributionFitted(league, version, margin[1])


def _seed(session: Session, league: League) -> str:
    return models.latest(session, league=league, kind=models.DISTRIBUTION, as_of=BEGINNING)[1]


def _fitted(
    games: Sequence[PlayedGame], closes: Sequence[dict[str, Evaluation]], seed: ScoreDistribution, league: League
) -> tuple[ScoreDistribution, int] | None:
    is_margin = seed.quantity == "margin"
    means = margin_means(league, seed, closes) if is_margin else total_means(seed, closes)
    sign = -1 if is_margin else 1
    scores = np.array(
        [(game.result.home_score or 0) + sign * (game.result.away_score or 0) for game in games],
        dtype=np.int64,
    )
    known = ~np.isnan(means) if games else np.zeros(0, dtype=bool)
    if int(known.sum()) < GAMES_LEAST:
        return None
    fitted = fit_score_distribution(
        seed.quantity, seed.shape, scores[known], means[known], seed.support,
        can_tie=league in LEAGUES_THAT_TIE, source="closing means and results of the record",
    )  # fmt: skip
    return (fitted, int(known.sum()))


def calibrate(
    session: Session, *, tenant_id: str, league: League, market: Market, at: datetime
) -> CalibrationJudged | None:
    """Fit a map of raw probabilities, try it out of time, and let the gate decide; null if it is too early."""
    results = outcomes.results_count(session, league=league, as_of=at)
    if results < max(
        GAMES_LEAST,
        GROWTH * calibrations.last_sample(session, tenant_id=tenant_id, league=league, market_key=market.key),
    ):
        return None
    known = outcomes.settled(
        session, tenant_id=tenant_id, league=league, market_key=market.key, since=BEGINNING, as_of=at
    )
    keep = known.decided
    maps = calibrations.active(session, tenant_id=tenant_id, league=league, as_of=at)
    in_force = maps.get(market.key)
    active = CalibrationMap.from_json(in_force.map_json) if in_force else IDENTITY
    if int(keep.sum()) < GAMES_LEAST:
        return None
    trial = try_out(
        known.p_raw[keep], known.won[keep], known.days[keep], active=active,
        generator=stream("calibrate", tenant_id, league, market.key, int(keep.sum())),
    )  # fmt: skip
    if trial is None:
        return None
    new = _version_of(trial, known, keep, league, market, at, results)
    verdict = activation_gate(trial.evidence)
    if not calibrations.add(session, new, tenant_id=tenant_id, at=at):
        return None
    judge = _Judge(session, tenant_id, new.scope, asdict(trial.evidence), at)
    judge.say(new.calibration_version, "CANDIDATE", ())
    if verdict.activate and in_force is not None:
        judge.say(in_force.calibration_version, "RETIRED", ("SUPERSEDED",))
    status = "ACTIVE" if verdict.activate else "REJECTED"
    judge.say(new.calibration_version, status, verdict.reasons)
    return CalibrationJudged(league, new.scope, new.calibration_version, status)


class _Judge:
    """Says what became of the calibrations of one scope, with one body of evidence."""

    def __init__(self, session: Session, tenant_id: str, scope: str, evidence: object, at: datetime) -> None:
        self._session, self._tenant_id, self._scope = session, tenant_id, scope
        self._evidence, self._at = evidence, at

    def say(self, version: str, status: str, reasons: tuple[str, ...]) -> None:
        calibrations.judge(
            self._session, tenant_id=self._tenant_id, scope=self._scope, version=version, status=status,
            reasons=reasons, evidence=self._evidence, at=self._at,
        )  # fmt: skip


def _version_of(
    trial: Trial,
    known: Settled,
    keep: NDArray[np.bool_],
    league: League,
    market: Market,
    at: datetime,
    results: int,
) -> NewCalibration:
    days = known.days[keep]
    first, last = int(days[trial.split.train].min()), int(days[trial.split.train].max())
    return NewCalibration(
        league, market.key, trial.fitted.method, trial.fitted.to_json(), trial.evidence.trained,
        trial.evidence.evaluated, _midnight(first), _midnight(last), at, results,
    )  # fmt: skip


def _midnight(ordinal: int) -> datetime:
    return datetime.fromordinal(ordinal).replace(tzinfo=UTC)


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
    fitted = DecisionPolicy(str(league), results, policies)
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
    study = _study(session, tenant_id, league, market, known, at)
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


def _study(session: Session, tenant_id: str, league: League, market: Market, known: Settled, at: datetime) -> Study:
    margin, total = read_pair(models.latest(session, league=league, kind=models.DISTRIBUTION, as_of=at)[1])
    q_close = outcomes.closing_probabilities(
        session, known, market_key=market.key, distribution=total if market == TOTAL else margin, as_of=at
    )
    in_force = calibrations.active(session, tenant_id=tenant_id, league=league, as_of=at).get(market.key)
    model = (CalibrationMap.from_json(in_force.map_json) if in_force else IDENTITY).apply(known.p_raw)
    return Study(known, model, q_close)


def _trust(movement: Movement) -> float:
    # A negative beta says that the market runs from the model: then the model is not followed at all.
    return of_fit(max(movement.beta, 0.0))


def _threshold(session: Session, market: Market, study: Study, beta: float, at: datetime) -> Threshold:
    price, price_other = outcomes.opening_prices(session, study.known, market_key=market.key, as_of=at)
    playable = study.known.quoted & study.usable & ~np.isnan(price) & ~np.isnan(price_other)
    q_open, q_close = study.known.q_market[playable], study.q_close[playable]
    price, price_other = price[playable], price_other[playable]
    anchor = anchored(q_open, study.model[playable], beta)
    edge, edge_other = anchor - 1 / price, (1 - anchor) - 1 / price_other
    canonical = edge >= edge_other
    realised = np.where(canonical, q_close - 1 / price, (1 - q_close) - 1 / price_other)
    return fit_threshold(np.where(canonical, edge, edge_other), realised, study.known.days[playable])
