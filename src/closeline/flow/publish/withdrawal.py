"""Withdrawal: how a published pick ends before its result, in figures as in the log. It is graded VOID, for nothing."""

from datetime import datetime

from closeline.domain.picks import PickState
from closeline.domain.picks.validity import PICK_INVALIDATED
from closeline.domain.picks.voids import NO_RESULT
from closeline.domain.publishing.delivery import MessageKind
from closeline.domain.settlement import Result
from closeline.domain.settlement.outcomes import WHOLE_STAKE
from closeline.flow.publish.announcing import announce
from closeline.store.desk import grades, incidents, picks
from closeline.store.desk.grades import Grade
from closeline.store.desk.picks import Pick
from closeline.store.record import subjects
from closeline.store.record.changes import change
from closeline.store.session import Session

_ENDS = {PickState.SUPERSEDED: MessageKind.SUPERSEDED, PickState.VOIDED: MessageKind.VOIDED}
_TOLD = {PickState.SUPERSEDED: "PickSuperseded", PickState.VOIDED: "PickVoided"}


def withdraw(
    session: Session, item: Pick, to: PickState, *, reason: str, grade_reason: str, evidence: str | None, why: str,
    actor: str, at: datetime, notice: str | None = None,
) -> None:  # fmt: skip
    """End a published pick: state, grade, notices and the audited change, all or none.

    Raises IllegalTransition for a pick that is not published any more, whoever was first.
    """
    tenant_id, name = item.tenant_id, item.pick_id
    subject = subjects.name_of("pick", name)
    before = subjects.state(session, subject, tenant_id=tenant_id)
    picks.move(session, [name], to, tenant_id=tenant_id, reason=reason, evidence=evidence, at=at)
    grades.add_grades(session, [_void(item, grade_reason, at)])
    announce(session, tenant_id=tenant_id, pick_id=name, kind=_ENDS[to], reason=reason, at=at, notice=notice)
    incidents.close(session, PICK_INVALIDATED, scope=name, tenant_id=tenant_id, at=at)
    change(
        session, tenant_id=tenant_id, subject=subject, name=_TOLD[to], before=before,
        after=subjects.state(session, subject, tenant_id=tenant_id), actor=actor, why=why or reason, at=at,
    )  # fmt: skip


def _void(item: Pick, reason: str, at: datetime) -> Grade:
    """Return the grade of what was withdrawn: void, nothing won or lost, and no version of a result decided it."""
    return Grade(
        tenant_id=item.tenant_id, pick_id=item.pick_id, rules=item.settlement_rules, result_version=NO_RESULT,
        result=Result.VOID, settled_fraction_quarters=WHOLE_STAKE, units_micros=0, reason=reason, p_final=item.p_final,
        q_market=item.q_market, q_close=None, brier=None, log_loss=None, brier_market=None, supersedes=None,
        graded_at=at,
    )  # fmt: skip
