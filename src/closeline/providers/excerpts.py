"""Excerpts: the very record at a place, read again from stored bytes, for a person who follows a lineage down."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from io import BytesIO

from closeline.domain.errors import BadInput
from closeline.domain.feeds.captures import RawPayload
from closeline.providers.archives.tables import is_parquet, read_table
from closeline.providers.foreign import reading
from closeline.providers.strict_json import Json, loads, looks_like_json

LENGTH_MAX = 1200
_ROW = re.compile(r"row ([0-9]+)\b ?([^ ]*)")
_STEP = re.compile(r"\.([^.\[\]]+)|\[([0-9]+)\]")
_ZIP = b"PK\x03\x04"


def excerpt_at(payload: RawPayload, place: str) -> str | None:
    """Return the record at a place as JSON text, or None where these bytes have no such place.

    A place is a row with the name of a column (`row 12 open_total`) or a path (`$[3].bookmakers[0]`). The column's
    own cells come first; where a game is two rows, the second row is shown too.
    """
    try:
        with reading("payload", payload.name):
            found = _kind(payload.content)(payload, place)
    except BadInput:
        return None
    if found is None:
        return None
    text = json.dumps(found, ensure_ascii=False, default=str)
    return text if len(text) <= LENGTH_MAX else f"{text[: LENGTH_MAX - 3]}..."


def _kind(content: bytes) -> Callable[[RawPayload, str], object]:
    if content.startswith(_ZIP):
        return _of_workbook
    return _of_json if not is_parquet(content) and looks_like_json(content) else _of_table


def _of_json(payload: RawPayload, place: str) -> object:
    value = loads(payload.content, payload.name)
    row = _ROW.match(place)
    if row is None:
        return _plain(_walk(value, place.removeprefix("$")))
    record = value[int(row[1]) - 1] if isinstance(value, list) and 0 < int(row[1]) <= len(value) else None
    return _first(_plain(record), row[2]) if isinstance(record, dict) else None


def _walk(value: Json, path: str) -> Json:
    """Follow `.key` and `[index]`; a step that is not there leads to None."""
    for step in _STEP.finditer(path):
        key, index = step[1], step[2]
        if isinstance(value, dict) and key is not None:
            value = value.get(key)
        elif isinstance(value, list) and index is not None and int(index) < len(value):
            value = value[int(index)]
        else:
            return None
    return value


def _plain(value: Json) -> object:
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return {key: _plain(item) for key, item in value.items()} if isinstance(value, dict) else value


def _of_table(payload: RawPayload, place: str) -> object:
    row = _ROW.match(place)
    frame = read_table(payload)
    if row is None or not 0 < int(row[1]) <= len(frame):
        return None
    number, column = int(row[1]) - 1, row[2]
    records = [_first(frame.row(number, named=True), column)]
    identity = "game_id"
    if identity in frame.columns and "rotation" in frame.columns and number + 1 < len(frame):
        partner = frame.row(number + 1, named=True)
        records += [_first(partner, column)] if partner[identity] == frame.row(number, named=True)[identity] else []
    return records if len(records) > 1 else records[0]


def _of_workbook(payload: RawPayload, place: str) -> object:
    from python_calamine import CalamineWorkbook

    row = _ROW.match(place)
    rows = CalamineWorkbook.from_filelike(BytesIO(payload.content)).get_sheet_by_index(0).to_python()
    if row is None or not 0 < int(row[1]) < len(rows):
        return None
    # Rows are counted below the header, and a game is two of them.
    return [_cells(rows[0], cells) for cells in rows[int(row[1]) : int(row[1]) + 2]]


def _cells(header: Sequence[object], cells: Sequence[object]) -> dict[str, object]:
    return {str(name): cell for name, cell in zip(header, cells, strict=False) if cell != ""}


def _first(record: object, column: str) -> dict[str, object]:
    """Return a record without its empty cells, those of the place's column first."""
    cells = record if isinstance(record, Mapping) else {}
    stem = column.removesuffix("_home")
    held = {str(name): value for name, value in cells.items() if value not in (None, "")}
    named = {name: value for name, value in held.items() if stem and name.startswith(stem)}
    return named | held
