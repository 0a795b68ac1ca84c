"""Injury reports as they were received, and what the players of a league are worth."""

from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, select

from closeline.domain.clock import EPOCH, micros
from closeline.domain.errors import NotFound
from closeline.domain.forecasts.injuries import PlayerValues, PlayStatus
from closeline.domain.identity.names import fold, storable
from closeline.domain.ids import content_id
from closeline.store import models
from closeline.store.session import Session
from closeline.store.tables.evidence import injury_report

# A report counts for a week: by then a team has played without the player, and ratings and quotes have seen it.
REPORT_AGE_MAX = timedelta(days=7)

_COLUMNS = (
    "report_id", "league", "team_id", "player_name", "player_id", "status", "detail", "reported_at", "payload_sha",
    "place", "received_at",
)  # fmt: skip
_OF_TEAMS = (
    select(injury_report)
    .where(
        injury_report.c.league == bindparam("league_code"),
        injury_report.c.team_id.in_(bindparam("teams", expanding=True)),
        injury_report.c.received_at >= bindparam("since"),
        injury_report.c.received_at <= bindparam("as_of"),
    )
    .order_by(injury_report.c.received_at, injury_report.c.report_id)
)
_KNOWN = select(injury_report.c.report_id).where(injury_report.c.report_id.in_(bindparam("names", expanding=True)))


@dataclass(frozen=True, slots=True)
class InjuryReport:
    """One report of one player; `player_id` is the source's own number of him."""

    league: str
    team_id: str
    player_name: str
    player_id: str | None
    status: PlayStatus
    detail: str
    reported_at: datetime
    payload_sha: str
    place: str
    received_at: datetime

    @property
    def report_id(self) -> str:
        """Return the name of the report: the place in the bytes where it stands."""
        return content_id("injury-report", self.payload_sha, self.league, self.place)

    @property
    def known_at(self) -> datetime:
        """Return when the report was out: what its source dates later than we had it was out when we had it."""
        return min(self.reported_at, self.received_at)

    @property
    def player(self) -> tuple[str, str]:
        """Return whom the report is about: the team and the folded name."""
        return self.team_id, fold(self.player_name)

    def says(self) -> tuple[object, ...]:
        """Return what makes a report a new one: the same said again is no news."""
        return self.status, self.detail, self.reported_at


def add(session: Session, found: Sequence[InjuryReport]) -> int:
    """Append reports that say something new of their player, and return how many did."""
    if not found:
        return 0
    known = {row.report_id for row in session.rows(_KNOWN, {"names": [item.report_id for item in found]})}
    last = _last_of_each(session, found)
    fresh: list[InjuryReport] = []
    for item in found:
        before = last.get(item.player)
        if item.report_id in known or (before is not None and before.says() == item.says()):
            continue
        last[item.player] = item
        fresh.append(item)
    session.append(injury_report, _COLUMNS, map(_row, fresh))
    return len(fresh)


def reports(
    session: Session, *, league: str, team_ids: Collection[str], since: datetime, as_of: datetime
) -> list[InjuryReport]:
    """Return what was reported of the players of teams from `since` on and received by `as_of`, newest last."""
    found = [item for item in _received(session, league, team_ids, since, as_of) if item.known_at >= since]
    return sorted(found, key=lambda item: (item.known_at, item.received_at, item.report_id))


def values_in_force(session: Session, *, league: str, as_of: datetime) -> tuple[str, PlayerValues] | None:
    """Return the newest values of a league's players that existed at `as_of` and their version; null without any."""
    with suppress(NotFound):
        version, content, _ = models.latest(session, league=league, kind=models.PLAYER_VALUES, as_of=as_of)
        return version, PlayerValues.from_json(content)
    return None


def values_of(session: Session, version: str) -> PlayerValues:
    """Return the values of a version; raises NotFound when it is not in the record."""
    return PlayerValues.from_json(models.content_of(session, version))


def _last_of_each(session: Session, found: Sequence[InjuryReport]) -> dict[tuple[str, str], InjuryReport]:
    """Return the last report that was received of each player of some teams."""
    teams, latest = {item.team_id for item in found}, max(item.received_at for item in found)
    # Oldest first, so that the last one stays.
    return {item.player: item for item in _received(session, found[0].league, teams, EPOCH, latest)}


def _received(
    session: Session, league: str, team_ids: Collection[str], since: datetime, as_of: datetime
) -> list[InjuryReport]:
    parameters = {"league_code": league, "teams": sorted(set(team_ids)), "since": since, "as_of": as_of}
    return [_report(row) for row in session.rows(_OF_TEAMS, parameters)] if team_ids else []


def _report(row: object) -> InjuryReport:
    fields = dict(row._mapping)  # type: ignore[attr-defined]  # noqa: SLF001 -- the documented way to read a row by name
    del fields["report_id"]
    fields["status"] = PlayStatus(fields["status"])
    return InjuryReport(**fields)


def _row(item: InjuryReport) -> tuple[object, ...]:
    return (
        item.report_id, item.league, item.team_id, storable(item.player_name), item.player_id, item.status, item.detail,
        micros(item.reported_at), item.payload_sha, item.place, micros(item.received_at),
    )  # fmt: skip
