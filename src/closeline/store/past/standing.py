"""Whose model a league's record learns from, where somebody brings their own: the one that forecast there first.

A map of probabilities and a study of edges are of one model. So what is learned is learned from the runs of one, the
standing model; any other is a guest, whose forecasts are recorded, judged and graded, and change nothing of that.
"""

from datetime import UTC, datetime

from sqlalchemy import bindparam, exists, func, select

from closeline.domain.forecasts.own import OWN, family_of
from closeline.domain.props.engines import PROPS
from closeline.store import models
from closeline.store.session import Session
from closeline.store.tables.desk import pick
from closeline.store.tables.model import model_version, sim_run
from closeline.store.tables.watched import pick_validity

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

_EARLIER = sim_run.alias("earlier")
_AGAIN = select(sim_run.c.run_id).where(
    *_OF_LEAGUE,
    ~sim_run.c.engine.startswith(OWN),
    exists().where(
        _EARLIER.c.tenant_id == sim_run.c.tenant_id,
        _EARLIER.c.event_id == sim_run.c.event_id,
        _EARLIER.c.as_of < sim_run.c.as_of,
        ~_EARLIER.c.engine.startswith(OWN),
        ~_EARLIER.c.engine.startswith(PROPS),
    ),
)
_CALLED_BEHIND = (
    select(pick_validity.c.seq)
    .join(pick, (pick.c.tenant_id == pick_validity.c.tenant_id) & (pick.c.pick_id == pick_validity.c.pick_id))
    .where(
        pick_validity.c.tenant_id == bindparam("tenant"),
        pick.c.event_id >= bindparam("first_id"),
        pick.c.event_id < bindparam("after_id"),
        pick_validity.c.refresh,
    )
    .limit(1)
)


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


def again_runs(session: Session, *, tenant_id: str, league: str) -> frozenset[str]:
    """Return the house's runs of games that it had forecast before: a game is learned from once, by its first forecast.

    Games are forecast again only where a look called what was published of them behind: without any nothing is read.
    """
    asked = _of(tenant_id, league)
    if not session.rows(_CALLED_BEHIND, asked):
        return frozenset()
    return frozenset(row.run_id for row in session.rows(_AGAIN, asked))


def _has_own_models(session: Session, league: str) -> bool:
    return bool(session.scalar(_ANY, {"league_code": league}))


def _of(tenant_id: str, league: str) -> dict[str, object]:
    # Event ids begin with the league and an underscore, whose next character is the backquote.
    return {"tenant": tenant_id, "first_id": f"{league}_", "after_id": f"{league}`"}
