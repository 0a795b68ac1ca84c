"""Two of everything on one record, and kill −9 among them: each slot once, none lost, none unaccounted for."""

import os
import random
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

import pytest

from closeline.store.database.engine import open_engine
from closeline.store.session import unit_of_work
from tests import databases
from tests.builders.records import make_trusting, rows_of
from tests.e2e.crew import EVERY, INSIDE, MARKS, OUTSIDE, TTL

ROOT = Path(__file__).parents[2]
WAIT_SECONDS_MAX = 60
BROKERS = {"redis": ("redis://127.0.0.1:6379/7", 6379), "rabbitmq": ("amqp://guest:guest@127.0.0.1:5672//", 5672)}


def broker(kind):
    url, port = BROKERS[kind]
    with socket.socket() as tried:
        tried.settimeout(1)
        if tried.connect_ex(("127.0.0.1", port)):
            pytest.skip(f"no {kind} answers on port {port}")
    return url


class Crew:
    """Processes on one record and one queue, ended one and all."""

    def __init__(self, url, broker_url="none"):
        self.url, self.broker_url, self.queue = url, broker_url, f"closeline-test-{secrets.token_hex(4)}"
        self.engine = open_engine(url)
        with self.engine.begin() as connection:
            connection.exec_driver_sql(MARKS)
        self.members = {}
        self.said = tempfile.TemporaryFile()  # noqa: SIM115 -- closed with the crew

    def join(self, kind, *more):
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.e2e.crew", kind, self.url, self.broker_url, self.queue, *more],
            cwd=ROOT, start_new_session=True, stdout=self.said, stderr=self.said,
        )  # fmt: skip
        self.members[process.pid] = process
        return process

    def kill(self, process):
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(WAIT_SECONDS_MAX)

    def ask(self, sql):
        with unit_of_work(self.engine, write=False) as session:
            return rows_of(session, sql)

    def until(self, sql, enough):
        """Wait until a query gives so many rows."""
        end = time.monotonic() + WAIT_SECONDS_MAX
        while len(self.ask(sql)) < enough:
            assert time.monotonic() < end, f"waited {WAIT_SECONDS_MAX} s for {enough} rows of {sql}: {self.words()}"
            time.sleep(0.05)

    def words(self):
        self.said.seek(0)
        return self.said.read().decode(errors="replace")[-2000:]

    def leader(self):
        (lease,) = self.ask("SELECT holder, token FROM lease")
        return self.members[int(lease["holder"].rpartition("-")[2])], lease["token"]

    def stop(self):
        for process in self.members.values():
            if process.poll() is None:
                process.terminate()
        return [process.wait(WAIT_SECONDS_MAX) for process in self.members.values()]

    def end(self):
        for process in self.members.values():
            if process.poll() is None:
                self.kill(process)

    def account(self):
        """Check that every slot ran once or is known not to have, and return how many ran."""
        runs = {(row["job"], row["slot"]): row for row in self.ask("SELECT * FROM job_run")}
        marks = Counter((row["job"], row["slot"]) for row in self.ask("SELECT job, slot FROM marks"))
        kept = {key: n for key, n in marks.items() if key[0] in (INSIDE, OUTSIDE)}
        done = {key for key, row in runs.items() if row["state"] == "DONE"}
        assert set(kept.values()) <= {1}, f"written twice: {[key for key, n in kept.items() if n > 1]}"
        assert set(kept) == done, "what was written and what counts as done must be the same"
        for (job, slot), n in marks.items():
            # The world may see a slot again only when the first who went out was killed on the way, or gave up.
            assert job != "world" or n <= runs[OUTSIDE, slot]["attempts"], f"went out {n} times for {slot}"
        for job in (INSIDE, OUTSIDE):
            at = sorted(datetime.fromisoformat(slot) for name, slot in runs if name == job)
            assert len(at) == (at[-1] - at[0]) / EVERY + 1, f"slots of {job} must all be accounted for"
        return len(done)

    def close(self):
        self.end()
        self.engine.dispose()
        self.said.close()
        if self.broker_url.startswith("redis"):
            import redis

            with redis.Redis(db=7) as connection:
                for key in connection.scan_iter(f"{self.queue}*"):
                    connection.delete(key)
        elif self.broker_url.startswith("amqp"):
            from kombu.connection import Connection

            with Connection(self.broker_url) as connection:
                connection.default_channel.queue_delete(self.queue)
                connection.default_channel.exchange_delete(self.queue)


@contextmanager
def a_crew(made, broker_url="none"):
    with databases.dropped_after(made, made.copy_of("trusting", make_trusting)) as url:
        crew = Crew(url, broker_url)
        try:
            yield crew
        finally:
            crew.close()


MARKED = "SELECT slot FROM marks WHERE job = 'test.inside'"


def play(crew, seed, seconds):
    """Kill a worker and the leading beat at random moments, and let the others go on."""
    chance = random.Random(seed)
    workers = [crew.join("worker") for _ in range(2)]
    for _ in range(2):
        crew.join("beat")
    crew.until(MARKED, 2)
    begun = time.monotonic()
    for victim in chance.sample(["worker", "beat"], 2):
        time.sleep(chance.uniform(0.0, 1.5))
        crew.kill(crew.leader()[0] if victim == "beat" else chance.choice(workers))
    done = len(crew.ask(MARKED))
    crew.until(MARKED, done + 3)
    time.sleep(max(0.0, seconds - (time.monotonic() - begun)))
    crew.stop()
    return crew.account()


def test_two_workers_and_two_beats_run_each_slot_once_whoever_is_killed(postgresql):
    with a_crew(postgresql, broker("redis")) as crew:
        assert play(crew, 5, 3) >= 6
        (lease,) = crew.ask("SELECT token, holder FROM lease")

    assert lease["token"] == 2, "the second beat took over"
    assert lease["holder"] == "", "and gave its lease back when it was told to stop"


def test_on_rabbitmq_too(postgresql):
    with a_crew(postgresql, broker("rabbitmq")) as crew:
        assert play(crew, 3, 0) >= 6


@pytest.mark.campaign
@pytest.mark.parametrize("seed", range(60))
@pytest.mark.parametrize("kind", BROKERS)
def test_each_slot_once_at_many_random_moments(postgresql, kind, seed):
    with a_crew(postgresql, broker(kind)) as crew:
        play(crew, seed, 8)


def test_two_embedded_processes_on_one_file_run_each_slot_once_and_outlive_each_other(sqlite):
    with a_crew(sqlite) as crew:
        for _ in range(2):
            crew.join("embedded")
        crew.until(MARKED, 2)
        crew.kill(crew.leader()[0])
        crew.until(MARKED, len(crew.ask(MARKED)) + 2)
        crew.stop()

        assert crew.account() >= 6
        assert crew.ask("SELECT token FROM lease") == [{"token": 2}]


def test_a_leader_that_was_paused_past_its_lease_stands_by_when_it_wakes_up(postgresql):
    with a_crew(postgresql, broker("redis")) as crew:
        crew.join("worker")
        beats = [crew.join("beat") for _ in range(2)]
        crew.until(MARKED, 1)
        paused, before = crew.leader()
        paused.send_signal(signal.SIGSTOP)
        time.sleep(TTL.total_seconds() + 0.5)
        crew.until(MARKED, len(crew.ask(MARKED)) + 1)
        paused.send_signal(signal.SIGCONT)
        crew.until(MARKED, len(crew.ask(MARKED)) + 2)
        leads, after = crew.leader()
        crew.end()

        assert (leads, after) == (next(each for each in beats if each is not paused), before + 1)
        crew.account()


class Line:
    """A wire to a broker that can be cut, for as long as it likes."""

    def __init__(self, port):
        self.port, self.cut = port, False
        self.ends = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def address(self):
        return self.listener.getsockname()[1]

    def _accept(self):
        while True:
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            if self.cut:
                near.close()
                continue
            far = socket.create_connection(("127.0.0.1", self.port))
            self.ends += [near, far]
            for one, other in ((near, far), (far, near)):
                threading.Thread(target=self._carry, args=(one, other), daemon=True).start()

    def _carry(self, one, other):
        try:
            while told := one.recv(65_536):
                other.sendall(told)
        except OSError:
            pass
        finally:
            for end in (one, other):
                end.close()

    def fail(self):
        self.cut = True
        for end in self.ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def mend(self):
        self.cut = False

    def close(self):
        self.fail()
        self.listener.close()


def test_a_broker_that_is_away_for_a_while_costs_slots_and_never_the_account_of_them(postgresql):
    broker("redis")
    line = Line(6379)
    with a_crew(postgresql, f"redis://127.0.0.1:{line.address}/7") as crew:
        crew.join("worker")
        crew.join("beat")
        crew.until(MARKED, 1)
        line.fail()
        time.sleep(5)
        line.mend()
        crew.until(MARKED, len(crew.ask(MARKED)) + 2)
        crew.end()
        crew.account()
        missed = crew.ask("SELECT slot FROM job_run WHERE state = 'MISSED'")
        line.close()

    assert missed, "what nobody ran while the broker was away is listed"
