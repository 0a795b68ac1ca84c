"""Steps: what came into the record from outside in the window, each at its moment, read from the record itself."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum

from closeline.domain.events import (
    SYSTEM_CHAIN,
    CandidatesGated,
    ForecastMade,
    MarketEvaluated,
    OddsCaptured,
    PicksProposed,
    PicksPublished,
    PicksReviewed,
    PicksSettled,
    ResultsCaptured,
    ResultsReported,
    SpellingMapped,
)
from closeline.domain.feeds.captures import Coverage, ParsedPayload, RawPayload
from closeline.flow import settle
from closeline.jobs.recording.feed import FEED
from closeline.jobs.replaying.window.reading import (
    Answer,
    Keep,
    of_archive,
    of_injuries,
    of_poll,
    of_reading,
    openings_of,
)
from closeline.jobs.replaying.window.recorded import Recorded
from closeline.jobs.shelf import Archive
from closeline.store.polls import calls, captures
from closeline.store.quotes import coverage
from closeline.store.record.replay import happened
from closeline.store.record.replay.decided import Decision, decisions
from closeline.store.record.replay.happened import Line, Window
from closeline.store.references.reviews import Reading
from closeline.store.session import Session

_ALL = 1_000_000_000
# What jobs tell of their own work: a replay tells it by doing the work again. Anything else was somebody's act.
OF_WORK = frozenset(
    kind.__name__
    for kind in (
        OddsCaptured, ResultsReported, MarketEvaluated, ForecastMade, CandidatesGated, PicksProposed, PicksPublished,
        PicksReviewed, PicksSettled, SpellingMapped,
    )
)  # fmt: skip


class Rank(IntEnum):
    """What comes first at one and the same moment."""

    LIMITS = 0
    REACTION = 1
    CAPTURE = 2
    DECISION = 3
    TOLD = 4


@dataclass(frozen=True, slots=True)
class Step:
    """Something that came from outside at a moment: readings that were kept together, rows, or a word of the log."""

    at: datetime
    rank: Rank
    keeps: tuple[Keep, ...] = ()
    decision: Decision | None = None
    line: Line | None = None


@dataclass(frozen=True, slots=True)
class Inputs:
    """Everything that a window was made from, and what the record says of its moments."""

    steps: tuple[Step, ...]
    recorded: Recorded
    left_over: tuple[tuple[datetime, str, Line], ...]
    polled: frozenset[str] = field(default_factory=frozenset)
    carried: int = 0


def inputs_of(
    session: Session, window: Window, read: Callable[[RawPayload], ParsedPayload], chains: Sequence[str]
) -> Inputs:
    """Read from a record all that came into it within a window."""
    lines = [line for chain in chains for line in happened.log(session, window, chain=chain)]
    recorded = Recorded(lines, happened.moments(session, window, lines))
    decided = decisions(session, window)
    steps = [
        *_captures(session, window, recorded, read),
        *(Step(item.at, _rank(item), decision=item) for item in decided),
        *_words(lines, recorded),
    ]
    polled = {str(poll.league) for poll in _polls(session, window) if poll.league and poll.kind == "ODDS"}
    return Inputs(
        tuple(sorted(steps, key=lambda step: (step.at, step.rank))), recorded,
        tuple(_left_over(session, window, recorded)), frozenset(polled), sum(item.rows for item in decided),
    )  # fmt: skip


def _rank(decision: Decision) -> Rank:
    only_limits = all(part.table == "config_version" for part in decision.portions)
    return Rank.LIMITS if only_limits else Rank.DECISION


def _polls(session: Session, window: Window) -> list[calls.Poll]:
    found = calls.since(session, window.begin, most=_ALL)
    return [poll for poll in reversed(found) if poll.received_at <= window.until]


def _captures(
    session: Session, window: Window, recorded: Recorded, read: Callable[[RawPayload], ParsedPayload]
) -> Iterator[Step]:
    """Yield the captures; those of one moment and one job are one step."""
    readings = happened.readings(session, window)
    polls = _polls(session, window)
    by_poll = {(item.feed, item.received_at): item for item in readings if item.day is None}
    grouped: defaultdict[tuple[datetime, tuple[str, ...]], list[Keep]] = defaultdict(list)
    for poll in polls:
        reading = by_poll.pop((poll.feed, poll.received_at), None)
        at = recorded.at_of(reading.snapshot_id) if reading else None
        asked = _asked(session, reading, poll.received_at)
        name = (poll.slot, poll.purpose, poll.kind)
        grouped[at or poll.received_at, name].append(of_poll(Answer(poll, reading, asked)))
    for reading in by_poll.values():
        at = recorded.at_of(reading.snapshot_id) or reading.received_at
        grouped[at, (reading.snapshot_id,)].append(of_reading(reading, handed_in=reading.feed == FEED))
    told_of = {poll.payload_sha for poll in polls}
    for news in happened.injury_news(session, window):
        if news.payload_sha not in told_of:
            grouped[news.received_at, (news.payload_sha, news.league)].append(of_injuries(news))
    for at, slot, keep in _of_archives(session, readings, window, recorded, read):
        grouped[at, slot].append(keep)
    return (Step(at, Rank.CAPTURE, tuple(keeps)) for (at, _), keeps in grouped.items())


def _asked(session: Session, reading: Reading | None, at: datetime) -> Coverage | None:
    found = coverage.of_snapshot(session, reading.snapshot_id) if reading else []
    return next((item.coverage for item in found if item.received_at == at), None)


def _of_archives(
    session: Session, readings: Iterable[Reading], window: Window, recorded: Recorded,
    read: Callable[[RawPayload], ParsedPayload],
) -> Iterator[tuple[datetime, tuple[str, ...], Keep]]:  # fmt: skip
    by_file: defaultdict[tuple[str, str], list[Reading]] = defaultdict(list)
    for reading in readings:
        if reading.day is not None:
            by_file[reading.payload_sha, reading.feed].append(reading)
    for (sha, feed), found in by_file.items():
        payload = captures.payload(session, sha)
        archive = Archive(payload, feed, read(payload))
        names = {(item.day, str(item.phase)): item.snapshot_id for item in found}
        for opening in openings_of(archive, found):
            snapshot_id = names[opening.day.isoformat(), str(opening.phase)]
            at = recorded.at_of(snapshot_id, opening.league) or opening.at
            if window.begin < at <= window.until:
                yield at, (opening.league, opening.day.isoformat(), str(opening.phase)), of_archive(archive, opening)


def _words(lines: Sequence[Line], recorded: Recorded) -> Iterator[Step]:
    """Yield what the log tells that no capture and no reaction will tell again."""
    for line in lines:
        told = line.event
        if told.name == SpellingMapped.__name__:
            yield Step(told.at, Rank.TOLD, line=line)
        elif told.name == ResultsCaptured.__name__:
            if told.body["snapshot_id"] == settle.SWEEP:
                yield Step(recorded.swept(told.at), Rank.TOLD, line=line)
            elif told.body["snapshot_id"] == "by hand":
                yield Step(told.at, Rank.TOLD, line=line)
        elif told.name not in OF_WORK:
            yield Step(told.at, Rank.TOLD, line=line)


def _left_over(session: Session, window: Window, recorded: Recorded) -> Iterator[tuple[datetime, str, Line]]:
    """Yield the reactions of the window to what was told before it."""
    within = {(line.event.chain, line.event.seq) for line in recorded.lines}
    for (job, slot), at in recorded.moments.ran.items():
        _, _, rest = slot.partition(":")
        chain, _, number = rest.rpartition(":")
        if (chain, int(number)) in within or chain not in (SYSTEM_CHAIN, window.tenant_id):
            continue
        line = happened.line_of(session, chain, int(number))
        if line is not None and line.event.at <= window.begin:
            yield at, job, line
