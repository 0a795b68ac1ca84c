"""Fitting a calibration, trying it out of time, and letting the gate decide."""

from dataclasses import asdict
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from closeline.domain.calibration import activation_gate
from closeline.domain.events import CalibrationJudged
from closeline.domain.leagues import League
from closeline.domain.markets import Market
from closeline.maths.calibrate import IDENTITY, CalibrationMap
from closeline.maths.simulate.streams import stream
from closeline.maths.trial import Trial, try_out
from closeline.store import calibrations
from closeline.store.calibrations import NewCalibration
from closeline.store.past import outcomes
from closeline.store.past.outcomes import Settled
from closeline.store.past.ratings import BEGINNING
from closeline.store.session import Session

GAMES_LEAST = 500
# A fit on a hardly larger sample would only be judged again on the same games.
GROWTH = 1.05


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
