"""Cells: the sums of each league day and finest cohort, from rollups where they are current, else from the grades."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from closeline.domain.cohorts import Cohort, parse_cohort
from closeline.flow.view.performance.sums import Sums, cohort_of, sums_of, total
from closeline.store.desk import endings, rollups
from closeline.store.desk.endings import ALWAYS, Ending
from closeline.store.desk.rollups import Rollup
from closeline.store.session import Session


@dataclass(frozen=True, slots=True)
class Cell:
    """What the picks of one day and one finest cohort add up to."""

    league: str
    day: str
    cohort: Cohort
    sums: Sums


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What was counted again."""

    days: int
    picks: int
    cells: int


def cells_of(items: Iterable[Ending]) -> list[Cell]:
    """Return the cells of picks, by league, day and cohort."""
    found: defaultdict[tuple[str, str, Cohort], list[Sums]] = defaultdict(list)
    for item in items:
        found[item.league, item.day, cohort_of(item)].append(sums_of(item))
    return [Cell(league, day, of, total(found[league, day, of])) for league, day, of in sorted(found)]


def read(
    session: Session,
    *,
    tenant_id: str,
    league: str | None = None,
    first: str | None = None,
    last: str | None = None,
    as_of: datetime = ALWAYS,
) -> list[Cell]:
    """Return the cells of the league days from `first` to `last` (ISO, null: no bound), as the record knew them.

    As it stands, days whose rollups are out of date are counted here and now; of a past moment all are.
    """
    if as_of < ALWAYS:
        picked = endings.of_tenant(session, tenant_id=tenant_id, league=league, as_of=as_of)
        return cells_of(endings.between(picked, first, last))
    stale = _stale(session, tenant_id, league)
    kept = (_cell(item) for item in rollups.every(session, tenant_id=tenant_id, league=league))
    found = [cell for cell in kept if (cell.league, cell.day) not in stale]
    found += _counted(session, tenant_id, stale)
    inside = (cell for cell in found if (first is None or cell.day >= first) and (last is None or cell.day <= last))
    return sorted(inside, key=lambda cell: (cell.league, cell.day, cell.cohort))


def _stale(session: Session, tenant_id: str, league: str | None) -> dict[tuple[str, str], int]:
    """Return the days of which the record holds more than their sums were made of, with how many rows it holds."""
    counted = rollups.rows_read(session, tenant_id=tenant_id, league=league)
    held = endings.rows_by_day(session, tenant_id=tenant_id, league=league)
    return {day: rows for day, rows in held.items() if counted.get(day) != rows}


def _counted(session: Session, tenant_id: str, stale: Iterable[tuple[str, str]]) -> Iterator[Cell]:
    days: defaultdict[str, list[str]] = defaultdict(list)
    for league, day in sorted(stale):
        days[league].append(day)
    for league, of_league in days.items():
        for start in range(0, len(of_league), _DAYS_AT_ONCE):
            some = of_league[start : start + _DAYS_AT_ONCE]
            yield from cells_of(endings.of_tenant(session, tenant_id=tenant_id, league=league, days=some))


# So many days of picks are held in memory at once.
_DAYS_AT_ONCE = 500


def _cell(item: Rollup) -> Cell:
    return Cell(item.league, item.day, _cohort(item.cohort_key), Sums.from_json(item.figures))


@lru_cache(maxsize=65536)
def _cohort(key: str) -> Cohort:
    return parse_cohort(key)


def refresh(session: Session, *, tenant_id: str, league: str | None = None) -> Rebuilt:
    """Count the days again whose rollups are out of date, and keep what comes out."""
    stale = _stale(session, tenant_id, league)
    return _keep(session, tenant_id, stale, list(_counted(session, tenant_id, stale)))


def rebuild(session: Session, *, tenant_id: str, league: str | None = None) -> Rebuilt:
    """Forget all rollups, of one league where it is named, and make them anew from the record alone."""
    rollups.forget(session, tenant_id=tenant_id, league=league)
    return refresh(session, tenant_id=tenant_id, league=league)


def _keep(session: Session, tenant_id: str, days: dict[tuple[str, str], int], cells: Sequence[Cell]) -> Rebuilt:
    rows = [Rollup(cell.league, cell.day, cell.cohort.key, cell.sums.to_json()) for cell in cells]
    rollups.replace_days(session, rows, list(days.items()), tenant_id=tenant_id)
    return Rebuilt(len(days), sum(cell.sums.published for cell in cells), len(cells))
