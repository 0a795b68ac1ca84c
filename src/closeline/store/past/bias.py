"""The daily bias table: one row for each league and day, written once."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import bindparam, func, select

from closeline.domain.clock import micros
from closeline.domain.gates.bias import BaselineBias
from closeline.store.session import Session
from closeline.store.tables.learning import calibration_daily

# A row that nobody has renewed says too little of today; one missed morning is forgiven.
AGE_MAX = timedelta(days=2)
_SINCE = (
    select(calibration_daily.c.content, calibration_daily.c.at)
    .where(
        calibration_daily.c.league == bindparam("league_code"),
        calibration_daily.c.day >= bindparam("first"),
        calibration_daily.c.at <= bindparam("as_of"),
    )
    .order_by(calibration_daily.c.day)
)
_OF_DAYS = select(calibration_daily.c.content, calibration_daily.c.at).where(
    calibration_daily.c.league == bindparam("league_code"),
    calibration_daily.c.day.in_(bindparam("days", expanding=True)),
)

_LAST = select(func.max(calibration_daily.c.at)).where(
    calibration_daily.c.league == bindparam("league_code"), calibration_daily.c.at <= bindparam("as_of")
)


@dataclass(frozen=True, slots=True)
class WrittenBias:
    """A row of the table, and when it was written."""

    row: BaselineBias
    at: datetime


def day_of(moment: datetime) -> str:
    """Return the day of the table that a moment falls into: the UTC one."""
    return moment.astimezone(UTC).date().isoformat()


def add(session: Session, row: BaselineBias, *, at: datetime) -> None:
    """Append a day's row; raises AppendOnlyViolation for a day that has one."""
    rows = [(row.league, row.day, row.to_json(), micros(at))]
    session.append(calibration_daily, ("league", "day", "content", "at"), rows)


def of_day(session: Session, league: str, day: str) -> WrittenBias | None:
    """Return the row of a day, null where none was written."""
    rows = session.rows(_OF_DAYS, {"league_code": league, "days": [day]})
    return WrittenBias(BaselineBias.from_json(rows[0].content), rows[0].at) if rows else None


def of_days(session: Session, *, league: str, days: set[str]) -> dict[str, BaselineBias]:
    """Return the rows of these days, by day, where they were written."""
    found = session.rows(_OF_DAYS, {"league_code": league, "days": sorted(days)}) if days else ()
    return {row.day: row for row in (BaselineBias.from_json(item.content) for item in found)}


def written(session: Session, league: str, as_of: datetime) -> WrittenBias | None:
    """Return the newest row written by `as_of`; null where it is older than two days, or there is none."""
    rows = session.rows(_SINCE, {"league_code": league, "first": day_of(as_of - AGE_MAX), "as_of": as_of})
    fresh = [row for row in rows if row.at >= as_of - AGE_MAX]
    return WrittenBias(BaselineBias.from_json(fresh[-1].content), fresh[-1].at) if fresh else None


def in_force(session: Session, league: str, as_of: datetime) -> BaselineBias | None:
    """Return the row by which a forecast at `as_of` is corrected; null where none is fresh enough."""
    found = written(session, league, as_of)
    return found.row if found else None


def last_written(session: Session, league: str, as_of: datetime) -> datetime | None:
    """Return when the newest row was written by `as_of`, however old it is; null where there is none."""
    found: datetime | None = session.scalar(_LAST, {"league_code": league, "as_of": as_of})
    return found


def since(session: Session, league: str, days: int, as_of: datetime) -> list[BaselineBias]:
    """Return the rows of the last so many days written by `as_of`, oldest first; today's is one of them."""
    first = day_of(as_of - timedelta(days=days - 1))
    rows = session.rows(_SINCE, {"league_code": league, "first": first, "as_of": as_of})
    return [BaselineBias.from_json(row.content) for row in rows]
