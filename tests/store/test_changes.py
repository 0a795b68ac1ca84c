"""Each change of a thing is one row with its hashes, follows the one before, and leads to what is there now."""

import re
from pathlib import Path

import pytest

from closeline.domain.errors import Refused
from closeline.domain.events import SYSTEM_CHAIN
from closeline.store import events
from closeline.store.invariants import audit
from closeline.store.record import subjects
from closeline.store.record.changes import change, changing
from closeline.store.session import unit_of_work
from closeline.store.tables import MUTABLE
from closeline.tenancy import keys
from closeline.tenancy.access import Role
from tests.builders.callers import a_secret
from tests.builders.moments import OPENS
from tests.builders.records import TENANT, plant_policy, rows_of, tamper

SECRET = a_secret(7)
NAME = f"api_key:{SECRET.key_id}"


def a_key(engine):
    with unit_of_work(engine) as session:
        keys.create(
            session, SECRET, tenant_id=TENANT, name="a bot", role=Role.OPS, days=9, actor="ann", at=OPENS
        )  # fmt: skip


def told(engine, subject=NAME):
    with unit_of_work(engine, write=False) as session:
        asked = "SELECT name, before_hash, after_hash, actor, why FROM event_log WHERE subject = :subject ORDER BY seq"
        return rows_of(session, asked, subject=subject)


def violations(engine, check=audit.changes_follow):
    with unit_of_work(engine, write=False) as session:
        return [(item.invariant, item.why) for item in check(session, TENANT)]


def a_change(session, before, after, *, subject="thing:1"):
    change(
        session, tenant_id=TENANT, subject=subject, name="ThingSet", before=before, after=after, actor="ann", why="so",
        at=OPENS,
    )  # fmt: skip


def test_a_change_is_one_row_of_the_chain_with_hashes_and_never_the_texts(seeded):
    with unit_of_work(seeded) as session:
        a_change(session, None, '{"a":"hidden"}')
        (row,) = rows_of(session, "SELECT * FROM event_log WHERE subject = 'thing:1'")
        assert events.broken_links(session, chain=TENANT) == []

    assert (row["before_hash"], row["after_hash"]) == (None, events.hashed('{"a":"hidden"}'))
    assert (row["name"], row["body"]) == ("StateChanged", '{"league":"","what":"ThingSet"}')
    assert "hidden" not in str(row)


def test_a_change_must_begin_where_the_last_one_ended(seeded):
    with unit_of_work(seeded) as session:
        a_change(session, None, "1")
        a_change(session, "1", "2")
        with pytest.raises(Refused, match="change of thing:1 must begin where its last one ended"):
            a_change(session, "1", "3")
        a_change(session, None, "1", subject="thing:2")


def test_a_change_that_is_rolled_back_leaves_no_row(seeded):
    with pytest.raises(RuntimeError), unit_of_work(seeded) as session:  # noqa: PT012
        a_change(session, None, "1")
        raise RuntimeError

    assert told(seeded, "thing:1") == []


def test_what_does_not_change_a_thing_is_not_told(seeded):
    subject = subjects.name_of("policy", "nba")
    with unit_of_work(seeded) as session:
        plant_policy(session)
        with changing(session, subject, tenant_id=TENANT, name="Nothing", at=OPENS):
            pass

    assert [row["name"] for row in told(seeded, subject)] == ["StateChanged"]


def test_a_key_is_told_when_it_is_made_and_when_it_is_revoked(seeded):
    a_key(seeded)
    with unit_of_work(seeded) as session:
        keys.revoke(session, SECRET.key_id, tenant_id=TENANT, actor="bob", at=OPENS)
    made, gone = told(seeded)

    assert (made["name"], made["before_hash"], made["actor"]) == ("KeyCreated", None, "ann")
    assert (gone["name"], gone["before_hash"], gone["actor"]) == ("KeyRevoked", made["after_hash"], "bob")
    assert violations(seeded) == []


def test_the_use_of_a_key_and_its_name_are_no_change_of_it(seeded):
    a_key(seeded)
    tamper(seeded, "api_key", "UPDATE api_key SET last_used_at = 1, name = 'erased'", {})

    assert violations(seeded) == []


def test_a_row_that_was_changed_past_the_log_is_found(seeded):
    """Planted: somebody makes a key an ADMIN's in the table itself."""
    a_key(seeded)
    tamper(seeded, "api_key", "UPDATE api_key SET role = 'ADMIN'", {})

    assert violations(seeded) == [("A2", f"{NAME} must be as change 1 left it, is not: it was changed and nobody told")]


def test_a_change_that_was_left_out_between_two_is_found(seeded):
    """Planted: the log's own refusal is passed by."""
    with unit_of_work(seeded) as session:
        a_change(session, None, "1")
        a_change(session, "1", "2")
    tamper(seeded, "event_log", "UPDATE event_log SET before_hash = 'x' WHERE seq = 2", {})

    assert violations(seeded) == [("A2", "change 2 of thing:1 must begin where change 1 ended, began elsewhere")]


def undeclared(tables, kinds=subjects.KINDS, machine=subjects.MACHINE_STATE, elsewhere=subjects.TOLD_ELSEWHERE):
    audited = {kind.table.name for kind in kinds.values()} | set(elsewhere)
    return sorted(set(tables) - audited - set(machine))


def test_every_mutable_table_is_audited_or_says_why_it_is_a_machines_own():
    assert undeclared(MUTABLE) == []
    assert set(subjects.MACHINE_STATE) <= set(MUTABLE)
    assert set(subjects.TOLD_ELSEWHERE) <= set(MUTABLE)
    assert all(len(reason) > 20 for reason in (*subjects.MACHINE_STATE.values(), *subjects.TOLD_ELSEWHERE.values()))


def test_a_new_mutable_table_that_nobody_audits_is_refused():
    """Planted: a table of which nothing is said."""
    assert undeclared([*MUTABLE, "secret_overrides"]) == ["secret_overrides"]


def test_every_kind_finds_its_live_row_or_says_that_there_is_none(seeded):
    with unit_of_work(seeded, write=False) as session:
        for name, kind in subjects.KINDS.items():
            parts = [1 if part == "result_version" else "nobody" for part in kind.parts]
            subject = subjects.name_of(name, *parts)
            assert subjects.state(session, subject, tenant_id=TENANT) is None
            assert subjects.chain_of(subject, tenant_id=TENANT) == (SYSTEM_CHAIN if kind.shared else TENANT)


def test_the_page_of_the_audit_lists_every_kind_and_every_table_that_changes():
    page = (Path(__file__).parents[2] / "docs" / "audit.md").read_text(encoding="utf-8")
    listed = set(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE))

    assert listed == {*subjects.KINDS, *subjects.MACHINE_STATE, *subjects.TOLD_ELSEWHERE}
