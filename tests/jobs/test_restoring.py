"""Backup and restore: a copy of one moment while others write, proved, and a record that waits before it publishes."""

import json
import os
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread

import pytest
from sqlalchemy import make_url, text

from closeline.domain.errors import BadInput, CorruptRecord, Refused
from closeline.domain.feeds.mode import Mode, Standing
from closeline.domain.leagues import League
from closeline.flow.publish import permission
from closeline.jobs.monitoring import governing
from closeline.jobs.replaying.restoring import answer_restore, drill, restore
from closeline.store import events
from closeline.store.database import backup
from closeline.store.desk import outbox, picks, restored
from closeline.store.record import copies
from closeline.store.session import unit_of_work
from tests import databases
from tests.builders.chats import Chat, Reader
from tests.builders.desks import a_desk
from tests.builders.moments import OPENS
from tests.builders.payloads import a_payload, three_markets
from tests.builders.records import TENANT, a_copy, make_trusting, number, opened, tamper
from tests.builders.stories import published_game

AT = datetime(2026, 11, 22, 3, 4, 5, tzinfo=UTC)
CHANNEL = "in_app"


def make_posted(url):
    """Fill a record with published picks whose messages wait in the outbox."""
    make_trusting(url)
    with opened(url) as engine:
        published_game(engine, a_payload(*three_markets()), channels=(CHANNEL,))


@pytest.fixture
def posted(new_databases):
    with a_copy(new_databases, "posted", make_posted) as engine:
        yield engine


@pytest.fixture
def programs(database_kind, monkeypatch):
    """Put the programs of the server under test first: a dump wants one of its version."""
    if database_kind == "sqlite":
        return
    from tests.databases import _wheel_folder

    wheel = _wheel_folder()
    folders = sorted(wheel.glob("pginstall*/bin")) if wheel else []
    if folders:
        monkeypatch.setenv("PATH", f"{folders[-1]}{os.pathsep}{os.environ['PATH']}")
    if shutil.which("pg_dump") is None:
        pytest.skip("no pg_dump of the server's version")


@pytest.fixture
def blank(new_databases):
    """Give an engine on a database without a schema."""
    with databases.dropped_after(new_databases, new_databases.fresh()) as url, opened(url) as engine:
        yield engine


def excerpt(payload, place):
    del payload, place


@pytest.fixture
def copied(posted, programs, tmp_path):
    manifest = copies.back_up(posted, tmp_path, tenant_id=TENANT, at=AT)
    return tmp_path / manifest.file


def on_duty(engine):
    with unit_of_work(engine, write=False, tenant_id=TENANT) as session:
        told = governing.on_duty(session, a_desk(engine, now=AT)).modes
    return {(item.mode, next(iter(item.reasons), None)) for item in told}


def awaiting(engine):
    with unit_of_work(engine, write=False) as session:
        return restored.awaiting_reconciliation(session, tenant_id=TENANT)


def test_a_backup_is_proved_down_to_the_bytes_of_its_picks(copied, blank):
    found = drill(copied, blank, excerpt)

    assert (found.whole, found.faults) == (True, ())
    assert found.lineages == found.manifest.publications > 0
    assert found.manifest.chains[TENANT][0] >= 0
    assert awaiting(blank) is None


def test_a_backup_holds_one_moment_while_others_write_on(posted, programs, blank, tmp_path, monkeypatch):
    copy = backup.copy_to

    def write():
        with unit_of_work(posted, tenant_id=TENANT) as session:
            restored.mark_restored(
                session, backup="while it ran", taken_at=AT, tenant_id=TENANT, actor="ann", why="a write", at=AT
            )

    def written_meanwhile(engine, path, *snapshot):
        # Somebody else commits after the moment was chosen and before the copy is made.
        other = Thread(target=write)
        other.start()
        other.join()
        return copy(engine, path, *snapshot)

    monkeypatch.setattr(copies, "copy_to", written_meanwhile)
    manifest = copies.back_up(posted, tmp_path, tenant_id=TENANT, at=AT)
    found = drill(tmp_path / manifest.file, blank, excerpt)

    assert found.whole
    with unit_of_work(blank, write=False) as session:
        assert events.length(session, chain="SYSTEM") == manifest.chains["SYSTEM"][0]


def test_a_restored_record_publishes_nothing_until_its_outbox_is_reconciled(copied, blank):
    found = restore(copied, blank, excerpt, actor="ann", why="the disk died", at=AT)

    assert found.in_doubt > 0
    assert awaiting(blank) == restored.AWAITS
    assert set(withheld(blank).values()) == {restored.AWAITS}
    assert on_duty(blank) == {(Mode.NONE, restored.AWAITS)}
    with unit_of_work(blank, tenant_id=TENANT) as session:
        assert restored.mark_reconciled(session, tenant_id=TENANT, actor="ann", why="looked", at=AT)
        assert not restored.mark_reconciled(session, tenant_id=TENANT, actor="ann", why="again", at=AT)
    assert awaiting(blank) is None
    assert withheld(blank) == {}
    assert restored.AWAITS not in {why for _, why in on_duty(blank)}
    with unit_of_work(blank, write=False) as session:
        assert [events.broken_links(session, chain=chain) for chain in ("SYSTEM", TENANT)] == [[], []]


def withheld(engine):
    standing = Standing(Mode.FULL, (), None, stale=False)
    with unit_of_work(engine, tenant_id=TENANT) as session:
        found = picks.of_moment(session, tenant_id=TENANT, league=League.NBA, as_of=OPENS)
        return permission.withheld(
            session, tenant_id=TENANT, league=League.NBA, picks=found, standing=standing, at=OPENS
        )


def test_what_waited_in_the_outbox_when_the_backup_was_made_may_have_been_sent_since(posted, copied, blank):
    with unit_of_work(posted, write=False) as session:
        before = outbox.waiting(session, tenant_id=TENANT, channel=CHANNEL, at=OPENS)
    restore(copied, blank, excerpt, actor="ann", why="the disk died", at=AT)
    with unit_of_work(blank, write=False) as session:
        after = outbox.waiting(session, tenant_id=TENANT, channel=CHANNEL, at=AT + timedelta(days=1))
        doubts = number(session, "SELECT count(*) FROM delivery WHERE state = 'UNKNOWN'")

    assert (len(before), after, doubts) == (len(before), [], len(before))
    assert before


def test_whoever_has_looked_through_the_outbox_lets_a_restored_record_publish_again(copied, blank):
    restore(copied, blank, excerpt, actor="ann", why="the disk died", at=AT)
    desk = a_desk(blank, now=AT)

    assert answer_restore(desk, actor="ann", why="none of them is there")
    assert awaiting(blank) is None
    assert not answer_restore(desk, actor="ann")


def test_a_restored_record_waits_while_a_message_is_in_doubt(copied, blank):
    restore(copied, blank, excerpt, actor="ann", why="the disk died", at=AT)
    with pytest.raises(Refused, match="no message in doubt"):
        answer_restore(a_desk(blank, now=AT), actor="ann")
    assert awaiting(blank) == restored.AWAITS


def test_a_restored_record_waits_while_an_observer_cannot_look(copied, blank):
    restore(copied, blank, excerpt, actor="ann", why="the disk died", at=AT)
    with unit_of_work(blank) as session:
        session.execute(text("UPDATE delivery SET state = 'CANCELLED'"))
    desk = a_desk(blank, now=AT)
    with pytest.raises(Refused, match="unread: chat"):
        answer_restore(replace(desk, observers=(Reader(Chat(), blind=True),)), actor="ann")
    assert awaiting(blank) == restored.AWAITS

    assert answer_restore(replace(desk, observers=(Reader(Chat()),)), actor="ann")
    assert awaiting(blank) is None


def test_a_second_restore_has_to_be_reconciled_again(copied, blank):
    restore(copied, blank, excerpt, actor="ann", why="the disk died", at=AT)
    with unit_of_work(blank, tenant_id=TENANT) as session:
        restored.mark_reconciled(session, tenant_id=TENANT, actor="ann", why="looked", at=AT)
        restored.mark_restored(
            session, backup="another", taken_at=AT, tenant_id=TENANT, actor="ann", why="again", at=AT
        )
    assert awaiting(blank) == restored.AWAITS


def test_one_changed_byte_of_a_backup_is_found_before_anything_is_restored(copied, blank):
    content = bytearray(copied.read_bytes())
    content[len(content) // 2] ^= 1
    copied.write_bytes(bytes(content))

    with pytest.raises(CorruptRecord, match="must hash to what its manifest says"):
        drill(copied, blank, excerpt)


def test_a_manifest_that_was_written_to_fit_does_not_make_a_changed_record_whole(posted, programs, blank, tmp_path):
    """Whoever can change the copy can hash it anew; what the record says of itself gives him away."""
    true = copies.back_up(posted, tmp_path / "true", tenant_id=TENANT, at=AT)
    tamper(posted, "publication", "UPDATE publication SET visibility = 'HIDDEN'")
    forged = copies.back_up(posted, tmp_path / "forged", tenant_id=TENANT, at=AT)
    beside = tmp_path / "forged" / f"{forged.file}{copies.MANIFEST}"
    said = json.loads(beside.read_text())
    beside.write_text(json.dumps(said | {"record_hash": true.record_hash}))
    found = drill(tmp_path / "forged" / forged.file, blank, excerpt)

    assert not found.whole
    assert any(text.startswith("record: its hash is") for text in found.faults)


def test_a_backup_that_is_not_whole_restores_nothing_that_could_be_used(posted, programs, blank, tmp_path):
    tamper(posted, "event_log", "UPDATE event_log SET actor = 'somebody else'")
    tamper(posted, "raw_payload", "UPDATE raw_payload SET size = size + 1")
    manifest = copies.back_up(posted, tmp_path, tenant_id=TENANT, at=AT)

    with pytest.raises(CorruptRecord, match="backup must be whole"):
        restore(tmp_path / manifest.file, blank, excerpt, actor="ann", why="the disk died", at=AT)


def test_a_backup_goes_into_nothing_that_holds_a_record(copied, posted):
    with pytest.raises(Refused, match="into an empty database"):
        drill(copied, posted, excerpt)


def test_a_backup_of_one_kind_of_database_does_not_go_into_the_other(copied, sqlite, postgresql, database_kind):
    other = postgresql if database_kind == "sqlite" else sqlite
    with (
        databases.dropped_after(other, other.fresh()) as url,
        opened(url) as engine,
        pytest.raises(BadInput, match=f"backup of {database_kind} must go into"),
    ):
        drill(copied, engine, excerpt)


def test_a_file_without_its_manifest_is_no_backup(tmp_path, blank):
    (tmp_path / "x.db").write_bytes(b"x")

    with pytest.raises(BadInput, match="must have its manifest beside it"):
        drill(tmp_path / "x.db", blank, excerpt)
    assert make_url(str(blank.url)).database
    assert Path(tmp_path / "x.db").exists()
