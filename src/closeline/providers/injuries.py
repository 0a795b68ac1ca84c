"""Injury reports as JSON: teams with the players whom their league, or the writers who follow it, report on.

The status is the source's code, not its words. A payload does not say which league it is of: who asked for it knows.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from closeline.domain.captures import RawPayload, Rejected
from closeline.domain.errors import UnreadableFile
from closeline.domain.injuries import PlayStatus
from closeline.domain.leagues import League
from closeline.providers.fields import instant
from closeline.providers.reasons import Reason
from closeline.providers.spellings import excerpt_of, name_of
from closeline.providers.strict_json import Json, loads, looks_like_json

PROVIDER = "espn"
PARSER_VERSION = "espn_injuries/1"
UNKNOWN_STATUS = "UNKNOWN_STATUS"  # a code that nobody has said what to make of

_HEAD = 8192
_PLAYER = re.compile(r"/id/([0-9]{1,12})(?:/|$)")
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


@dataclass(frozen=True, slots=True)
class ReportedInjury:
    """What a source says of a player, in its spellings; `place` says where in the bytes it stands."""

    league: League
    team: str
    player: str
    provider_player_id: str | None
    status: PlayStatus
    detail: str
    reported_at: datetime
    place: str


@dataclass(frozen=True, slots=True)
class ParsedInjuries:
    """All that one payload says of injuries."""

    provider: str
    parser_version: str
    reports: tuple[ReportedInjury, ...]
    rejected: tuple[Rejected, ...]


def recognises(payload: RawPayload) -> bool:
    """Say whether this is JSON with teams that hold injuries."""
    head = payload.content[:_HEAD]
    return looks_like_json(head) and b'"injuries"' in head and b'"displayName"' in head


def parse(payload: RawPayload, league: League) -> ParsedInjuries:
    """Read every report of a league; raises UnreadableFile when the payload is not one of injuries."""
    found = loads(payload.content, payload.name)
    teams = found.get("injuries") if isinstance(found, dict) else None
    if not isinstance(teams, list):
        raise UnreadableFile(f"{payload.name} must be an object with a list of injuries, was not")
    reports: list[ReportedInjury] = []
    rejected: list[Rejected] = []
    for place, team, record in _records(teams, rejected):
        read = _report(record, league, team, place)
        if isinstance(read, ReportedInjury):
            reports.append(read)
        else:
            rejected.append(Rejected(read, place, excerpt_of(record), prices=0))
    return ParsedInjuries(PROVIDER, PARSER_VERSION, tuple(reports), tuple(rejected))


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
        return UNKNOWN_STATUS
    detail = name_of(_within(record, "details").get("type")) or ""
    return ReportedInjury(league, team, player, _player_id(athlete), STATUSES[code], detail, reported_at, place)


def _player_id(athlete: Record) -> str | None:
    """Return the number by which the source knows a player, from the address of his page."""
    links = athlete.get("links")
    for link in links if isinstance(links, list) else []:
        address = link.get("href") if isinstance(link, dict) else None
        named = _PLAYER.search(address) if isinstance(address, str) else None
        if named:
            return named[1]
    return None


def _within(record: Record, key: str) -> Record:
    value = record.get(key)
    return value if isinstance(value, dict) else {}
