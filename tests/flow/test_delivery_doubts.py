"""Doubts: who has not seen what surely arrived is not believed, what is missed is told, and what is claimed is taken back."""

from datetime import timedelta

import pytest

from closeline.domain.clock import FixedClock
from closeline.domain.publishing.delivery import LEASE, QUIET, SurelyNotSent
from closeline.flow.publish import missing, reconciling
from closeline.store.desk import outbox, restored, sightings
from closeline.store.session import unit_of_work
from tests.builders.chats import Chat, Post, Reader
from tests.builders.moments import HOUR, MINUTE, OPENS, START
from tests.builders.records import TENANT, a_copy
from tests.flow.test_delivery import a_pick, announce, anomalies, kinds, make_posted, once

SETTLED = LEASE + QUIET + timedelta(seconds=1)


@pytest.fixture
def record(new_databases):
    """Give a record with published picks that a chat has still to carry."""
    with a_copy(new_databases, "posted", make_posted) as engine:
        yield engine


@pytest.fixture
def post(record):
    """Give the chat and the clock, with nobody who reads."""
    return Post(record, Chat(), FixedClock(OPENS + MINUTE))


@pytest.fixture
def read(record):
    """Give the same with a reader."""
    chat = Chat()
    return Post(record, chat, FixedClock(OPENS + MINUTE), reader=Reader(chat))


# ----------------------------------------------------------------------------- who looks must be able to see


def test_a_reader_that_has_seen_nothing_of_ours_decides_nothing(read):
    read.readers[0].proved = False
    read.chat.script = ["LOST"] * 100
    read.chat.lands = 100 * HOUR
    read.deliver()
    read.clock.now += SETTLED
    read.reconcile()
    read.deliver()

    assert set(read.states()) == {"UNKNOWN"}
    assert once(read.chat)
    assert kinds(read) == {reconciling.UNCERTAIN}


def test_a_reader_that_missed_the_newest_message_that_surely_arrived_decides_nothing(read):
    read.readers[0].proved = False
    read.chat.lands = 100 * HOUR
    read.chat.script = ["SENT", *["LOST"] * 100]
    read.deliver()
    read.clock.now += SETTLED
    read.reconcile()

    assert set(read.states()) == {"SENT", "UNKNOWN"}


def test_a_reader_that_saw_the_newest_message_that_surely_arrived_is_believed(read):
    read.readers[0].proved = False
    read.chat.script = ["SENT", *["NEVER_CAME"] * (len(read.states()) - 1)]
    read.deliver()
    read.clock.now += SETTLED
    read.reconcile()
    assert set(read.states()) == {"SENT", "PENDING"}
    read.deliver()

    assert set(read.states()) == {"SENT"}
    assert once(read.chat)


def test_a_reader_that_saw_something_long_ago_decides_nothing(read, monkeypatch):
    monkeypatch.setattr(sightings, "_SHOWS_FOR", QUIET)
    read.readers[0].proved = False
    read.chat.script = ["SENT", *["NEVER_CAME"] * (len(read.states()) - 1)]
    read.deliver()
    read.clock.now += SETTLED + QUIET
    read.reconcile()

    assert set(read.states()) == {"SENT", "UNKNOWN"}


def test_what_waited_when_a_backup_was_made_is_not_sent_again_because_nobody_saw_it(read):
    with unit_of_work(read.engine) as session:
        assert restored.put_in_doubt(session, tenant_id=TENANT, at=read.clock()) > 0
    for moment in (read.clock() + SETTLED, START + HOUR, START + 2 * HOUR):
        read.clock.now = moment
        read.reconcile()
        read.deliver()

    assert set(read.states()) == {"UNKNOWN"}
    assert read.chat.messages == []


# ------------------------------------------------------------------------------------------------- missed


def test_a_missed_message_is_told_of_once_for_its_channel(post):
    post.clock.now = START + HOUR
    post.deliver()

    assert len(post.states()) > 1
    assert kinds(post) == {missing.MISSED}


def test_a_message_whose_next_try_would_be_too_late_is_told_of(post):
    post.chat.script = [SurelyNotSent("too many", 10 * HOUR)]
    post.deliver()

    assert kinds(post) == {missing.MISSED}


def test_what_nobody_carries_any_more_is_told_of_when_it_is_missed(read):
    Post(read.engine, Chat("other"), FixedClock(START + HOUR)).reconcile()

    assert kinds(read) == {missing.MISSED}


# ------------------------------------------------------------------------------- late, and at one moment


def test_a_receipt_that_comes_late_under_the_newest_token_ends_the_doubt(post):
    brought = post.carry(post.claim())
    post.clock.now += SETTLED
    post.reconcile()
    assert set(post.states()) == {"UNKNOWN"}

    assert post.keep(brought) == 0
    assert set(post.states()) == {"SENT"}
    assert anomalies(post) == []
    post.reconcile()
    assert kinds(post) == set()


def test_a_pick_whose_post_is_claimed_while_it_is_called_back_gets_its_notice(post, monkeypatch):
    name, of_pick = a_pick(post), outbox.of_pick
    stale = post.rows(name)
    parcels = post.claim()
    # On PostgreSQL a worker may commit its claim after the rows were read: what was read is old.
    monkeypatch.setattr(outbox, "of_pick", lambda *given, **more: stale)
    assert announce(post, name) == 1
    monkeypatch.setattr(outbox, "of_pick", of_pick)
    post.keep(post.carry(parcels))
    post.deliver()

    assert [(row.kind, row.state) for row in post.rows(name)] == [("POST", "SENT"), ("VOIDED", "SENT")]
