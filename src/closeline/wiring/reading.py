"""Reading: files and stored bytes, by whichever feed recognises them."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from closeline.domain.errors import BadInput, UnreadableFile
from closeline.domain.feeds.captures import ParsedPayload, RawPayload
from closeline.domain.leagues import League
from closeline.jobs.importing.injuries import Bulletin
from closeline.jobs.recording import feed as handed_in
from closeline.jobs.shelf import Archive
from closeline.providers.catalog import injury_reader, recognise
from closeline.providers.foreign import SIZE_MAX
from closeline.wiring.senses import clock

if TYPE_CHECKING:
    pass


Progress = Callable[[int, int], None]


def read(payload: RawPayload) -> ParsedPayload:
    """Read bytes by whichever feed recognises them; raises UnknownFormat when none does."""
    return handed_in.parse(payload) if handed_in.is_snapshot(payload) else recognise(payload).parse(payload)


def read_archive(path: Path) -> Archive:
    """Read one file; raises UnreadableFile or UnknownFormat in one line."""
    return archive_of(_payload(path))


def read_file(path: Path, league: League | None) -> Archive | Bulletin:
    """Read one file of odds, results or injuries; raises BadInput in one line.

    league: of which a payload is that does not say it itself, as one of injuries does not; others are not asked.
    """
    payload = _payload(path)
    reader = injury_reader(payload)
    if reader is None:
        return archive_of(payload)
    if league is None:
        raise BadInput(f"{path} must come with --league LEAGUE, was without: injuries do not say their league")
    return Bulletin(payload, reader.FEED, league, reader.parse(payload, league))


def _payload(path: Path) -> RawPayload:
    try:
        if path.stat().st_size > SIZE_MAX:
            raise UnreadableFile(f"{path} must be at most {SIZE_MAX} bytes, was {path.stat().st_size}")
        return RawPayload(path.name, path.read_bytes(), clock())
    except OSError as fault:
        raise UnreadableFile(f"{path} must be a file that can be read, was not: {fault.strerror}") from fault


def read_archives(paths: Sequence[Path], progress: Progress | None = None) -> tuple[Archive, ...]:
    """Read files one after the other; raises BadInput at the first that cannot be used."""
    archives = []
    for done, path in enumerate(paths, start=1):
        archives.append(read_archive(path))
        if progress:
            progress(done, len(paths))
    return tuple(archives)


def demo_archives() -> tuple[Archive, ...]:
    """Return the archives of the demonstration, made here and now: the same bytes on every machine."""
    from closeline.jobs.demo import SEED, synthetic_archives

    return tuple(archive_of(payload) for payload in synthetic_archives(SEED))


def archive_of(payload: RawPayload) -> Archive:
    """Return bytes with what the feed that recognises them has read in them; raises UnknownFormat when none does."""
    feed = recognise(payload)
    return Archive(payload, feed.name, feed.parse(payload))
