"""Whose model a league's record learns from, where somebody brings their own: the one that forecast there first.

A map of probabilities and a study of edges are of one model. So what is learned is learned from the runs of one, the
standing model; any other is a guest, whose forecasts are recorded, judged and graded, and change nothing of that.
"""

from datetime import UTC, datetime

from sqlalchemy import bindparam, func, select

from closeline.domain.forecasts.own import OWN, family_of
from closeline.domain.props.engines import PROPS
from closeline.store import models
from closeline.store.session import Session
from closeline.store.tables.model import model_version, sim_run

END_OF_TIME = datetime.max.replace(tzinfo=UTC)
_ANY = select(func.count()).select_from(model_version).where(
    model_version.c.league == bindparam("league_code"), model_version.c.kind == models.OWN_MODEL
)  # fmt: skip
_OF_LEAGUE = (
    sim_run.c.tenant_id == bindparam("tenant"),
    sim_run.c.event_id >= bindparam("first_id"),
    sim_run.c.event_id < bindparam("after_id"),
    # A player's line is a market that models of games say nothing of: who forecasts it is nobody's guest.
    ~sim_run.c.engine.startswith(PROPS),
)
_OWN = select(sim_run.c.run_id).where(*_OF_LEAGUE, sim_run.c.engine.startswith(OWN))
_FIRST = (
    select(sim_run.c.engine)
    .where(*_OF_LEAGUE, sim_run.c.as_of <= bindparam("as_of"))
    .order_by(sim_run.c.as_of, sim_run.c.run_id)
    .limit(1)
)
_ENGINES = select(sim_run.c.run_id, sim_run.c.engine).where(*_OF_LEAGUE)


def own_runs(session: Session, *, tenant_id: str, league: str) -> frozenset[str]:
    """Return the runs of a league that models of somebody's own made; nothing is read where there is no such model."""
    if not _has_own_models(session, league):
        return frozenset()
    return frozenset(row.run_id for row in session.rows(_OWN, _of(tenant_id, league)))


def is_learned_from(session: Session, *, tenant_id: str, league: str, engine: str, as_of: datetime) -> bool:
    """Say whether what was learned by `as_of` was learned from the model that `engine` names, or from none."""
    if not _has_own_models(session, league):
        return True
    first = session.scalar(_FIRST, {**_of(tenant_id, league), "as_of": as_of})
    return first is None or family_of(first) == family_of(engine)


def guest_runs(session: Session, *, tenant_id: str, league: str, as_of: datetime = END_OF_TIME) -> frozenset[str]:
    """Return the runs of a league from which nothing is learned: those of every model but the standing one."""
    if not _has_own_models(session, league):
        return frozenset()
    first = session.scalar(_FIRST, {**_of(tenant_id, league), "as_of": as_of})
    standing = family_of(first) if first is not None else ""
    rows = session.rows(_ENGINES, _of(tenant_id, league))
    return frozenset(row.run_id for row in rows if family_of(row.engine) != standing)


def _has_own_models(session: Session, league: str) -> bool:
    return bool(session.scalar(_ANY, {"league_code": league}))


def _of(tenant_id: str, league: str) -> dict[str, object]:
    # Event ids begin with the league and an underscore, whose next character is the backquote.
    return {"tenant": tenant_id, "first_id": f"{league}_", "after_id": f"{league}`"}
