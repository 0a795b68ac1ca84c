"""Reported: what injury reports said of players whom the roster of their team knows by name."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select

from closeline.domain.forecasts.injuries import PLAY_PROBABILITY, PlayStatus
from closeline.domain.leagues import League, league_day, season_of
from closeline.store.players.people import rosters_by
from closeline.store.session import Session
from closeline.store.tables.evidence import injury_report

_REPORTS = (
    select(
        injury_report.c.team_id, injury_report.c.player_name, injury_report.c.status, injury_report.c.reported_at,
        injury_report.c.received_at,
    )
    .where(injury_report.c.league == bindparam("league_code"), injury_report.c.received_at <= bindparam("as_of"))
    .order_by(injury_report.c.received_at, injury_report.c.report_id)
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PlayerReport:
    """What a report said of a player: when it was out, and the chance that he plays by the status in it."""

    player_id: str
    told_at: datetime
    plays: float


def reports_of(session: Session, league: League, *, as_of: datetime, provider: str) -> list[PlayerReport]:
    """Return every report received by `as_of` of a player whom his team's roster knows, in order of their telling.

    What a source dates later than we had it was out when we had it. A name that the roster by then reads for nobody,
    or for two, is of nobody here.
    """
    return sorted(_told(session, league, as_of, provider), key=lambda item: (item.told_at, item.player_id, item.plays))


def _told(session: Session, league: League, as_of: datetime, provider: str) -> Iterator[PlayerReport]:
    rows = session.rows(_REPORTS, {"league_code": league, "as_of": as_of})
    if not rows:
        return
    roster_of = rosters_by(session, league, as_of=as_of, provider=provider)
    for row in rows:
        told_at = row.received_at if row.reported_at is None else min(row.reported_at, row.received_at)
        roster = roster_of(season_of(league, league_day(told_at)))
        found = roster.find(row.player_name, (row.team_id,) if row.team_id else ())
        if found.player_id is not None:
            yield PlayerReport(found.player_id, told_at, PLAY_PROBABILITY[PlayStatus(row.status)])
