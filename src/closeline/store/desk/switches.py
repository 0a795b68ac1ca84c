"""Kill switches: two append-only steps each, ON and LIFTED, and the lock by which publications are ordered before both.

Whoever publishes holds the lock together with others who publish; whoever turns a switch holds it alone. So a switch is
either committed before a publication looks, and seen, or waits until the publication has ended: nothing is published
after `turn_on` has returned. Take this lock before any chain of the log, or two transactions wait for each other.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, func, select

from closeline.domain.clock import micros
from closeline.domain.errors import NotFound
from closeline.domain.events import SYSTEM_CHAIN
from closeline.domain.governance.switches import GLOBAL, Step, Switch
from closeline.domain.ids import canonical_json, content_id
from closeline.store.record.changes import change
from closeline.store.session import Session
from closeline.store.tables.switches import kill_switch

_COLUMNS = ("chain", "switch_id", "scope", "cause", "actor", "why", "at")
_LIFTS = kill_switch.alias("lifts")
_ON = (
    select(*(kill_switch.c[name] for name in _COLUMNS))
    .where(
        kill_switch.c.chain.in_(bindparam("chains", expanding=True)),
        kill_switch.c.seq == 1,
        ~select(_LIFTS.c.seq)
        .where(
            _LIFTS.c.chain == kill_switch.c.chain, _LIFTS.c.switch_id == kill_switch.c.switch_id, _LIFTS.c.seq == 2,
        )
        .exists(),
    )
    .order_by(kill_switch.c.at, kill_switch.c.switch_id)
)  # fmt: skip
_STEPS = (
    select(*(kill_switch.c[name] for name in (*_COLUMNS, "step")))
    .where(kill_switch.c.chain.in_(bindparam("chains", expanding=True)))
    .order_by(kill_switch.c.at.desc(), kill_switch.c.seq.desc(), kill_switch.c.switch_id)
    .limit(bindparam("most"))
)
# SQLite has one writer by nature.
_LOCK = "closeline:switches"
_TOGETHER = select(func.pg_advisory_xact_lock_shared(func.hashtext(_LOCK)))
_ALONE = select(func.pg_advisory_xact_lock(func.hashtext(_LOCK)))


def stand_still(session: Session) -> None:
    """Let nobody turn a switch until this unit of work ends: asked first thing by whoever publishes."""
    if session.dialect == "postgresql":
        session.execute(_TOGETHER)


def turned_on(session: Session, *, tenant_id: str) -> list[Switch]:
    """Return the switches that are on for a tenant, those of the whole installation among them, oldest first."""
    rows = session.rows(_ON, {"chains": [SYSTEM_CHAIN, tenant_id]})
    return [Switch(*row) for row in rows]


def steps(session: Session, *, tenant_id: str, most: int) -> list[tuple[Switch, Step]]:
    """Return the last steps that were taken, the newest first."""
    rows = session.rows(_STEPS, {"chains": [SYSTEM_CHAIN, tenant_id], "most": most})
    return [(Switch(*row[:-1]), Step(row[-1])) for row in rows]


def turn_on(
    session: Session, *, tenant_id: str, scope: str, cause: str, actor: str, why: str, at: datetime
) -> Switch:  # fmt: skip
    """Put a switch on; the same scope, cause and actor once more gives the one that is on already."""
    stand_alone(session)
    chain = SYSTEM_CHAIN if scope == GLOBAL else tenant_id
    for item in turned_on(session, tenant_id=tenant_id):
        if (item.chain, item.scope, item.cause, item.actor) == (chain, scope, cause, actor):
            return item
    name = content_id("kill_switch", chain, scope, cause, actor, micros(at))[:16]
    made = Switch(chain, name, scope, cause, actor, why, at)
    _step(session, made, Step.ON, actor=actor, why=why, at=at)
    return made


def lift(session: Session, switch: Switch, *, actor: str, why: str, at: datetime) -> None:
    """Lift a switch that is on; raises NotFound for one that is not, or not any more."""
    stand_alone(session)
    if switch not in turned_on(session, tenant_id=switch.chain):
        raise NotFound(f"switch must be on to be lifted, {switch.switch_id} was not; see: closeline kill list")
    _step(session, switch, Step.LIFTED, actor=actor, why=why, at=at)


def stand_alone(session: Session) -> None:
    """Wait until nobody publishes, and let nobody begin until this unit of work ends: asked by whoever turns one."""
    if session.dialect == "postgresql":
        session.execute(_ALONE)


def _step(session: Session, switch: Switch, step: Step, *, actor: str, why: str, at: datetime) -> None:
    seq = 1 if step is Step.ON else 2
    columns = ("chain", "switch_id", "seq", "step", "scope", "cause", "actor", "why", "at")
    row = (switch.chain, switch.switch_id, seq, str(step), switch.scope, switch.cause, actor, why, micros(at))
    session.append(kill_switch, columns, [row])
    state = {"cause": switch.cause, "scope": switch.scope, "switch_id": switch.switch_id}
    before, after = (canonical_json({**state, "step": each}) for each in (Step.ON, Step.LIFTED))
    change(
        session, tenant_id=switch.chain, subject=f"kill_switch:{switch.switch_id}", name=f"KILL_SWITCH_{step}",
        before=None if step is Step.ON else before, after=before if step is Step.ON else after, actor=actor, why=why,
        at=at,
    )  # fmt: skip


def states(session: Session, *, chain: str) -> Sequence[tuple[str, str]]:
    """Return (subject, canonical state) of every switch of a chain as it stands: what the log's last hash is of."""
    found: dict[str, str] = {}
    for switch, step in reversed(steps(session, tenant_id=chain, most=1_000_000)):
        if switch.chain == chain:
            state = {"cause": switch.cause, "scope": switch.scope, "step": step, "switch_id": switch.switch_id}
            found[f"kill_switch:{switch.switch_id}"] = canonical_json(state)
    return sorted(found.items())
