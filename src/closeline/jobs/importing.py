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


def import_archives(desk: Desk, progress: Progress = lambda done, of: None) -> tuple[Imported, ...]:
    """Import every archive on the desk's shelf, one after the other; progress is told in games."""
    archives = desk.shelf.archives
    of, before = sum(len(archive.parsed.events) for archive in archives), 0
    imported = []
    for archive in archives:
        start = before
        imported.append(import_archive(desk, archive, lambda done, _, start=start: progress(start + done, of)))
        before += len(archive.parsed.events)
    return tuple(imported)


def import_archive(desk: Desk, archive: Archive, progress: Progress = lambda done, of: None) -> Imported:
    """Keep a file's bytes and all that was read in them; a second time the same bytes add nothing."""
    set_aside = _keep_bytes(desk, archive)
    shelf, total = Shelf((archive,)), set_aside
    of, done = len(archive.parsed.events), 0
    for days in _portions(shelf):
        total += _keep_days(desk, archive, shelf, days)
        done = min(of, done + sum(_size(shelf, day) for day in days))
        progress(done, of)
    return Imported(archive.payload.name, archive.feed, archive.payload_sha, shelf.leagues, of, total)


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


def _portions(shelf: Shelf) -> Iterator[list[_Day]]:
    """Yield the days of a shelf in order, as many at a time as one transaction takes."""
    portion: list[_Day] = []
    held = 0
    for day in sorted({(opening.day, opening.league) for opening in shelf.timetable()}):
        size = _size(shelf, day)
        if portion and held + size > EVENTS_PER_TRANSACTION:
            yield portion
            portion, held = [], 0
        portion.append(day)
        held += size
    if portion:
        yield portion


def _size(shelf: Shelf, day: _Day) -> int:
    return len({event.provider_event_id for phase in PHASES for part in _parts(shelf, [day], phase) for event in part.events})


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
