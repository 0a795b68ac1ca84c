"""Delivery: each message arrives once, whoever dies or times out on the way, and whatever cannot be known is told."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text, update

from closeline.domain.clock import FixedClock
from closeline.domain.errors import CorruptRecord
from closeline.domain.publishing import delivery as rules
from closeline.domain.publishing.delivery import LEASE, MARGIN, QUIET, MessageKind, SurelyNotSent, Unseen
from closeline.flow.publish import announcing, carrying, reconciling
from closeline.store.desk import incidents, outbox, sightings
from closeline.store.session import unit_of_work
from closeline.store.tables.outbox import delivery
from tests.builders.chats import Chat, Post, Reader
from tests.builders.moments import HOUR, MINUTE, OPENS, START
from tests.builders.payloads import a_payload, an_event, three_markets
from tests.builders.records import TENANT, a_copy, number, opened, rows_of, take_in
from tests.builders.stories import make_rated, published_game

SECOND = timedelta(seconds=1)
# After it everything that was under way has landed.
SETTLED = LEASE + QUIET + SECOND


def make_posted(url):
    make_rated(url)
    with opened(url) as engine:
        published_game(engine, channels=("chat",))


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


def once(chat):
    return len(chat.names()) == len(set(chat.names())) > 0


def kinds(post):
    with unit_of_work(post.engine, write=False) as session:
        return {item.kind for item in incidents.open_ones(session, tenant_id=TENANT)}


def anomalies(post):
    with unit_of_work(post.engine, write=False) as session:
        return sightings.anomalies(session, tenant_id=TENANT)


def announce(post, pick_id, kind=MessageKind.VOIDED):
    with unit_of_work(post.engine) as session:
        return announcing.announce(
            session, tenant_id=TENANT, pick_id=pick_id, kind=kind, reason="injured", at=post.clock()
        )


# ------------------------------------------------------------------------------------------- the plain way


def test_every_message_arrives_once_and_its_row_keeps_what_the_channel_said(post):
    post.deliver()
    post.deliver()
    with unit_of_work(post.engine, write=False) as session:
        rows = rows_of(session, "SELECT state, chat, message_id, sent_at, lease_until FROM delivery")

    assert once(post.chat)
    assert {row["state"] for row in rows} == {"SENT"}
    assert sorted(row["message_id"] for row in rows) == sorted(str(name + 1) for name in range(len(rows)))
    assert all(row["chat"] and row["sent_at"] and row["lease_until"] is None for row in rows)


def test_two_workers_share_the_work_and_never_a_message(post):
    first, second = post.claim(), post.claim()
    assert [len(parcel.deliveries) for parcel in second] == [0]
    post.keep(post.carry(first))

    assert once(post.chat)


def test_no_more_is_claimed_than_a_claim_lasts_for(post, monkeypatch):
    monkeypatch.setattr(carrying, "BATCH", 1)
    (parcel,) = post.claim()

    assert len(parcel.deliveries) == 1


# ------------------------------------------------------------------------------------- surely not sent


def test_what_was_surely_not_sent_is_tried_again_later_with_the_same_bytes(post):
    post.chat.script = [SurelyNotSent("no route")]
    post.deliver()
    post.deliver()
    assert "PENDING" in post.states()
    post.clock.now += MINUTE
    post.deliver()
    with unit_of_work(post.engine, write=False) as session:
        told = rows_of(session, "SELECT DISTINCT pick_id, payload_hash FROM delivery_attempt")

    assert set(post.states()) == {"SENT"}
    assert once(post.chat)
    assert len(told) == len(set(post.chat.names()))


def test_a_channel_that_asks_for_quiet_gets_it_for_all_that_waits(post):
    post.chat.script = [SurelyNotSent("too many", timedelta(minutes=10))]
    post.deliver()
    assert post.chat.attempts == 1
    post.clock.now += 9 * MINUTE
    post.deliver()
    assert post.chat.attempts == 1
    post.clock.now += 2 * MINUTE
    post.deliver()

    assert set(post.states()) == {"SENT"}


@pytest.mark.parametrize("asked", [10 * HOUR, timedelta(hours=8, minutes=58)])
def test_a_wait_past_the_deadline_is_the_end_of_a_message(post, asked):
    post.chat.script = [SurelyNotSent("too many", asked)]
    post.deliver()
    post.clock.now = START + HOUR
    post.deliver()

    assert set(post.states()) == {"MISSED"}
    assert post.chat.messages == []


@pytest.mark.parametrize(("late", "sent"), [(0 * SECOND, True), (SECOND, False)])
def test_nothing_is_handed_over_past_its_deadline(post, late, sent):
    post.clock.now = START - MARGIN + late
    post.deliver()

    assert bool(post.chat.messages) is sent
    assert set(post.states()) == {"SENT" if sent else "MISSED"}


def test_a_clock_that_passes_the_deadline_on_the_way_stops_what_is_left(post):
    post.clock.now = START - MARGIN
    parcels = post.claim()
    post.clock.now += SECOND
    post.keep(post.carry(parcels))

    assert post.chat.messages == []
    assert set(post.states()) == {"MISSED"}


def test_a_game_that_was_moved_forward_ends_sooner_for_its_messages_too(post):
    sooner = an_event(starts_at=OPENS + 30 * MINUTE)
    with unit_of_work(post.engine) as session:
        take_in(session, a_payload(sooner, *three_markets(at=OPENS + MINUTE)), at=OPENS + MINUTE)
    post.clock.now = OPENS + 40 * MINUTE
    post.deliver()

    assert post.chat.messages == []


def test_the_twin_that_knows_no_deadline_sends_after_the_start(post, monkeypatch):
    monkeypatch.setattr(carrying, "may_go", lambda *given, **more: True)
    post.clock.now = START + MINUTE
    post.deliver()

    assert post.chat.messages


def test_the_twin_that_obeys_a_wait_whatever_the_deadline_sends_after_the_start(post, monkeypatch):
    monkeypatch.setattr(carrying, "next_try", lambda at, *, retry_after, **more: at + retry_after)
    monkeypatch.setattr(carrying, "may_go", lambda *given, **more: True)
    post.chat.script = [SurelyNotSent("too many", 10 * HOUR)]
    post.deliver()
    post.clock.now = START + 2 * HOUR
    post.deliver()

    assert post.chat.messages


# ---------------------------------------------------------------------------------------------- unknown


def test_a_lost_answer_is_not_sent_again_before_somebody_has_looked(read):
    read.chat.script = ["LOST"]
    read.deliver()
    assert "UNKNOWN" in read.states()
    read.clock.now += QUIET - SECOND
    read.deliver()
    read.reconcile()
    assert "UNKNOWN" in read.states()
    read.clock.now += 2 * SECOND
    read.reconcile()
    read.deliver()

    assert set(read.states()) == {"SENT"}
    assert once(read.chat)
    assert anomalies(read) == []


def test_a_message_that_never_came_goes_out_again_once_with_the_same_bytes(read):
    read.chat.script = ["NEVER_CAME"]
    read.deliver()
    read.clock.now += SETTLED
    read.reconcile()
    read.deliver()
    with unit_of_work(read.engine, write=False) as session:
        hashes = rows_of(session, "SELECT DISTINCT pick_id, payload_hash FROM delivery_attempt")

    assert set(read.states()) == {"SENT"}
    assert once(read.chat)
    assert len(hashes) == len(read.states())


def test_a_message_that_never_comes_is_not_sent_for_ever_and_is_told_of(read):
    read.chat.script = ["NEVER_CAME"] * 100
    for _ in range(rules.RESENDS_MOST + 3):
        read.deliver()
        read.clock.now += SETTLED
        read.reconcile()

    assert set(read.states()) == {"UNKNOWN"}
    assert read.chat.attempts == (1 + rules.RESENDS_MOST) * len(read.states())
    assert kinds(read) == {reconciling.UNCERTAIN}


def test_a_worker_that_died_after_its_claim_is_looked_for_and_made_good(read):
    read.claim()
    read.clock.now += LEASE + QUIET - SECOND
    read.reconcile()
    read.deliver()
    assert read.chat.messages == []
    read.clock.now += 2 * SECOND
    read.reconcile()
    read.deliver()

    assert once(read.chat)
    assert set(read.states()) == {"SENT"}


def test_a_worker_that_died_after_sending_sent_once(read):
    read.carry(read.claim())
    read.clock.now += SETTLED
    read.reconcile()
    read.deliver()

    assert once(read.chat)
    assert set(read.states()) == {"SENT"}


def test_what_lands_late_is_there_when_somebody_looks(read):
    read.chat.lands = timedelta(seconds=60)
    read.carry(read.claim())
    read.clock.now += SETTLED
    read.reconcile()
    read.deliver()

    assert once(read.chat)


def test_the_twin_without_a_quiet_period_sends_twice_what_is_still_under_way(read, monkeypatch):
    for module in (outbox, rules):
        monkeypatch.setattr(module, "QUIET", timedelta(0))
    read.chat.lands = timedelta(seconds=60)
    read.chat.script = ["LOST"]
    read.deliver()
    read.clock.now += SECOND
    read.reconcile()
    read.deliver()

    assert not once(read.chat)
    read.clock.now += HOUR
    read.reconcile()
    assert {item.what for item in anomalies(read)} == {reconciling.TWICE}


def test_the_twin_that_sends_again_blindly_sends_twice(read):
    read.chat.repeatable = True
    read.chat.script = ["LOST"]
    for _ in range(2):
        read.deliver()
        read.clock.now += MINUTE

    assert not once(read.chat)


def test_without_a_reader_a_doubt_stays_one_and_is_told_once(post):
    post.chat.script = ["LOST"] * 100
    post.deliver()
    for _ in range(3):
        post.clock.now += SETTLED
        assert post.reconcile() == len(post.states())
    with unit_of_work(post.engine, write=False) as session:
        assert number(session, "SELECT count(*) FROM ops_alert WHERE kind = 'DELIVERY_UNCERTAIN'") == 1

    assert set(post.states()) == {"UNKNOWN"}
    assert once(post.chat)


def test_without_a_reader_the_setting_may_ask_for_at_least_once(post):
    post.unseen = Unseen.RESEND
    post.chat.script = ["NEVER_CAME"] * len(post.states())
    post.deliver()
    post.clock.now += SETTLED
    post.reconcile()
    post.deliver()

    assert set(post.states()) == {"SENT"}
    assert once(post.chat)


def test_a_reader_that_cannot_look_decides_nothing(read):
    read.chat.script = ["NEVER_CAME"] * 100
    read.readers[0].blind = True
    read.deliver()
    read.clock.now += SETTLED
    assert read.reconcile() == len(read.states())
    assert set(read.states()) == {"UNKNOWN"}
    read.readers[0].blind = False
    read.reconcile()

    assert set(read.states()) == {"PENDING"}


def test_a_late_sighting_ends_the_doubt_and_its_incident(read):
    read.chat.script = ["LOST"] * 100
    read.readers[0].blind = True
    read.deliver()
    read.clock.now = START + HOUR
    read.reconcile()
    assert kinds(read) == {reconciling.UNCERTAIN}
    read.readers[0].blind = False
    read.clock.now += MINUTE
    read.reconcile()

    assert set(read.states()) == {"SENT"}
    assert kinds(read) == set()


def test_nothing_in_doubt_goes_out_again_past_its_deadline(read):
    read.chat.script = ["NEVER_CAME"] * 100
    read.deliver()
    read.clock.now = START
    read.reconcile()
    read.deliver()

    assert set(read.states()) == {"UNKNOWN"}
    assert read.chat.messages == []


def test_after_the_deadline_nothing_is_left_pending_or_sending(read):
    read.claim()
    read.clock.now = START + HOUR
    read.reconcile()

    assert not {"PENDING", "SENDING"} & set(read.states())


def test_a_channel_that_nobody_carries_to_any_more_is_brought_to_its_end(read):
    gone = Post(read.engine, Chat("other"), FixedClock(START + HOUR))
    gone.reconcile()

    assert set(read.states()) == {"MISSED"}


# ----------------------------------------------------------------------------------------- stale tokens


def unfenced(session, item, at, **values):
    """Change a row whoever has it in hand: what `outbox._moves` would be without its guard."""
    session.execute(update(delivery).where(*outbox._KEY).values(updated_at=at, **values), outbox._key(item))
    return True


def test_a_worker_that_comes_back_after_its_claim_records_nothing(read):
    parcels = read.claim()
    read.clock.now += SETTLED
    read.reconcile()
    read.deliver()
    before = read.rows(parcels[0].deliveries[0].pick_id)
    late = [carrying.Brought(item, False, carrying.Fate.NOT_SENT, read.clock(), detail="late")
            for item in parcels[0].deliveries]  # fmt: skip

    assert read.keep(late) == len(late)
    assert read.rows(parcels[0].deliveries[0].pick_id) == before
    assert set(read.states()) == {"SENT"}


def test_a_receipt_that_comes_too_late_is_kept_as_an_anomaly(read):
    parcels = read.claim()
    read.clock.now += SETTLED
    read.reconcile()
    read.deliver()
    late = [carrying.Brought(item, False, carrying.Fate.SENT, read.clock(), rules.Receipt(f"9{n}", "-100"))
            for n, item in enumerate(parcels[0].deliveries)]  # fmt: skip
    read.keep(late)

    assert {item.what for item in anomalies(read)} == {carrying.STALE}
    assert len(anomalies(read)) == len(late)


def test_the_twin_that_takes_any_token_loses_what_is_known(read, monkeypatch):
    parcels = read.claim()
    read.clock.now += SETTLED
    read.reconcile()
    read.deliver()
    late = [carrying.Brought(item, False, carrying.Fate.NOT_SENT, read.clock(), detail="late")
            for item in parcels[0].deliveries]  # fmt: skip
    monkeypatch.setattr(outbox, "_moves", unfenced)
    read.keep(late)

    assert set(read.states()) == {"PENDING"}


def test_a_worker_that_wakes_up_after_its_claim_hands_nothing_over(read):
    parcels = read.claim()
    read.clock.now += LEASE + SECOND
    brought = read.carry(parcels)

    assert read.chat.messages == []
    assert {each.fate for each in brought} == {carrying.Fate.UNTRIED}


def test_a_second_sighting_is_an_anomaly_and_an_incident(read):
    read.deliver()
    read.chat.messages.append((read.clock(), read.chat.messages[0][1]))
    read.clock.now += MINUTE
    read.reconcile()
    (found,) = anomalies(read)

    assert (found.what, found.message_id) == (reconciling.TWICE, str(len(read.chat.messages)))
    assert kinds(read) == {reconciling.DOUBLED}


def test_what_is_seen_says_what_was_sent(read):
    read.deliver()
    read.reconcile()
    with unit_of_work(read.engine, write=False) as session:
        odd = number(session, """
            SELECT count(*) FROM delivery JOIN observed_message AS seen ON seen.tenant_id = delivery.tenant_id
            AND seen.channel = delivery.channel AND seen.chat = delivery.chat AND seen.message_id = delivery.message_id
            WHERE seen.text_hash <> delivery.text_hash OR seen.pick_id <> delivery.pick_id""")  # fmt: skip
        seen = number(session, "SELECT count(*) FROM observed_message")

    assert (odd, seen) == (0, len(read.states()))


# ------------------------------------------------------------------------------------------- other bytes


def test_bytes_that_changed_in_the_record_are_not_sent(post):
    with unit_of_work(post.engine) as session:
        session.execute(text("UPDATE delivery SET payload = payload || ' '"))
    with pytest.raises(CorruptRecord, match="as it was laid down"):
        post.deliver()

    assert post.chat.messages == []


def test_the_twin_that_writes_the_message_anew_at_each_try_sends_other_bytes(post, monkeypatch):
    claim = outbox.claim

    def anew(session, item, **more):
        taken = claim(session, item, **more)
        return taken and replace(taken, payload=f"{taken.payload} try {taken.attempts}")

    monkeypatch.setattr(outbox, "claim", anew)
    post.chat.script = [SurelyNotSent("no route")]
    post.deliver()
    post.clock.now += MINUTE
    post.deliver()
    with unit_of_work(post.engine, write=False) as session:
        found = rows_of(
            session, "SELECT pick_id FROM delivery_attempt GROUP BY pick_id HAVING count(DISTINCT payload_hash) > 1"
        )

    assert len(found) == 1


# ------------------------------------------------------------------------------------------------ notices


def a_pick(post):
    with unit_of_work(post.engine, write=False) as session:
        return rows_of(session, "SELECT pick_id FROM delivery ORDER BY pick_id")[0]["pick_id"]


def test_a_notice_goes_wherever_the_pick_was_sent_and_answers_it(post):
    post.deliver()
    name = a_pick(post)
    assert announce(post, name) == 1
    post.clock.now = START + HOUR
    post.deliver()
    sent, notice = (row for row in post.rows(name))
    message = post.chat.messages[-1][1]

    assert (sent.kind, notice.kind) == (MessageKind.POST, MessageKind.VOIDED)
    assert (notice.state, message.kind) == ("SENT", MessageKind.VOIDED)
    assert message.answers.message_id == sent.message_id
    assert "VOID" in message.edited


def test_a_pick_that_has_not_gone_out_is_called_off_and_nothing_is_said(post):
    name = a_pick(post)
    assert announce(post, name) == 0
    post.deliver()

    assert [row.state for row in post.rows(name)] == ["CANCELLED"]
    assert name not in post.chat.names()


def test_a_second_announcement_of_a_kind_changes_nothing(post):
    post.deliver()
    name = a_pick(post)

    assert [announce(post, name), announce(post, name)] == [1, 0]
    assert announce(post, name, MessageKind.SUPERSEDED) == 1


def test_a_notice_waits_for_a_message_in_doubt_and_follows_it(read):
    read.chat.script = ["LOST"] * len(read.states())
    read.deliver()
    name = a_pick(read)
    announce(read, name)
    read.deliver()
    assert f"{name}.voided" not in read.chat.names()
    read.clock.now += SETTLED
    read.reconcile()
    read.deliver()

    assert read.chat.names()[-1] == f"{name}.voided"
    assert read.chat.messages[-1][1].answers is not None
    assert once(read.chat)


def test_a_message_in_doubt_that_nobody_saw_is_not_sent_after_it_was_called_back(read):
    read.chat.script = ["NEVER_CAME"] * len(read.states())
    read.deliver()
    name = a_pick(read)
    announce(read, name)
    read.clock.now += SETTLED
    read.reconcile()
    read.deliver()

    assert name not in read.chat.names()
    assert [row.state for row in read.rows(name)] == ["CANCELLED", "CANCELLED"]


def test_a_doubt_that_stays_gets_its_notice_all_the_same(post):
    post.chat.script = ["LOST"] * len(post.states())
    post.deliver()
    name = a_pick(post)
    announce(post, name)
    post.clock.now += SETTLED
    post.reconcile()
    post.deliver()

    assert post.chat.names()[-1] == f"{name}.voided"
    assert post.chat.messages[-1][1].answers is None


def test_a_pick_that_is_called_back_while_it_is_being_sent_and_fails_goes_no_more(post):
    post.chat.script = [SurelyNotSent("no route")] * len(post.states())
    parcels = post.claim()
    name = a_pick(post)
    assert announce(post, name) == 1
    post.keep(post.carry(parcels))
    for _ in range(2):
        post.clock.now += 5 * MINUTE
        post.deliver()

    assert [row.state for row in post.rows(name)] == ["CANCELLED", "CANCELLED"]
    assert name not in post.chat.names()
