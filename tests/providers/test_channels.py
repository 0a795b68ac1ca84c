"""Channels: each message once, whole, whoever asks how often."""

from pathlib import Path

import pytest

from closeline.domain.errors import Refused, StoreUnavailable
from closeline.domain.ports import Channel, Message
from closeline.providers.channels import FileChannel, InAppFeed

MESSAGE = Message("a1b2", '{"label":"Lakers −3.5"}')


def channels(folder: Path) -> list[Channel]:
    return [InAppFeed(), FileChannel(folder)]


def test_a_message_sent_twice_has_one_id(tmp_path: Path) -> None:
    for channel in channels(tmp_path):
        assert channel.send(MESSAGE) == channel.send(MESSAGE)
        assert channel.send(MESSAGE).message_id != ""


def test_channels_have_names_of_their_own(tmp_path: Path) -> None:
    assert [channel.name for channel in channels(tmp_path)] == ["app", "file"]


def test_a_pick_is_one_file_with_the_very_bytes(tmp_path: Path) -> None:
    name = FileChannel(tmp_path / "new" / "folder").send(MESSAGE).message_id

    assert name == "a1b2.json"
    assert (tmp_path / "new" / "folder" / name).read_bytes() == f"{MESSAGE.payload}\n".encode()


def test_the_same_message_again_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    channel = FileChannel(tmp_path)
    before = (tmp_path / channel.send(MESSAGE).message_id).stat()
    after = (tmp_path / channel.send(MESSAGE).message_id).stat()

    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


def test_what_was_published_is_never_replaced(tmp_path: Path) -> None:
    channel = FileChannel(tmp_path)
    channel.send(MESSAGE)

    with pytest.raises(Refused, match="other bytes"):
        channel.send(Message(MESSAGE.pick_id, "{}"))
    assert (tmp_path / "a1b2.json").read_bytes() == f"{MESSAGE.payload}\n".encode()


def test_a_death_in_the_middle_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def die(handle: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("os.fsync", die)

    with pytest.raises(KeyboardInterrupt):
        FileChannel(tmp_path).send(MESSAGE)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(StoreUnavailable, match="publish folder must be writable"):
        FileChannel(tmp_path / "file").send(MESSAGE)
