"""Reading: how one publication stands, with all of its grades."""

from datetime import datetime

from closeline.domain.errors import NotFound
from closeline.flow import settle
from closeline.flow.settle import SLA, Standing
from closeline.schemas.ending.grading import GradeVersion, Grading
from closeline.store import events
from closeline.store.desk import grades, picks, publications
from closeline.store.desk.grades import Grade
from closeline.store.session import Session

GRADED, HELD, OPEN = "GRADED", "HELD", "OPEN"
MICROS = 1_000_000


def grading_of(session: Session, publish_id: str, *, tenant_id: str, at: datetime | None = None) -> Grading:
    """Return how a publication stands at a moment, by default that of the last event in the record.

    Raises NotFound for no such publication.
    """
    pick_id = publications.pick_of(session, publish_id, tenant_id=tenant_id)
    return grading_of_pick(session, pick_id, tenant_id=tenant_id, at=at)


def grading_of_pick(session: Session, pick_id: str, *, tenant_id: str, at: datetime | None = None) -> Grading:
    """Return how a published pick stands; raises NotFound for no such pick, and for one that was never published."""
    item = picks.named(session, pick_id, tenant_id=tenant_id)
    published_at = publications.published_at(session, pick_id, tenant_id=tenant_id)
    if published_at is None:
        message = f"pick must be published to be graded, {pick_id} was not; `closeline picks list` says which are"
        raise NotFound(message)
    moment = at or events.last_at(session, tenant_id=tenant_id) or published_at
    (standing,) = settle.standings(session, [(item, published_at)], tenant_id=tenant_id, at=moment)
    marks = grades.versions(session, [pick_id], tenant_id=tenant_id, as_of=moment).get(pick_id, [])
    return _grading(standing, marks, tenant_id, moment)


def _grading(standing: Standing, marks: list[Grade], tenant_id: str, at: datetime) -> Grading:
    item = standing.pick
    return Grading(
        publish_id=publications.publication_id(item.pick_id, tenant_id=tenant_id),
        pick_id=item.pick_id,
        event_id=item.selection.event_id,
        league=item.league,
        state=GRADED if marks else state_of(standing, at),
        held=None if marks else reason_of(standing),
        final_at=standing.final_at,
        late=standing.final_at is not None and (marks[0].graded_at if marks else at) - standing.final_at > SLA,
        versions=[version_of(mark) for mark in marks],
    )


def state_of(standing: Standing, at: datetime) -> str:
    """Return the state of a pick without a grade: held from its start on."""
    return OPEN if standing.result is None and standing.starts_at > at else HELD


def reason_of(standing: Standing) -> str:
    """Return why a pick has no grade; READY where it can have one now and nobody has asked."""
    return standing.held or "READY"


def version_of(mark: Grade) -> GradeVersion:
    """Return a grade as it is shown."""
    return GradeVersion(
        rules=mark.rules, result_version=mark.result_version, result=mark.result,
        settled_fraction=mark.settled_fraction_quarters / 4, units=mark.units_micros / MICROS, reason=mark.reason,
        p_final=mark.p_final, q_market=mark.q_market, q_close=mark.q_close, brier=mark.brier,
        brier_market=mark.brier_market, brier_close=mark.brier_close, log_loss=mark.log_loss,
        log_loss_market=mark.log_loss_market, log_loss_close=mark.log_loss_close, supersedes=mark.supersedes,
        cause=mark.cause, graded_at=mark.graded_at,
    )  # fmt: skip
