"""Tables as bytes: parquet and CSV into a frame, every fault of the reader in one line."""

import csv
from io import BytesIO
from typing import TYPE_CHECKING

from closeline.domain.errors import BadInput, UnreadableFile
from closeline.domain.feeds.captures import RawPayload
from closeline.providers.foreign import check_size, reading

if TYPE_CHECKING:
    import polars as pl

_PARQUET = b"PAR1"
_HEADER_LENGTH_MAX = 16_384
# What the record holds for every league and season together is a tenth of this.
ROWS_MAX = 2_000_000
# The widest table that is known has some sixty; a reader of thousands of columns takes minutes for nothing.
COLUMNS_MAX = 2_000


def is_parquet(content: bytes) -> bool:
    """Say whether the bytes begin as a parquet file does."""
    return content.startswith(_PARQUET)


def header_of(content: bytes) -> list[str]:
    """Return the column names of a CSV, or nothing when the first line is not text."""
    line = content[:_HEADER_LENGTH_MAX].partition(b"\n")[0]
    try:
        text = line.decode("utf-8-sig").strip()
    except UnicodeDecodeError:
        return []
    return [name.strip() for name in next(csv.reader([text]), [])] if text.isprintable() else []


def parquet_columns(payload: RawPayload) -> set[str]:
    """Return the columns of a parquet file, none where it cannot be read: then the reader of tables will say so."""
    if not is_parquet(payload.content):
        return set()
    import polars as pl

    try:
        with reading("parquet file", payload.name):
            return set(pl.read_parquet_schema(BytesIO(payload.content)))
    except BadInput:
        return set()


def read_table(payload: RawPayload) -> "pl.DataFrame":
    """Return the whole table; a CSV's cells stay text. Raises UnreadableFile."""
    import polars as pl

    check_size(payload.content, payload.name)
    if is_parquet(payload.content):
        with reading("parquet file", payload.name):
            _check_columns(payload.name, len(pl.read_parquet_schema(BytesIO(payload.content))))
            count = pl.scan_parquet(BytesIO(payload.content)).select(pl.len()).collect().item()
            _check_rows(payload.name, count)
            return pl.read_parquet(BytesIO(payload.content))
    if b"\x00" in payload.content:
        raise UnreadableFile(f"{payload.name} must be text, holds a NUL")
    _check_columns(payload.name, payload.content.partition(b"\n")[0].count(b",") + 1)
    with reading("CSV file", payload.name):
        frame = pl.read_csv(BytesIO(payload.content), infer_schema=False)
        return frame.rename({name: name.strip() for name in frame.columns})


def must_be_plain(frame: "pl.DataFrame", name: str) -> None:
    """Raise UnreadableFile for a column whose cells are lists, records or bytes: no text, number or time."""
    import polars as pl

    for column, kind in frame.schema.items():
        if kind.is_nested() or kind in (pl.Binary, pl.Object):
            raise UnreadableFile(f"{name} must hold text, numbers or times in the column {column}, held {kind}")


def _check_columns(name: str, columns: int) -> None:
    if columns > COLUMNS_MAX:
        raise UnreadableFile(f"{name} must have at most {COLUMNS_MAX} columns, had {columns}")


def _check_rows(name: str, rows: int) -> None:
    if rows > ROWS_MAX:
        raise UnreadableFile(f"{name} must have at most {ROWS_MAX} rows, had {rows}")
