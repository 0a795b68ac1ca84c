"""Injury reports as JSON: teams with the players whom their league, or the writers who follow it, report on.

The status is the source's code, not its words. A payload does not say which league it is of: who asked for it knows.
"""

import re
from collections.abc import Iterator

from closeline.domain.errors import UnreadableFile
from closeline.domain.feeds.captures import RawPayload, Rejected
from closeline.domain.forecasts.injuries import ParsedInjuries, PlayStatus, ReportedInjury
from closeline.domain.leagues import League
from closeline.providers.fields import instant
from closeline.providers.reasons import Reason
from closeline.providers.spellings import excerpt_of, name_of
from closeline.providers.strict_json import Json, loads, looks_like_json

FEED = "espn_injuries"
PROVIDER = "espn"
PARSER_VERSION = "espn_injuries/1"

_HEAD = 8192
_PLAYER = re.compile(r"/id/([0-9]{1,12})(?:/|$)")
_PART = re.compile(r"https?://[^/]+/([a-z-]+)/player/")
_PARTS = {league: str(league) for league in League} | {
    League.NCAAF: "college-football",
    League.NCAAB: "mens-college-basketball",
}
_CODE = "INJURY_STATUS_"
_OUT = ("OUT", "IR", "7DAYIL", "10DAYIL", "15DAYIL", "60DAYIL", "SUSPENSION", "PATERNITY", "BEREAVEMENT")
STATUSES = {f"{_CODE}{code}": PlayStatus.OUT for code in _OUT} | {
    f"{_CODE}DOUBTFUL": PlayStatus.DOUBTFUL,
    f"{_CODE}QUESTIONABLE": PlayStatus.QUESTIONABLE,
    # Day to day is what the leagues without game-day designations say of a player who may or may not play.
    f"{_CODE}DAYTODAY": PlayStatus.QUESTIONABLE,
    f"{_CODE}PROBABLE": PlayStatus.PROBABLE,
    f"{_CODE}ACTIVE": PlayStatus.AVAILABLE,
}

Record = dict[str, Json]


def recognises(payload: RawPayload) -> bool:
    """Say whether this is JSON with teams that hold injuries."""
    head = payload.content[:_HEAD]
    return looks_like_json(head) and b'"injuries"' in head and b'"displayName"' in head


def parse(payload: RawPayload, league: League) -> ParsedInjuries:
    """Read every report of a league; raises UnreadableFile when the payload is not one of injuries."""
    found = loads(payload.content, payload.name)
    teams = found.get("injuries") if isinstance(found, dict) else None
    if not isinstance(found, dict) or not isinstance(teams, list):
        raise UnreadableFile(f"{payload.name} must be an object with a list of injuries, was not")
    reports: list[ReportedInjury] = []
    rejected: list[Rejected] = []
    for place, team, record in _records(teams, rejected):
        read = _report(record, league, team, place)
        if isinstance(read, ReportedInjury):
            reports.append(read)
        else:
            rejected.append(Rejected(read, place, excerpt_of(record), prices=0))
    # As of other payloads: received at the time that the bytes themselves give, else when they were read.
    received_at = instant(found.get("timestamp")) or payload.received_at
    return ParsedInjuries(PROVIDER, PARSER_VERSION, received_at, tuple(reports), tuple(rejected))


def _records(teams: list[Json], rejected: list[Rejected]) -> Iterator[tuple[str, str, Json]]:
    """Yield place, team and record of every report; a team that is none is rejected whole."""
    for position, team in enumerate(teams):
        place = f"$.injuries[{position}]"
        records = team.get("injuries") if isinstance(team, dict) else None
        name = name_of(team.get("displayName")) if isinstance(team, dict) else None
        if name is None or not isinstance(records, list):
            reason = Reason.BAD_RECORD if name else Reason.UNKNOWN_TEAM
            rejected.append(Rejected(reason, place, excerpt_of(team), prices=0))
            continue
        yield from ((f"{place}.injuries[{number}]", name, record) for number, record in enumerate(records))


def _report(record: Json, league: League, team: str, place: str) -> ReportedInjury | str:
    """Return a report, or the reason why it is none."""
    if not isinstance(record, dict):
        return Reason.BAD_RECORD
    athlete, code = _within(record, "athlete"), _within(record, "type").get("name")
    player, reported_at = name_of(athlete.get("displayName")), instant(record.get("date"))
    if player is None:
        return Reason.BAD_RECORD
    if reported_at is None:
        return Reason.UNREADABLE_DATE
    if not isinstance(code, str) or code not in STATUSES:
        return Reason.UNKNOWN_STATUS
    detail = name_of(_within(record, "details").get("type")) or ""
    pages = _pages(athlete)
    return ReportedInjury(
        league, team, player, _player_id(pages), STATUSES[code], detail, reported_at, place, _is_foreign(pages, league)
    )


def _player_id(pages: list[str]) -> str | None:
    """Return the number by which the source knows a player, from the address of his page."""
    return next((named[1] for page in pages if (named := _PLAYER.search(page))), None)


def _is_foreign(pages: list[str], league: League) -> bool:
    """Say whether a player's page stands in another league's part of the source."""
    parts = {found[1] for page in pages if (found := _PART.match(page))}
    return bool(parts) and _PARTS[league] not in parts


def _pages(athlete: Record) -> list[str]:
    links = athlete.get("links")
    addresses = [link.get("href") for link in links if isinstance(link, dict)] if isinstance(links, list) else []
    return [address for address in addresses if isinstance(address, str)]


def _within(record: Record, key: str) -> Record:
    value = record.get(key)
    return value if isinstance(value, dict) else {}
