"""Fault 26 in files and in answers: workbooks that unpack without end, and the largest board that is still read."""

import io
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from closeline.domain.errors import UnreadableFile
from closeline.domain.feeds.captures import RawPayload
from closeline.providers.archives.sheets import feed
from tests.providers.payloads import BASKETBALL, basketball_rows, workbook

MEGABYTE = 1024 * 1024
ROOT = Path(__file__).parents[2]
_DIRECTORY = b"PK\x01\x02"
_SIZE_AT = 24


def a_bomb(megabytes: int, *, lies: bool = False) -> RawPayload:
    """Give a sound workbook whose sheet is that much larger unpacked; one that lies says that it is small."""
    sound = workbook(BASKETBALL, *basketball_rows())
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(sound.content)) as source, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as bomb:
        for entry in source.infolist():
            content = source.read(entry)
            if entry.filename.endswith("sheet1.xml"):
                content = content.replace(b"<sheetData>", b"<sheetData>" + b" " * (megabytes * MEGABYTE))
            bomb.writestr(entry.filename, content)
    raw, place = bytearray(made.getvalue()), -1
    while lies and (place := raw.find(_DIRECTORY, place + 1)) >= 0:
        if struct.unpack_from("<I", raw, place + _SIZE_AT)[0] > MEGABYTE:
            struct.pack_into("<I", raw, place + _SIZE_AT, 1000)
    return RawPayload(sound.name, bytes(raw), sound.received_at)


def test_a_workbook_that_unpacks_to_too_much_is_refused_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "_UNPACKED_MAX", 16 * MEGABYTE)
    bomb = a_bomb(32)
    assert len(bomb.content) < MEGABYTE

    with pytest.raises(UnreadableFile, match="must unpack to at most"):
        feed.Sheets().parse(bomb)


def test_a_workbook_that_lies_about_its_size_is_refused_too() -> None:
    with pytest.raises(UnreadableFile, match="must be a readable workbook"):
        feed.Sheets().parse(a_bomb(32, lies=True))


def test_without_the_bound_a_workbook_is_unpacked_whatever_it_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "_UNPACKED_MAX", 1024 * MEGABYTE)

    assert feed.Sheets().parse(a_bomb(32)).quotes


LARGEST = """
import resource
from closeline.providers.foreign import SIZE_MAX
from closeline.providers.the_odds_api.feed import TheOddsApi
from tests.providers.payloads import odds_event, odds_response, outcome, payload
lines = [each for step in range(100) for each in (outcome("Over", -110, 50.5 + step), outcome("Under", -110, 50.5 + step))]
market = {"key": "alternate_totals", "outcomes": lines}
books = [{"key": f"b{book}", "last_update": "2026-01-19T22:40:09Z", "markets": [market]} for book in range(40)]
one = len(odds_response(odds_event(bookmakers=books)).content)
games = min(SIZE_MAX, 32 * 1024 * 1024) // one
made = odds_response(*(odds_event(id=f"e{game}", bookmakers=books) for game in range(games)))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
parsed = TheOddsApi().parse(made)
print(len(parsed.quotes), (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


@pytest.mark.campaign
def test_the_largest_answer_that_is_fetched_is_read_in_half_a_gigabyte() -> None:
    """More than half a million prices; a million of them are more than the 32 MB that the fetcher takes."""
    told = subprocess.run(
        [sys.executable, "-c", LARGEST], cwd=ROOT, check=True, capture_output=True, text=True, timeout=120
    ).stdout.split()

    assert int(told[0]) > 500_000
    assert int(told[1]) < 512
