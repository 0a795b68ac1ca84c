"""Again: stored bytes in which something was set aside for its name are read once more, now that the name is known.

They keep the time at which they were received: what is read late stands in the record where it would have stood.
Nothing is set going by it. What was on offer then is known better now; what is on offer now the next poll will say.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from closeline.domain.errors import CloselineError
from closeline.domain.feeds.captures import ParsedPayload, Phase, RawPayload
from closeline.domain.identity.names import fold
from closeline.domain.identity.naming import QuestionKind
from closeline.domain.ids import content_id
from closeline.flow import capture
from closeline.flow.capture import UNKNOWN_TEAM, Capture, Source
from closeline.flow.capture.players import UNKNOWN_PLAYER
from closeline.jobs.desk import Desk
from closeline.jobs.shelf import Archive, Shelf
from closeline.store.polls import captures
from closeline.store.quotes import coverage
from closeline.store.references import reviews
from closeline.store.references.reviews import Reading, Review
from closeline.store.session import Session


@dataclass(frozen=True, slots=True)
class ReadAgain:
    """What reading again came to; `unreadable` counts bytes that are no longer there, or that nobody can read."""

    payloads: int
    capture: Capture
    unreadable: int = 0


def read_again(session: Session, desk: Desk, review: Review) -> ReadAgain:
    """Read everything again, oldest first, in which the spelling of a review stands."""
    reason = UNKNOWN_TEAM if review.kind is QuestionKind.TEAM else UNKNOWN_PLAYER
    found: list[tuple[Reading, ParsedPayload, RawPayload]] = []
    unreadable = 0
    for reading in reviews.readings_set_aside(session, since=review.first_seen_at, reasons=[reason]):
        try:
            payload = replace(captures.payload(session, reading.payload_sha), received_at=reading.received_at)
            parsed = _parsed(desk, reading, payload)
        except CloselineError:
            unreadable += 1
            continue
        if parsed.provider == review.provider and _names(parsed, review):
            found.append((reading, parsed, payload))
    waiting = [reading.snapshot_id for reading, _, _ in found]
    total = Capture()
    for place, (reading, parsed, payload) in enumerate(found):
        total += _keep(session, desk, reading, parsed, payload, waiting[place + 1 :])
    return ReadAgain(len({reading.payload_sha for reading, _, _ in found}), replace(total, events=()), unreadable)


def _parsed(desk: Desk, reading: Reading, payload: RawPayload) -> ParsedPayload:
    for feed in desk.feeds:
        if feed.name == reading.feed:
            return feed.parse(payload)
    if desk.read is None:
        raise CloselineError(f"feed must be one that the desk can read, {reading.feed} was not")
    return desk.read(payload)


def _names(parsed: ParsedPayload, review: Review) -> bool:
    """Say whether the spelling stands in a payload, of a team or a player of the league."""
    wanted = fold(review.spelling)
    own_ids = {event.provider_event_id for event in parsed.events if event.league is review.league}
    if review.kind is QuestionKind.PLAYER:
        return any(item.provider_event_id in own_ids and fold(item.player) == wanted for item in parsed.quotes)
    return any(
        wanted in (fold(event.home), fold(event.away)) for event in parsed.events if event.league is review.league
    )


def _keep(
    session: Session, desk: Desk, reading: Reading, parsed: ParsedPayload, payload: RawPayload, waiting: Sequence[str]
) -> Capture:
    """Keep what is read now as it was kept then: by league day where it was a file, whole where it was an answer."""
    aliases = desk.aliases.table(session)
    phase, pending = Phase(reading.phase), frozenset(waiting)
    if reading.day is None:
        polls = coverage.of_snapshot(session, reading.snapshot_id)
        unpolled = content_id("snapshot", reading.payload_sha, reading.feed, phase, "", parsed.parser_version)
        source = Source(
            reading.payload_sha, reading.feed, phase, polled=unpolled != reading.snapshot_id,
            coverage=polls[0].coverage if polls else None, answered_at=reading.received_at, pending=pending,
        )  # fmt: skip
        return capture.keep(session, source, parsed, aliases, at=reading.received_at)
    shelf = Shelf((Archive(payload, reading.feed, parsed),))
    total = Capture()
    for opening in shelf.timetable():
        if opening.day.isoformat() == reading.day and opening.phase is phase:
            for part in shelf.slices(opening.league, opening.day, opening.phase):
                source = Source(reading.payload_sha, reading.feed, phase, reading.day)
                total += capture.keep(session, source, part.parsed, aliases, at=opening.at)
    return total
