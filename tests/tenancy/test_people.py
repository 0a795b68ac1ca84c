"""People: known by a reference in everything that is kept, by name while they are here, and forgotten when they ask."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from closeline import wiring
from closeline.domain.errors import BadInput, NotFound, Refused
from closeline.store import events
from closeline.store.session import unit_of_work
from closeline.tenancy import keys, people
from closeline.tenancy.access import Role
from tests.builders.callers import OTHER_TENANT, a_secret, a_tenant
from tests.builders.records import TENANT

NOW = datetime(2026, 1, 1, tzinfo=UTC)
ANN = "person:0000000000000001"
TOLD = {"handle": "ann-account", "name": "Ann Unmistakable", "email": "ann@unmistakable.example", "telegram_id": "7700"}


def add(engine, reference=ANN, *, actor="SYSTEM", tenant=TENANT, **other):
    with unit_of_work(engine, tenant_id=tenant) as session:
        return people.add(session, reference, tenant_id=tenant, actor=actor, at=NOW, **TOLD | other)


def erase(engine, reference=ANN, *, actor="SYSTEM", tenant=TENANT):
    with unit_of_work(engine, tenant_id=tenant) as session:
        return people.erase(session, reference, tenant_id=tenant, actor=actor, at=NOW)


def act(engine, actor):
    """Make a key as somebody: one of the steps that are kept for good under the name of who took it."""
    with unit_of_work(engine) as session:
        who = people.reference_of(session, actor, tenant_id=TENANT)
        keys.create(session, a_secret(3), tenant_id=TENANT, name="k", role=Role.READER, days=1, actor=who, at=NOW)


def everything(engine):
    """Return every text of every table that is not of people, as one."""
    with unit_of_work(engine, write=False) as session:
        return str(session.rows(text("SELECT * FROM event_log")))


def broken(engine):
    with unit_of_work(engine, write=False) as session:
        return events.broken_links(session, chain=TENANT)


def test_what_somebody_does_is_kept_under_their_reference_and_read_by_their_name(seeded):
    add(seeded)
    act(seeded, "ann-account")
    with unit_of_work(seeded, write=False) as session:
        names = people.shown(session, [ANN, "SYSTEM", "key:clk_1", "person:unknown"], tenant_id=TENANT)

    assert ANN in everything(seeded)
    assert [word for word in TOLD.values() if word in everything(seeded)] == []
    assert names == {
        ANN: "Ann Unmistakable",
        "SYSTEM": "SYSTEM",
        "key:clk_1": "key:clk_1",
        "person:unknown": "person:unknown",
    }


def test_who_adds_themselves_is_a_reference_from_the_first_row_on(seeded):
    add(seeded, actor="ann-account")

    assert "ann-account" not in everything(seeded)


def test_somebody_is_forgotten_and_every_hash_still_comes_out_the_same(seeded):
    add(seeded)
    act(seeded, "ann-account")
    before = everything(seeded)
    gone = erase(seeded, actor="ann-account")

    assert (gone.person_id, gone.handle, gone.name, gone.email, gone.telegram_id) == (ANN, None, None, None, None)
    assert broken(seeded) == []
    assert everything(seeded).startswith(before[:-1])
    assert "ann-account" not in everything(seeded)
    with unit_of_work(seeded, write=False) as session:
        assert people.shown(session, [ANN], tenant_id=TENANT) == {ANN: ANN}
        assert "unmistakable" not in str(session.rows(text("SELECT * FROM person"))).lower()


def test_the_twin_that_keeps_a_name_in_a_row_that_is_never_changed_cannot_forget_it(seeded):
    """Planted: the actor goes into the log as given."""
    add(seeded)
    with unit_of_work(seeded) as session:
        keys.create(
            session, a_secret(4), tenant_id=TENANT, name="k", role=Role.READER, days=1, actor="ann-account", at=NOW
        )
    erase(seeded)

    assert "ann-account" in everything(seeded)


def test_nothing_is_left_of_them_in_the_file_of_a_sqlite_record(seeded):
    if seeded.dialect.name != "sqlite":
        # A server keeps pages and its log as it sees fit: docs/people.md says what to do there.
        return
    add(seeded)
    erase(seeded)
    with unit_of_work(seeded) as session:
        session.execute(text("UPDATE tenant SET name = name"))
    url = str(seeded.url.database)
    seeded.dispose()
    held = [path.read_bytes() for path in Path(url).parent.glob(f"{Path(url).name}*")]

    assert held
    assert not any(b"unmistakable" in content.lower() for content in held)


def test_erasing_twice_changes_nothing_and_a_handle_is_free_again(seeded):
    add(seeded)
    first, second = erase(seeded), erase(seeded)
    again = add(seeded, "person:0000000000000002")

    assert first == second
    assert again.handle == "ann-account"


def test_a_handle_is_one_persons_and_what_cannot_be_is_refused(seeded):
    add(seeded)

    with pytest.raises(Refused, match="ann-account is somebody's"):
        add(seeded, "person:0000000000000002")
    for bad in ({"handle": ""}, {"handle": "person:1"}, {"handle": "x" * 121}, {"handle": "b", "name": "a\nb"}):
        with pytest.raises(BadInput):
            add(seeded, "person:0000000000000003", **bad)
    with pytest.raises(NotFound):
        erase(seeded, "person:nobody")


def test_nobody_sees_or_forgets_the_people_of_another_tenant(seeded):
    a_tenant(seeded, OTHER_TENANT)
    add(seeded)

    with pytest.raises(NotFound):
        erase(seeded, tenant=OTHER_TENANT)
    with unit_of_work(seeded, tenant_id=OTHER_TENANT, write=False) as session:
        assert people.listed(session, tenant_id=OTHER_TENANT) == []


def test_references_say_nothing_and_are_never_the_same():
    made = {wiring.new_reference() for _ in range(100)}

    assert len(made) == 100
    assert all(name.startswith(people.PREFIX) and len(name) == len(people.PREFIX) + 16 for name in made)
