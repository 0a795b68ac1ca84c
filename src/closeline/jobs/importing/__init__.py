"""Importing: files go into the record as evidence, and set nothing going.

A file is cut into the same readings as in a backtest, by league day and phase, so that a backtest afterwards finds the
evidence that it would have kept itself. A transaction takes many of them: that is what makes a large archive quick.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from closeline.domain.errors import LookAhead
from closeline.domain.leagues import League
from closeline.flow import capture
from closeline.flow.capture import Capture, Source
from closeline.jobs.desk import Desk
from closeline.jobs.importing.players import LEAGUE, NO_LINES, Lines, keep_boxes, known_at, link_games
from closeline.jobs.shelf import Archive, Opening, Shelf
from closeline.store.polls import captures
from closeline.store.polls.captures import SetAside
from closeline.store.session import unit_of_work

# Games, counted in each of their phases.
GAMES_PER_TRANSACTION = 6000

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Imported:
    """What one file came to: the prices in `capture`, how many games it holds, and what players did in `lines`."""

    name: str
    feed: str
    payload_sha: str
    leagues: tuple[League, ...]
    games: int
    capture: Capture
    lines: Lines = NO_LINES


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

    Progress is told in readings. Raises LookAhead when the bytes claim to have been received later than now.
    """
    shelf = Shelf((archive,))
    openings = shelf.timetable()
    _refuse_the_future(desk, archive, openings)
    total, done = _keep_bytes(desk, archive), 0
    for portion in _portions(shelf, openings):
        total += _keep_readings(desk, archive, shelf, portion)
        done += len(portion)
        if progress:
            progress(done, len(openings))
    games = len(archive.parsed.events)
    lines = _lines(desk, archive, shelf)
    if lines.unpriced:
        total += Capture(unpriced=lines.unpriced)
    return Imported(archive.payload.name, archive.feed, archive.payload_sha, shelf.leagues, games, total, lines)


def _lines(desk: Desk, archive: Archive, shelf: Shelf) -> Lines:
    if archive.parsed.boxes:
        return keep_boxes(desk, archive)
    # What this file says of who was at home may be what a game of players has waited for.
    return Lines(linked=link_games(desk)) if LEAGUE in shelf.leagues else NO_LINES


def total_of(imported: Sequence[Imported]) -> Capture:
    """Add the figures of several files up."""
    return sum((item.capture for item in imported), Capture())


def _refuse_the_future(desk: Desk, archive: Archive, openings: Sequence[Opening]) -> None:
    now = desk.clock()
    latest = max((opening.at for opening in openings), default=now)
    latest = max([latest, *map(known_at, {box.day for box in archive.parsed.boxes})])
    if latest > now:
        message = (
            f"{archive.payload.name} must hold nothing received after {now.isoformat()}, held {latest.isoformat()}"
        )
        raise LookAhead(message)


def _keep_bytes(desk: Desk, archive: Archive) -> Capture:
    """Keep the bytes, and what could not be read in them; the figures count it in every import."""
    aside = [SetAside(item.reason, item.place, item.excerpt, item.prices) for item in archive.parsed.rejected]
    with unit_of_work(desk.engine) as session:
        sha = captures.keep_payload(session, archive.payload, feed=archive.feed)
        captures.set_aside(session, aside, payload_sha=sha, feed=archive.feed, received_at=desk.clock())
    prices, unpriced = capture.counted(aside)
    return Capture(received=prices.total(), quarantined=dict(prices), unpriced=dict(unpriced))


def _portions(shelf: Shelf, openings: Sequence[Opening]) -> Iterator[list[Opening]]:
    """Yield the readings in the order in which they were received, as many at a time as one transaction takes."""
    portion: list[Opening] = []
    held = 0
    for opening in openings:
        size = sum(len(part.parsed.events) for part in shelf.slices(opening.league, opening.day, opening.phase))
        if portion and held + size > GAMES_PER_TRANSACTION:
            yield portion
            portion, held = [], 0
        portion.append(opening)
        held += size
    if portion:
        yield portion


def _keep_readings(desk: Desk, archive: Archive, shelf: Shelf, openings: Sequence[Opening]) -> Capture:
    kept = Capture()
    with unit_of_work(desk.engine) as session:
        aliases = desk.aliases.table(session)
        for opening in openings:
            source = Source(archive.payload_sha, archive.feed, opening.phase, opening.day.isoformat())
            for part in shelf.slices(opening.league, opening.day, opening.phase):
                # As in a backtest, a reading is received when the last of it was.
                kept += replace(capture.keep(session, source, part.parsed, aliases, at=opening.at), events=())
    return kept
