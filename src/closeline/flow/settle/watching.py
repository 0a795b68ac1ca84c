"""Watching: results that do not come and grades that come late, each told once to whoever must look."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from closeline.domain.ids import canonical_json
from closeline.domain.settlement import SETTLEMENT_V1
from closeline.flow.settle.standing import Standing
from closeline.store import references
from closeline.store.desk import incidents
from closeline.store.desk.alerts import Alert
from closeline.store.session import Session

GRADE_LATE = "GRADE_LATE"
RESULT_MISSING = "RESULT_MISSING"
SLA = timedelta(hours=SETTLEMENT_V1.grade_sla_hours)
_MISSING = timedelta(hours=SETTLEMENT_V1.result_missing_hours)


def late(standings: Iterable[Standing], *, at: datetime) -> list[Standing]:
    """Return the picks that had no grade six hours after an ending was first told."""
    return [item for item in standings if item.final_at is not None and at - item.final_at > SLA]


def tell_late(session: Session, standings: Iterable[Standing], *, tenant_id: str, at: datetime) -> int:
    """Alert of each pick whose grade is late, once each; returns how many alerts were new."""
    return incidents.tell(session, [_late(item, tenant_id) for item in late(standings, at=at)])


def no_more(
    session: Session, standings: Sequence[Standing], *, tenant_id: str, league: str, at: datetime
) -> None:  # fmt: skip
    """End the incidents of a league of which nothing is left."""
    graded_all = not late(standings, at=at)
    for kind, is_over in ((GRADE_LATE, graded_all), (RESULT_MISSING, not _without(session, standings, at=at))):
        if is_over:
            incidents.close(session, kind, scope=league, tenant_id=tenant_id, at=at)


def _late(item: Standing, tenant_id: str) -> Alert:
    pick, final_at = item.pick, item.final_at
    if final_at is None:
        message = "a late grade must have a final"
        raise ValueError(message)
    event_id = pick.selection.event_id
    text = f"{event_id}: pick {pick.pick_id} had no grade {SETTLEMENT_V1.grade_sla_hours:g} hours after the final"
    inputs = canonical_json({"event_id": event_id, "pick_id": pick.pick_id, "final_at": final_at.isoformat()})
    # As of the moment from which it was late: told again, it is the same alert.
    return Alert(tenant_id, pick.league, GRADE_LATE, text, inputs, final_at + SLA)


def tell_missing(session: Session, standings: Sequence[Standing], *, tenant_id: str, at: datetime) -> int:
    """Alert of each event with published picks that started long ago and has no result; returns how many were new."""
    leagues = {item.pick.selection.event_id: item.pick.league for item in standings}
    return incidents.tell(session, [
        _missing(event_id, leagues[event_id], starts_at, tenant_id)
        for event_id, starts_at in sorted(_without(session, standings, at=at).items())
    ])  # fmt: skip


def _without(session: Session, standings: Sequence[Standing], *, at: datetime) -> dict[str, datetime]:
    """Return the starts of events that began long ago and have no result."""
    waiting = sorted({item.pick.selection.event_id for item in standings if item.result is None})
    known = references.versions(session, waiting, as_of=at)
    return {name: version.starts_at for name, version in known.items() if at - version.starts_at > _MISSING}


def _missing(event_id: str, league: str, starts_at: datetime, tenant_id: str) -> Alert:
    hours = f"{SETTLEMENT_V1.result_missing_hours:g}"
    text = f"{event_id}: no result {hours} hours after the start; its picks wait"
    inputs = canonical_json({"event_id": event_id, "starts_at": starts_at.isoformat()})
    return Alert(tenant_id, league, RESULT_MISSING, text, inputs, starts_at + _MISSING)
