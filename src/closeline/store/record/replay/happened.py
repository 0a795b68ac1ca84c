"""What happened in a window: what was read, asked and told, and at which moment each job looked at the clock."""

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, Row, bindparam, func, select

from closeline.domain.clock import instant, micros
from closeline.domain.events import ForecastMade
from closeline.domain.forecasts.own import OWN
from closeline.domain.ids import canonical_json
from closeline.domain.props.engines import PROPS
from closeline.store import events
from closeline.store.events import GENESIS, LoggedEvent
from closeline.store.record.replay.portions import Portion, portion
from closeline.store.references.reviews import Reading
from closeline.store.session import Session
from closeline.store.tables.desk import pick, pick_event
from closeline.store.tables.evidence import event_result, injury_report, raw_payload, snapshot
from closeline.store.tables.governance import event_log, job_run
from closeline.store.tables.model import sim_run, sim_run_input

_WINDOW: tuple[BindParameter[Any], BindParameter[Any]] = (bindparam("begin"), bindparam("until"))
_READINGS = (
    select(snapshot).where(snapshot.c.received_at > _WINDOW[0], snapshot.c.received_at <= _WINDOW[1])
    .order_by(snapshot.c.received_at, snapshot.c.snapshot_id)
)  # fmt: skip
_LOG = (
    select(event_log)
    .where(event_log.c.chain == bindparam("chain_name"), event_log.c.at > _WINDOW[0], event_log.c.at <= _WINDOW[1])
    .order_by(event_log.c.seq)
)
_LAST = (
    select(event_log.c.seq, event_log.c.hash)
    .where(event_log.c.chain == bindparam("chain_name"))
    .order_by(event_log.c.seq.desc())
    .limit(1)
)
_ROW = select(event_log).where(event_log.c.chain == bindparam("chain_name"), event_log.c.seq == bindparam("number"))
# Reactions are named by their event; whatever else a job ran for has another slot.
_RAN = select(job_run.c.job, job_run.c.slot, job_run.c.started_at).where(
    job_run.c.state == "DONE", job_run.c.slot.startswith("event:"), job_run.c.started_at > _WINDOW[0]
)
_BULLETINS = (
    select(
        injury_report.c.payload_sha, injury_report.c.league, raw_payload.c.feed, injury_report.c.received_at
    )
    .join(raw_payload, raw_payload.c.payload_sha == injury_report.c.payload_sha)
    .where(injury_report.c.received_at > _WINDOW[0], injury_report.c.received_at <= _WINDOW[1])
    .distinct()
    .order_by(injury_report.c.received_at, injury_report.c.payload_sha, injury_report.c.league)
)  # fmt: skip
_WENT_OUT = (
    select(pick.c.league, pick.c.proposed_at, func.min(pick_event.c.at).label("at"))
    .join(pick_event, (pick_event.c.tenant_id == pick.c.tenant_id) & (pick_event.c.pick_id == pick.c.pick_id))
    .where(
        pick.c.tenant_id == bindparam("tenant"), pick_event.c.from_state == "PROPOSED",
        pick_event.c.at > _WINDOW[0], pick_event.c.at <= _WINDOW[1],
    )
    .group_by(pick.c.league, pick.c.proposed_at)
)  # fmt: skip
# What the engine cannot settle is found out again; why else a pick was kept back was how the desk stood just then.
_WITHHELD = (
    select(pick_event, pick.c.league.label("of_league"), pick.c.proposed_at.label("of_moment"))
    .join(pick, (pick_event.c.tenant_id == pick.c.tenant_id) & (pick_event.c.pick_id == pick.c.pick_id))
    .where(
        pick.c.tenant_id == bindparam("tenant"), pick_event.c.from_state == "PROPOSED",
        pick_event.c.to_state == "REJECTED", pick_event.c.reason != bindparam("found_again"),
        pick_event.c.at > _WINDOW[0], pick_event.c.at <= _WINDOW[1],
    )
    .order_by(pick_event.c.pick_id, pick_event.c.seq)
)  # fmt: skip
_DECIDED_AT = (
    select(event_result.c.received_at)
    .where(event_result.c.received_at > _WINDOW[0], event_result.c.received_at <= _WINDOW[1])
    .distinct()
    .order_by(event_result.c.received_at)
)
_ENGINES = (
    select(sim_run_input.c.reference, sim_run.c.league, sim_run.c.engine, sim_run.c.worlds)
    .join(sim_run, sim_run.c.run_id == sim_run_input.c.run_id)
    .where(
        sim_run.c.tenant_id == bindparam("tenant"), sim_run_input.c.kind == "SNAPSHOT",
        sim_run.c.as_of > _WINDOW[0], sim_run.c.as_of <= _WINDOW[1],
        ~sim_run.c.engine.startswith(OWN), ~sim_run.c.engine.startswith(PROPS),
    )
    .distinct()
)  # fmt: skip
_COLUMNS = tuple(event_log.c.keys())
NOT_SETTLEABLE = "NOT_SETTLEABLE"


@dataclass(frozen=True, slots=True)
class Window:
    """The time that is replayed, (begin, until], and whose record it is."""

    begin: datetime
    until: datetime
    tenant_id: str

    def asked(self) -> dict[str, object]:
        """Return the bounds as statements name them."""
        return {"begin": self.begin, "until": self.until}


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the log: the event, who recorded it, and what it told of a change."""

    event: LoggedEvent
    actor: str
    told: events.Told


@dataclass(frozen=True, slots=True)
class InjuryNews:
    """Bytes of injury reports of a league, and when they were received."""

    payload_sha: str
    league: str
    feed: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Moments:
    """At which moments jobs looked at the clock, as far as the record says."""

    ran: dict[tuple[str, str], datetime]
    forecast: dict[tuple[str, str], list[datetime]]
    went_out: dict[tuple[str, datetime], datetime]
    decided: list[datetime]
    engines: dict[tuple[str, str], tuple[str, int | None]]
    withheld: dict[tuple[str, datetime], Portion]


def readings(session: Session, window: Window) -> list[Reading]:
    """Return what was read of bytes in the window, oldest first."""
    return [
        Reading(row.snapshot_id, row.payload_sha, row.feed, row.phase, row.day, row.received_at)
        for row in session.rows(_READINGS, window.asked())
    ]


def injury_news(session: Session, window: Window) -> list[InjuryNews]:
    """Return the bytes of injury reports that were received in the window, oldest first."""
    return [
        InjuryNews(row.payload_sha, row.league, row.feed, row.received_at)
        for row in session.rows(_BULLETINS, window.asked())
    ]


def log(session: Session, window: Window, *, chain: str) -> list[Line]:
    """Return what a chain tells of the window, in its order."""
    return [_line(row) for row in session.rows(_LOG, {"chain_name": chain, **window.asked()})]


def line_of(session: Session, chain: str, number: int) -> Line | None:
    """Return one row of a chain, null where there is none of that number."""
    rows = session.rows(_ROW, {"chain_name": chain, "number": number})
    return _line(rows[0]) if rows else None


def _line(row: Row[Any]) -> Line:
    told = LoggedEvent(row.chain, row.seq, row.name, json.loads(row.body), row.at)
    return Line(told, row.actor, (row.subject, row.before_hash, row.after_hash, row.why))


def moments(session: Session, window: Window, lines: Iterable[Line]) -> Moments:
    """Return at which moments the jobs of the window looked at the clock."""
    asked = window.asked()
    own = {"tenant": window.tenant_id, "found_again": NOT_SETTLEABLE, **asked}
    forecast: defaultdict[tuple[str, str], list[datetime]] = defaultdict(list)
    for line in lines:
        if line.event.name == ForecastMade.__name__:
            body = line.event.body
            forecast[str(body["league"]), str(body["snapshot_id"])].append(instant(int(body["as_of"] or 0)))
    return Moments(
        {(row.job, row.slot): row.started_at for row in session.rows(_RAN, {"begin": window.begin})},
        dict(forecast),
        {(row.league, row.proposed_at): row.at for row in session.rows(_WENT_OUT, own)},
        [row.received_at for row in session.rows(_DECIDED_AT, asked)],
        {(row.reference, row.league): (row.engine, row.worlds) for row in session.rows(_ENGINES, own)},
        _withheld(session, own),
    )


def _withheld(session: Session, own: dict[str, object]) -> dict[tuple[str, datetime], Portion]:
    """Return the steps by which picks were kept back because of how the desk stood, by what they were proposed with."""
    grouped: defaultdict[tuple[str, datetime], list[dict[str, Any]]] = defaultdict(list)
    for row in session.rows(_WITHHELD, own):
        grouped[row.of_league, row.of_moment].append(dict(row._mapping))  # noqa: SLF001 -- the documented way to read a row by name
    return {name: portion(pick_event, rows) for name, rows in grouped.items()}


def tell_again(session: Session, line: Line) -> LoggedEvent:
    """Append what a log told to the log of the record that is being made, with the hash that it has there."""
    told, chain = line.event, line.event.chain
    events.hold(session, chain=chain)
    last = session.rows(_LAST, {"chain_name": chain})
    seq, previous = (last[0].seq + 1, last[0].hash) if last else (1, GENESIS)
    body, at = canonical_json(told.body), micros(told.at)
    digest = events.link(previous, chain, seq, told.name, body, line.actor, at, line.told)
    row = dict(zip(
        _COLUMNS, (chain, seq, told.name, body, line.actor, at, previous, digest, *line.told), strict=True
    ))  # fmt: skip
    session.append(event_log, _COLUMNS, [tuple(row[name] for name in _COLUMNS)])
    return LoggedEvent(chain, seq, told.name, told.body, told.at)
