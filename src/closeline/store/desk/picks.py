"""Picks and their lives: frozen terms, and the events whose fold is the state."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

from sqlalchemy import Row, Select, Table, and_, bindparam, except_, select

from closeline.domain.clock import micros
from closeline.domain.errors import NotFound
from closeline.domain.ids import content_id
from closeline.domain.markets import Selection, Side, market
from closeline.domain.odds import OddsFormat, Price
from closeline.domain.picks import Decision, PickState, Tier, advance
from closeline.store import events
from closeline.store.desk import living
from closeline.store.session import Session
from closeline.store.tables.desk import grade, line_track, pick, pick_event, publication

_COLUMNS = (
    "pick_id", "tenant_id", "prediction_id", "run_id", "league", "event_id", "selection_id", "market_key", "side",
    "line_quarters", "book", "snapshot_id", "quote_id", "price_text", "price_format", "price_exact", "price_assumed",
    "decision", "tier", "confidence", "p_final", "q_market", "edge_probability", "ev_per_unit", "predicted_clv",
    "stake_micros", "parlay_eligible", "calibration_version", "policy_version", "config_version", "ratings_version",
    "distribution_version", "settlement_rules", "clv_rules", "pick_version", "supersedes", "proposed_at",
)  # fmt: skip
_OF_EVENTS = (
    select(pick)
    .where(pick.c.tenant_id == bindparam("tenant"), pick.c.event_id.in_(bindparam("events", expanding=True)))
    .order_by(pick.c.event_id, pick.c.pick_id)
)
_BY_NAME = select(pick).where(pick.c.tenant_id == bindparam("tenant"), pick.c.pick_id == bindparam("name"))
# Here and in `_waiting_for` it is Python that puts rows in order: asked to do it, SQLite walks every pick of the tenant
# by its event rather than look up the few that are wanted.
_OF_MOMENT = select(pick).where(
    pick.c.tenant_id == bindparam("tenant"),
    pick.c.league == bindparam("league_code"),
    pick.c.proposed_at == bindparam("moment"),
)
_ALL = (
    select(pick)
    .where(pick.c.tenant_id == bindparam("tenant"), pick.c.league == bindparam("league_code"))
    .order_by(pick.c.proposed_at, pick.c.event_id, pick.c.pick_id)
)
_PUBLISHED = (
    select(pick, publication.c.published_at)
    .join(publication, publication.c.pick_id == pick.c.pick_id)
    .where(pick.c.tenant_id == bindparam("tenant"), pick.c.league == bindparam("league_code"))
    .order_by(pick.c.event_id, pick.c.pick_id)
)
_PUBLISHED_ON = (
    select(pick, publication.c.published_at)
    .join(publication, publication.c.pick_id == pick.c.pick_id)
    .where(pick.c.tenant_id == bindparam("tenant"), pick.c.event_id.in_(bindparam("events", expanding=True)))
)


def _waiting_for(answers: Table) -> Select[Any]:
    """Return the published picks of a league that `answers` does not name.

    The names are compared in their indexes, both in order, and only what is left over is read: a fraction of a
    microsecond for each pick that ever was, and the row of a pick that waits, however long ago it was published.
    """
    every = select(publication.c.pick_id).where(publication.c.tenant_id == bindparam("tenant"))
    answered = select(answers.c.pick_id).where(answers.c.tenant_id == bindparam("tenant"))
    return (
        select(pick, publication.c.published_at)
        .join(publication, and_(publication.c.tenant_id == pick.c.tenant_id, publication.c.pick_id == pick.c.pick_id))
        .where(
            pick.c.tenant_id == bindparam("tenant"),
            pick.c.league == bindparam("league_code"),
            pick.c.pick_id.in_(except_(every, answered).order_by("pick_id")),
        )
    )


_UNTRACKED = _waiting_for(line_track)
_UNGRADED = _waiting_for(grade)
_STATES = (
    select(pick_event.c.pick_id, pick_event.c.seq, pick_event.c.to_state)
    .where(
        pick_event.c.tenant_id == bindparam("tenant"),
        pick_event.c.pick_id.in_(bindparam("names", expanding=True)),
    )
    .order_by(pick_event.c.pick_id, pick_event.c.seq)
)
_LIFE = (
    select(pick_event)
    .where(pick_event.c.tenant_id == bindparam("tenant"), pick_event.c.pick_id == bindparam("name"))
    .order_by(pick_event.c.seq)
)
_EVENT_COLUMNS = ("tenant_id", "pick_id", "seq", "from_state", "to_state", "reason", "evidence", "at")


@dataclass(frozen=True, slots=True)
class Pick:
    """A pick with the terms it was made on; nothing of it ever changes."""

    tenant_id: str
    prediction_id: str
    run_id: str
    league: str
    selection: Selection
    book: str
    snapshot_id: str
    quote_id: int
    price: Price
    decision: Decision
    tier: Tier
    confidence: float
    p_final: float
    q_market: float
    edge_probability: float
    ev_per_unit: float
    predicted_clv: float
    stake_micros: int
    parlay_eligible: bool
    calibration_version: str
    policy_version: str
    config_version: str
    ratings_version: str
    distribution_version: str
    settlement_rules: str
    clv_rules: str
    pick_version: int
    supersedes: str | None
    proposed_at: datetime

    @property
    def pick_id(self) -> str:
        """Return the pick's name: the hash of what was picked, at what price, from which prediction."""
        return content_id(
            "pick", self.tenant_id, self.prediction_id, self.selection.selection_id, self.book, self.price.text,
            self.pick_version,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Life:
    """One step in a pick's life."""

    seq: int
    from_state: PickState | None
    to_state: PickState
    reason: str
    at: datetime


def add(session: Session, picks: Sequence[Pick], *, reason: str) -> int:
    """Append picks, each with the event that proposes it."""
    added = session.append(pick, _COLUMNS, [_row(item) for item in picks])
    session.append(pick_event, _EVENT_COLUMNS, [
        (item.tenant_id, item.pick_id, 1, None, PickState.PROPOSED, reason, None, micros(item.proposed_at))
        for item in picks
    ])  # fmt: skip
    return added


def _row(item: Pick) -> tuple[object, ...]:
    selection, price = item.selection, item.price
    return (
        item.pick_id, item.tenant_id, item.prediction_id, item.run_id, item.league, selection.event_id,
        selection.selection_id, selection.market.key, selection.side, selection.line_quarters, item.book,
        item.snapshot_id, item.quote_id, price.text, price.format, f"{price.exact.numerator}/{price.exact.denominator}",
        price.assumed, item.decision, item.tier, item.confidence, item.p_final, item.q_market, item.edge_probability,
        item.ev_per_unit, item.predicted_clv, item.stake_micros, item.parlay_eligible, item.calibration_version,
        item.policy_version, item.config_version, item.ratings_version, item.distribution_version,
        item.settlement_rules, item.clv_rules, item.pick_version, item.supersedes, micros(item.proposed_at),
    )  # fmt: skip


def _published(row: object) -> tuple[Pick, datetime]:
    fields = dict(row._mapping)  # type: ignore[attr-defined]  # noqa: SLF001 -- the documented way to read a row by name
    published_at = fields.pop("published_at")
    return (_frozen(fields), published_at)


def _pick(row: object) -> Pick:
    return _frozen(dict(row._mapping))  # type: ignore[attr-defined]  # noqa: SLF001 -- as above


def _frozen(fields: dict[str, Any]) -> Pick:
    selection = Selection(
        fields.pop("event_id"), market(fields.pop("market_key")), Side(fields.pop("side")), fields.pop("line_quarters")
    )
    price = Price(
        fields.pop("price_text"), OddsFormat(fields.pop("price_format")), Fraction(fields.pop("price_exact")),
        assumed=bool(fields.pop("price_assumed")),
    )  # fmt: skip
    del fields["pick_id"], fields["selection_id"]
    fields["decision"], fields["tier"] = Decision(fields["decision"]), Tier(fields["tier"])
    return Pick(selection=selection, price=price, **fields)


def _place(row: Row[*tuple[Any, ...]]) -> tuple[str, str]:
    return (row.event_id, row.pick_id)


def named(session: Session, pick_id: str, *, tenant_id: str) -> Pick:
    """Return a pick by name; raises NotFound for no such pick."""
    found = find(session, pick_id, tenant_id=tenant_id)
    if found is None:
        message = f"pick must be in the record, {pick_id} was not; `closeline picks list` names those that are"
        raise NotFound(message)
    return found


def find(session: Session, pick_id: str, *, tenant_id: str) -> Pick | None:
    """Return a pick by name, null for no such pick."""
    rows = session.rows(_BY_NAME, {"tenant": tenant_id, "name": pick_id})
    return _pick(rows[0]) if rows else None


def of_events(session: Session, events: Sequence[str], *, tenant_id: str) -> list[Pick]:
    """Return the picks on events."""
    rows = session.rows(_OF_EVENTS, {"tenant": tenant_id, "events": list(events)}) if events else ()
    return [_pick(row) for row in rows]


def of_moment(session: Session, *, tenant_id: str, league: str, as_of: datetime) -> list[Pick]:
    """Return the picks that were proposed at a moment."""
    rows = session.rows(_OF_MOMENT, {"tenant": tenant_id, "league_code": league, "moment": as_of})
    return [_pick(row) for row in sorted(rows, key=_place)]


def every(session: Session, *, tenant_id: str, league: str) -> list[Pick]:
    """Return all picks of a league, oldest first."""
    return [_pick(row) for row in session.rows(_ALL, {"tenant": tenant_id, "league_code": league})]


def untracked(session: Session, *, tenant_id: str, league: str) -> list[tuple[Pick, datetime]]:
    """Return (pick, time of publication) of the published picks that have not met their close."""
    rows = session.rows(_UNTRACKED, {"tenant": tenant_id, "league_code": league})
    return [_published(row) for row in sorted(rows, key=_place)]


def ungraded(session: Session, *, tenant_id: str, league: str) -> list[Pick]:
    """Return the published picks that have no grade."""
    return [item for item, _ in waiting(session, tenant_id=tenant_id, league=league)]


def waiting(session: Session, *, tenant_id: str, league: str) -> list[tuple[Pick, datetime]]:
    """Return (pick, time of publication) of the published picks that have no grade."""
    rows = session.rows(_UNGRADED, {"tenant": tenant_id, "league_code": league})
    return [_published(row) for row in sorted(rows, key=_place)]


def published_on(session: Session, events: Sequence[str], *, tenant_id: str) -> list[tuple[Pick, datetime]]:
    """Return (pick, time of publication) of the published picks on events."""
    rows = session.rows(_PUBLISHED_ON, {"tenant": tenant_id, "events": list(events)}) if events else ()
    return [_published(row) for row in sorted(rows, key=_place)]


def published(session: Session, *, tenant_id: str, league: str) -> list[tuple[Pick, datetime]]:
    """Return (pick, time of publication) of every published pick of a league."""
    rows = session.rows(_PUBLISHED, {"tenant": tenant_id, "league_code": league})
    return [_published(row) for row in rows]


def states(session: Session, names: Sequence[str], *, tenant_id: str) -> dict[str, tuple[int, PickState]]:
    """Return (last sequence number, state) of picks: the fold of their events."""
    rows = session.rows(_STATES, {"tenant": tenant_id, "names": list(names)}) if names else ()
    return {row.pick_id: (row.seq, PickState(row.to_state)) for row in rows}


def life(session: Session, pick_id: str, *, tenant_id: str) -> list[Life]:
    """Return every step of a pick's life."""
    return [
        Life(
            row.seq, PickState(row.from_state) if row.from_state else None, PickState(row.to_state), row.reason, row.at
        )
        for row in session.rows(_LIFE, {"tenant": tenant_id, "name": pick_id})
    ]


def move(
    session: Session, names: Sequence[str], to: PickState, *, tenant_id: str, reason: str, at: datetime,
    evidence: str | None = None,
) -> None:  # fmt: skip
    """Take picks to another state; raises IllegalTransition when one cannot go there, Refused where its place is taken.

    Of writers at once each waits for the one before, reads what that one left, and takes the next sequence number.
    """
    if not names:
        return
    events.hold(session, chain=tenant_id)
    known = states(session, names, tenant_id=tenant_id)
    session.append(pick_event, _EVENT_COLUMNS, [
        (tenant_id, name, known[name][0] + 1, known[name][1], advance(known[name][1], to), reason, evidence, micros(at))
        for name in names
    ])  # fmt: skip
    if to is PickState.PUBLISHED:
        living.enter(session, names, tenant_id=tenant_id)
    elif any(known[name][1] is PickState.PUBLISHED for name in names):
        living.leave(session, names, tenant_id=tenant_id)
