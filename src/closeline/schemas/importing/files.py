"""What an import came to."""

from closeline.schemas.shape import Shape


class FileImport(Shape):
    """One file: received = accepted + unchanged + quarantined, in prices; or why it could not be read.

    `unpriced` counts records set aside that held no price, such as a result that could not be read.
    """

    file: str
    feed: str | None
    payload_sha: str | None
    leagues: list[str]
    games: int
    results: int
    received: int
    accepted: int
    unchanged: int
    quarantined: dict[str, int]
    unpriced: dict[str, int]
    error: str | None


class Import(Shape):
    """All files together; `files` counts those that were imported."""

    files: int
    received: int
    accepted: int
    unchanged: int
    quarantined: dict[str, int]
    unpriced: dict[str, int]
    by_file: list[FileImport]
