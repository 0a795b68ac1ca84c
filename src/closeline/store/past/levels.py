"""Levels: what a league's games have come to of late, which is what an average team of this season is."""

from datetime import datetime, timedelta

from sqlalchemy import bindparam, func, select

from closeline.store.session import Session
from closeline.store.tables.evidence import event_result
from closeline.store.tables.reference import event

# A year holds one season of every league, whatever the month; fewer games say less than the table of the start.
SPAN = timedelta(days=365)
GAMES_LEAST = 100

_TOTALS = (
    select(func.count(), func.sum(event_result.c.home_score + event_result.c.away_score))
    .join(event, event.c.event_id == event_result.c.event_id)
    .where(
        event.c.league == bindparam("league_code"),
        event_result.c.result_version == 1,
        event_result.c.home_score.is_not(None),
        event_result.c.received_at > bindparam("since"),
        event_result.c.received_at <= bindparam("as_of"),
    )
)


def mean_total(session: Session, *, league: str, as_of: datetime) -> float | None:
    """Return the mean total (points of both teams) of the results of the year before `as_of`; null for too few."""
    row = session.rows(_TOTALS, {"league_code": league, "since": as_of - SPAN, "as_of": as_of})[0]
    return None if row[0] < GAMES_LEAST else float(row[1]) / int(row[0])
