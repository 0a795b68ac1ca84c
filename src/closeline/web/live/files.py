"""The two files that pages load, our own and from our own host, named by the hash of their content."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from closeline.domain.ids import sha256_hex

MEDIA_TYPES = {"board.css": "text/css; charset=utf-8", "board.js": "text/javascript; charset=utf-8"}


@dataclass(frozen=True, slots=True)
class StaticFile:
    """A file as it is sent; `version` changes with its content, so it may be kept for ever."""

    name: str
    content: bytes
    media_type: str
    version: str

    @property
    def address(self) -> str:
        """Return the address under which pages name it."""
        return f"/static/{self.name}?v={self.version}"


@cache
def static_file(name: str) -> StaticFile | None:
    """Return one of the files; None for any other name."""
    if name not in MEDIA_TYPES:
        return None
    content = files("closeline.web").joinpath("static").joinpath(name).read_bytes()
    return StaticFile(name, content, MEDIA_TYPES[name], sha256_hex(content)[:16])


def address(name: str) -> str:
    """Return the address of a file that is there."""
    found = static_file(name)
    assert found is not None
    return found.address
