"""A key is made once, shown once, kept as a hash, and opens its own tenant's record until it expires or is revoked."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from closeline import wiring
from closeline.domain.errors import BadInput, KeyRefused, NotFound, Refused
from closeline.domain.ids import sha256_hex
from closeline.store import events
from closeline.store.session import Session, unit_of_work
from closeline.store.tables import metadata
from closeline.tenancy import keys
from closeline.tenancy.access import Role
from closeline.tenancy.keys import NewSecret
from tests.builders.callers import OTHER_TENANT, a_secret, a_tenant
from tests.builders.records import TENANT

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SECRET = a_secret(7)


def create(engine, secret=SECRET, *, tenant=TENANT, name="a bot", role=Role.READER, days=90, at=NOW):
    with unit_of_work(engine) as session:
        return keys.create(session, secret, tenant_id=tenant, name=name, role=role, days=days, actor="ann", at=at)


def revoke(engine, *, tenant=TENANT, key_id=SECRET.key_id, at=NOW):
    with unit_of_work(engine) as session:
        return keys.revoke(session, key_id, tenant_id=tenant, actor="ann", at=at)


def subject(engine, token, at=NOW):
    with unit_of_work(engine, write=False) as session:
        return keys.subject_of(session, token, at=at)[0]


def told(engine, tenant=TENANT):
    with unit_of_work(engine, write=False) as session:
        return [event for event in events.since(session, chain=tenant, after=0) if event.name.startswith("Key")]


def test_a_key_opens_the_record_of_its_tenant_in_its_role(seeded):
    create(seeded, role=Role.OPERATOR)

    found = subject(seeded, SECRET.token)

    assert (found.tenant_id, found.key_id, found.role) == (TENANT, SECRET.key_id, Role.OPERATOR)
    assert found.actor == f"key:{SECRET.key_id}"


def test_the_secret_is_nowhere_in_the_record_only_its_hash(seeded):
    create(seeded)
    with unit_of_work(seeded, write=False) as session:
        rows = {
            name: str([tuple(row) for row in session.rows(table.select())]) for name, table in metadata.tables.items()
        }

    assert [name for name, held in rows.items() if SECRET.secret in held] == []
    assert [name for name, held in rows.items() if sha256_hex(SECRET.secret.encode()) in held] == ["api_key"]


def test_a_key_opens_nothing_from_the_moment_at_which_it_expires(seeded):
    create(seeded, days=2)
    last = NOW + timedelta(days=2)

    assert subject(seeded, SECRET.token, last - timedelta(microseconds=1)).key_id == SECRET.key_id
    with pytest.raises(KeyRefused, match="expired"):
        subject(seeded, SECRET.token, last)


def test_a_revoked_key_opens_nothing_and_stays_revoked_since_the_first_time(seeded):
    create(seeded)
    first = revoke(seeded)
    again = revoke(seeded, at=NOW + timedelta(days=1))

    assert again == first
    with pytest.raises(KeyRefused):
        subject(seeded, SECRET.token)


@pytest.mark.parametrize(
    "token",
    [
        "", ".", "clk_", SECRET.key_id, f"{SECRET.key_id}.", f"{SECRET.key_id}.wrong", f".{SECRET.secret}",
        SECRET.secret, f"{a_secret(8).key_id}.{SECRET.secret}", SECRET.token[:-1], f"{SECRET.token}x",
        SECRET.token.upper(), f" {SECRET.token}", "clk_é.x", "clk_%.x", "clk_\x00.x", "clk_\ud800.x", f"{SECRET.key_id}.\ud800",
        "x" * 100_000,
    ],
)  # fmt: skip
def test_what_is_no_key_opens_nothing_and_is_refused_in_the_same_words(seeded, token):
    create(seeded)
    with pytest.raises(KeyRefused) as refused:
        subject(seeded, token)

    assert str(refused.value).startswith("API key must be a live one, was unknown, expired or revoked;")
    assert SECRET.secret not in str(refused.value)


def test_every_change_of_a_key_is_an_event_that_names_who_and_never_the_secret_or_the_name(seeded):
    create(seeded, name="Jane Doe's phone")
    revoke(seeded)
    revoke(seeded)
    made, gone = told(seeded)
    with unit_of_work(seeded, write=False) as session:
        broken = events.broken_links(session, chain=TENANT)

    assert made.body == {
        "league": "", "key_id": SECRET.key_id, "role": "READER",
        "expires_at": int((NOW + timedelta(days=90)).timestamp()) * 1_000_000, "actor": "ann",
    }  # fmt: skip
    assert gone.body == {"league": "", "key_id": SECRET.key_id, "actor": "ann"}
    assert "Jane" not in str(made) + str(gone)
    assert broken == []


@pytest.mark.parametrize("name", ["", "   ", "two\nlines", "x" * 81, "nul\x00"])
def test_a_key_needs_a_name_that_fits_on_a_line(seeded, name):
    with pytest.raises(BadInput, match="name of a key must be 1 to 80 printable signs"):
        create(seeded, name=name)

    assert told(seeded) == []


@pytest.mark.parametrize("days", [-1, 0, 367, 10**9])
def test_every_key_expires_within_a_year(seeded, days):
    with pytest.raises(BadInput, match="term of a key must be 1 to 366 days"):
        create(seeded, days=days)


def test_the_same_id_cannot_be_made_twice_even_for_another_tenant(seeded):
    a_tenant(seeded)
    create(seeded)
    with pytest.raises(Refused):
        create(seeded, NewSecret(SECRET.key_id, "another"), tenant=OTHER_TENANT)

    assert subject(seeded, SECRET.token).tenant_id == TENANT


def test_a_tenant_neither_sees_nor_revokes_the_keys_of_another(seeded):
    a_tenant(seeded)
    create(seeded)
    create(seeded, a_secret(9), tenant=OTHER_TENANT)
    with pytest.raises(NotFound, match="closeline keys list"):
        revoke(seeded, tenant=OTHER_TENANT)
    with unit_of_work(seeded, write=False) as session:
        seen = [key.key_id for key in keys.listed(session, tenant_id=OTHER_TENANT)]

    assert seen == [a_secret(9).key_id]
    assert subject(seeded, SECRET.token).tenant_id == TENANT


def test_keys_are_for_tenants_that_are_there_and_active(seeded):
    with pytest.raises(NotFound, match="tenant must be in the record and active, nobody was not"):
        create(seeded, tenant="nobody")
    a_tenant(seeded)
    create(seeded, tenant=OTHER_TENANT)
    with unit_of_work(seeded) as session:
        session.execute(text("UPDATE tenant SET status = 'SUSPENDED' WHERE tenant_id = 'other'"))

    with pytest.raises(KeyRefused, match="tenant of this API key must be active"):
        subject(seeded, SECRET.token)


def test_no_two_secrets_are_alike_and_none_shows_itself():
    made = [wiring.new_secret() for _ in range(200)]

    assert len({new.token for new in made}) == len({new.key_id for new in made}) == 200
    assert all(len(new.secret) == 43 for new in made)
    assert all(new.secret not in repr(new) for new in made)


@given(st.text(max_size=60))
def test_no_text_at_all_opens_a_record_without_keys(text):
    nobody = cast("Session", SimpleNamespace(rows=lambda statement, parameters: []))
    with pytest.raises(KeyRefused):
        keys.subject_of(nobody, text, at=NOW)
