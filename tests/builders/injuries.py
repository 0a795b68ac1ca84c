"""Injuries, made by hand: what a source says of players, and what a person says they are worth."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta

from closeline.domain.feeds.captures import RawPayload
from closeline.domain.forecasts.injuries import PlayerValue, PlayerValues
from closeline.domain.leagues import League
from closeline.jobs.importing.injuries import Bulletin
from closeline.providers import injuries as feed
from closeline.store import injuries, models
from closeline.store.injuries import InjuryReport
from closeline.store.polls import captures
from closeline.store.session import Session
from tests.builders.moments import OPENS

Json = dict[str, object]
STAR, STAR_POINTS = "Jay Star", 6.0
HOME_TEAM, AWAY_TEAM = "nba_celtics", "nba_heat"


def a_report(
    player: str = STAR, status: str = "OUT", at: datetime = OPENS, *, part: str = "nba", **more: object
) -> Json:
    page = {"rel": ["playercard"], "href": f"https://www.espn.com/{part}/player/_/id/4597509/name"}
    return {
        "date": at.isoformat(),
        "athlete": {"displayName": player, "links": [page]},
        "type": {"id": "4", "name": f"INJURY_STATUS_{status}"},
        "details": {"type": "Knee"},
    } | more


def a_team(*reports: Json, name: str = "Boston Celtics") -> Json:
    return {"id": "2", "displayName": name, "injuries": list(reports)}


def the_bytes(*teams: Json, at: datetime | None = OPENS) -> bytes:
    """Give a payload as its source sends it; `at` is the time that it says itself."""
    said = {"timestamp": at.isoformat()} if at else {}
    return json.dumps(said | {"status": "success", "injuries": list(teams)}).encode()


def a_bulletin(*teams: Json, at: datetime | None = OPENS, league: League = League.NBA) -> Bulletin:
    payload = RawPayload("injuries.json", the_bytes(*teams, at=at), OPENS + timedelta(hours=1))
    return Bulletin(payload, feed.FEED, league, feed.parse(payload, league))


def plant_values(
    session: Session, values: Sequence[tuple[str, str, float]] = ((HOME_TEAM, STAR, STAR_POINTS),), *,
    at: datetime = OPENS - timedelta(days=30),
) -> str:  # fmt: skip
    content = PlayerValues(League.NBA, "a test", at, tuple(PlayerValue(*item) for item in values)).to_json()
    return models.add(session, league=League.NBA, kind=models.PLAYER_VALUES, content=content, fitted_on="a test", at=at)


def plant_report(
    session: Session, status: str = "OUT", *, reported_at: datetime, received_at: datetime | None = None,
    team_id: str = HOME_TEAM, player: str = STAR,
) -> str:  # fmt: skip
    """Put one report into the record, in bytes of its own, and give its name."""
    received = received_at or reported_at
    content = the_bytes(a_team(a_report(player, status, reported_at), name=team_id), at=received)
    sha = captures.keep_payload(session, RawPayload("injuries.json", content, received), feed=feed.FEED)
    report = InjuryReport(
        League.NBA, team_id, player, None, feed.STATUSES[f"INJURY_STATUS_{status}"], "Knee", reported_at, sha, "$",
        received,
    )  # fmt: skip
    assert injuries.add(session, [report]) == 1
    return report.report_id
