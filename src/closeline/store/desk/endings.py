"""Endings: every published pick beside its last grade and line track of a moment, as figures by cohort need them."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from functools import lru_cache
from typing import Any

from sqlalchemy import Row, Select, and_, bindparam, func, select, true

from closeline.store.desk import grades
from closeline.store.desk.grades import Grade, LineTrack
from closeline.store.session import Session
from closeline.store.tables.desk import grade, line_track, pick, publication
from closeline.store.tables.reference import event, event_version

ALWAYS = grades.ALL_TIME
_CHUNK = 5000


@dataclass(frozen=True, slots=True)
class Ending:
    """A published pick: what it is a pick of, and its grade and track, null while it has none.

    day: the league day of the event, which never changes. starts_at: as it was known at publication. price: decimal.
    """

    pick_id: str
    league: str
    event_id: str
    day: str
    market_key: str
    decision: str
    tier: str
    book: str
    policy_version: str
    calibration_version: str
    published_at: datetime
    starts_at: datetime
    price: float
    stake_micros: int
    p_final: float
    q_market: float
    ev_per_unit: float
    grade: Grade | None
    track: LineTrack | None


def _narrowed(statement: Select[Any], league: str | None, days: Sequence[str] | None) -> Select[Any]:
    if league is not None:
        statement = statement.where(pick.c.league == bindparam("league_code"))
    if days is not None:
        statement = statement.where(event.c.day.in_(bindparam("days", expanding=True)))
    return statement.where(pick.c.tenant_id == bindparam("tenant"))


def _every(league: str | None, days: Sequence[str] | None) -> Select[Any]:
    columns = (
        pick.c.pick_id, pick.c.league, pick.c.event_id, event.c.day, pick.c.market_key, pick.c.decision, pick.c.tier,
        pick.c.book, pick.c.policy_version, pick.c.calibration_version, publication.c.published_at, pick.c.price_exact,
        pick.c.stake_micros, pick.c.p_final, pick.c.q_market, pick.c.ev_per_unit,
    )  # fmt: skip
    statement = (
        select(*columns)
        .join(publication, and_(publication.c.tenant_id == pick.c.tenant_id, publication.c.pick_id == pick.c.pick_id))
        .join(event, event.c.event_id == pick.c.event_id)
        .where(publication.c.published_at <= bindparam("as_of"))
        .order_by(event.c.day, pick.c.pick_id)
    )
    return _narrowed(statement, league, days)


def of_tenant(
    session: Session,
    *,
    tenant_id: str,
    league: str | None = None,
    days: Sequence[str] | None = None,
    as_of: datetime = ALWAYS,
) -> list[Ending]:
    """Return the picks published by `as_of`, leans too, by day and name, with the grade and track of that moment.

    league, days (ISO): only these, all where left out.
    """
    asked = {"tenant": tenant_id, "as_of": as_of}
    asked |= {"league_code": league} if league is not None else {}
    asked |= {"days": list(days)} if days is not None else {}
    rows = session.rows(_every(league, days), asked)
    names = [row.pick_id for row in rows]
    graded: dict[str, Grade] = {}
    tracked: dict[str, LineTrack] = {}
    for some in _chunks(names):
        graded |= grades.grades(session, some, tenant_id=tenant_id, as_of=as_of)
        tracked |= grades.tracks(session, some, tenant_id=tenant_id, as_of=as_of)
    starts = _starts(session, sorted({row.event_id for row in rows}))
    return [
        Ending(
            row.pick_id, row.league, row.event_id, row.day, row.market_key, row.decision, row.tier, row.book,
            row.policy_version, row.calibration_version, row.published_at,
            _start_known(starts[row.event_id], row.published_at), _decimal(row.price_exact), row.stake_micros,
            row.p_final, row.q_market, row.ev_per_unit, graded.get(row.pick_id), tracked.get(row.pick_id),
        )
        for row in rows
    ]  # fmt: skip


_STARTS = (
    select(event_version.c.event_id, event_version.c.starts_at, event_version.c.received_at)
    .where(event_version.c.event_id.in_(bindparam("events", expanding=True)))
    .order_by(event_version.c.event_id, event_version.c.version)
)


def _chunks(names: Sequence[str]) -> Iterator[list[str]]:
    return (list(names[start : start + _CHUNK]) for start in range(0, len(names), _CHUNK))


def _starts(session: Session, events: Sequence[str]) -> Mapping[str, list[Row[Any]]]:
    found: defaultdict[str, list[Row[Any]]] = defaultdict(list)
    for some in _chunks(events):
        for row in session.rows(_STARTS, {"events": list(some)}):
            found[row.event_id].append(row)
    return found


def _start_known(versions: Sequence[Row[Any]], moment: datetime) -> datetime:
    known = [row.starts_at for row in versions if row.received_at <= moment]
    return known[-1] if known else versions[0].starts_at  # type: ignore[no-any-return]


@lru_cache(maxsize=4096)
def _decimal(exact: str) -> float:
    return float(Fraction(exact))


def rows_by_day(session: Session, *, tenant_id: str, league: str | None = None) -> dict[tuple[str, str], int]:
    """Return how many publications, grades and tracks the record holds, by (league, day).

    The record is only added to: where the number is what it was, nothing has changed.
    """
    counted: defaultdict[tuple[str, str], int] = defaultdict(int)
    for table in (publication, grade, line_track):
        statement = (
            select(pick.c.league, event.c.day, func.count())
            .select_from(table)
            .join(pick, and_(pick.c.tenant_id == table.c.tenant_id, pick.c.pick_id == table.c.pick_id))
            .join(event, event.c.event_id == pick.c.event_id)
            .where(table.c.tenant_id == bindparam("tenant"), _of(league))
            .group_by(pick.c.league, event.c.day)
        )
        asked = {"tenant": tenant_id} | ({"league_code": league} if league is not None else {})
        for code, day, rows in session.rows(statement, asked):
            counted[code, day] += rows
    return dict(counted)


def _of(league: str | None) -> Any:  # noqa: ANN401 -- a condition, or none
    return true() if league is None else pick.c.league == bindparam("league_code")


def between(endings: Sequence[Ending], first: str | None, last: str | None) -> Iterator[Ending]:
    """Yield the endings whose league day is not before `first` nor after `last` (ISO days, null: no bound)."""
    for item in endings:
        if (first is None or item.day >= first) and (last is None or item.day <= last):
            yield item
