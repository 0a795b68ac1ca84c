"""The event log: gapless, chained, and honest about a rollback."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from closeline.domain.events import SYSTEM_CHAIN, OddsCaptured, PicksSettled, PolicyFitted
from closeline.store import events
from closeline.store.session import unit_of_work
from tests.builders.moments import OPENS
from tests.builders.records import TENANT, rolled_back, rows_of, tamper

CHANGES = {
    "name": "name = 'PicksSettled'",
    "body": "body = replace(body, 'nba', 'nfl')",
    "actor": "actor = 'somebody'",
    "at": "at = at + 1",
    "previous_hash": "previous_hash = 'x'",
    "hash": "hash = 'x'",
}


def tell(session, count, tenant_id=TENANT):
    for number in range(count):
        events.record(
            session,
            PolicyFitted("nba", f"p{number}"),
            tenant_id=tenant_id,
            actor="tune.policy",
            at=OPENS + timedelta(seconds=number),
        )


def broken_links(engine):
    with unit_of_work(engine, write=False) as session:
        return events.broken_links(session, chain=TENANT)


def chain(engine):
    with unit_of_work(engine, write=False) as session:
        return events.since(session, chain=TENANT, after=0), events.broken_links(session, chain=TENANT)


def test_events_are_read_back_in_their_order(record):
    with unit_of_work(record) as session:
        tell(session, 3)
    logged, broken = chain(record)

    assert [(event.seq, event.body["policy_version"]) for event in logged] == [(1, "p0"), (2, "p1"), (3, "p2")]
    assert broken == []


def test_events_of_a_name_are_those_of_its_chain_known_by_a_moment(record):
    with rolled_back(record) as session:
        tell(session, 3)
        events.record(session, PicksSettled("nba", "s", 1), tenant_id=TENANT, actor="settle.picks", at=OPENS)
        found = events.named(session, chain=TENANT, name="PolicyFitted", as_of=OPENS + timedelta(seconds=1))
        elsewhere = events.named(session, chain=SYSTEM_CHAIN, name="PolicyFitted", as_of=OPENS + timedelta(days=1))

    assert [event.body["policy_version"] for event in found] == ["p0", "p1"]
    assert elsewhere == []


def test_an_event_that_was_rolled_back_reaches_nobody_and_leaves_no_gap(record):
    with unit_of_work(record) as session:
        tell(session, 1)
    with pytest.raises(RuntimeError), unit_of_work(record) as session:  # noqa: PT012
        tell(session, 2)
        raise RuntimeError
    with unit_of_work(record) as session:
        tell(session, 1)
    logged, broken = chain(record)

    assert [event.seq for event in logged] == [1, 2]
    assert broken == []


def test_what_was_captured_is_in_everybodys_chain_and_a_tenants_own_in_its_own(record):
    with unit_of_work(record) as session:
        events.record(session, OddsCaptured("nba", "s", "OPEN", 1, 0, 0), tenant_id=TENANT, actor="a", at=OPENS)
        events.record(session, PicksSettled("nba", "s", 1), tenant_id=TENANT, actor="a", at=OPENS)
        shared, own = (events.since(session, chain=name, after=0) for name in (SYSTEM_CHAIN, TENANT))

    assert [event.name for event in shared] == ["OddsCaptured"]
    assert [event.name for event in own] == ["PicksSettled"]


def test_reading_on_begins_after_what_was_read(record):
    with unit_of_work(record) as session:
        tell(session, 5)
        assert [event.seq for event in events.since(session, chain=TENANT, after=3)] == [4, 5]


@pytest.mark.parametrize("row", [1, 3, 5])
def test_any_change_is_located_to_its_row(record, row):
    with unit_of_work(record) as session:
        tell(session, 5)
        (before,) = rows_of(
            session, "SELECT name, body, actor, at, previous_hash, hash FROM event_log WHERE seq = :seq", seq=row
        )
    restore = f"UPDATE event_log SET {', '.join(f'{name} = :{name}' for name in before)} WHERE seq = :seq"
    for field, change in CHANGES.items():
        assert tamper(record, "event_log", f"UPDATE event_log SET {change} WHERE seq = :seq", {"seq": row}) == 1
        # Only a hash that was changed itself breaks the row behind it too.
        assert broken_links(record) == ([row, row + 1] if field == "hash" and row < 5 else [row]), field
        tamper(record, "event_log", restore, before | {"seq": row})
        assert broken_links(record) == []


@pytest.mark.parametrize("row", [1, 2, 4])
def test_a_row_that_was_taken_out_shows_at_the_next_one(record, row):
    with unit_of_work(record) as session:
        tell(session, 5)
    tamper(record, "event_log", "DELETE FROM event_log WHERE seq = :seq", {"seq": row})

    assert broken_links(record)[0] == row + 1


def test_every_single_byte_of_a_body_counts(record):
    with unit_of_work(record) as session:
        tell(session, 2)
        body = rows_of(session, "SELECT body FROM event_log WHERE seq = 1")[0]["body"]
    for place in range(len(body)):
        other = body[:place] + chr(ord(body[place]) ^ 1) + body[place + 1 :]
        tamper(record, "event_log", "UPDATE event_log SET body = :body WHERE seq = 1", {"body": other})
        assert broken_links(record) == [1], f"byte {place} was changed unseen"


@settings(max_examples=20)
@given(st.lists(st.sampled_from([TENANT, "other"]), min_size=1, max_size=12))
def test_chains_of_two_tenants_never_meet(record, writers):
    with rolled_back(record) as session:
        for tenant in writers:
            tell(session, 1, tenant)
        for tenant in set(writers):
            assert [event.seq for event in events.since(session, chain=tenant, after=0)] == list(
                range(1, writers.count(tenant) + 1)
            )
            assert events.broken_links(session, chain=tenant) == []
