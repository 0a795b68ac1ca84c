"""The envelope of a response: its events, its time, and who is playing."""

from dataclasses import dataclass
from datetime import datetime

from closeline.domain.errors import UnreadableFile
from closeline.domain.feeds.captures import Basis, ParsedEvent, RawPayload
from closeline.domain.leagues import PRESEASON_KEYS, SPORT_KEYS, League, league_day, season_of
from closeline.providers.fields import instant, time_in
from closeline.providers.reasons import Reason
from closeline.providers.spellings import name_of
from closeline.providers.strict_json import Json, loads

Record = dict[str, Json]


@dataclass(frozen=True, slots=True)
class Response:
    """The events of a response with the path of each, and when it was received; `past` says that it is of the past."""

    events: tuple[tuple[str, Json], ...]
    received_at: datetime
    past: bool = False


def response_of(payload: RawPayload) -> Response:
    """Read the envelope; raises UnreadableFile for what is no answer, or is the vendor's refusal."""
    value = loads(payload.content, payload.name)
    path, timestamp = "$", None
    if isinstance(value, dict) and "error_code" in value:
        raise UnreadableFile(f"{payload.name} must be an answer, was the refusal {ascii(value['error_code'])[:60]}")
    if isinstance(value, dict) and "data" in value:
        path, timestamp, value = "$.data", instant(value.get("timestamp")), value["data"]
    if isinstance(value, dict):
        events: tuple[tuple[str, Json], ...] = ((path, value),)
    elif isinstance(value, list):
        events = tuple((f"{path}[{position}]", event) for position, event in enumerate(value))
    else:
        raise UnreadableFile(f"{payload.name} must be a list of events or one event, was neither")
    received_at = timestamp or time_in(payload.name) or _latest_update(value) or payload.received_at
    return Response(events, received_at, timestamp is not None)


def _latest_update(value: Json) -> datetime | None:
    """Return the latest `last_update` anywhere below a value."""
    children: list[Json] = []
    latest: datetime | None = None
    if isinstance(value, list):
        children = value
    elif isinstance(value, dict):
        children = list(value.values())
        latest = instant(value.get("last_update"))
    for child in children:
        found = _latest_update(child)
        if found is not None and (latest is None or found > latest):
            latest = found
    return latest


def event_of(record: Json, place: str) -> ParsedEvent | Reason:
    """Return the event that a record describes, not yet numbered, or why it cannot be used."""
    if not isinstance(record, dict):
        return Reason.BAD_RECORD
    sport = record.get("sport_key")
    league = SPORT_KEYS.get(sport) if isinstance(sport, str) else None
    if league is None:
        return Reason.PRESEASON if isinstance(sport, str) and sport in PRESEASON_KEYS else Reason.UNKNOWN_LEAGUE
    name, starts_at = name_of(record.get("id")), instant(record.get("commence_time"))
    home, away = name_of(record.get("home_team")), name_of(record.get("away_team"))
    if name is None or starts_at is None or home is None or away is None or home == away:
        return Reason.BAD_RECORD
    return _event(league, name, starts_at, (home, away), place)


def _event(league: League, name: str, starts_at: datetime, teams: tuple[str, str], place: str) -> ParsedEvent | Reason:
    try:
        day = league_day(starts_at)
    except OverflowError:
        return Reason.BAD_RECORD
    season = season_of(league, day)
    return ParsedEvent(name, league, day, season, *teams, starts_at, Basis.QUOTED, place=place)
