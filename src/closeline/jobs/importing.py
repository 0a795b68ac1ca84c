"""Importing: files go into the record as evidence, and set nothing going.

A file is one reading of one feed: a snapshot for each phase that it holds. Days are taken together until a transaction
holds enough events, so that a large archive is quick and a small one is one transaction.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from closeline.domain.captures import ParsedPayload, Phase
from closeline.domain.leagues import League
from closeline.flow import capture
from closeline.flow.capture import Capture, Source
from closeline.jobs.desk import Desk
from closeline.jobs.shelf import Archive, Shelf
from closeline.store import captures
from closeline.store.captures import SetAside
from closeline.store.session import unit_of_work

EVENTS_PER_TRANSACTION = 2000
# A game is met first at its opening line, so that it counts as received then.
PHASES = (Phase.OPEN, Phase.CLOSE, Phase.LIVE, Phase.RESULT)

Progress = Callable[[int, int], None]
_Day = tuple[date, League]


@dataclass(frozen=True, slots=True)
class Imported:
    """What one file came to: the prices in `capture`, and how many games and results it holds."""

    name: str
    feed: str
    payload_sha: str
    leagues: tuple[League, ...]
    games: int
    capture: Capture


def import_archives(desk: Desk, progress: Progress | None = None) -> tuple[Imported, ...]:
    """Import every archive on the desk's shelf, one after the other; progress is told in files."""
    archives = desk.shelf.archives
    imported = []
    for done, archive in enumerate(archives, start=1):
        imported.append(import_archive(desk, archive))
        if progress:
            progress(done, len(archives))
    return tuple(imported)


def import_archive(desk: Desk, archive: Archive, progress: Progress | None = None) -> Imported:
    """Keep a file's bytes and all that was read in them; a second time the same bytes add nothing.

    Progress is told in days of games.
    """
    total, shelf = _keep_bytes(desk, archive), Shelf((archive,))
    days = _days(shelf)
    done = 0
    for portion in _portions(shelf, days):
        total += _keep_days(desk, archive, shelf, portion)
        done += len(portion)
        if progress:
            progress(done, len(days))
    games = len(archive.parsed.events)
    return Imported(archive.payload.name, archive.feed, archive.payload_sha, shelf.leagues, games, total)


def total_of(imported: Sequence[Imported]) -> Capture:
    """Add the figures of several files up."""
    return sum((item.capture for item in imported), Capture())


def _keep_bytes(desk: Desk, archive: Archive) -> Capture:
    """Keep the bytes, and what could not be read in them; the figures count it in every import."""
    aside = [SetAside(item.reason, item.place, item.excerpt, item.prices) for item in archive.parsed.rejected]
    with unit_of_work(desk.engine) as session:
        sha = captures.keep_payload(session, archive.payload, feed=archive.feed)
        captures.set_aside(session, aside, payload_sha=sha, feed=archive.feed, received_at=desk.clock())
    counted = Capture()
    for item in aside:
        counted += Capture(received=item.prices, quarantined={item.reason: item.prices})
    return counted


def _days(shelf: Shelf) -> list[_Day]:
    return sorted({(opening.day, opening.league) for opening in shelf.timetable()})


def _portions(shelf: Shelf, days: Sequence[_Day]) -> Iterator[list[_Day]]:
    """Yield the days in order, as many at a time as one transaction takes."""
    portion: list[_Day] = []
    held = 0
    for day in days:
        size = _events(shelf, day)
        if portion and held + size > EVENTS_PER_TRANSACTION:
            yield portion
            portion, held = [], 0
        portion.append(day)
        held += size
    if portion:
        yield portion


def _events(shelf: Shelf, day: _Day) -> int:
    parts = [part for phase in PHASES for part in _parts(shelf, [day], phase)]
    return len({event.provider_event_id for part in parts for event in part.events})


def _parts(shelf: Shelf, days: Sequence[_Day], phase: Phase) -> list[ParsedPayload]:
    return [item.parsed for day, league in days for item in shelf.slices(league, day, phase)]


def _keep_days(desk: Desk, archive: Archive, shelf: Shelf, days: Sequence[_Day]) -> Capture:
    kept = Capture()
    with unit_of_work(desk.engine) as session:
        aliases = desk.aliases.table(session)
        for phase in PHASES:
            parts = _parts(shelf, days, phase)
            if parts:
                source = Source(archive.payload_sha, archive.feed, phase)
                kept += replace(capture.keep(session, source, _joined(parts), aliases, at=desk.clock()), events=())
    return kept


def _joined(parts: Sequence[ParsedPayload]) -> ParsedPayload:
    return replace(
        parts[0],
        events=tuple(event for part in parts for event in part.events),
        quotes=tuple(quote for part in parts for quote in part.quotes),
        results=tuple(result for part in parts for result in part.results),
    )
