"""Channels: where published picks go. Each carries a message twice harmlessly."""

import os
import tempfile
from pathlib import Path

from closeline.domain.errors import Refused, StoreUnavailable
from closeline.domain.ports import Message
from closeline.domain.publishing.delivery import Receipt


class InAppFeed:
    """The desk's own feed: the publication in the record is the message, so there is nothing to carry."""

    name = "app"
    repeatable = True

    def send(self, message: Message) -> Receipt:
        """Return the message's own name: that is where the feed shows it."""
        return Receipt(message.name)


class FileChannel:
    """A folder that receives one JSON file per pick, and one per notice, whole or not at all."""

    name = "file"
    repeatable = True

    def __init__(self, folder: Path) -> None:
        """Publish into a folder, which is made when the first message comes."""
        self._folder = folder

    def send(self, message: Message) -> Receipt:
        """Write the message's bytes to `<pick id>.json`, a notice's to one beside it, and return that name.

        The same message again changes nothing. Raises Refused when the file holds other bytes, because what was
        published is never changed, and StoreUnavailable when the folder cannot be written.
        """
        name = f"{message.name}.json"
        content = f"{message.payload}\n".encode()
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._keep(self._folder / name, content)
        except OSError as fault:
            raise StoreUnavailable(
                f"publish folder must be writable, {self._folder} was not: {fault.strerror}; name another folder"
            ) from fault
        return Receipt(name)

    def _keep(self, path: Path, content: bytes) -> None:
        if path.is_file():
            if path.read_bytes() != content:
                raise Refused(f"{path} must hold what was published before, holds other bytes; name an empty folder")
            return
        _write_whole(path, content)


def _write_whole(path: Path, content: bytes) -> None:
    """Write beside the place, reach the disk, then take the place: a reader never meets half a file."""
    handle, beside = tempfile.mkstemp(prefix=".", suffix=".part", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(beside).chmod(0o644)
        Path(beside).replace(path)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise
