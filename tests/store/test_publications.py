"""What is on its way out: fixed bytes, one row per channel, marked once it was carried."""

import hashlib

import pytest

from closeline.domain.errors import AppendOnlyViolation
from closeline.store.desk import picks, publications
from closeline.store.desk.publications import NewPublication
from closeline.store.session import unit_of_work
from tests.builders.moments import ENDS, HOUR
from tests.builders.records import TENANT, number, rows_of

CHANNELS = ("a", "b")


@pytest.fixture
def name(played):
    """Give the name of a pick whose publication was taken away, so that a test may publish it."""
    with unit_of_work(played, write=False) as session:
        return picks.every(session, tenant_id=TENANT, league="nba")[0].pick_id


def outbox(session, channel):
    return publications.pending(session, tenant_id=TENANT, channel=channel)


def publish(engine, name, channels=CHANNELS):
    from tests.builders.records import tamper

    tamper(engine, "publication", "DELETE FROM publication WHERE pick_id = :name", {"name": name})
    with unit_of_work(engine) as session:
        publications.add(
            session,
            [NewPublication(name, True, "{}", "[]", '{"é":1}')],
            tenant_id=TENANT,
            channels=channels,
            template="t",
            at=ENDS,
        )


def test_each_channel_has_its_own_row_with_the_same_bytes(played, name):
    publish(played, name)
    with unit_of_work(played, write=False) as session:
        rows = rows_of(session, "SELECT channel, payload, payload_hash, state FROM delivery ORDER BY channel")

    assert [row["channel"] for row in rows] == ["a", "b"]
    assert {row["payload_hash"] for row in rows} == {hashlib.sha256('{"é":1}'.encode()).hexdigest()}


def test_what_a_channel_has_carried_is_pending_no_more(played, name):
    publish(played, name)
    with unit_of_work(played) as session:
        (item,) = outbox(session, "a")
        publications.sent(session, tenant_id=TENANT, channel="a", messages=[(item, "m1")], at=ENDS + HOUR)
    with unit_of_work(played, write=False) as session:
        assert outbox(session, "a") == []
        assert len(outbox(session, "b")) == 1
        published_at, deliveries = publications.of_pick(session, name, tenant_id=TENANT)
        attempts = number(session, "SELECT count(*) FROM delivery_attempt")

    assert (published_at, attempts) == (ENDS, 1)
    assert deliveries == [("a", "SENT", "m1"), ("b", "PENDING", None)]


def test_a_pick_cannot_be_published_a_second_time(played):
    with unit_of_work(played, write=False) as session:
        name = picks.every(session, tenant_id=TENANT, league="nba")[0].pick_id
    with pytest.raises(AppendOnlyViolation), unit_of_work(played) as session:
        publications.add(
            session,
            [NewPublication(name, True, "{}", "[]", "{}")],
            tenant_id=TENANT,
            channels=(),
            template="t",
            at=ENDS,
        )


def test_another_tenants_outbox_is_not_ours(played, name):
    publish(played, name)
    with unit_of_work(played, write=False) as session:
        assert publications.pending(session, tenant_id="other", channel="a") == []
        assert publications.of_pick(session, name, tenant_id="other") == (None, [])
