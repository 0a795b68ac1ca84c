"""Replay: the last days again from raw bytes, equal to the last row, and every planted fault caught and located."""

from dataclasses import replace
from datetime import timedelta

import pytest

from closeline.domain.errors import Refused
from closeline.domain.leagues import League
from closeline.jobs.learning.limiting import change_limits
from closeline.jobs.replaying.window import replaying, running
from closeline.jobs.replaying.window.replaying import replay
from closeline.store import schema
from closeline.store.record.replay import rules
from closeline.store.session import unit_of_work
from closeline.store.tables import metadata
from tests import databases
from tests.builders.polling import clock_of
from tests.builders.records import a_copy, make_trusting, number, opened, tamper
from tests.builders.replayed import (
    a_polling_desk,
    last_days,
    live_through,
    make_days,
    make_lived,
    reading_desk,
)
from tests.fakes import FakeChannel


@pytest.fixture
def days(new_databases):
    """Give a record with four days of an archive."""
    with a_copy(new_databases, "replayed days", make_days) as engine:
        yield engine


@pytest.fixture
def lived(new_databases):
    """Give a record that a desk has polled into for over an hour."""
    with a_copy(new_databases, "lived", make_lived) as engine:
        yield engine


@pytest.fixture
def empty(new_databases):
    """Give a record with a schema and nothing else."""

    def build(url):
        with opened(url) as engine:
            schema.ready(engine)

    with a_copy(new_databases, "only a schema", build) as engine:
        yield engine


def counts(found):
    return {table.table: (table.recorded, table.replayed) for table in found.tables}


def differing(found):
    return {table.table for table in found.tables if not table.equal}


def told(found):
    return " / ".join(f"{table.table} {row.name}: {row.text}" for table in found.tables for row in table.first)


def test_days_of_an_archive_come_out_again_to_the_last_row(days, empty):
    found = replay(reading_desk(days), reading_desk(empty), last_days(days, days=2.5))

    assert (differing(found), found.faults, found.outside) == (set(), (), ())
    assert found.equal
    seen = counts(found)
    assert all(recorded == replayed for recorded, replayed in seen.values())
    kinds = ("snapshot", "quote", "sim_run", "prediction", "candidate_finding", "pick", "publication", "grade")
    assert all(seen[name][0] > 0 for name in kinds)


def test_the_hours_of_a_desk_that_polls_come_out_again_from_its_first_poll_on(lived, empty):
    found = replay(reading_desk(lived), reading_desk(empty), last_days(lived))

    assert (differing(found), found.faults, found.outside) == (set(), (), ())
    seen = counts(found)
    assert (seen["snapshot"][1], seen["quote"][1], seen["publication"][1]) == (9, 22, 2)


@pytest.mark.parametrize("minutes", [5, 35])
def test_a_window_may_begin_between_any_two_polls(lived, empty, minutes):
    found = replay(reading_desk(lived), reading_desk(empty), last_days(lived, days=minutes / 1440))

    assert (differing(found), found.faults, found.outside) == (set(), (), ())
    assert counts(found)["quote_heartbeat"][0] == 12


def test_a_window_may_end_before_the_record_does(lived, empty):
    window = last_days(lived)
    found = replay(
        reading_desk(lived), reading_desk(empty), replace(window, until=window.until - timedelta(minutes=25))
    )

    assert (differing(found), found.faults, found.outside) == (set(), (), ())
    assert counts(found)["snapshot"] == (5, 5)


def test_a_record_is_replayed_into_a_database_of_the_other_kind(lived, sqlite):
    with databases.dropped_after(sqlite, sqlite.fresh()) as url, opened(url) as other:
        schema.ready(other)
        found = replay(reading_desk(lived), reading_desk(other), last_days(lived))

    assert (differing(found), found.faults, found.outside) == (set(), (), ())


def test_limits_that_somebody_changed_are_put_in_when_they_were(new_databases, empty):
    with a_copy(new_databases, "trusting", make_trusting) as engine:
        desk = a_polling_desk(engine)
        live_through(desk, 1)
        change_limits(desk, League.NFL, {"edge_pick": 0.05}, why="too many", actor="ann")
        clock_of(desk).pass_(minutes=10)
        live_through(desk, 2)
        found = replay(reading_desk(engine), reading_desk(empty), last_days(engine))

    assert (differing(found), found.faults, found.outside) == (set(), (), ())
    assert found.carried == 1


def test_nothing_was_sent_or_bought_and_nothing_says_that_it_was(lived, empty):
    replay(reading_desk(lived), reading_desk(empty), last_days(lived))

    with unit_of_work(empty, write=False) as session:
        sent = {name: number(session, f"SELECT count(*) FROM {name}") for name in rules.MUST_STAY_EMPTY}
    assert set(sent.values()) == {0}
    assert {"delivery", "delivery_attempt", "quota_entry"} <= set(sent)


def test_a_replay_that_kept_its_channels_would_be_seen(lived, empty, monkeypatch):
    shut = replaying._shut
    channel = FakeChannel()
    monkeypatch.setattr(replaying, "_shut", lambda *given: replace(shut(*given), channels=(channel,)))
    monkeypatch.setattr(running, "PIPELINE", running.PIPELINE | {"publish.deliver"})
    found = replay(reading_desk(lived), reading_desk(empty), last_days(lived))

    assert not found.equal
    assert any("rows in delivery" in item for item in found.outside)


def test_a_replay_that_asks_a_provider_is_refused_and_seen(lived, empty, monkeypatch):
    take_in = running.Clockwork._take_in

    def asking(self, desk, step):
        if step.keeps and desk.fetch is not None:
            feed = desk.feeds[0]
            from closeline.domain.feeds.wants import Kind, Want

            desk.fetch.fetch(feed.required_items(Want(Kind.EVENTS, League.NFL))[0])
        return take_in(self, desk, step)

    monkeypatch.setattr(running.Clockwork, "_take_in", asking)
    found = replay(reading_desk(lived), reading_desk(empty), last_days(lived))

    assert not found.equal
    assert any(item.startswith("a call of /v4/sports") for item in found.outside)
    assert "a replay must call no provider" in found.faults[0]


def test_a_parser_that_moves_one_quote_is_found_with_the_name_of_the_quote(lived, empty, monkeypatch):
    desk = reading_desk(empty)
    parse = type(desk.feeds[0]).parse

    def moved(self, payload):
        parsed = parse(self, payload)
        quotes = tuple(
            replace(item, line_quarters=item.line_quarters + 2)
            if item.side == "OVER" and item.book == "pinnacle" and item.line_quarters is not None
            else item
            for item in parsed.quotes
        )
        return replace(parsed, quotes=quotes)

    monkeypatch.setattr(type(desk.feeds[0]), "parse", moved)
    found = replay(reading_desk(lived), desk, last_days(lived))

    assert "quote" in differing(found)
    text = told(found)
    assert "pinnacle TOTAL:FULL_GAME" in text
    assert "line_quarters was 178, is 180" in text


def test_a_probability_that_was_changed_by_hand_is_found(lived, empty):
    tamper(lived, "prediction", "UPDATE prediction SET p_raw = p_raw + 0.000001 WHERE market_key = 'TOTAL:FULL_GAME'")
    found = replay(reading_desk(lived), reading_desk(empty), last_days(lived))

    assert differing(found) == {"prediction"}
    assert "p_raw was" in told(found)


def test_terms_that_were_changed_by_hand_are_found(lived, empty):
    tamper(lived, "publication", "UPDATE publication SET visibility = 'HIDDEN'")
    found = replay(reading_desk(lived), reading_desk(empty), last_days(lived))

    assert differing(found) == {"publication"}
    assert "visibility was 'HIDDEN', is" in told(found)


def test_a_record_that_holds_anything_is_not_replayed_into(lived):
    with pytest.raises(Refused, match="into an empty record"):
        replay(reading_desk(lived), reading_desk(lived), last_days(lived))


def test_a_replay_says_of_every_table_what_it_does_with_it():
    kinds = (
        rules.WHOLE, set(rules.BY_TIME), set(rules.WITH), rules.OF_EVENTS, rules.WORKED_OUT, set(rules.MUST_STAY_EMPTY),
        set(rules.LEFT),
    )  # fmt: skip
    assert sorted(name for kind in kinds for name in kind) == sorted(metadata.tables)
