"""What an import of players' games and lines came to."""

from closeline.schemas.importing.files import FileImport
from closeline.schemas.shape import Shape


class PlayerLines(Shape):
    """What box scores came to: received = accepted + unchanged + those of unknown teams.

    `players` counts those who were new, `linked` the games on neutral floors that another source has named meanwhile.
    """

    received: int
    accepted: int
    unchanged: int
    players: int
    linked: int


class PlayerFileImport(FileImport):
    """One file, in prices as for every import, and in lines of box scores."""

    lines: PlayerLines


class PlayerImport(Shape):
    """All files of one command; `files` counts those that were imported."""

    files: int
    by_file: list[PlayerFileImport]
