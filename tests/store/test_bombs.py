"""Fault 26 in the record: stored bytes that would unpack to more than was stored are refused with bounded memory."""

import tracemalloc
import zlib

import pytest

from closeline.domain.clock import micros
from closeline.domain.errors import CorruptRecord
from closeline.domain.ids import sha256_hex
from closeline.store.polls import captures
from closeline.store.session import unit_of_work
from closeline.store.tables.evidence import raw_payload
from tests.builders.moments import OPENS

MEGABYTE = 1024 * 1024
COLUMNS = ("payload_sha", "feed", "name", "size", "compressed", "received_at")


def planted(session, unpacked, *, size):
    """Put bytes into the record that unpack to something else than its size says; give their name."""
    sha = sha256_hex(b"what was stored")
    session.append(raw_payload, COLUMNS, [(sha, "a", "bomb.json", size, zlib.compress(unpacked, 9), micros(OPENS))])
    return sha


def peak_of(work):
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def refused(session, sha):
    with pytest.raises(CorruptRecord, match="the stored bytes were changed"):
        captures.payload(session, sha)


def test_a_bomb_in_the_record_is_refused_with_bounded_memory(record):
    with unit_of_work(record) as session:
        sha = planted(session, b" " * (100 * MEGABYTE), size=1000)

        assert peak_of(lambda: refused(session, sha)) < 8 * MEGABYTE


@pytest.mark.parametrize("told", [b"shorter", b"what was storee", b"what was stored and more"])
def test_bytes_of_another_length_or_letter_are_refused(record, told):
    with unit_of_work(record) as session:
        refused(session, planted(session, told, size=len(b"what was stored")))


def test_without_the_bound_a_bomb_in_the_record_goes_off(record, monkeypatch):
    monkeypatch.setattr(captures, "_unpacked", lambda packed, size: zlib.decompress(packed))
    with unit_of_work(record) as session:
        sha = planted(session, b" " * (100 * MEGABYTE), size=1000)

        assert peak_of(lambda: refused(session, sha)) > 90 * MEGABYTE
