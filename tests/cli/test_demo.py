"""`closeline demo`: from archives to a report and a run that was executed again; here on a league of a few days."""

import json
import socket
from pathlib import Path
from typing import Any

import pytest

from closeline import wiring
from closeline.jobs.replaying.window import running
from closeline.wiring import open_desk, read_settings
from closeline.wiring.demonstration import shut_in
from tests.builders.archives import an_archive
from tests.builders.records import make_trusting
from tests.cli.running import closeline, fault

DAYS = 12


@pytest.fixture(autouse=True)
def _few_days(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wiring, "demo_archives", lambda: (an_archive(days=DAYS),))


def demo(url: str) -> Any:
    result = closeline("demo", "--db", url, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_the_demonstration_ends_with_a_proof_and_changes_nothing_again(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/demo.db"
    make_trusting(url)
    first, again = demo(url), demo(url)

    assert first["identical"] is True
    assert first["verified_run"]
    assert first["record_hash"] == again["record_hash"]
    assert (first["condition"], again["condition"]) == ("FRESH", "ALREADY_DONE")
    assert (tmp_path / "report.html").stat().st_size > 1000
    assert first["evening"]["broken"] == []
    assert first["evening"]["replay"]["equal"] is True
    assert first["evening"]["replay"]["outside"] == []
    told = ("happened", "chat", "laws")
    assert [first["evening"][name] for name in told] == [again["evening"][name] for name in told]
    assert {item["kind"] for item in again["evening"]["chat"]} == {"POST", "SUPERSEDED", "VOIDED"}
    a_replay_that_differs_is_a_fault(url)


def a_replay_that_differs_is_a_fault(url: str) -> None:
    """A replay that leaves grading out must not be called the same: here, because the record takes a while to make."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(running, "PIPELINE", running.PIPELINE - {"settle.picks"})
        result = closeline("demo", "--db", url)

    assert result.exit_code == 5
    assert "NOT equal" in result.stdout
    assert "replay must give the same as the record, did not" in result.stderr


def test_without_a_flag_the_record_lies_in_the_current_folder(tmp_path: Path) -> None:
    result = closeline("demo")

    assert result.exit_code == 0, result.output
    assert "SYNTHETIC" in result.stdout
    assert "in a SIMULATED chat on this machine" in result.stdout
    assert "the gates let nothing out" in result.stdout
    assert "closeline picks list --db sqlite:///closeline-demo.db" in result.stdout
    assert (tmp_path / "closeline-demo.db").is_file()


@pytest.mark.parametrize("words", [("--port", 1), ("--speed", 2), ("--minutes", 3), ("--no-warm-up",)])
def test_what_only_a_live_demonstration_has_is_refused_without_it(words) -> None:
    code, said = fault("demo", *words)

    assert (code, f"{words[0]} must come with --live" in said) == (2, True)


def test_a_port_that_cannot_be_had_is_refused_before_anything_else(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        for given, why in ((99_999, "port must be 0 to 65535"), (port, "address must be free to be served")):
            result = closeline("demo", "--live", "--port", given, "--db", f"sqlite:///{tmp_path}/live.db")
            assert (result.exit_code, why in result.stderr, result.stdout) == (2, True, "")
    assert list(tmp_path.glob("live.db*")) == []


def test_nothing_of_it_goes_to_a_chat_that_the_settings_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOSELINE_TELEGRAM_TOKEN", "1000:a-token-of-a-real-chat")
    monkeypatch.setenv("CLOSELINE_TELEGRAM_CHAT", "-100")
    desk = open_desk(read_settings(database_url=f"sqlite:///{tmp_path}/shut.db", publish_dir=tmp_path / "out"))

    assert [channel.name for channel in desk.channels] == ["app", "file", "telegram"]
    assert [channel.name for channel in shut_in(desk).channels] == ["app", "file"]
    assert shut_in(desk).observers == ()
