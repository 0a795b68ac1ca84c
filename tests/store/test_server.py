"""A server that goes away, is slow, is full or loses an answer: bounded waits, one line, and nothing done twice."""

import contextlib
import threading
import time
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from closeline.domain.errors import StoreUnavailable
from closeline.store import schema
from closeline.store.database import engine as engines
from closeline.store.database.engine import ServerLimits, open_engine
from closeline.store.scheduling import job_runs
from closeline.store.session import unit_of_work
from tests.store.lossy import LossyWire

AT = datetime(2026, 11, 22, tzinfo=UTC)
HURRIED = ServerLimits(size=1, overflow=1, wait_seconds=1, recycle_seconds=1, statement_seconds=1, idle_seconds=1)


@pytest.fixture
def address(postgresql):
    """Give the address of an empty database of the server."""
    url = postgresql.fresh()
    yield url
    postgresql.drop(url)


@pytest.fixture
def hurried(address):
    """Give an engine with little patience."""
    engine = open_engine(address, limits=HURRIED)
    yield engine
    engine.dispose()


def one_line(fault):
    assert "\n" not in str(fault.value)
    return str(fault.value)


def test_a_statement_that_takes_too_long_is_ended_by_the_server(hurried):
    with pytest.raises(StoreUnavailable, match="statement timeout") as fault, unit_of_work(hurried) as session:
        session.execute(text("SELECT pg_sleep(5)"))

    assert one_line(fault)


def test_a_transaction_that_does_nothing_is_ended_and_the_next_one_has_a_live_connection(hurried):
    with pytest.raises(StoreUnavailable, match="cut short"), unit_of_work(hurried) as session:  # noqa: PT012
        session.execute(text("SELECT 1"))
        time.sleep(1.5)
        session.execute(text("SELECT 1"))
    with unit_of_work(hurried) as session:
        assert session.scalar(text("SELECT 1")) == 1


def test_without_limits_of_their_own_transactions_have_those_of_the_house(address):
    engine = open_engine(address)
    with engine.connect() as connection:
        said = [connection.execute(text(f"SHOW {name}")).scalar_one() for name in (
            "statement_timeout", "idle_in_transaction_session_timeout", "timezone")]  # fmt: skip
    engine.dispose()

    assert said == ["5min", "5min", "UTC"]


def test_who_finds_every_connection_taken_is_told_so_in_time(hurried):
    with hurried.connect(), hurried.connect():
        began = time.monotonic()
        taken = "every connection to the database is taken"
        with pytest.raises(StoreUnavailable, match=taken) as fault, unit_of_work(hurried):
            pass
        waited = time.monotonic() - began

    assert one_line(fault).endswith("raise database_pool_size")
    assert 0.5 < waited < 5


def test_an_old_connection_is_replaced(hurried):
    backends = []
    for pause in (0, 2.1):
        time.sleep(pause)
        with unit_of_work(hurried) as session:
            backends.append(session.scalar(text("SELECT pg_backend_pid()")))

    assert backends[0] != backends[1]


def test_a_backend_that_is_ended_mid_transaction_leaves_nothing_and_the_slot_free(postgresql, address):
    engine = open_engine(address)
    schema.upgrade(engine)
    with pytest.raises(StoreUnavailable, match="does not answer") as fault, unit_of_work(engine) as session:  # noqa: PT012
        assert job_runs.claim(session, "a job", "a slot", at=AT)
        postgresql.admin.execute("SELECT pg_terminate_backend(%s, 5000)", [backend(session)])
        session.execute(text("SELECT 1"))
    with unit_of_work(engine) as session:
        again = job_runs.claim(session, "a job", "a slot", at=AT)
    engine.dispose()

    assert one_line(fault)
    assert again


def backend(session):
    return session.scalar(text("SELECT pg_backend_pid()"))


def keep(engine, *, claims=True):
    """Do what a job does: claim its slot and leave its effect, in one transaction."""
    with unit_of_work(engine) as session:
        if claims and not job_runs.claim(session, "a job", "a slot", at=AT):
            return False
        session.execute(text("INSERT INTO effect VALUES ('done')"))
        return True


@pytest.mark.parametrize(("claims", "effects"), [(True, 1), (False, 2)])
def test_a_commit_whose_answer_is_lost_is_resolved_by_the_key_of_its_slot(address, claims, effects):
    """Fault 6. Whoever asks again without the key does it twice: the planted twin is the second row."""
    wire = LossyWire(address)
    plain, engine = open_engine(address), open_engine(wire.url)
    schema.upgrade(plain)
    with plain.begin() as connection:
        connection.execute(text("CREATE TABLE effect (what text)"))
    wire.loses = True
    with pytest.raises(StoreUnavailable) as fault:
        keep(engine, claims=claims)
    wire.loses = False
    kept = keep(engine, claims=claims)
    with plain.connect() as connection:
        found = connection.execute(text("SELECT count(*) FROM effect")).scalar_one()
    engine.dispose()
    plain.dispose()
    wire.close()

    assert one_line(fault)
    assert wire.lost == 1
    assert (kept, found) == (not claims, effects)


# ------------------------------------------------------------------------------ a SQLite file that is held


@contextlib.contextmanager
def held(engine, seconds):
    """Hold the pen of a record on another connection for so long, counted from here."""
    ready = threading.Event()

    def hold():
        with unit_of_work(engine):
            ready.set()
            time.sleep(seconds)

    thread = threading.Thread(target=hold)
    thread.start()
    ready.wait()
    yield
    thread.join()


@pytest.fixture
def file(tmp_path, monkeypatch):
    """Give an engine on a file whose writers wait for two seconds, not fifteen."""
    monkeypatch.setattr(engines, "BUSY_MS", 2000)
    engine = open_engine(f"sqlite:///{tmp_path}/closeline.db")
    schema.ready(engine)
    yield engine
    engine.dispose()


@pytest.mark.parametrize(("seconds", "written"), [(0.5, True), (4, False)])
def test_a_writer_waits_its_turn_and_no_longer_than_its_patience(file, seconds, written):
    """Fault 7, in a seventh of the time: 1 and 6 seconds of 15 are waited for, 30 are not."""
    with held(file, seconds):
        began = time.monotonic()
        if written:
            with unit_of_work(file) as session:
                assert job_runs.claim(session, "a job", "a slot", at=AT)
        else:
            with pytest.raises(StoreUnavailable, match="in use by another writer") as fault, unit_of_work(file):
                pass
            assert one_line(fault)
        waited = time.monotonic() - began

    assert waited < (2 if written else 3.5)


def test_a_reader_does_not_wait_for_a_writer_that_only_thinks(file):
    with held(file, 1.5):
        began = time.monotonic()
        with unit_of_work(file, write=False) as session:
            session.rows(text("SELECT * FROM tenant"))
        waited = time.monotonic() - began

    assert waited < 1
