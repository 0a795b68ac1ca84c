"""Bytes are kept once, under their hash, and a changed one is noticed."""

import json

import pytest

from closeline.domain.errors import CorruptRecord, NotFound
from closeline.domain.feeds.captures import Phase, RawPayload
from closeline.domain.identity.naming import Question
from closeline.domain.leagues import League
from closeline.store.polls import captures
from closeline.store.polls.captures import SetAside
from closeline.store.references import reviews
from closeline.store.session import unit_of_work
from tests.builders.moments import HOUR, OPENS
from tests.builders.payloads import a_payload, a_quote, an_event
from tests.builders.records import number, rows_of, take_in, tamper

BYTES = b'{"games": ["' + b"Celtics " * 200 + b'"]}'
RAW = RawPayload("a.json", BYTES, OPENS)


def kept(engine, raw=RAW):
    with unit_of_work(engine) as session:
        return captures.keep_payload(session, raw, feed="f")


def test_the_bytes_that_were_kept_come_back(record):
    sha = kept(record)
    with unit_of_work(record, write=False) as session:
        assert captures.payload(session, sha) == RAW


def test_the_same_bytes_are_kept_once_and_say_when_they_came_first(record):
    sha = kept(record)
    again = kept(record, RawPayload("b.json", BYTES, OPENS + HOUR))
    with unit_of_work(record, write=False) as session:
        assert again == sha
        assert captures.payload(session, sha) == RAW
        assert number(session, "SELECT count(*) FROM raw_payload") == 1


def test_bytes_that_nobody_kept_are_not_found(record):
    with unit_of_work(record, write=False) as session, pytest.raises(NotFound):
        captures.payload(session, "no such")


def test_any_changed_byte_of_a_stored_payload_is_corruption(record):
    sha = kept(record)
    with unit_of_work(record, write=False) as session:
        stored = bytes(rows_of(session, "SELECT compressed FROM raw_payload")[0]["compressed"])
    for place in range(0, len(stored), max(len(stored) // 12, 1)):
        changed = stored[:place] + bytes([stored[place] ^ 0x10]) + stored[place + 1 :]
        tamper(record, "raw_payload", "UPDATE raw_payload SET compressed = :z", {"z": changed})
        with unit_of_work(record, write=False) as session, pytest.raises(CorruptRecord):
            captures.payload(session, sha)


def test_a_cut_payload_is_corruption(record):
    sha = kept(record)
    with unit_of_work(record, write=False) as session:
        stored = bytes(rows_of(session, "SELECT compressed FROM raw_payload")[0]["compressed"])
    tamper(record, "raw_payload", "UPDATE raw_payload SET compressed = :z", {"z": stored[:-9]})
    with unit_of_work(record, write=False) as session, pytest.raises(CorruptRecord):
        captures.payload(session, sha)


def test_a_payload_whose_bytes_were_exchanged_whole_is_corruption(record):
    first, second = kept(record), kept(record, RawPayload("b", b"other", OPENS))
    tamper(
        record,
        "raw_payload",
        "UPDATE raw_payload SET compressed = (SELECT compressed FROM raw_payload WHERE payload_sha = :b) WHERE payload_sha = :a",
        {"a": first, "b": second},
    )
    with unit_of_work(record, write=False) as session, pytest.raises(CorruptRecord):
        captures.payload(session, first)


def test_a_reading_has_the_same_name_for_the_same_bytes_phase_and_day(record):
    sha = kept(record)

    def name(session, **changes):
        given = {
            "payload_sha": sha,
            "feed": "f",
            "phase": Phase.OPEN,
            "day": "2023-11-15",
            "parsed": a_payload(),
        } | changes
        return captures.add_snapshot(session, **given, received_at=OPENS).snapshot_id

    with unit_of_work(record) as session:
        first = name(session)
        assert name(session) == first
        assert (
            len({first, name(session, phase=Phase.CLOSE), name(session, day=None), name(session, day="2023-11-16")})
            == 4
        )
        found = captures.snapshot_of(session, first)

    assert (found.payload_sha, found.phase, found.day, found.received_at) == (sha, Phase.OPEN, "2023-11-15", OPENS)


def test_a_snapshot_that_nobody_took_is_not_found(record):
    with unit_of_work(record, write=False) as session, pytest.raises(NotFound):
        captures.snapshot_of(session, "no such")


def test_the_same_record_of_the_same_bytes_is_set_aside_once(record):
    sha = kept(record)
    aside = [SetAside("IMPOSSIBLE_PRICE", "row 3", "99", 1), SetAside("IMPOSSIBLE_PRICE", "row 4", "99", 2)]
    for _ in range(2):
        with unit_of_work(record) as session:
            captures.set_aside(session, aside, payload_sha=sha, feed="f", received_at=OPENS)
    with unit_of_work(record, write=False) as session:
        assert number(session, "SELECT sum(prices) FROM quarantine") == 3


def test_a_spelling_is_asked_about_once_and_keeps_its_suggestions(record):
    sha = kept(record)
    unknown = [Question(League.NBA, "Bostan Celtics", ("Boston Celtics",), "row 1")]
    for _ in range(2):
        with unit_of_work(record) as session:
            reviews.ask(session, unknown, provider="f", payload_sha=sha, at=OPENS)
    with unit_of_work(record, write=False) as session:
        (row,) = rows_of(session, "SELECT spelling, suggestions, state FROM mapping_review")

    assert (row["spelling"], json.loads(row["suggestions"]), row["state"]) == (
        "Bostan Celtics",
        ["Boston Celtics"],
        "OPEN",
    )
    assert reviews.suggestions_of(row["suggestions"]) == ("Boston Celtics",)


def test_the_quarantine_of_a_league_counts_prices_by_reason(seeded):
    stranger = an_event("g2", home="Nobody Known")
    with unit_of_work(seeded) as session:
        take_in(
            session, a_payload(an_event(), stranger, a_quote(), a_quote("g2"), a_quote("g2", line=-16, place="row 2"))
        )
        assert captures.quarantined(session, league="nba") == {"UNKNOWN_TEAM": 2}
        assert captures.quarantined(session, league="nfl") == {}
