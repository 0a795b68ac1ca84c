"""The locks hold every dependency, with hashes, and tell no address."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCKS = {path.stem: path.read_text(encoding="utf-8") for path in sorted((ROOT / "locks").glob("*.txt"))}
GROUPS = {
    "core": PROJECT["project"]["dependencies"],
    **PROJECT["project"]["optional-dependencies"],
    **PROJECT["dependency-groups"],
}


def pins(lock: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for name, version in re.findall(r"^([a-z0-9._-]+)==([^ \\;]+)", LOCKS[lock], flags=re.MULTILINE):
        found.setdefault(name, set()).add(version)
    return found


def test_every_group_has_a_lock_and_every_lock_a_group() -> None:
    assert set(LOCKS) == set(GROUPS)


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_tells_no_address(lock: str) -> None:
    assert re.findall(r"\S*(?:://|--index|--find-links|--trusted-host|git\+)\S*", LOCKS[lock]) == []


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_has_a_hash(lock: str) -> None:
    pinned = re.split(r"^(?=[a-z0-9])", LOCKS[lock], flags=re.MULTILINE)[1:]

    assert pinned
    assert [entry.splitlines()[0] for entry in pinned if "--hash=sha256:" not in entry] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_every_dependency_that_is_asked_for_is_locked(lock: str) -> None:
    asked = {re.split(r"[\[<>=~; ]", line)[0].lower() for line in GROUPS[lock]}

    assert asked - set(pins(lock)) == set()


def test_all_locks_fit_into_one_environment() -> None:
    versions: dict[str, dict[str, set[str]]] = {}
    for lock in LOCKS:
        for name, found in pins(lock).items():
            versions.setdefault(name, {})[lock] = found
    disagreeing = {name: by_lock for name, by_lock in versions.items() if len({*map(frozenset, by_lock.values())}) > 1}

    assert disagreeing == {}
