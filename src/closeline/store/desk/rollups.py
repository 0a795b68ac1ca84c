"""Rollups: sums by day and finest cohort, kept so that nobody reads every grade again; all of it can be made anew."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, delete, select

from closeline.store.session import Session
from closeline.store.tables.learning import performance_rollup, rollup_day

_OF_TENANT = (
    select(performance_rollup)
    .where(performance_rollup.c.tenant_id == bindparam("tenant"))
    .order_by(performance_rollup.c.league, performance_rollup.c.day, performance_rollup.c.cohort_key)
)
_COUNTED = select(rollup_day).where(rollup_day.c.tenant_id == bindparam("tenant"))


@dataclass(frozen=True, slots=True)
class Rollup:
    """The sums of one league day and finest cohort, as canonical JSON."""

    league: str
    day: str
    cohort_key: str
    figures: str


def every(session: Session, *, tenant_id: str, league: str | None = None) -> list[Rollup]:
    """Return all rollups of a tenant, of one league where it is named, by league, day and cohort."""
    rows = session.rows(_OF_TENANT, {"tenant": tenant_id})
    return [
        Rollup(row.league, row.day, row.cohort_key, row.figures) for row in rows if league in (None, row.league)
    ]  # fmt: skip


def rows_read(session: Session, *, tenant_id: str, league: str | None = None) -> dict[tuple[str, str], int]:
    """Return how many rows of the record the sums of each (league, day) were made of."""
    rows = session.rows(_COUNTED, {"tenant": tenant_id})
    return {(row.league, row.day): row.rows_read for row in rows if league in (None, row.league)}


def replace_days(
    session: Session, rollups: Sequence[Rollup], counted: Iterable[tuple[tuple[str, str], int]], *, tenant_id: str
) -> None:
    """Put the sums of whole days in the place of those that stood there; `counted` names every day that is replaced."""
    days = sorted(counted)
    for table in (performance_rollup, rollup_day):
        statement = delete(table).where(
            table.c.tenant_id == bindparam("tenant"), table.c.league == bindparam("league_code"),
            table.c.day == bindparam("of_day"),
        )  # fmt: skip
        for (league, day), _ in days:
            session.execute(statement, {"tenant": tenant_id, "league_code": league, "of_day": day})
    session.append(performance_rollup, ("tenant_id", "league", "day", "cohort_key", "figures"), [
        (tenant_id, item.league, item.day, item.cohort_key, item.figures) for item in rollups
    ])  # fmt: skip
    session.append(rollup_day, ("tenant_id", "league", "day", "rows_read"), [
        (tenant_id, league, day, rows) for (league, day), rows in days
    ])  # fmt: skip


def forget(session: Session, *, tenant_id: str, league: str | None = None) -> None:
    """Drop all sums of a tenant, of one league where it is named: they are made anew from the record."""
    for table in (performance_rollup, rollup_day):
        statement = delete(table).where(table.c.tenant_id == bindparam("tenant"))
        asked = {"tenant": tenant_id}
        if league is not None:
            statement = statement.where(table.c.league == bindparam("league_code"))
            asked["league_code"] = league
        session.execute(statement, asked)
