"""Tables as bytes: parquet and CSV into a frame, every fault of the reader in one line."""

import csv
from io import BytesIO
from typing import TYPE_CHECKING

from closeline.domain.captures import RawPayload
from closeline.domain.errors import UnreadableFile
from closeline.providers.foreign import check_size, reading

if TYPE_CHECKING:
    import polars as pl

_PARQUET = b"PAR1"
_HEADER_LENGTH_MAX = 16_384
# What the record holds for every league and season together is a tenth of this.
ROWS_MAX = 2_000_000


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


def read_table(payload: RawPayload) -> "pl.DataFrame":
    """Return the whole table; a CSV's cells stay text. Raises UnreadableFile."""
    import polars as pl

    check_size(payload.content, payload.name)
    if is_parquet(payload.content):
        with reading("parquet file", payload.name):
            count = pl.scan_parquet(BytesIO(payload.content)).select(pl.len()).collect().item()
            _check_rows(payload.name, count)
            return pl.read_parquet(BytesIO(payload.content))
    if b"\x00" in payload.content:
        raise UnreadableFile(f"{payload.name} must be text, holds a NUL")
    with reading("CSV file", payload.name):
        frame = pl.read_csv(BytesIO(payload.content), infer_schema=False)
        return frame.rename({name: name.strip() for name in frame.columns})


def _check_rows(name: str, rows: int) -> None:
    if rows > ROWS_MAX:
        raise UnreadableFile(f"{name} must have at most {ROWS_MAX} rows, had {rows}")
