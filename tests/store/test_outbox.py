"""The outbox: one row per pick, channel and kind; one holder at a time; a result under the newest token only."""

from datetime import timedelta

import pytest
from sqlalchemy import text, update

from closeline.domain.errors import CorruptRecord, IllegalTransition, Refused
from closeline.domain.ids import sha256_hex
from closeline.domain.ports import Sighting
from closeline.domain.publishing.delivery import DeliveryState, MessageKind, Receipt
from closeline.store import schema
from closeline.store.database.engine import open_engine
from closeline.store.desk import outbox, picks, sightings
from closeline.store.desk.outbox import NewDelivery
from closeline.store.desk.sightings import Anomaly
from closeline.store.session import unit_of_work
from closeline.store.tables.outbox import delivery
from tests.builders.moments import ENDS, HOUR, MINUTE
from tests.builders.records import TENANT, number, rows_of

CHAT = "chat"
POST = MessageKind.POST


@pytest.fixture
def names(played):
    """Give the names of two picks."""
    with unit_of_work(played, write=False) as session:
        return [item.pick_id for item in picks.every(session, tenant_id=TENANT, league="nba")][:2]


@pytest.fixture
def laid(played, names):
    """Give the record with a message for each of the two."""
    with unit_of_work(played) as session:
        outbox.add(session, [
            NewDelivery(name, CHAT, POST, f'{{"text":"é {name}"}}', ENDS + HOUR) for name in names
        ], tenant_id=TENANT, at=ENDS)  # fmt: skip
    return played


def waiting(session, at=ENDS):
    return outbox.waiting(session, tenant_id=TENANT, channel=CHAT, at=at)


def claimed(session, at=ENDS, until=ENDS + MINUTE):
    item = waiting(session)[0]
    taken = outbox.claim(session, item, at=at, until=until, deadline=item.deadline)
    assert taken is not None
    return item, taken


def test_a_message_is_laid_down_with_the_hash_of_its_bytes_and_of_its_text(laid, names):
    with unit_of_work(laid, write=False) as session:
        found = waiting(session)

    assert sorted(item.pick_id for item in found) == sorted(names)
    for item in found:
        assert item.payload_hash == sha256_hex(item.payload.encode())
        assert item.text_hash == sha256_hex(f"é {item.pick_id}".encode())
        assert (item.state, item.token, item.attempts, item.receipt) == (DeliveryState.PENDING, 0, 0, None)


def test_a_pick_has_one_message_of_a_kind_for_a_channel(laid, names):
    with pytest.raises(Refused, match="already in delivery"), unit_of_work(laid) as session:
        outbox.add(session, [NewDelivery(names[0], CHAT, POST, "x", ENDS)], tenant_id=TENANT, at=ENDS)


def test_a_claim_raises_the_token_and_only_the_first_gets_it(laid):
    with unit_of_work(laid) as session:
        item, taken = claimed(session)
        again = outbox.claim(session, item, at=ENDS, until=ENDS + MINUTE, deadline=item.deadline)

    assert again is None
    assert (taken.state, taken.token, taken.attempts) == (DeliveryState.SENDING, 1, 1)
    assert taken.lease_until == ENDS + MINUTE


def test_what_is_claimed_waits_no_more_and_is_left_when_the_claim_ends(laid):
    with unit_of_work(laid) as session:
        _, taken = claimed(session)
        bound = {"tenant_id": TENANT, "channel": CHAT}
        assert taken.pick_id not in {item.pick_id for item in waiting(session)}
        assert outbox.left(session, **bound, at=ENDS + MINUTE - timedelta(seconds=1)) == []
        assert outbox.left(session, **bound, at=ENDS + MINUTE) == [taken]
        assert outbox.doubtful(session, **bound, at=ENDS + 2 * MINUTE) == []
        assert outbox.doubtful(session, **bound, at=ENDS + 3 * MINUTE) == [taken]


def test_a_result_under_an_old_token_is_not_recorded(laid):
    with unit_of_work(laid) as session:
        _, taken = claimed(session, until=ENDS)
        (left,) = outbox.left(session, tenant_id=TENANT, channel=CHAT, at=ENDS)
        newer = outbox.claim(session, left, at=ENDS, until=ENDS, deadline=left.deadline)
        assert newer is not None
        assert not outbox.sent(session, taken, Receipt("1"), at=ENDS)
        assert outbox.sent(session, newer, Receipt("2", "-100"), at=ENDS)
        (row,) = outbox.of_pick(session, taken.pick_id, tenant_id=TENANT)[-1:]
        assert number(session, "SELECT count(*) FROM delivery_attempt") == 1

    assert row.receipt == Receipt("2", "-100", ENDS)


def test_the_twin_that_asks_for_no_token_records_the_stale_result(laid, monkeypatch):
    def unfenced(session, item, at, **values):
        session.execute(update(delivery).where(*outbox._KEY).values(updated_at=at, **values), outbox._key(item))
        return True

    with unit_of_work(laid) as session:
        _, taken = claimed(session, until=ENDS)
        (left,) = outbox.left(session, tenant_id=TENANT, channel=CHAT, at=ENDS)
        newer = outbox.claim(session, left, at=ENDS, until=ENDS, deadline=left.deadline)
        monkeypatch.setattr(outbox, "_moves", unfenced)

        assert newer is not None
        assert outbox.sent(session, taken, Receipt("1"), at=ENDS)


def test_what_has_ended_does_not_move(laid):
    with unit_of_work(laid) as session:
        _, taken = claimed(session)
        outbox.sent(session, taken, Receipt("1"), at=ENDS)
        row = next(item for item in outbox.of_pick(session, taken.pick_id, tenant_id=TENANT) if item.channel == CHAT)
        for move in (
            lambda: outbox.missed(session, row, at=ENDS, detail="x"),
            lambda: outbox.back(session, row, at=ENDS, not_before=ENDS, detail="x", resent=True),
            lambda: outbox.cancelled(session, row, at=ENDS, detail="x"),
            lambda: outbox.claim(session, row, at=ENDS, until=ENDS, deadline=ENDS),
        ):
            with pytest.raises(IllegalTransition):
                move()


def test_one_message_of_a_chat_is_the_receipt_of_one_row(laid):
    def both(session):
        for item in waiting(session):
            taken = outbox.claim(session, item, at=ENDS, until=ENDS, deadline=item.deadline)
            assert taken is not None
            outbox.sent(session, taken, Receipt("1", "-100"), at=ENDS)

    with pytest.raises(Refused), unit_of_work(laid) as session:
        both(session)


@pytest.mark.parametrize(
    "change",
    ["state = 'SENT'", "state = 'GONE'", "kind = 'OTHER'", "lease_until = 1", "state = 'SENDING'", "token = -1"],
)
def test_the_database_refuses_a_row_that_cannot_be(laid, change):
    with pytest.raises(CorruptRecord), unit_of_work(laid) as session:
        session.execute(text(f"UPDATE delivery SET {change} WHERE state = 'PENDING'"))


def test_a_message_that_was_never_handed_over_was_no_attempt(laid):
    with unit_of_work(laid) as session:
        _, taken = claimed(session)
        assert outbox.untried(session, taken, at=ENDS, not_before=ENDS + MINUTE)
        row = next(item for item in outbox.of_pick(session, taken.pick_id, tenant_id=TENANT) if item.channel == CHAT)
        assert number(session, "SELECT count(*) FROM delivery_attempt") == 0

    assert (row.state, row.attempts, row.not_before) == (DeliveryState.PENDING, 0, ENDS + MINUTE)


def test_a_doubt_is_told_once_and_can_still_end(laid):
    with unit_of_work(laid) as session:
        _, taken = claimed(session)
        outbox.unknown(session, taken, at=ENDS, look_at=ENDS, detail="lost")
        (doubt,) = outbox.doubtful(session, tenant_id=TENANT, channel=CHAT, at=ENDS)
        assert outbox.held(session, doubt, at=ENDS, detail="nobody saw it")
        (doubt,) = outbox.doubtful(session, tenant_id=TENANT, channel=CHAT, at=ENDS)
        assert not outbox.held(session, doubt, at=ENDS + MINUTE, detail="nobody saw it")
        assert outbox.sent(session, doubt, Receipt("1", "-100"), at=ENDS, outcome="SEEN")


def test_another_tenants_outbox_is_not_ours(laid, names):
    with unit_of_work(laid, write=False) as session:
        assert outbox.waiting(session, tenant_id="other", channel=CHAT, at=ENDS) == []
        assert outbox.of_pick(session, names[0], tenant_id="other") == []
        assert outbox.open_channels(session, tenant_id="other") == []


# ------------------------------------------------------------------------------------------- sightings


def seen(name, number=1, chat="-100", message="7"):
    return Sighting(number, chat, message, f"é {name}", ENDS)


def test_a_sighting_is_known_by_what_it_says(laid, names):
    with unit_of_work(laid) as session:
        bound = {"tenant_id": TENANT, "channel": CHAT}
        stranger = Sighting(2, "-100", "8", "hello", ENDS)
        assert sightings.keep(session, [seen(names[0]), stranger], **bound, at=ENDS) == [(names[0], POST)]
        assert sightings.keep(session, [seen(names[0], number=3)], **bound, at=ENDS + MINUTE) == [(names[0], POST)]
        (found,) = sightings.of_message(session, names[0], POST, **bound)
        assert (found.chat, found.message_id) == ("-100", "7")
        assert sightings.last_number(session, **bound) == 2
        assert rows_of(session, "SELECT pick_id FROM observed_message WHERE message_id = '8'") == [{"pick_id": None}]


def test_an_anomaly_is_kept_once(laid, names):
    found = Anomaly(names[0], CHAT, POST, "SECOND_SIGHTING", "-100", "9", "")
    with unit_of_work(laid) as session:
        assert sightings.add_anomaly(session, found, tenant_id=TENANT, at=ENDS)
        assert not sightings.add_anomaly(session, found, tenant_id=TENANT, at=ENDS + MINUTE)
        assert sightings.anomalies(session, tenant_id=TENANT) == [found]


# ------------------------------------------------------------------------------------------- migration

_BEFORE = """
INSERT INTO delivery (tenant_id, pick_id, channel, payload, payload_hash, state, attempts, message_id, updated_at)
VALUES ('default', :pick, :channel, '{}', 'h', :state, :attempts, :message, 5)
"""


def test_old_rows_become_posts_with_a_deadline_and_go_back_again(played, names):
    url = played.url.render_as_string(hide_password=False)
    engine = open_engine(url)
    schema.downgrade(engine, "0027")
    with unit_of_work(engine, tenant_id=TENANT) as session:
        session.execute(text("DELETE FROM delivery"))
        for told in (
            {"channel": "a", "state": "SENT", "attempts": 1, "message": "m1"},
            {"channel": "b", "state": "PENDING", "attempts": 0, "message": None},
        ):
            session.execute(text(_BEFORE), {"pick": names[0], **told})
    schema.upgrade(engine, schema.HEAD)
    with unit_of_work(engine, write=False, tenant_id=TENANT) as session:
        sent, waits = outbox.of_pick(session, names[0], tenant_id=TENANT)
        starts = number(
            session,
            f"""
            SELECT max(starts_at) FROM event_version JOIN pick ON pick.event_id = event_version.event_id
            WHERE pick_id = '{names[0]}'""",
        )
    schema.downgrade(engine, "0027")
    with unit_of_work(engine, write=False, tenant_id=TENANT) as session:
        back = rows_of(session, "SELECT channel, state, message_id FROM delivery ORDER BY channel")
    engine.dispose()

    assert (sent.kind, sent.state, sent.message_id, sent.token) == (POST, "SENT", "m1", 1)
    assert sent.sent_at == sent.updated_at
    assert (waits.state, waits.receipt) == ("PENDING", None)
    assert int(waits.deadline.timestamp()) == starts // 1_000_000 - 60
    assert [tuple(row.values()) for row in back] == [("a", "SENT", "m1"), ("b", "PENDING", None)]
