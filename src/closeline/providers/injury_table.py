"""Injury reports as a table, one row per player and week: the designations of the National Football League by nflverse.

Parquet or CSV. A row without a designation says that a player was looked after in practice, and nothing of the game: it
is no report. Times without a zone are UTC.
"""

from collections.abc import Iterator
from datetime import UTC, datetime

from closeline.domain.errors import BadInput
from closeline.domain.feeds.captures import RawPayload, Rejected
from closeline.domain.forecasts.injuries import ParsedInjuries, PlayStatus, ReportedInjury
from closeline.domain.leagues import League
from closeline.providers.archives.tables import header_of, is_parquet, parquet_columns, read_table
from closeline.providers.foreign import reading
from closeline.providers.reasons import Reason
from closeline.providers.spellings import excerpt_of, name_of

FEED = "nflverse_injuries"
PROVIDER = "nflverse"
PARSER_VERSION = "nflverse_injuries/1"

_NAMES = ("full_name", "player_name")
_IDS = ("gsis_id", "player_id")
_STATUSES = ("report_status", "status")
_DETAILS = ("report_primary_injury", "practice_primary_injury")
_NEEDED = frozenset({"season", "week", "team", "date_modified"})
_NOTHING = frozenset({"", "NA", "nan", "None"})
_STATUS = {
    "Out": PlayStatus.OUT,
    "Doubtful": PlayStatus.DOUBTFUL,
    "Questionable": PlayStatus.QUESTIONABLE,
    "Probable": PlayStatus.PROBABLE,
}

Row = dict[str, object]


def recognises(payload: RawPayload) -> bool:
    """Say whether this is a table with the columns of weekly reports."""
    found = parquet_columns(payload) if is_parquet(payload.content) else set(header_of(payload.content))
    return found >= _NEEDED and all(found & set(names) for names in (_NAMES, _STATUSES))


def parse(payload: RawPayload, league: League) -> ParsedInjuries:
    """Read every report of the table; raises BadInput for another league than the one that it is of."""
    if league is not League.NFL:
        raise BadInput(f"{payload.name} must come with --league {League.NFL}, came with {league}: it is its table")
    frame = read_table(payload)
    reports: list[ReportedInjury] = []
    rejected: list[Rejected] = []
    with reading("table of injuries", payload.name):
        rows: list[Row] = frame.to_dicts()
    for place, row in _designated(rows):
        read = _report(row, place)
        if isinstance(read, ReportedInjury):
            reports.append(read)
        else:
            rejected.append(Rejected(read, place, excerpt_of(row), prices=0))
    return ParsedInjuries(PROVIDER, PARSER_VERSION, payload.received_at, tuple(reports), tuple(rejected))


def _designated(rows: list[Row]) -> Iterator[tuple[str, Row]]:
    for number, row in enumerate(rows, start=1):
        if _first(row, _STATUSES) is not None:
            yield f"row {number}", row


def _report(row: Row, place: str) -> ReportedInjury | Reason:
    """Return a report, or the reason why it is none."""
    team, player, status = name_of(row["team"]), _first(row, _NAMES), _first(row, _STATUSES)
    reported_at = _moment(row["date_modified"])
    if team is None or player is None:
        return Reason.BAD_RECORD
    if reported_at is None:
        return Reason.UNREADABLE_DATE
    if status not in _STATUS:
        return Reason.UNKNOWN_STATUS
    number, detail = _first(row, _IDS), _first(row, _DETAILS)
    return ReportedInjury(League.NFL, team, player, number, _STATUS[status], detail or "", reported_at, place)


def _first(row: Row, names: tuple[str, ...]) -> str | None:
    """Return what stands in the first of these columns that says something."""
    found = (name_of(row.get(name)) for name in names)
    return next((text for text in found if text is not None and text not in _NOTHING), None)


def _moment(value: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value.strip()) if isinstance(value, str) else value
    except ValueError:
        return None
    if not isinstance(moment, datetime):
        return None
    try:
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError:
        return None
