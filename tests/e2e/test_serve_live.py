"""A served process asks a vendor on this machine where it has a key, nobody where it has none, and says which."""

import os
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from closeline import wiring, worker
from closeline.domain.feeds.fetching import CallOutcome
from closeline.store.polls import calls
from closeline.store.session import unit_of_work
from tests.builders.polling import events_answer, odds_answer
from tests.builders.records import opened
from tests.e2e.test_serve import SECONDS_MAX, ended
from tests.providers.vendors import Vendor, answer, left

KEY = "a-key-of-this-test-alone"
EVENTS = "/v4/sports/americanfootball_nfl/events?"


class Bookmaker(Vendor):
    """Answers by what it is asked, as a vendor with one game in twenty minutes."""

    def __init__(self) -> None:
        super().__init__(self._answer)

    def _answer(self, connection):
        now = datetime.now(UTC)
        start = now.replace(second=0, microsecond=0) + timedelta(minutes=20)
        path = self.asked[-1].split()[1]
        body = events_answer([start]) if path.startswith(EVENTS) else odds_answer(now, starts=[start])
        assert body.content is not None
        connection.sendall(answer(body.content if "/nfl" in path or "_nfl" in path else b"[]", headers=left(400)))


def environment(tmp_path: Path, vendor: Vendor, key: str) -> dict[str, str]:
    """Let everybody be asked at the vendor; prices without a key at their own address, where they need one."""
    home, odds = str(tmp_path), {"CLOSELINE_ODDS_API_URL": vendor.base} if key else {}
    return odds | {
        "PATH": os.defpath, "HOME": home, "XDG_STATE_HOME": home, "CLOSELINE_LOG_DIR": home, "PYTHONUNBUFFERED": "1",
        "CLOSELINE_DATA_DIR": home, "CLOSELINE_ESPN_URL": vendor.base, "CLOSELINE_ODDS_API_KEY": key,
        "CLOSELINE_LIVE_FEEDS": "the_odds_api,espn", "CLOSELINE_LIVE_LEAGUES": "nfl",
    }  # fmt: skip


@contextmanager
def served(tmp_path: Path, vendor: Vendor, key: str, *words: str):
    """Give a served process on a record of its own, and its first line, once it answers."""
    command = [sys.executable, "-m", "closeline", "serve", "--port", "0", *words]
    with subprocess.Popen(
        command, env=environment(tmp_path, vendor, key), cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True,
    ) as process:  # fmt: skip
        try:
            assert process.stdout is not None
            lines: list[str] = []
            while not lines or "closeline serves" not in lines[-1]:
                lines.append(process.stdout.readline())
                assert lines[-1], process.communicate()
            yield process, lines[0]
        finally:
            if process.poll() is None:
                process.kill()


def polls(tmp_path):
    with opened(f"sqlite:///{tmp_path / 'closeline.db'}") as engine, unit_of_work(engine, write=False) as session:
        return calls.since(session, datetime.now(UTC) - timedelta(days=1), most=50)


def test_with_a_key_it_says_that_odds_are_polled_and_a_poll_lands_in_the_record(tmp_path):
    with Bookmaker() as vendor, served(tmp_path, vendor, KEY) as (process, first):
        until = time.monotonic() + SECONDS_MAX
        while "EVENTS" not in {item.kind for item in polls(tmp_path)} and time.monotonic() < until:
            time.sleep(0.2)
        found = polls(tmp_path)
        code, out, err = ended(process)

    assert first.startswith("odds are polled")
    assert any(item.kind == "EVENTS" and item.outcome is CallOutcome.OK for item in found)
    assert any(line.startswith(f"GET {EVENTS}") for line in vendor.asked)
    assert (code, out, err) == (0, "stopped\n", "")
    assert not any(KEY in path.read_text() for path in tmp_path.glob("*.log"))


@pytest.mark.parametrize(("key", "words"), [("", ()), (KEY, ("--no-jobs",))], ids=["no key", "no jobs"])
def test_without_a_key_or_jobs_it_says_that_none_are_polled_and_asks_nobody(tmp_path, key, words):
    with Bookmaker() as vendor, served(tmp_path, vendor, key, *words) as (process, first):
        time.sleep(2)
        code, out, err = ended(process)

    assert first.startswith("no odds are polled")
    assert vendor.asked == []
    assert polls(tmp_path) == []
    assert (code, out, err) == (0, "stopped\n", "")


@pytest.mark.parametrize("key", ["", KEY])
def test_a_worker_asks_the_outside_world_exactly_where_a_served_process_does(tmp_path, key):
    """What is free is asked for by both where a key is set, and by neither where none is."""
    flags = {"odds_api_key": key} if key else {}
    settings = wiring.read_settings(data_dir=tmp_path, **flags)
    desk = worker._desk(settings)
    try:
        assert desk.is_live() is wiring.asks_for_prices(settings) is bool(key)
        free = {feed.name for feed in desk.feeds} | {feed.name for feed in desk.injury_feeds}
        assert free >= ({"espn", "espn_injuries"} if key else set())
    finally:
        desk.engine.dispose()
