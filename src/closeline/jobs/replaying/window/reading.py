"""Reading: the stored bytes of the window are read once more and kept as they were kept then, at the same moments."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from closeline.domain.events import Event
from closeline.domain.feeds.captures import Coverage, ParsedPayload, Phase
from closeline.domain.feeds.fetching import CallOutcome
from closeline.domain.feeds.wants import Kind
from closeline.domain.ids import content_id
from closeline.domain.leagues import League
from closeline.flow import capture, evaluate
from closeline.flow.capture import Capture, Source
from closeline.jobs.capturing.outing import injury_feed, live_feed
from closeline.jobs.desk import Desk
from closeline.jobs.importing.injuries import Bulletin, keep_bulletin
from closeline.jobs.shelf import Archive, Opening, Shelf
from closeline.store.polls import calls, captures
from closeline.store.polls.calls import Poll
from closeline.store.record.replay.happened import InjuryNews
from closeline.store.references.reviews import Reading
from closeline.store.session import Session

_RESULTS = frozenset({Kind.RESULTS, Kind.SCORES, Kind.SCHEDULE})
# Keeps one reading in an open transaction, and returns what it set going.
Keep = Callable[[Session, Desk], Sequence[Event]]


@dataclass(frozen=True, slots=True)
class Answer:
    """A poll of the record, the reading that its bytes were given, and what it was asked for."""

    poll: Poll
    reading: Reading | None
    coverage: Coverage | None


def of_poll(answer: Answer) -> Keep:
    """Return what keeps an answer again: its bytes, if it brought any that could be read, and the poll."""
    poll = answer.poll

    def keep(session: Session, desk: Desk) -> Sequence[Event]:
        figures = _figures(session, desk, answer) if _was_read(answer) else Capture()
        named = next((event.snapshot_id for event in figures.events), None)
        calls.add(session, replace(
            poll, snapshot_id=named, accepted=figures.accepted, unchanged=figures.unchanged,
            quarantined=sum(figures.quarantined.values()), results=figures.results,
        ))  # fmt: skip
        return figures.events

    return keep


def _was_read(answer: Answer) -> bool:
    poll = answer.poll
    return poll.payload_sha is not None and poll.outcome is CallOutcome.OK and poll.kind is not Kind.SPORTS


def _figures(session: Session, desk: Desk, answer: Answer) -> Capture:
    poll = answer.poll
    at = poll.received_at
    if poll.kind is Kind.INJURIES and poll.league is not None:
        return _injuries(session, desk, InjuryNews(str(poll.payload_sha), poll.league, poll.feed, at))
    phase = Phase.RESULT if poll.kind in _RESULTS else Phase.LIVE
    parsed = _parsed(session, desk, str(poll.payload_sha), poll.feed, at)
    source = Source(str(poll.payload_sha), poll.feed, phase, polled=True, coverage=answer.coverage, answered_at=at)
    return capture.keep(session, source, parsed, desk.aliases.table(session), at=at)


def of_injuries(news: InjuryNews) -> Keep:
    """Return what keeps bytes of injury reports again that no poll brought."""
    return lambda session, desk: _injuries(session, desk, news).events


def _injuries(session: Session, desk: Desk, news: InjuryNews) -> Capture:
    feed = injury_feed(desk, news.feed)
    if feed is None:
        return Capture()
    league = League(news.league)
    payload = replace(captures.payload(session, news.payload_sha), received_at=news.received_at)
    bulletin = Bulletin(payload, news.feed, league, feed.parse(payload, league))
    return keep_bulletin(session, desk, bulletin, at=news.received_at).capture


def of_reading(reading: Reading, *, handed_in: bool) -> Keep:
    """Return what keeps bytes again that were read whole and not polled; what was handed in is priced at once."""

    def keep(session: Session, desk: Desk) -> Sequence[Event]:
        at = reading.received_at
        parsed = _parsed(session, desk, reading.payload_sha, reading.feed, at)
        phase = Phase(reading.phase)
        unpolled = content_id("snapshot", reading.payload_sha, reading.feed, phase, "", parsed.parser_version)
        source = Source(
            reading.payload_sha, reading.feed, phase, polled=unpolled != reading.snapshot_id and not handed_in,
            answered_at=at,
        )  # fmt: skip
        found = capture.keep(session, source, parsed, desk.aliases.table(session), at=at)
        if handed_in and parsed.events:
            evaluate.evaluate(session, league=parsed.events[0].league, snapshot_id=reading.snapshot_id, as_of=at)
        return found.events

    return keep


def _parsed(session: Session, desk: Desk, sha: str, feed_name: str, at: datetime) -> ParsedPayload:
    payload = replace(captures.payload(session, sha), received_at=at)
    feed = live_feed(desk, feed_name)
    if feed is not None:
        return feed.parse(payload)
    assert desk.read is not None, "a replay must be able to read stored bytes"
    return desk.read(payload)


def openings_of(archive: Archive, readings: Sequence[Reading]) -> list[Opening]:
    """Return the captures of an archive's timetable that the record has readings of."""
    wanted = {(reading.day, str(reading.phase)) for reading in readings}
    return [item for item in Shelf((archive,)).timetable() if (item.day.isoformat(), str(item.phase)) in wanted]


def of_archive(archive: Archive, opening: Opening) -> Keep:
    """Return what keeps one archive's share of a capture again."""

    def keep(session: Session, desk: Desk) -> Sequence[Event]:
        told: list[Event] = []
        for part in Shelf((archive,)).slices(opening.league, opening.day, opening.phase):
            source = Source(part.payload_sha, part.feed, opening.phase, opening.day.isoformat())
            told += capture.keep(session, source, part.parsed, desk.aliases.table(session), at=desk.clock()).events
        return told

    return keep
