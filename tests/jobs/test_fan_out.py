"""Work that is spread over processes or workers gives the same bits as in one process."""

# mypy: disable-error-code="arg-type, return-value, union-attr"

import json
from contextlib import contextmanager
from datetime import timedelta
from functools import partial

import pytest

from closeline.domain.errors import BadInput, CorruptRecord, Refused, StoreUnavailable
from closeline.domain.forecasts.evaluators import Evaluator
from closeline.domain.leagues import League
from closeline.jobs.duty.desks import Desks
from closeline.jobs.duty.fan_out import LocalProcesses, do
from closeline.jobs.duty.fan_out.replaying import WORK, part_of, replay
from closeline.jobs.duty.fan_out.walking import walk_apart
from closeline.jobs.duty.leading import Leadership
from closeline.jobs.duty.run_celery import CeleryGroup
from closeline.jobs.replaying.backtest import backtest
from closeline.jobs.simulating import Asked, of_means
from closeline.store.database.engine import open_engine
from closeline.store.record import record_hash
from closeline.store.session import unit_of_work
from tests import databases
from tests.builders.archives import an_archive
from tests.builders.brokers import a_working_app, an_app
from tests.builders.desks import a_desk
from tests.builders.records import TENANT, make_trusting, opened

# Celery asks the Redis client in words that the client has newer ones for.
pytestmark = pytest.mark.filterwarnings("ignore:Call to deprecated setex:DeprecationWarning")

WORLDS = 30_001


def desk_on(url, part):
    """Open the desk of a part, as wiring does, on archives that are made and not read."""
    archives = [an_archive(days=3, games=2)] if part.get("archives") else []
    return a_desk(open_engine(str(part.get("database") or url)), archives)


class Here:
    """Does every part in this process, and keeps what was asked for and answered."""

    def __init__(self, url):
        self.url, self.answers = url, []

    def map(self, work, parts):
        # As over any wire: what JSON cannot carry would not arrive.
        self.answers = [do(partial(desk_on, self.url), work, json.loads(json.dumps(part))) for part in parts]
        return json.loads(json.dumps(self.answers))


@contextmanager
def on_workers(url):
    """Give an executor whose parts a worker does, over a real broker."""
    with a_working_app(Desks(lambda: None, partial(desk_on, url)), pool="solo") as app:
        yield CeleryGroup(app, timedelta(seconds=30))


@pytest.fixture
def url(sqlite):
    with databases.dropped_after(sqlite, sqlite.copy_of("trusting", make_trusting)) as made:
        yield made


@contextmanager
def executor_of(kind, url):
    if kind == "workers":
        with on_workers(url) as made:
            yield made
    else:
        yield Here(url) if kind == "here" else LocalProcesses(partial(desk_on, url), 2)


def simulated(url, executor=None):
    asked = Asked(Evaluator.WORLDS, WORLDS, 2**63 + 11, executor=executor)
    with opened(url) as engine:
        found = of_means(a_desk(engine), League.NFL, 2.7, 44.3, 2024, playoff=True, asked=asked).simulated.worlds
    return found.scores.tobytes(), found.weights.tobytes(), found.scores.shape, str(found.scores.dtype)


@pytest.mark.parametrize("kind", ["here", "processes", "workers"])
def test_worlds_walked_apart_are_those_of_one_walk_bit_for_bit(url, kind, monkeypatch):
    monkeypatch.setattr(walk_apart, "__defaults__", (7_000,))
    with executor_of(kind, url) as executor:
        assert simulated(url, executor) == simulated(url)


def test_a_piece_that_is_harmed_on_its_way_is_noticed(url):
    class Harming(Here):
        def map(self, work, parts):
            return [{**answer, "sha": "0" * 64} for answer in super().map(work, parts)]

    with pytest.raises(CorruptRecord, match="a piece did not"):
        simulated(url, Harming(url))


def test_pieces_that_began_at_the_wrong_world_would_be_seen(url):
    class Shifting(Here):
        def map(self, work, parts):
            return super().map(work, [{**part, "begin": 0} for part in parts])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(walk_apart, "__defaults__", (7_000,))
        assert simulated(url, Shifting(url))[0] != simulated(url)[0]


def hash_of(url):
    with opened(url) as engine, unit_of_work(engine, write=False) as session:
        return record_hash(session, tenant_id=TENANT, leagues=[League.NBA])


def a_part(url):
    return part_of(League.NBA, ["made"], an_archive(days=3, games=2).parsed.events[0].starts_at.date(), url, Evaluator.EXACT, 0)  # fmt: skip


@pytest.mark.parametrize("kind", ["processes", "workers"])
def test_a_backtest_that_is_run_elsewhere_leaves_the_same_record(sqlite, url, kind):
    with opened(url) as engine:
        backtest(a_desk(engine, [an_archive(days=3, games=2)]))
    copies = [sqlite.copy_of("trusting", make_trusting) for _ in range(2)]
    with executor_of(kind, url) as executor:
        answers = executor.map(WORK, [a_part(copy) for copy in copies])

    assert [answer["record_hash"] for answer in answers] == [hash_of(url)] * 2
    assert [hash_of(copy) for copy in copies] == [hash_of(url)] * 2
    for copy in copies:
        sqlite.drop(copy)


def test_a_backtest_is_run_by_one_process_at_a_time(url):
    with opened(url) as engine:
        desk = a_desk(engine, [an_archive(days=3, games=2)])
        other = Leadership(desk.engine, desk.clock, "other", name="backtest:nba")
        assert other.hold()
        with pytest.raises(Refused, match="one process at a time"):
            replay(desk, a_part(url))
        other.release()
        assert replay(desk, a_part(url))["league"] == "nba"


def test_what_a_worker_cannot_do_comes_back_as_a_fault(url):
    with on_workers(url) as executor, pytest.raises(Refused, match="unknown"):
        executor.map("unknown", [{}])


def test_a_fan_out_that_nobody_answers_ends():
    with an_app(Desks(lambda: None)) as app, pytest.raises(StoreUnavailable, match="is a worker running"):
        CeleryGroup(app, timedelta(seconds=0.2), tries=2).map(WORK, [{}])


def test_work_that_nobody_knows_is_refused(url):
    with pytest.raises(BadInput, match="must be one of"):
        do(partial(desk_on, url), "no.work", {})
