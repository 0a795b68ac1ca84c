"""`closeline demo --live` as a person starts it: no key, no network, a board to look at, and a summary at the end."""

import re
import signal
import subprocess
import urllib.request

import pytest

from tests.e2e.test_serve import environment, program

SECONDS_MAX = 180


def demo(tmp_path, *words):
    command = program("demo", "--live", "--port", 0, "--speed", 0, "--no-warm-up", *words)
    # A real key of this machine must not be looked at: it would be refused by the simulator.
    return subprocess.Popen(
        command, env={**environment(tmp_path), "CLOSELINE_ODDS_API_KEY": "somebody-elses-key"}, cwd=tmp_path,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def ended(process):
    out, err = process.communicate(timeout=SECONDS_MAX)
    assert (process.returncode, err) == (0, ""), f"{out[-2000:]}{err}"
    return out


def test_it_ends_by_itself_and_tells_what_it_came_to(tmp_path):
    with demo(tmp_path, "--minutes", 30) as process:
        out = ended(process)

    assert out.startswith("SYNTHETIC")
    assert "the_odds_api nfl odds: 588 changed, 0 the same" in out
    assert "UNREADABLE" in out
    summary = dict(line.split(maxsplit=1) for line in out.split("\n\n")[-1].splitlines())
    assert summary["simulated"] == "30 minutes, 0 jobs failed"
    assert "not_a_number" in summary["faults"]
    assert "FEED_UNREADABLE" in summary["alerts"]
    assert not summary["board"].startswith("0 ")
    assert "somebody-elses-key" not in out
    assert (tmp_path / "closeline-live-demo.db").is_file()


def test_the_same_record_goes_on_where_it_stopped(tmp_path):
    began = []
    for _ in range(2):
        with demo(tmp_path, "--minutes", 3) as process:
            began += re.findall(r"simulated time 17 Dec (\d\d:\d\d)", ended(process))[:1]

    assert began[0] == "16:45"
    assert "16:45" < began[1] <= "16:48"


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_the_board_is_open_at_home_and_a_signal_ends_it_in_order(tmp_path, how):
    with demo(tmp_path) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline()]
        while "  board " not in lines[-1]:
            lines.append(process.stdout.readline())
            assert lines[-1], process.communicate()
        (address,) = [line.split()[1] for line in lines if line.startswith("board ")]
        with urllib.request.urlopen(address, timeout=20) as page:
            assert page.status == 200
            assert "SYNTHETIC" in page.read().decode()
        process.send_signal(how)
        assert "CLV" in ended(process)
