"""Living: the published picks that have not ended, each in the place of its market (invariant P5).

A place is (tenant, whose model, event, market); a player's line is a market of its own. The database refuses a second
pick in it, whoever writes. The places are kept by `picks.move` and nobody else.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, delete, select

from closeline.domain.errors import Refused
from closeline.domain.forecasts.own import family_of
from closeline.store.session import Session
from closeline.store.tables.desk import pick
from closeline.store.tables.model import sim_run
from closeline.store.tables.watched import live_pick

_COLUMNS = ("tenant_id", "strategy", "event_id", "market_key", "pick_id")
_PLACES = (
    select(pick.c.pick_id, pick.c.event_id, pick.c.market_key, sim_run.c.engine)
    .join(sim_run, (sim_run.c.tenant_id == pick.c.tenant_id) & (sim_run.c.run_id == pick.c.run_id))
    .where(pick.c.tenant_id == bindparam("tenant"), pick.c.pick_id.in_(bindparam("names", expanding=True)))
    .order_by(pick.c.event_id, pick.c.market_key, pick.c.pick_id)
)
_LEAVE = delete(live_pick).where(
    live_pick.c.tenant_id == bindparam("tenant"), live_pick.c.pick_id.in_(bindparam("names", expanding=True))
)
_HELD = select(live_pick.c.event_id, live_pick.c.market_key, live_pick.c.strategy, live_pick.c.pick_id).where(
    live_pick.c.tenant_id == bindparam("tenant"), live_pick.c.event_id.in_(bindparam("events", expanding=True))
)
# Event ids begin with the league and an underscore, whose next character is the backquote.
_OF_LEAGUE = (
    select(live_pick.c.pick_id, live_pick.c.event_id)
    .where(
        live_pick.c.tenant_id == bindparam("tenant"),
        live_pick.c.event_id >= bindparam("first_id"),
        live_pick.c.event_id < bindparam("after_id"),
    )
    .order_by(live_pick.c.pick_id)
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where one pick may be alive at a time: an event's market, for each model that publishes."""

    strategy: str
    event_id: str
    market_key: str


def enter(session: Session, names: Sequence[str], *, tenant_id: str) -> None:
    """Give picks that become official their places; raises Refused where a place is held by another pick."""
    rows = session.rows(_PLACES, {"tenant": tenant_id, "names": list(names)})
    wanted = [(row.pick_id, Place(family_of(row.engine), row.event_id, row.market_key)) for row in rows]
    held = _held(session, [place.event_id for _, place in wanted], tenant_id)
    for name, place in wanted:
        other = held.setdefault(place, name)
        if other != name:
            raise Refused(f"one pick may be alive on {place.market_key} of {place.event_id}, {other} was already")
    session.append(live_pick, _COLUMNS, [
        (tenant_id, place.strategy, place.event_id, place.market_key, name) for name, place in wanted
    ])  # fmt: skip


def leave(session: Session, names: Sequence[str], *, tenant_id: str) -> None:
    """Take the places of picks that have ended; of one that has none, nothing."""
    session.execute(_LEAVE, {"tenant": tenant_id, "names": list(names)})


def of_league(session: Session, *, tenant_id: str, league: str) -> dict[str, str]:
    """Return the picks of a league that are alive, each with its event."""
    asked = {"tenant": tenant_id, "first_id": f"{league}_", "after_id": f"{league}`"}
    return {row.pick_id: row.event_id for row in session.rows(_OF_LEAGUE, asked)}


def _held(session: Session, events: Sequence[str], tenant_id: str) -> dict[Place, str]:
    rows = session.rows(_HELD, {"tenant": tenant_id, "events": sorted(set(events))}) if events else ()
    return {Place(row.strategy, row.event_id, row.market_key): row.pick_id for row in rows}
