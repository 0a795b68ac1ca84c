"""The spool: a folder of bytes that the record could not take, and memory where even the folder cannot be written."""

import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from threading import Lock

from closeline.domain.feeds.spool import SpoolState

BYTES_MOST = 512 * 1024 * 1024
IN_MEMORY_MOST = 32 * 1024 * 1024
_SUFFIX, _SPOILED = ".answer", ".spoiled"


class FolderSpool:
    """Lays bytes aside as files at once, so that they outlive the process; in memory only where that fails."""

    def __init__(self, folder: Path, *, bytes_most: int = BYTES_MOST, in_memory_most: int = IN_MEMORY_MOST) -> None:
        """Use a folder, which is made when the first bytes come."""
        self._folder, self._bytes_most, self._in_memory_most = folder, bytes_most, in_memory_most
        self._memory: dict[str, bytes] = {}
        self._refused = 0
        self._lock = Lock()

    def put(self, name: str, content: bytes) -> bool:
        """Lay bytes aside under a name, once; False when there is no room left."""
        with self._lock:
            if name in self._memory or self._path(name).exists():
                return True
            if self._size() + len(content) > self._bytes_most:
                self._refused += 1
                return False
            if self._write(name, content):
                return True
            if sum(map(len, self._memory.values())) + len(content) > self._in_memory_most:
                self._refused += 1
                return False
            self._memory[name] = content
            return True

    def names(self) -> Sequence[str]:
        """Return what waits, in the order of the names."""
        with self._lock:
            return sorted({*self._memory, *(path.name.removesuffix(_SUFFIX) for path in self._files(_SUFFIX))})

    def get(self, name: str) -> bytes | None:
        """Return bytes that wait, null when they are gone."""
        with self._lock:
            if name in self._memory:
                return self._memory[name]
        try:
            return self._path(name).read_bytes()
        except OSError:
            return None

    def remove(self, name: str) -> None:
        """Let go of bytes that are in the record now."""
        with self._lock:
            self._memory.pop(name, None)
            # What cannot be let go of now is found in the record next time, and let go of then.
            with suppress(OSError):
                self._path(name).unlink()

    def spoil(self, name: str) -> None:
        """Take bytes out of the row that nobody can use any more, and keep them for a person."""
        with self._lock:
            path = self._path(name)
            if path.exists():
                path.rename(path.with_suffix(_SPOILED))

    def state(self) -> SpoolState:
        """Say how full it is."""
        with self._lock:
            files = self._files(_SUFFIX)
            return SpoolState(
                len(files) + len(self._memory), self._size(), len(self._memory), self._refused,
                len(self._files(_SPOILED)),
            )  # fmt: skip

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}{_SUFFIX}"

    def _files(self, suffix: str) -> list[Path]:
        try:
            return [path for path in self._folder.iterdir() if path.suffix == suffix]
        except OSError:
            return []

    def _size(self) -> int:
        return sum(map(len, self._memory.values())) + sum(_size_of(path) for path in self._files(_SUFFIX))

    def _write(self, name: str, content: bytes) -> bool:
        """Write a file whole or not at all."""
        path = self._path(name)
        unfinished = path.with_suffix(".part")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with unfinished.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(path)
        except OSError:
            return False
        return True


def _size_of(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
