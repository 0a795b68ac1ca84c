"""Calibration: what was evaluated becomes a candidate, a gate and a shadow decide, what is in force is looked after.

One look at a scope takes at most these steps, in this order: a map that has made picks worse is taken out, a shadow
that was seen for long enough is judged, and else a new candidate is tried. Every step is recorded with its evidence.
"""

from datetime import datetime

from closeline.domain.calibration import CalibrationScope, CalibrationStatus
from closeline.domain.events import CalibrationJudged
from closeline.domain.leagues import League
from closeline.flow.tune.calibration import overriding
from closeline.flow.tune.calibration.by_hand import activate, known_version, roll_back
from closeline.flow.tune.calibration.candidates import Asked, fit_window, propose
from closeline.flow.tune.calibration.outcome import Idle, Outcome, SampleScores, Tried
from closeline.flow.tune.calibration.scopes import Scope, played_leagues, scopes_of, scopes_of_players
from closeline.flow.tune.calibration.shortage import Shortage, shortage
from closeline.flow.tune.calibration.watch import judge_shadow, look_after
from closeline.store import calibrations
from closeline.store.session import Session

IN_FORCE_CHANGED = (CalibrationStatus.ACTIVE, CalibrationStatus.RETIRED)


def calibrate(session: Session, *, tenant_id: str, league: League, at: datetime) -> list[CalibrationJudged]:
    """Look at the global scope and at each market of a league, as the schedule does, and tell what was judged.

    Players' kinds of markets are looked at where there are forecasts of them.
    """
    asked = Asked()
    return [
        event
        for scope in (*scopes_of((league,)), *scopes_of_players(session, (league,), tenant_id=tenant_id, as_of=at))
        for outcome in look_at(session, scope, asked, tenant_id=tenant_id, at=at)
        for event in told_of(session, scope, outcome, asked.actor, at=at, league=league)
    ]


def look_at(session: Session, scope: Scope, asked: Asked, *, tenant_id: str, at: datetime) -> list[Outcome]:
    """Look at one scope once; the last outcome says what became of it."""
    last = calibrations.last_at(session, tenant_id=tenant_id, scope=scope.name)
    if last is not None and last > at:
        return [Outcome(scope.name, Idle.AHEAD)]
    standing = calibrations.standing_of(session, tenant_id=tenant_id, scope=scope.name)
    taken_out = look_after(session, scope, standing, tenant_id=tenant_id, at=at, actor=asked.actor)
    before = [taken_out] if taken_out else []
    if taken_out:
        standing = calibrations.standing_of(session, tenant_id=tenant_id, scope=scope.name)
    if standing.shadow is not None:
        return [*before, judge_shadow(session, scope, standing, tenant_id=tenant_id, at=at, actor=asked.actor)]
    return [*before, propose(session, scope, standing, asked, tenant_id=tenant_id, at=at)]


def told_of(
    session: Session, scope: Scope, outcome: Outcome, actor: str, *, at: datetime, league: League | None = None,
    why: str = "",
) -> list[CalibrationJudged]:  # fmt: skip
    """Return the events of an outcome: what changes in the global scope is told to every league that was played.

    league: the one in whose name an attempt in the global scope is told; left out, the first that was played.
    """
    if not outcome.changed:
        return []
    leagues: tuple[str, ...] = (scope.league,)
    if scope.kind is CalibrationScope.GLOBAL:
        leagues = tuple(map(str, played_leagues(session, as_of=at)))
        if outcome.outcome not in IN_FORCE_CHANGED:
            leagues = (str(league),) if league else leagues[:1]
    return [
        CalibrationJudged(
            each, scope.name, str(outcome.calibration_version), outcome.outcome, ",".join(outcome.reasons), actor, why
        )
        for each in leagues
    ]


__all__ = [
    "Asked",
    "Idle",
    "Outcome",
    "SampleScores",
    "Scope",
    "Shortage",
    "Tried",
    "activate",
    "calibrate",
    "fit_window",
    "known_version",
    "look_at",
    "overriding",
    "played_leagues",
    "roll_back",
    "scopes_of",
    "scopes_of_players",
    "shortage",
    "told_of",
]
