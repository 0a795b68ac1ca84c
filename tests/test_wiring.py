"""Wiring: one desk from settings, on both databases, and a log that tells no secret."""

import json
from datetime import UTC
from pathlib import Path

import pytest
import structlog

from closeline import wiring
from closeline.domain.errors import BadSetting, NotFound, SchemaMissing, StoreUnavailable, UnknownFormat, UnreadableFile
from closeline.store import schema
from closeline.store.past.ratings import BEGINNING
from closeline.store.references import alias_count
from closeline.store.session import unit_of_work
from closeline.wiring import open_desk, read_archive, read_archives, read_settings, reading, tell_metrics
from tests.builders.archives import rows, table


def test_the_first_desk_makes_the_record_and_the_second_changes_nothing(database_url: str) -> None:
    counts = []
    for _ in range(2):
        desk = open_desk(read_settings(database_url=database_url))
        with unit_of_work(desk.engine, write=False) as session:
            counts.append(alias_count(session))
        assert schema.current(desk.engine) == schema.HEAD
        desk.engine.dispose()

    assert counts[0] == counts[1] > 1000


def test_a_desk_has_a_clock_that_knows_its_zone(tmp_path: Path) -> None:
    desk = open_desk(read_settings(database_url=f"sqlite:///{tmp_path}/x.db"))

    assert desk.clock().tzinfo is UTC
    assert desk.clock() > BEGINNING
    desk.engine.dispose()


def test_picks_go_to_the_feed_and_to_a_folder_that_was_set(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/x.db"
    names = []
    for publish_dir in (None, tmp_path / "picks"):
        desk = open_desk(read_settings(database_url=url, publish_dir=publish_dir))
        names.append([channel.name for channel in desk.channels])
        desk.engine.dispose()

    assert names == [["app"], ["app", "file"]]


def test_a_tenant_that_the_record_does_not_know_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="stranger"):
        open_desk(read_settings(database_url=f"sqlite:///{tmp_path}/x.db", tenant="stranger"))


def test_the_folder_of_the_default_record_is_made(tmp_path: Path) -> None:
    desk = open_desk(read_settings(data_dir=tmp_path / "deep" / "down"))

    assert (tmp_path / "deep" / "down" / "closeline.db").is_file()
    desk.engine.dispose()


def test_any_other_folder_is_the_users_to_make(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="create it or name another"):
        open_desk(read_settings(database_url=f"sqlite:///{tmp_path}/gone/x.db"))


def test_a_schema_goes_down_and_up_again(database_url: str) -> None:
    settings = read_settings(database_url=database_url)

    assert wiring.upgrade(settings).revision == schema.HEAD
    assert wiring.downgrade(settings, "base").revision is None
    assert wiring.upgrade(settings).revision == schema.HEAD


def test_a_database_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    import sqlite3

    path = tmp_path / "theirs.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE theirs (x)")
    connection.close()

    with pytest.raises(SchemaMissing, match="theirs"):
        open_desk(read_settings(database_url=f"sqlite:///{path}"))


def test_files_are_read_by_the_feed_that_recognises_them(tmp_path: Path) -> None:
    path = tmp_path / "games.csv"
    path.write_bytes(table(rows(days=2)))
    told: list[tuple[int, int]] = []
    archives = read_archives([path, path], lambda done, of: told.append((done, of)))

    assert [archive.feed for archive in archives] == ["games_table", "games_table"]
    assert archives[0].payload.name == "games.csv"
    assert told == [(1, 2), (2, 2)]


def test_what_cannot_be_read_is_told_by_its_path(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match=r"gone\.csv must be a file that can be read"):
        read_archive(tmp_path / "gone.csv")
    with pytest.raises(UnreadableFile, match="must be a file that can be read"):
        read_archive(tmp_path)


def test_a_file_that_no_feed_knows_is_told_with_what_is_known(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no odds here")

    with pytest.raises(UnknownFormat, match=r"notes\.txt must be a games table"):
        read_archive(tmp_path / "notes.txt")


def test_a_file_too_large_is_refused_before_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "large.csv").write_bytes(b"x" * 11)
    monkeypatch.setattr(reading, "SIZE_MAX", 10)
    monkeypatch.setattr(Path, "read_bytes", lambda _: pytest.fail("read"))

    with pytest.raises(UnreadableFile, match="at most 10 bytes, was 11"):
        read_archive(tmp_path / "large.csv")


def test_the_log_is_a_file_of_lines_that_tell_no_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOSELINE_ODDS_API_KEY", "s3cr3t")
    settings = read_settings(database_url=f"sqlite:///{tmp_path}/x.db", log_dir=tmp_path / "log", log_level="info")
    open_desk(settings).engine.dispose()
    log = structlog.get_logger()
    log.info("fetched", address="https://host/odds?apiKey=s3cr3t", api_key="x", database="postgresql://me:pw@h/n")
    log.debug("unheard")
    text = (tmp_path / "log" / "closeline.log").read_text()
    line = json.loads(text)

    assert "s3cr3t" not in text
    assert (line["event"], line["level"], line["api_key"]) == ("fetched", "info", "********")
    assert ":pw@" not in line["database"]


def test_without_a_folder_the_log_goes_to_the_platforms_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    settings = read_settings(database_url=f"sqlite:///{tmp_path}/x.db")
    open_desk(settings).engine.dispose()
    structlog.get_logger().warning("late", minutes=5)
    said = capsys.readouterr()

    assert (said.out, said.err) == ("", "")
    assert settings.log_dir.is_relative_to(tmp_path)
    assert json.loads((settings.log_dir / "closeline.log").read_text())["minutes"] == 5


def test_the_archives_of_the_demonstration_are_the_same_bytes_every_time() -> None:
    first, again = ([archive.payload_sha for archive in wiring.demo_archives()] for _ in range(2))

    assert first == again
    assert len(first) == 2


def test_a_worker_that_is_to_tell_what_it_counts_must_have_a_folder_to_add_it_up_in() -> None:
    with pytest.raises(BadSetting, match="had none; set PROMETHEUS_MULTIPROC_DIR"):
        tell_metrics(read_settings().model_copy(update={"worker_metrics": "127.0.0.1:0"}))


def test_a_desk_that_was_opened_before_the_first_training_finds_its_models_without_being_opened_again(
    tmp_path: Path,
) -> None:
    from closeline.domain.leagues import League
    from closeline.jobs.props import forecasting

    settings = read_settings(data_dir=tmp_path)
    desk = open_desk(settings)
    before = bool(desk.prop_models), forecasting.due(desk, {})
    wiring.signing_key(settings)

    assert before == (False, False)
    assert desk.prop_models
    assert forecasting.due(desk, {})
    with unit_of_work(desk.engine, write=False) as session:
        assert desk.prop_models.in_force(session, League.NBA, as_of=desk.clock()) == []
    desk.engine.dispose()
