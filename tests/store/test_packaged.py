"""The version of the code: the same for the same files, another for others, and the commit where it can be read."""

from pathlib import Path

import pytest

import closeline
from closeline.store.packaged import code_hash, code_version, commit_of

COMMIT = "0123456789abcdef0123456789abcdef01234567"
OTHER = "f" * 40


def a_package(folder: Path, **files: str) -> Path:
    for name, text in ({"__init__": "x = 1\n", "a/b": "y = 2\n"} | files).items():
        path = folder / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def a_checkout(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        path = folder / ".git" / name.replace("__", "/").replace("_", "-")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def test_the_code_has_a_version_that_begins_with_the_package_s_own() -> None:
    release, _, code = code_version().partition("+")

    assert release == closeline.__version__
    assert len(code.split(".g")[0]) == 12
    assert code_version() is code_version()


def test_the_same_files_have_the_same_hash_wherever_they_lie(tmp_path: Path) -> None:
    assert code_hash(a_package(tmp_path / "here")) == code_hash(a_package(tmp_path / "there"))


@pytest.mark.parametrize("changed", [{"a/b": "y = 3\n"}, {"a/c": ""}, {"__init__": ""}])
def test_another_line_or_file_gives_another_hash(tmp_path: Path, changed: dict[str, str]) -> None:
    assert code_hash(a_package(tmp_path / "one")) != code_hash(a_package(tmp_path / "two", **changed))


def test_a_file_that_is_no_code_changes_nothing(tmp_path: Path) -> None:
    package = a_package(tmp_path)
    before = code_hash(package)
    (package / "note.txt").write_text("anything")

    assert code_hash(package) == before


@pytest.mark.parametrize(
    "files",
    [
        {"HEAD": f"{COMMIT}\n"},
        {"HEAD": "ref: refs/heads/main\n", "refs__heads__main": f"{COMMIT}\n"},
        {
            "HEAD": "ref: refs/heads/main\n",
            "packed_refs": f"# pack-refs with: peeled\n{COMMIT} refs/heads/main\n^{OTHER}\n",
        },
        {
            "HEAD": "ref: refs/heads/main\n",
            "packed_refs": f"{OTHER} refs/heads/main\n",
            "refs__heads__main": f"{COMMIT}\n",
        },
    ],
    ids=["detached", "loose", "packed", "loose before packed"],
)
def test_the_commit_is_read_from_the_files_of_a_checkout(tmp_path: Path, files: dict[str, str]) -> None:
    assert commit_of(a_checkout(tmp_path, **files)) == COMMIT


def test_the_commit_of_a_second_working_tree_is_its_own(tmp_path: Path) -> None:
    first = a_checkout(tmp_path / "first", HEAD="ref: refs/heads/main\n", refs__heads__side=f"{COMMIT}\n")
    own = first / ".git" / "worktrees" / "second"
    own.mkdir(parents=True)
    (own / "HEAD").write_text("ref: refs/heads/side\n")
    (own / "commondir").write_text("../..\n")
    second = tmp_path / "second"
    second.mkdir()
    (second / ".git").write_text(f"gitdir: {own}\n")

    assert commit_of(second) == COMMIT


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"config": ""},
        {"HEAD": "nonsense\n"},
        {"HEAD": ""},
        {"HEAD": "ref: refs/heads/main\n"},
        {"HEAD": "ref: refs/heads/main\n", "refs__heads__main": "short\n"},
        {"HEAD": "ref: refs/heads/main\n", "packed_refs": "\n\nrefs/heads/main\n"},
        {"HEAD": "ref: \0\n"},
    ],
)
def test_a_checkout_that_is_none_or_broken_gives_no_commit(tmp_path: Path, files: dict[str, str]) -> None:
    assert commit_of(a_checkout(tmp_path, **files)) is None


def test_a_checkout_that_is_no_text_gives_no_commit(tmp_path: Path) -> None:
    checkout = a_checkout(tmp_path, HEAD="")
    (checkout / ".git" / "HEAD").write_bytes(b"\xff\xfe\x00")

    assert commit_of(checkout) is None
