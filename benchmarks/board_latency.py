"""From bytes that changed to a board that others see: a response of The Odds API in which two thousand prices are new.

One process serves and captures, as `closeline serve` does: the bytes are parsed, the board is made of them, pressed and
put on its shelf. A process of its own asks for the board over HTTP every few milliseconds and says when it first saw
each version; both look at the one clock of the machine. There is no rival: the budget is a time, and says little on a
machine that others use.
"""

import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import structlog
import uvicorn

from benchmarks.timing import Figure, report
from closeline.domain.feeds.captures import RawPayload
from closeline.jobs.desk import Desk
from closeline.jobs.live.follower import Follower, Seen
from closeline.jobs.live.following import follow
from closeline.providers.live.odds import LiveOdds
from closeline.serve import app_of, prepared
from closeline.store.record.retention import RetentionPolicy
from closeline.wiring import clock, open_desk, read_settings

QUOTES, VERSIONS = 2_000, 100
BUDGET_MS = 250.0
LOOK_SECONDS = 0.004
BOOKS = (
    "pinnacle", "draftkings", "fanduel", "betmgm", "williamhill_us", "betrivers", "bovada", "lowvig", "betonlineag",
    "fanatics", "espnbet",
)  # fmt: skip
TEAMS = (
    "Arizona Cardinals", "Atlanta Falcons", "Baltimore Ravens", "Buffalo Bills", "Carolina Panthers", "Chicago Bears",
    "Cincinnati Bengals", "Cleveland Browns", "Dallas Cowboys", "Denver Broncos", "Detroit Lions", "Green Bay Packers",
    "Houston Texans", "Indianapolis Colts", "Jacksonville Jaguars", "Kansas City Chiefs",
)  # fmt: skip


def body(step: int) -> bytes:
    """Return a response in which every price differs from that of the step before."""
    now = clock()
    games = -(-QUOTES // (6 * len(BOOKS)))
    return json.dumps([_game(number, step, now) for number in range(games)]).encode()


def _game(number: int, step: int, now: object) -> dict[str, object]:
    assert hasattr(now, "strftime")
    # Every pairing on a day of its own week, so that all of them are different games.
    home, away = TEAMS[number % 8], TEAMS[8 + (number + number // 8) % 8]
    starts = clock().replace(hour=20, minute=0, second=0, microsecond=0) + timedelta(days=2 + number // 8)
    seen = now.strftime("%Y-%m-%dT%H:%M:%SZ")
    books = []
    for place, book in enumerate(BOOKS):
        shift = (step * 3 + place + number) % 9
        pairs = {
            "h2h": ((home, -150 - shift, None), (away, 128 + shift, None)),
            "spreads": ((home, -108 - shift, -3.5), (away, -112 + shift, 3.5)),
            "totals": (("Over", -107 - shift, 44.5), ("Under", -113 + shift, 44.5)),
        }
        markets = [
            {"key": key, "last_update": seen, "outcomes": [
                {"name": name, "price": price} | ({} if point is None else {"point": point})
                for name, price, point in outcomes
            ]}
            for key, outcomes in pairs.items()
        ]  # fmt: skip
        books.append({"key": book, "title": book, "last_update": seen, "markets": markets})
    return {
        "id": f"game{number:04d}", "sport_key": "americanfootball_nfl", "sport_title": "NFL",
        "commence_time": starts.strftime("%Y-%m-%dT%H:%M:%SZ"), "home_team": home, "away_team": away,
        "bookmakers": books,
    }  # fmt: skip


def watch(port: int) -> None:
    """Ask for the board again and again, and print each version with the moment at which it was first there."""
    etag = ""
    with socket.create_connection(("127.0.0.1", port)) as connection, connection.makefile("rb") as answers:
        while True:
            head = (
                f"GET /api/board HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Encoding: gzip\r\nIf-None-Match: {etag}\r\n\r\n"
            )
            connection.sendall(head.encode())
            status, fields = answers.readline(), {}
            while (line := answers.readline()) != b"\r\n":
                name, _, value = line.decode().strip().partition(": ")
                fields[name.lower()] = value
            if b"304" not in status:
                answers.read(int(fields["content-length"]))
                etag = fields["etag"]
                print(etag.strip('"').partition("-")[0], time.monotonic(), flush=True)
            time.sleep(LOOK_SECONDS)


@contextmanager
def served(desk: Desk) -> Iterator[int]:
    """Serve a desk in a thread, and give the port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        app = app_of(desk, RetentionPolicy(), public_board=True)
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield int(listener.getsockname()[1])
        server.should_exit = True
        thread.join()


def captured(desk: Desk, feed: LiveOdds, content: bytes) -> tuple[int, float, int]:
    """Take in a response; return the version that came of it, the moment of the bytes, and how many rows there are."""
    begun = time.monotonic()
    now = desk.clock()
    parsed = feed.parse(RawPayload("odds", content, now))
    board = follow(desk, [Seen(parsed, now)])
    assert board is not None, "nothing was seen"
    return board.version, begun, len(board.rows)


def measured() -> Figure:
    """Capture some versions, and judge how late the last of a hundred was seen."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    with tempfile.TemporaryDirectory() as folder:
        settings = read_settings(database_url=f"sqlite:///{Path(folder) / 'closeline.db'}")
        desk = open_desk(settings)
        feed = LiveOdds()
        desk = replace(desk, feeds=(feed,), follower=Follower(desk.board, synthetic=True))
        prepared(desk)
        captured(desk, feed, body(0))
        with served(desk) as port:
            begun, seen, rows = _watched(desk, feed, port)
        desk.engine.dispose()
    late = [1000 * (seen[version] - at) for version, at in begun.items() if version in seen]
    p99 = statistics.quantiles(late, n=100, method="inclusive")[98]
    print(f"board_latency: {rows} rows, median {statistics.median(late):.0f} ms, {len(late)} versions", file=sys.stderr)
    name = f"p99 in ms from bytes to the board over HTTP, {rows} changed quotes"
    within = p99 <= BUDGET_MS and rows >= QUOTES and len(late) >= VERSIONS - 1
    return Figure(name, p99, (min(late), max(late)), f"<= {BUDGET_MS:g}", within, "no rival: a time")


def _watched(desk: Desk, feed: LiveOdds, port: int) -> tuple[dict[int, float], dict[int, float], int]:
    command = [sys.executable, "-m", "benchmarks.board_latency", "--watch", str(port)]
    begun: dict[int, float] = {}
    rows = 0
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ}) as watcher:
        assert watcher.stdout is not None
        watcher.stdout.readline()
        for step in range(1, VERSIONS + 1):
            content = body(step)
            version, at, rows = captured(desk, feed, content)
            begun[version] = at
            time.sleep(0.15)
        watcher.terminate()
        lines = [line.split() for line in watcher.stdout.read().splitlines() if line.count(" ") == 1]
    return begun, {int(version): float(at) for version, at in lines}, rows


if __name__ == "__main__":
    if sys.argv[1:2] == ["--watch"]:
        watch(int(sys.argv[2]))
    else:
        report([measured()], "From changed bytes to the board")
