"""Permission: whether a league may be graded now. Only `verb:grade` and the flags of grading say no; results go on."""

from closeline.domain.governance.flags import grading_flags
from closeline.domain.governance.switches import stops_grading
from closeline.domain.leagues import League
from closeline.store.desk import switches
from closeline.store.desk.open_feature import flag_book
from closeline.store.session import Session


def may_grade(session: Session, *, tenant_id: str, league: League) -> bool:
    """Say whether picks of a league may be graded; what waits is graded by the next sweep once it may."""
    if any(stops_grading(item) for item in switches.turned_on(session, tenant_id=tenant_id)):
        return False
    flags = flag_book(session, tenant_id=tenant_id)
    return all(flags.is_on(name, league=league) for name in grading_flags(league))
