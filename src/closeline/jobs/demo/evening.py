"""The scripted evening of the demonstration: what a desk does between its openers and the start of the games.

It goes through the ordinary verbs and jobs with a clock that is stepped: prices, picks, messages, a line that moves, a
pick that is not worth its price any more, its successor, and one that is withdrawn. Every step is done once, whoever
runs it again; what happened is told by `retold.py`, from the record alone.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from closeline.domain.clock import FixedClock
from closeline.domain.errors import CorruptRecord
from closeline.domain.feeds.captures import Phase, RawPayload
from closeline.domain.picks import Decision, PickState
from closeline.domain.picks.voids import VoidReason
from closeline.domain.ports import Channel
from closeline.domain.publishing.delivery import DeliveryState, MessageKind, text_of
from closeline.jobs.demo.slate import Slate
from closeline.jobs.desk import Desk
from closeline.jobs.recording.withdrawing import supersede, void
from closeline.jobs.run_inline import run
from closeline.jobs.shelf import Archive, Shelf
from closeline.store import references
from closeline.store.desk import outbox, picks, successors
from closeline.store.desk.outbox import Delivery
from closeline.store.desk.picks import Pick
from closeline.store.session import Session, unit_of_work

MINUTE = timedelta(minutes=1)
OPENED_BEFORE = 120 * MINUTE
MOVED_AFTER = 20 * MINUTE
LOOKED_AFTER = 22 * MINUTE
AGAIN_AFTER = 24 * MINUTE
PROPOSED_AFTER = 26 * MINUTE
SUPERSEDED_AFTER = 28 * MINUTE
VOIDED_AFTER = 30 * MINUTE
LAST_PRICES_AFTER = 115 * MINUTE
ACTOR = "demonstration"
WHY_SUPERSEDED = "the line went through it"
WHY_VOIDED = "SYNTHETIC: withdrawn to show how that is told"
CHAT = "telegram"
# Whose ids the games have: prices come as The Odds API would answer them.
FEED = "the_odds_api"
_NEVER_OUT = frozenset({PickState.PROPOSED, PickState.REJECTED, PickState.EXPIRED})


class Chat(Protocol):
    """A chat on this machine that is a channel of the desk, and can be read."""

    @property
    def channel(self) -> Channel:
        """Return the way into it."""
        ...

    def restore(self, sent: list[Delivery]) -> None:
        """Show again what another process has sent, so that it can be answered and edited."""
        ...

    def reads(self) -> dict[str, str]:
        """Return what the chat says now, by the numbers of its messages."""
        ...


@dataclass(frozen=True, slots=True)
class Stage:
    """What the evening is played with: its games, the chat it opens, and who reads stored bytes as a file."""

    slate: Slate
    chat: Callable[[FixedClock], AbstractContextManager[Chat]]
    archive_of: Callable[[RawPayload], Archive]

    @property
    def begins(self) -> datetime:
        """Return when the openers come."""
        return self.slate.starts_at - OPENED_BEFORE

    @property
    def results_at(self) -> datetime:
        """Return when the file of results is received."""
        return Shelf((self.results(),)).timetable()[-1].at

    def results(self) -> Archive:
        """Return the file of how the games ended."""
        return self.archive_of(self.slate.results())


def play(desk: Desk, stage: Stage) -> None:
    """Play the evening on a desk that has no way out of this machine; a step that was done stays done.

    Raises CorruptRecord where a message that the record calls sent is not in the chat.
    """
    clock = FixedClock(stage.begins)
    with stage.chat(clock) as chat:
        desk = replace(desk, clock=clock, channels=(*desk.channels, chat.channel))
        chat.restore(sent(desk, stage))
        _take_in(desk, stage, "opens", stage.begins)
        first = published_first(desk, stage)
        moved = _places_of(desk, stage, first[:1])
        _take_in(desk, stage, "moves", stage.begins + MOVED_AFTER, moved)
        _look(desk, stage.begins + LOOKED_AFTER)
        _take_in(desk, stage, "again", stage.begins + AGAIN_AFTER, moved)
        _look(desk, stage.begins + PROPOSED_AFTER)
        there = [item for item in first if _places_of(desk, stage, [item]) & moved]
        _supersede(desk, there, stage.begins + SUPERSEDED_AFTER)
        _void(desk, [item for item in first if item not in there], stage)
        _take_in(desk, stage, "last", stage.begins + LAST_PRICES_AFTER, moved)
        must_be_there(sent(desk, stage), chat.reads())


def end(desk: Desk, stage: Stage) -> None:
    """Let the results come, when they do; a look after them ends the alerts of what was only graded now."""
    desk = replace(desk, clock=FixedClock(stage.results_at))
    _keep(desk, stage.results(), "results", Phase.RESULT)
    _look(desk, stage.results_at + MINUTE)


def published_first(desk: Desk, stage: Stage) -> list[Pick]:
    """Return what the openers led to, PICKs first: what went out, whatever became of it since."""
    with unit_of_work(desk.engine, write=False) as session:
        found = picks.of_moment(session, tenant_id=desk.tenant_id, league=stage.slate.league, as_of=stage.begins)
        states = picks.states(session, [item.pick_id for item in found], tenant_id=desk.tenant_id)
    out = [item for item in found if states[item.pick_id][1] not in _NEVER_OUT]
    return sorted(out, key=lambda item: (item.decision is not Decision.PICK, item.pick_id))


def events_of(session: Session, slate: Slate) -> dict[str, int]:
    """Return the games of the slate by their names in the record, each with its place."""
    places = {game.event_id: place for place, game in enumerate(slate.games)}
    known = references.events_by_alias(session, provider=FEED, names=sorted(places))
    return {event_id: places[name] for name, event_id in known.items()}


def sent(desk: Desk, stage: Stage) -> list[Delivery]:
    """Return the messages of the evening that the record calls sent to the chat, in the order of their numbers."""
    with unit_of_work(desk.engine, write=False) as session:
        every = picks.of_events(session, sorted(events_of(session, stage.slate)), tenant_id=desk.tenant_id)
        rows = [row for item in every for row in outbox.of_pick(session, item.pick_id, tenant_id=desk.tenant_id)]
    went = [row for row in rows if row.channel == CHAT and row.state is DeliveryState.SENT]
    return sorted(went, key=lambda row: int(row.message_id or 0))


def must_be_there(rows: Sequence[Delivery], chat: Mapping[str, str]) -> None:
    """Hold the outbox against the chat: each message says there what the record says that it says now."""
    for number, text in said(rows).items():
        if chat.get(number) != text:
            seen = "another text" if number in chat else "no such message"
            raise CorruptRecord(f"message {number} must be in the chat as the record says, the chat had {seen}")
    if len(chat) > len(rows):
        raise CorruptRecord(f"chat must have {len(rows)} messages, as the record says, had {len(chat)}")


def said(rows: Sequence[Delivery]) -> dict[str, str]:
    """Return what each message says now, by its number: a notice has edited the one that it is about."""
    edits = {row.pick_id: text_of(row.edited) for row in rows if row.kind is not MessageKind.POST and row.edited}
    return {
        str(row.message_id): edits.get(row.pick_id, text_of(row.payload)) if row.kind is MessageKind.POST
        else text_of(row.payload)
        for row in rows
    }  # fmt: skip


def _places_of(desk: Desk, stage: Stage, found: Sequence[Pick]) -> frozenset[int]:
    with unit_of_work(desk.engine, write=False) as session:
        places = events_of(session, stage.slate)
    return frozenset(places[item.selection.event_id] for item in found)


def _take_in(desk: Desk, stage: Stage, name: str, at: datetime, moved: frozenset[int] = frozenset()) -> None:
    _step(desk, at)
    _keep(desk, stage.archive_of(stage.slate.prices(name, at, moved)), name, Phase.LIVE)


def _keep(desk: Desk, archive: Archive, name: str, phase: Phase) -> None:
    """Keep a file's bytes and what they say, as the jobs of an archive do, and run what that sets going."""
    shelf = Shelf((archive,))
    desk, day = replace(desk, shelf=shelf), shelf.timetable()[-1].day
    run(desk, "capture.payload", archive.payload_sha, {"payload_sha": archive.payload_sha})
    arguments = {"league": str(shelf.leagues[0]), "day": day.isoformat(), "phase": str(phase)}
    run(desk, "capture.archive", f"evening:{day.isoformat()}:{name}", arguments)


def _look(desk: Desk, at: datetime) -> None:
    _step(desk, at)
    run(desk, "review.validity", f"evening:{at.isoformat()}", {})


def _step(desk: Desk, at: datetime) -> None:
    """Step the clock; the pace of a chat may have taken it a little further."""
    assert isinstance(desk.clock, FixedClock), "an evening must have a clock that can be stepped"
    desk.clock.now = max(desk.clock.now, at)


def _supersede(desk: Desk, found: Sequence[Pick], at: datetime) -> None:
    _step(desk, at)
    for item in found:
        with unit_of_work(desk.engine, write=False) as session:
            ready = successors.proposed_for(session, item.pick_id, tenant_id=desk.tenant_id)
        if ready and _is_published(desk, item):
            supersede(desk, item.pick_id, why=WHY_SUPERSEDED, actor=ACTOR)


def _void(desk: Desk, found: Sequence[Pick], stage: Stage) -> None:
    _step(desk, stage.begins + VOIDED_AFTER)
    for item in found[:1]:
        if _is_published(desk, item):
            void(desk, item.pick_id, reason=VoidReason.OPERATOR, evidence=None, why=WHY_VOIDED, actor=ACTOR)


def _is_published(desk: Desk, item: Pick) -> bool:
    with unit_of_work(desk.engine, write=False) as session:
        state = picks.states(session, [item.pick_id], tenant_id=desk.tenant_id)[item.pick_id][1]
    return state is PickState.PUBLISHED
