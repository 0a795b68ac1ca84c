"""Settle: reports become results by quorum, and results become grades by one rule engine, live and in backtests.

Nothing that is not final is graded, no grade is ever changed, and what is held says why.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from closeline.domain.events import PicksSettled, ResultsCaptured
from closeline.domain.leagues import League
from closeline.domain.picks import PickState
from closeline.domain.settlement import SETTLEMENT_V1
from closeline.flow.settle.backfilling import Days, Regrade, by_rules
from closeline.flow.settle.deciding import accepted, decide_results
from closeline.flow.settle.grading import Circumstances, game_record, grade_of
from closeline.flow.settle.permission import may_grade
from closeline.flow.settle.regrading import LOOKBACK, regrades
from closeline.flow.settle.standing import ENDINGS, Known, Standing, known_of, standings, waiting
from closeline.flow.settle.watching import GRADE_LATE, RESULT_MISSING, SLA, late, no_more, tell_late, tell_missing
from closeline.store.desk import grades, incidents, picks
from closeline.store.results import reports
from closeline.store.session import Session

__all__ = [
    "ENDINGS", "GRADE_LATE", "LOOKBACK", "RESULT_MISSING", "SLA", "SWEEP", "SWEPT_HOURS", "Circumstances", "Days",
    "Known", "Regrade", "Standing", "Swept", "accepted", "by_rules", "decide_reported", "decide_results",
    "game_record", "grade_of", "known_of", "late", "reconcile", "regrades", "settle_picks", "standings", "sweep",
    "waiting",
]  # fmt: skip

# What stands for the snapshot where no snapshot set a decision or a grade going.
SWEEP = "sweep"
# Every report is decided upon as it comes; the sweep of the schedule takes up what an interruption left behind.
SWEPT_HOURS = 48.0


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep found: the events that it decided, and how many picks can be graded now."""

    decided: tuple[str, ...]
    gradable: int


def settle_picks(session: Session, *, tenant_id: str, league: League, snapshot_id: str, at: datetime) -> PicksSettled:
    """Grade every published pick of a league whose event has a final result, and again where one was corrected.

    Where grading is stopped nothing is graded; the sweep takes it up when it no longer is.
    """
    if not may_grade(session, tenant_id=tenant_id, league=league):
        return PicksSettled(league, snapshot_id, 0)
    found = [item for item in waiting(session, tenant_id=tenant_id, league=league, at=at) if item.grade is not None]
    again = regrades(session, tenant_id=tenant_id, league=league, at=at)
    grades.add_grades(session, [item.grade for item in found if item.grade is not None])
    grades.add_grades(session, again.grades)
    names = [item.pick.pick_id for item in found]
    picks.move(session, names, PickState.GRADED, tenant_id=tenant_id, reason=SETTLEMENT_V1.version, at=at)
    incidents.tell(session, again.alerts)
    tell_late(session, found, tenant_id=tenant_id, at=at)
    return PicksSettled(league, snapshot_id, len(found), len(again.grades))


def decide_reported(
    session: Session, *, tenant_id: str, league: League, snapshot_id: str, at: datetime
) -> ResultsCaptured | None:
    """Decide the events of which a snapshot reports; null when none of them got a result, or a new version of one."""
    events = reports.reported_in(session, snapshot_id)
    own = [event_id for event_id in events if event_id.startswith(f"{league}_")]
    decided = decide_results(session, tenant_id=tenant_id, league=league, events=own, at=at)
    return ResultsCaptured(league, snapshot_id, len(decided)) if decided else None


def sweep(
    session: Session, *, tenant_id: str, league: League, at: datetime, lookback: timedelta = LOOKBACK,
    events: Sequence[str] | None = None,
) -> Swept:  # fmt: skip
    """Decide what was reported within the look-back, or of `events`, and say what can be graded since.

    A window that has run out voids without any new report: so picks are asked even where nothing was decided.
    """
    if events is None:
        events = reports.reported_since(session, league=league, after=at - lookback, as_of=at)
    decided = decide_results(session, tenant_id=tenant_id, league=league, events=events, at=at)
    found = waiting(session, tenant_id=tenant_id, league=league, at=at)
    again = regrades(session, tenant_id=tenant_id, league=league, at=at)
    incidents.tell(session, again.alerts)
    _tell(session, found, tenant_id=tenant_id, league=league, at=at)
    gradable = sum(item.grade is not None for item in found) + len(again.grades)
    return Swept(tuple(decided), gradable if may_grade(session, tenant_id=tenant_id, league=league) else 0)


def reconcile(session: Session, *, tenant_id: str, league: League, at: datetime) -> int:
    """Alert of finals that are missing and of grades that are late; returns how many alerts were new."""
    found = waiting(session, tenant_id=tenant_id, league=league, at=at)
    return _tell(session, found, tenant_id=tenant_id, league=league, at=at)


def _tell(session: Session, found: Sequence[Standing], *, tenant_id: str, league: League, at: datetime) -> int:
    told = tell_late(session, found, tenant_id=tenant_id, at=at)
    told += tell_missing(session, found, tenant_id=tenant_id, at=at)
    no_more(session, found, tenant_id=tenant_id, league=league, at=at)
    return told
