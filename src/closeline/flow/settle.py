"""Settle: results become grades, by one rule engine that serves live grading, backtests and parlays alike."""

import math
from datetime import datetime

from closeline.domain.captures import ResultStatus
from closeline.domain.digits import of_formula
from closeline.domain.events import PicksSettled
from closeline.domain.leagues import League
from closeline.domain.picks import PickState
from closeline.domain.settlement import (
    SETTLEMENT_V1,
    GameRecord,
    Grading,
    NotFinal,
    Result,
    SettledTerms,
    settle,
)
from closeline.store import results
from closeline.store.desk import grades, picks
from closeline.store.desk.grades import Grade, LineTrack
from closeline.store.desk.picks import Pick
from closeline.store.results import EventResult
from closeline.store.session import Session

MICROS = 1_000_000
_CLIP = 1e-6


def settle_picks(session: Session, *, tenant_id: str, league: League, snapshot_id: str, at: datetime) -> PicksSettled:
    """Grade every published pick of a league whose event has a final result."""
    waiting = picks.ungraded(session, tenant_id=tenant_id, league=league)
    known = results.of_events(session, sorted({item.selection.event_id for item in waiting}), as_of=at)
    tracks = grades.tracks(session, [item.pick_id for item in waiting], tenant_id=tenant_id)
    graded = [
        grade
        for item in waiting
        if (result := known.get(item.selection.event_id)) is not None
        and (grade := grade_of(item, result, tracks.get(item.pick_id), at=at)) is not None
    ]
    grades.add_grades(session, graded)
    names = [grade.pick_id for grade in graded]
    picks.move(session, names, PickState.GRADED, tenant_id=tenant_id, reason=SETTLEMENT_V1.version, at=at)
    return PicksSettled(league, snapshot_id, len(graded))


def game_record(league: League, result: EventResult) -> GameRecord:
    """Return a result as the settlement rules take it: of a game called early, the innings on file were played."""
    called = league is League.MLB and result.status is ResultStatus.SHORTENED and bool(result.periods)
    return GameRecord(
        status=result.status,
        home=result.home_score,
        away=result.away_score,
        periods=result.periods,
        overtime=result.overtime,
        shootout=result.shootout,
        innings_completed=float(len(result.periods)) if called else None,
    )


def grade_of(item: Pick, result: EventResult, track: LineTrack | None, *, at: datetime) -> Grade | None:
    """Grade one pick under one result version; null while the rules call the result not final."""
    selection = item.selection
    terms = SettledTerms(
        League(item.league), selection.market, selection.side, selection.line_quarters, item.price.exact
    )
    settled = settle(terms, game_record(terms.league, result))
    if isinstance(settled, NotFinal):
        return None
    won = {Result.WIN: 1.0, Result.LOSS: 0.0}.get(settled.result)
    return Grade(
        tenant_id=item.tenant_id,
        pick_id=item.pick_id,
        rules=SETTLEMENT_V1.version,
        result_version=result.result_version,
        result=settled.result,
        settled_fraction_quarters=settled.fraction_quarters,
        units_micros=_units(settled),
        reason=settled.reason,
        p_final=item.p_final,
        q_market=item.q_market,
        q_close=track.q_close if track else None,
        brier=None if won is None else of_formula((item.p_final - won) ** 2),
        log_loss=None if won is None else of_formula(_log_loss(item.p_final, won)),
        brier_market=None if won is None else of_formula((item.q_market - won) ** 2),
        supersedes=None,
        graded_at=at,
    )


def _units(settled: Grading) -> int:
    # Profit of one unit risked at the real price, to the micro-unit, halves away from zero.
    micros = settled.units * MICROS
    return math.floor(micros + 0.5) if micros >= 0 else -math.floor(-micros + 0.5)


def _log_loss(probability: float, won: float) -> float:
    clipped = min(max(probability, _CLIP), 1 - _CLIP)
    return -math.log(clipped if won else 1 - clipped)
