"""A chain that was changed anywhere is broken at that row, and the row is named."""

from dataclasses import fields, replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from closeline.domain.clock import micros
from closeline.domain.events import PolicyFitted
from closeline.store import events
from closeline.store.events import Change
from closeline.store.record.chain import Link, chains, faults, verified
from closeline.store.session import unit_of_work
from closeline.store.tables.governance import event_log
from tests.builders.moments import OPENS
from tests.builders.records import TENANT, rolled_back, tamper

ROWS = 4
TEXTS = ("name", "body", "actor", "previous_hash", "hash", "subject", "before_hash", "after_hash", "why")


def tell(session, count=ROWS):
    """Tell rows of both forms: with a change and without."""
    state = None
    for number in range(count):
        after = f'{{"p":{number}}}'
        change = Change("policy:nba", state, after, "it was time") if number % 2 else None
        state = after if number % 2 else state
        told = PolicyFitted("nba", f"p{number}")
        events.record(session, told, tenant_id=TENANT, actor="ann", at=OPENS + timedelta(seconds=number), change=change)


@pytest.fixture
def told(record):
    with unit_of_work(record) as session:
        tell(session)
    return record


def links(engine):
    with unit_of_work(engine, write=False) as session:
        rows = session.rows(event_log.select().where(event_log.c.chain == TENANT).order_by(event_log.c.seq))
        names = [field.name for field in fields(Link)]
        return [
            Link(**({name: getattr(row, name) for name in names} | {"at": micros(row.at)})) for row in rows
        ]  # fmt: skip


def checked(engine):
    with unit_of_work(engine, write=False) as session:
        return verified(session, chain=TENANT)


def broken(rows):
    return [fault.seq for fault in faults(sorted(rows, key=lambda row: row.seq))]


def flipped(value, place):
    """Give a text with one bit of one byte turned, as its bytes then read."""
    content = bytearray(value.encode())
    content[place] ^= 1
    return content.decode("utf-8", "backslashreplace")


def test_a_whole_chain_is_followed_from_its_first_row_to_its_last(told):
    assert (checked(told).rows, checked(told).faults) == (ROWS, ())


def test_every_byte_of_every_row_is_found_at_its_row(told):
    whole = links(told)
    assert broken(whole) == []
    seen = 0
    for place, row in enumerate(whole):
        changes = [{name: flipped(str(getattr(row, name)), at)} for name in TEXTS if getattr(row, name)
                   for at in range(len(getattr(row, name).encode()))]  # fmt: skip
        changes += [{"at": row.at ^ (1 << bit)} for bit in range(63)]
        changes += [{name: "x"} for name in TEXTS if getattr(row, name) is None]
        changes += [{name: None} for name in ("subject", "before_hash", "after_hash", "why") if getattr(row, name)]
        for change in changes:
            found = broken([*whole[:place], replace(row, **change), *whole[place + 1 :]])
            assert found == [row.seq], f"row {row.seq} with another {change}: {found}"
            seen += 1
    assert seen > 1000


def test_every_byte_of_every_row_is_found_in_a_copy_of_the_database_without_guards(told):
    whole = links(told)
    tamper(told, "event_log", "UPDATE event_log SET actor = actor WHERE seq = 0", {})
    with rolled_back(told) as session:
        for row in whole:
            for name in TEXTS:
                value = getattr(row, name)
                change = text(f"UPDATE event_log SET {name} = :value WHERE seq = :seq")
                for place in range(len((value or "").encode())):
                    session.execute(change, {"value": flipped(value, place), "seq": row.seq})
                    found = [fault.seq for fault in verified(session, chain=TENANT).faults]
                    assert found == [row.seq], f"byte {place} of {name} of row {row.seq}: {found}"
                session.execute(change, {"value": value, "seq": row.seq})
        assert verified(session, chain=TENANT).faults == ()


def test_the_naive_check_of_the_last_hash_alone_misses_what_this_one_finds(told):
    """Planted: a check that compares the last row with itself and looks no further back."""

    def naive(rows):
        last = rows[-1]
        return [] if last.computed(last.previous_hash) == last.hash else [last.seq]

    whole = links(told)
    changed = [whole[0], replace(whole[1], actor="eve"), *whole[2:]]

    assert naive(changed) == []
    assert broken(changed) == [2]


@pytest.mark.parametrize("bit", range(31))
def test_a_row_under_another_number_is_found_there_or_missed_where_it_was(told, bit):
    for place, row in enumerate(whole := links(told)):
        number = row.seq ^ (1 << bit)
        rows = [*whole[:place], replace(row, seq=number), *whole[place + 1 :]]
        if number in {item.seq for item in whole}:
            continue
        assert set(broken(rows)) & {row.seq, number}, (row.seq, number)


def test_rows_that_changed_places_are_both_named(told):
    first, second, third, fourth = links(told)

    assert broken([first, replace(third, seq=2), replace(second, seq=3), fourth]) == [2, 3]


def test_a_row_that_was_written_anew_with_its_hash_is_betrayed_by_the_next_one(told):
    whole = links(told)
    forged = replace(whole[1], actor="eve")
    forged = replace(forged, hash=forged.computed(forged.previous_hash))

    (fault,) = faults([whole[0], forged, *whole[2:]])
    assert (fault.seq, "written anew" in fault.what) == (2, True)


@pytest.mark.parametrize("row", range(1, ROWS))
def test_a_row_that_was_taken_out_is_missed_by_its_number(told, row):
    tamper(told, "event_log", "DELETE FROM event_log WHERE seq = :seq", {"seq": row})

    (fault,) = checked(told).faults
    assert (fault.seq, "is missing" in fault.what) == (row, True)


def test_a_row_that_was_put_in_at_the_end_does_not_follow(told):
    columns = ", ".join(column.name for column in event_log.c if column.name != "seq")
    put = f"INSERT INTO event_log (seq, {columns}) SELECT {ROWS + 1}, {columns} FROM event_log WHERE seq = 2"
    with unit_of_work(told) as session:
        session.execute(text(put))

    assert [fault.seq for fault in checked(told).faults] == [ROWS + 1]


def test_an_end_that_was_cut_off_is_missed_where_a_job_acted_upon_it(told):
    with unit_of_work(told) as session:
        session.execute(text("INSERT INTO reaction_cursor (chain, seq) VALUES (:chain, :seq)"),
                        {"chain": TENANT, "seq": ROWS})  # fmt: skip
    tamper(told, "event_log", "DELETE FROM event_log WHERE seq = :seq", {"seq": ROWS})

    assert [fault.seq for fault in checked(told).faults] == [ROWS]


def test_what_differs_is_told(told):
    whole = links(told)
    said = {
        "hash": "hash differs", "previous_hash": "previous_hash differs", "body": "was changed", "why": "was changed",
    }  # fmt: skip
    for name, words in said.items():
        (fault,) = faults([whole[0], replace(whole[1], **{name: flipped(getattr(whole[1], name), 0)}), *whole[2:]])
        assert fault.what.startswith(words), name


CHANGED = {
    "name": "name = 'PolicyFittee'", "body": "body = replace(body, 'nba', 'nbb')", "actor": "actor = 'anm'",
    "at": "at = at + 1", "hash": "hash = 'x'", "previous_hash": "previous_hash = 'x'", "subject": "subject = 'x'",
    "before_hash": "before_hash = 'x'", "after_hash": "after_hash = 'x'", "why": "why = NULL",
}  # fmt: skip


@pytest.mark.parametrize("column", CHANGED)
def test_a_change_of_a_column_in_the_database_itself_is_found_at_its_row(told, column):
    tamper(told, "event_log", f"UPDATE event_log SET {CHANGED[column]} WHERE seq = 2", {})

    assert [fault.seq for fault in checked(told).faults] == [2]


def test_bytes_that_are_no_text_any_more_are_named_and_stop_nothing(told):
    if told.dialect.name != "sqlite":
        pytest.skip("PostgreSQL keeps no such text")
    tamper(told, "event_log", "UPDATE event_log SET body = CAST(x'ff7b' AS TEXT) WHERE seq = 3", {})

    assert [fault.seq for fault in checked(told).faults] == [3]


def test_a_row_that_went_to_another_chain_is_missed_in_its_own_and_seen_in_the_other(told):
    tamper(told, "event_log", "UPDATE event_log SET chain = 'defaulu' WHERE seq = 2", {})
    with unit_of_work(told, write=False) as session:
        seen = chains(session)

    assert [fault.seq for fault in checked(told).faults] == [2]
    assert told.dialect.name == "postgresql" or "defaulu" in seen
