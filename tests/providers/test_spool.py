"""The spool: bytes outlive the process, in order, within bounds; memory holds them where the folder cannot."""

import pytest

from closeline.providers.spool import FolderSpool


def test_what_is_laid_aside_is_there_for_the_next_process_in_order(tmp_path):
    folder = tmp_path / "deep" / "spool"
    first = FolderSpool(folder)
    assert first.names() == []
    assert all(first.put(name, name.encode()) for name in ("2-b", "1-a", "1-a"))
    second = FolderSpool(folder)

    assert second.names() == ["1-a", "2-b"]
    assert second.get("1-a") == b"1-a"
    assert (second.state().waiting, second.state().bytes) == (2, 6)
    second.remove("1-a")
    assert first.names() == ["2-b"]
    assert second.get("1-a") is None


def test_what_does_not_fit_is_refused_and_counted(tmp_path):
    spool = FolderSpool(tmp_path, bytes_most=10)

    assert [spool.put(str(n), b"12345") for n in range(4)] == [True, True, False, False]
    assert (spool.state().waiting, spool.state().refused) == (2, 2)


def test_a_folder_that_cannot_be_written_leaves_memory_within_its_bound(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    spool = FolderSpool(blocked, in_memory_most=8)

    assert [spool.put(str(n), b"12345") for n in range(2)] == [True, False]
    assert (spool.names(), spool.get("0"), spool.state().in_memory) == (["0"], b"12345", 1)
    spool.remove("0")
    assert spool.state().waiting == 0


def test_spoiled_bytes_leave_the_row_and_are_kept(tmp_path):
    spool = FolderSpool(tmp_path)
    spool.put("1", b"x")
    spool.spoil("1")

    assert (spool.names(), spool.state().spoiled) == ([], 1)
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"x"]


@pytest.mark.parametrize("content", [b"", b"\n\n", bytes(range(256)) * 100])
def test_bytes_come_back_as_they_were(tmp_path, content):
    spool = FolderSpool(tmp_path)
    spool.put("1", content)

    assert FolderSpool(tmp_path).get("1") == content
