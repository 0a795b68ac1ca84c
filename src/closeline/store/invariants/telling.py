"""The law of telling: what a person changed and what the rules stopped has its row of the log, of the same moment."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import BindParameter, bindparam, select

from closeline.domain.events import SYSTEM_CHAIN
from closeline.store.invariants.violation import Violation
from closeline.store.session import Session
from closeline.store.tables.desk import pick_event
from closeline.store.tables.governance import event_log
from closeline.store.tables.switches import feature_flag, kill_switch
from closeline.store.tables.tenancy import api_key

# Chain, thing and moment: what a row of the log tells, and what a row of the record says was done.
_Deed = tuple[str, str, datetime]

_CHAINS: tuple[str | BindParameter[str], ...] = (SYSTEM_CHAIN, bindparam("tenant"))
_TOLD = (
    select(event_log.c.chain, event_log.c.subject, event_log.c.at)
    .where(event_log.c.chain.in_(_CHAINS), event_log.c.subject.is_not(None))
    .order_by(event_log.c.chain, event_log.c.seq)
)
_SWITCHED = select(kill_switch.c.chain, kill_switch.c.switch_id, kill_switch.c.at).where(
    kill_switch.c.chain.in_(_CHAINS)
)
_FLAGGED = select(feature_flag.c.chain, feature_flag.c.name, feature_flag.c.scope, feature_flag.c.at).where(
    feature_flag.c.chain.in_(_CHAINS)
)
_WITHDRAWN = select(pick_event.c.pick_id, pick_event.c.at).where(
    pick_event.c.tenant_id == bindparam("tenant"), pick_event.c.to_state.in_(("SUPERSEDED", "VOIDED"))
)
_KEYS = select(api_key.c.key_id, api_key.c.created_at, api_key.c.revoked_at).where(
    api_key.c.tenant_id == bindparam("tenant")
)
# Whose every step is an append-only row, so that the log may tell of no other.
_STEPPED = ("kill_switch", "pick")


def changes_are_told(session: Session, tenant_id: str) -> list[Violation]:
    """A3: each step with a switch, each flag and key, each pick that was taken back is told once, in its moment.

    Keys that were made before keys were told with what they are have no such row: of them the law begins with the
    first that has. That nothing is told which never happened is asked of switches and picks.
    """
    told = Counter((row.chain, row.subject, row.at) for row in session.rows(_TOLD, {"tenant": tenant_id}))
    steps = Counter(_steps(session, tenant_id))
    stepped = {deed for deed in told if _kind(deed) in _STEPPED}
    wrong = [deed for deed in stepped.union(steps) if told[deed] != steps[deed]]
    keys_begin = min((deed[2] for deed in told if _kind(deed) == "api_key"), default=None)
    wrong += [
        deed
        for deed in _set(session, tenant_id)
        if not told[deed] and (_kind(deed) == "flag" or (keys_begin is not None and deed[2] >= keys_begin))
    ]
    return [
        Violation(
            "A3", f"{deed[0]} {deed[1]}",
            f"was changed {max(steps[deed], int(_kind(deed) not in _STEPPED))} times at {deed[2].isoformat()}, the log "
            f"tells of {told[deed]}",
        )
        for deed in sorted(wrong)
    ]  # fmt: skip


def _steps(session: Session, tenant_id: str) -> Iterator[_Deed]:
    given = {"tenant": tenant_id}
    for row in session.rows(_SWITCHED, given):
        yield row.chain, f"kill_switch:{row.switch_id}", row.at
    for row in session.rows(_WITHDRAWN, given):
        yield tenant_id, f"pick:{row.pick_id}", row.at


def _set(session: Session, tenant_id: str) -> Iterator[_Deed]:
    given = {"tenant": tenant_id}
    for row in session.rows(_FLAGGED, given):
        yield row.chain, f"flag:{row.name}@{row.scope}", row.at
    for row in session.rows(_KEYS, given):
        for at in (row.created_at, row.revoked_at):
            if at is not None:
                yield tenant_id, f"api_key:{row.key_id}", at


def _kind(deed: _Deed) -> str:
    return deed[1].partition(":")[0]
