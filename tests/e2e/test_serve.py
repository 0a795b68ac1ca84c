"""A served process, as a person starts it: health, a refusal, a call with a key, jobs beside it, and an orderly end."""

import os
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest

from closeline.store.session import unit_of_work
from tests import databases
from tests.builders.desks import make_short
from tests.builders.records import opened, rows_of

SECONDS_MAX = 60


@pytest.fixture
def record(sqlite):
    with databases.dropped_after(sqlite, sqlite.copy_of("short", make_short)) as url:
        yield url


def environment(tmp_path: Path) -> dict[str, str]:
    home = str(tmp_path)
    return {"PATH": os.defpath, "HOME": home, "XDG_STATE_HOME": home, "CLOSELINE_LOG_DIR": home,
            "CLOSELINE_LOG_LEVEL": "info", "PYTHONUNBUFFERED": "1"}  # fmt: skip


def program(*words: object) -> list[str]:
    return [sys.executable, "-m", "closeline", *map(str, words)]


@contextmanager
def served(record: str, tmp_path: Path, *words: object):
    """Give a served process and the address that it says it answers at."""
    command = program("serve", "--db", record, "--port", 0, *words)
    with subprocess.Popen(
        command, env=environment(tmp_path), cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            lines: list[str] = []
            while not lines or "closeline serves" not in lines[-1]:
                line = process.stdout.readline()
                assert line, process.communicate()
                lines.append(line)
            yield process, lines, lines[-1].split()[2].removesuffix("/api,")
        finally:
            if process.poll() is None:
                process.kill()


def ended(process: Any, how: int = signal.SIGTERM) -> tuple[int, str, str]:
    process.send_signal(how)
    out, err = process.communicate(timeout=SECONDS_MAX)
    return process.returncode, out, err


def a_key(record: str, tmp_path: Path) -> str:
    made = subprocess.run(
        program("keys", "create", "e2e", "--db", record), env=environment(tmp_path), cwd=tmp_path, capture_output=True,
        text=True, check=True, timeout=SECONDS_MAX,
    )  # fmt: skip
    return next(line for line in made.stdout.splitlines() if line.startswith("clk_"))


def test_a_served_record_answers_with_a_key_and_ends_when_it_is_told_to(record, tmp_path):
    token = a_key(record, tmp_path)
    with served(record, tmp_path) as (process, lines, address), httpx2.Client(base_url=address, timeout=30) as client:
        health = client.get("/api/health")
        without = client.get("/api/picks")
        picks = client.get("/api/picks", headers={"Authorization": f"Bearer {token}"})
        boards = [client.get(path).status_code for path in ("/api/board", "/api/board/stream", "/")]
        code, out, err = ended(process)
    with opened(record) as engine, unit_of_work(engine, write=False) as session:
        jobs = rows_of(session, "SELECT job FROM job_run WHERE job = 'publish.deliver' AND slot LIKE '20%'")

    assert lines[-2:] == [
        f"the board asks for a key: {address}/api/board; for a browser on this machine begin with --open-board\n",
        f"closeline serves {address}/api, with jobs; stop it with Ctrl-C\n",
    ]
    assert (health.status_code, health.json()) == (200, {"status": "ok"})
    assert (without.status_code, without.headers["content-type"]) == (401, "application/problem+json")
    assert boards == [401, 401, 403]
    assert picks.status_code == 200
    assert picks.json()["total"] > 0
    assert (code, out, err) == (0, "stopped\n", "")
    assert jobs != []
    logged = (tmp_path / "closeline.log").read_text()
    assert logged.count('"event": "call"') == 6
    assert token.partition(".")[2] not in logged


def test_without_a_key_it_says_so_and_only_health_answers(record, tmp_path):
    with served(record, tmp_path, "--no-jobs") as (process, lines, address):
        statuses = [httpx2.get(f"{address}{path}", timeout=30).status_code for path in ("/api/health", "/api/picks")]
        code, _, err = ended(process, signal.SIGINT)
    with opened(record) as engine, unit_of_work(engine, write=False) as session:
        jobs = rows_of(session, "SELECT job FROM job_run WHERE job = 'publish.deliver' AND slot LIKE '20%'")

    said = "no live key yet: only the board, /api/health and /monitoring/health will answer; run: closeline keys create"
    assert any(line.startswith(said) for line in lines)
    assert "without jobs" in lines[-1]
    assert statuses == [200, 401]
    assert (code, err) == (0, "")
    assert jobs == []


def test_a_key_closes_the_board_unless_it_is_opened_in_so_many_words(record, tmp_path):
    a_key(record, tmp_path)
    with served(record, tmp_path, "--no-jobs", "--open-board") as (process, lines, address):
        statuses = [
            httpx2.get(f"{address}{path}", timeout=30).status_code for path in ("/api/board", "/", "/api/picks")
        ]
        ended(process)
    beyond = subprocess.run(
        program("serve", "--db", record, "--host", "0.0.0.0", "--port", "0", "--open-board"),
        env=environment(tmp_path), cwd=tmp_path, capture_output=True, text=True, check=False, timeout=SECONDS_MAX,
    )  # fmt: skip

    assert statuses == [200, 200, 401]
    assert "no key is asked (--open-board)" in lines[-2]
    assert (beyond.returncode, "to need no key, was at 0.0.0.0" in beyond.stderr) == (3, True)


def test_an_address_that_is_taken_is_refused_in_one_line(record, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        found = subprocess.run(
            program("serve", "--db", record, "--port", port), env=environment(tmp_path), cwd=tmp_path,
            capture_output=True, text=True, check=False, timeout=SECONDS_MAX,
        )  # fmt: skip

    assert found.returncode == 2
    assert found.stderr == (
        f"closeline: address must be free to be served, 127.0.0.1:{port} was not: Address already in use; name another\n"
    )
