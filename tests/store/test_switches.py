"""Switches and flags in the record: steps that are only added, a line of the log for each, and an order with publishing."""

from datetime import UTC, datetime, timedelta
from threading import Event, Thread

import pytest
from sqlalchemy import text

from closeline.domain.errors import AppendOnlyViolation, BadInput, NotFound
from closeline.domain.events import SYSTEM_CHAIN
from closeline.domain.governance.flags import Setting
from closeline.domain.governance.switches import BY_HAND
from closeline.store import events
from closeline.store.desk import flags, switches
from closeline.store.desk.open_feature import FlagBook, flag_book
from closeline.store.desk.open_feature_provider import NAME, client_of
from closeline.store.events import hashed
from closeline.store.session import unit_of_work
from tests.builders.records import TENANT

AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
FLAG = "PUBLISH_ENABLED_NFL"


def turn_on(session, scope="league:nfl", *, cause=BY_HAND, actor="someone", at=AT):
    return switches.turn_on(
        session, tenant_id=TENANT, scope=scope, cause=cause, actor=actor, why="a reason", at=at
    )  # fmt: skip


def on(session, tenant_id=TENANT):
    return [item.scope for item in switches.turned_on(session, tenant_id=tenant_id)]


def put(session, scope, is_on, name=FLAG, at=AT):
    return flags.put(
        session, tenant_id=TENANT, name=name, scope=scope, is_on=is_on, actor="someone", why="a reason", at=at
    )  # fmt: skip


def changes(session, chain=TENANT):
    query = text("SELECT subject, before_hash, after_hash, actor, why FROM event_log "
                 "WHERE chain = :chain AND subject IS NOT NULL ORDER BY seq")  # fmt: skip
    return session.rows(query, {"chain": chain})


def test_a_switch_is_on_until_it_is_lifted_and_can_be_put_on_again(seeded):
    with unit_of_work(seeded) as session:
        made = turn_on(session)
        assert on(session) == ["league:nfl"]
        switches.lift(session, made, actor="another", why="mended", at=AT + MINUTE)
        assert on(session) == []
        turn_on(session, at=AT + 2 * MINUTE)
        assert on(session) == ["league:nfl"]
        assert [step for _, step in switches.steps(session, tenant_id=TENANT, most=9)] == ["ON", "LIFTED", "ON"]


def test_the_same_switch_twice_is_one(seeded):
    with unit_of_work(seeded) as session:
        assert turn_on(session) == turn_on(session, at=AT + MINUTE)
        assert on(session) == ["league:nfl"]


def test_a_switch_that_is_not_on_cannot_be_lifted(seeded):
    with unit_of_work(seeded) as session:
        made = turn_on(session)
        switches.lift(session, made, actor="another", why="mended", at=AT + MINUTE)
        with pytest.raises(NotFound, match="switch must be on"):
            switches.lift(session, made, actor="another", why="again", at=AT + 2 * MINUTE)


def test_steps_are_never_changed(seeded):
    with unit_of_work(seeded) as session:
        turn_on(session)
    for statement in ("UPDATE kill_switch SET why = 'other'", "DELETE FROM kill_switch"):
        with pytest.raises(AppendOnlyViolation), unit_of_work(seeded) as session:
            session.execute(text(statement))


def test_each_step_and_each_setting_is_a_line_of_the_log_that_ends_at_what_is_there_now(seeded):
    with unit_of_work(seeded) as session:
        made = turn_on(session)
        switches.lift(session, made, actor="another", why="mended", at=AT + MINUTE)
        turn_on(session, "global")
        put(session, "tenant", False)
        put(session, "tenant", True, at=AT + MINUTE)
        told, of_house = changes(session), changes(session, SYSTEM_CHAIN)
        live = dict([*switches.states(session, chain=TENANT), *flags.states(session, chain=TENANT)])
        assert events.broken_links(session, chain=TENANT) == []

    assert [row.actor for row in told] == ["someone", "another", "someone", "someone"]
    assert told[1].before_hash == told[0].after_hash
    assert told[3].before_hash == told[2].after_hash
    assert told[0].before_hash is None
    assert {row.subject: row.after_hash for row in told} == {name: hashed(state) for name, state in live.items()}
    assert len(of_house) == 1


def test_what_is_global_is_everybodys_and_all_else_a_tenants_own(seeded):
    with unit_of_work(seeded) as session:
        turn_on(session, "global")
        turn_on(session, "tenant")
        put(session, "global", False)
        put(session, "league:nfl", False)

        assert on(session, "guest") == ["global"]
        assert [item.scope for item in flags.settings(session, tenant_id="guest")] == ["global"]


def test_a_setting_replaces_the_one_before_it_in_its_scope(seeded):
    with unit_of_work(seeded) as session:
        put(session, "tenant", False)
        put(session, "tenant", True, at=AT + MINUTE)
        put(session, "league:nfl", False)
        found = flags.settings(session, tenant_id=TENANT)
        book = flag_book(session, tenant_id=TENANT)

    assert [(item.scope, item.is_on) for item in found] == [("league:nfl", False), ("tenant", True)]
    assert not book.is_on(FLAG, league="nfl")
    assert book.is_on(FLAG, league="nba")


# ------------------------------------------------------------------------------------------ OpenFeature


def a_book(*settings):
    return FlagBook([Setting(TENANT, name, scope, is_on, "someone", "a reason", AT) for name, scope, is_on in settings])


def test_a_flag_is_asked_of_the_record_through_the_standards_client():
    book = a_book((FLAG, "tenant", False))
    found = client_of(book).get_boolean_details(FLAG, True)

    assert (found.value, found.variant, found.error_code) == (False, "tenant", None)
    assert client_of(book).provider.get_metadata().name == NAME


def test_a_misspelled_flag_is_refused_by_the_book_and_answered_with_the_default_by_a_client():
    book = a_book((FLAG, "tenant", False))

    with pytest.raises(BadInput):
        book.is_on("PUBLISH_ENABLED_NFI")
    assert client_of(book).get_boolean_details("PUBLISH_ENABLED_NFI", False).error_code == "FLAG_NOT_FOUND"
    assert client_of(book).get_string_details(FLAG, "x").error_code == "TYPE_MISMATCH"


def test_a_provider_that_fails_lets_nothing_out(monkeypatch):
    book = a_book(("PUBLISH_ENABLED_NBA", "tenant", True))
    assert book.is_on("PUBLISH_ENABLED_NBA")
    monkeypatch.setattr("closeline.store.desk.open_feature_provider.RecordProvider.resolve_boolean_details", None)

    assert not book.is_on("PUBLISH_ENABLED_NBA")


# --------------------------------------------------------------------------------- the order with publishing


def test_whoever_turns_a_switch_waits_until_a_publication_that_did_not_see_it_has_ended(seeded):
    """PostgreSQL lets transactions run beside each other; SQLite has one writer by nature. The order is the same."""
    order, reads = [], Event()

    def turn():
        reads.wait(20)
        with unit_of_work(seeded) as session:
            turn_on(session)
            order.append("turned")

    setter = Thread(target=turn)
    setter.start()
    with unit_of_work(seeded) as session:
        switches.stand_still(session)
        assert on(session) == []
        reads.set()
        # The setter is held off for as long as this lasts: nothing is waited for, so what it would do is done at once.
        setter.join(0.2)
        assert on(session) == []
        order.append("published")
    setter.join(20)

    assert order == ["published", "turned"]
    with unit_of_work(seeded, write=False) as session:
        assert on(session) == ["league:nfl"]


def test_without_the_lock_a_switch_could_be_turned_while_a_publication_goes_on(new_databases, database_kind, seeded):
    """The planted twin of the test above, where two can write at once: the publication ends after the switch is on."""
    if database_kind == "sqlite":
        pytest.skip("SQLite has one writer by nature")
    with unit_of_work(seeded) as session:
        assert on(session) == []
        other = Thread(target=lambda: _turn_alone(seeded))
        other.start()
        other.join(20)
        assert not other.is_alive()
        assert on(session) == ["league:nfl"]


def _turn_alone(engine):
    with unit_of_work(engine) as session:
        turn_on(session)
