"""The evening retold: what happened, line by line, and what the chat says; read from the record, as anybody could."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from closeline.domain.picks import Decision, PickState, Validity
from closeline.domain.picks.validity import PICK_INVALIDATED
from closeline.domain.publishing.delivery import MessageKind
from closeline.domain.publishing.messages import visible_id
from closeline.jobs.demo.evening import CHAT, MOVED_AFTER, Stage, events_of, said, sent
from closeline.jobs.desk import Desk
from closeline.store.desk import incidents, outbox, picks, publications, validity
from closeline.store.desk.picks import Life, Pick
from closeline.store.invariants import Violation, violations
from closeline.store.session import Session, unit_of_work

WEEK = timedelta(days=7)
_ENDED = {
    PickState.SUPERSEDED: "is superseded: its message is edited, and answered by a notice",
    PickState.VOIDED: "is void: its message is edited, and answered by a notice",
}


@dataclass(frozen=True, slots=True)
class Happened:
    """One thing that happened, and when."""

    at: datetime
    what: str


@dataclass(frozen=True, slots=True)
class Shown:
    """One message of the simulated chat as it reads now. `about`: the pick; `edited`: whether it read otherwise."""

    message_id: str
    kind: str
    about: str
    edited: bool
    text: str


@dataclass(frozen=True, slots=True)
class Retold:
    """The evening: what happened, what the chat says, how many laws were looked at, and what breaks one."""

    happened: tuple[Happened, ...]
    chat: tuple[Shown, ...]
    laws: int
    broken: tuple[Violation, ...]


@dataclass(frozen=True, slots=True)
class _Known:
    """A pick of the evening that went out, with its frozen words and its life."""

    pick: Pick
    label: str
    game: str
    life: Sequence[Life]

    @property
    def name(self) -> str:
        return f"{visible_id(self.pick.pick_id)} {self.label}"


def retell(desk: Desk, stage: Stage) -> Retold:
    """Return what happened on the evening of a record, and hold the whole record against its laws."""
    rows = sent(desk, stage)
    now, posts = said(rows), {row.message_id for row in rows if row.kind is MessageKind.POST}
    called_back = {row.pick_id for row in rows if row.kind is not MessageKind.POST}
    with unit_of_work(desk.engine, write=False) as session:
        known = _known(session, desk, stage)
        happened = sorted(_happened(session, desk, stage, known), key=lambda item: item.at)
        found = violations(session, tenant_id=desk.tenant_id)
    shown = tuple(
        Shown(str(row.message_id), str(row.kind), visible_id(row.pick_id),
              row.message_id in posts and row.pick_id in called_back, now[str(row.message_id)])
        for row in rows
    )  # fmt: skip
    return Retold(tuple(happened), shown, len(found), tuple(item for law in found.values() for item in law))


def _known(session: Session, desk: Desk, stage: Stage) -> list[_Known]:
    events = sorted(events_of(session, stage.slate))
    found = []
    for item in picks.of_events(session, events, tenant_id=desk.tenant_id):
        terms = publications.terms_of(session, item.pick_id, tenant_id=desk.tenant_id)
        if terms is not None:
            told = json.loads(terms)
            life = picks.life(session, item.pick_id, tenant_id=desk.tenant_id)
            found.append(_Known(item, str(told["label"]), str(told["game"]), life))
    return sorted(found, key=lambda item: (item.pick.proposed_at, item.pick.pick_id))


def _happened(session: Session, desk: Desk, stage: Stage, known: Sequence[_Known]) -> Iterator[Happened]:
    by_name = {item.pick.pick_id: item for item in known}
    yield Happened(stage.begins, _opened(session, desk, stage, known))
    moved: list[_Known] = []
    for name, marks in validity.history(session, sorted(by_name), tenant_id=desk.tenant_id).items():
        for mark in marks:
            if mark.state is Validity.INVALIDATED:
                moved.append(by_name[name])
                why = ", ".join(mark.reasons)
                yield Happened(mark.at, f"{by_name[name].name} is INVALIDATED ({why}); alert {PICK_INVALIDATED} raised")
    if moved:
        yield Happened(stage.begins + MOVED_AFTER, f"the line of {moved[0].game} moves past what was published")
    for item in known:
        yield from _ends(item, by_name)
    for met in incidents.listed(session, tenant_id=desk.tenant_id):
        if met.kind == PICK_INVALIDATED and met.scope in by_name and met.closed_at is not None:
            yield Happened(met.closed_at, f"alert {PICK_INVALIDATED} of {visible_id(met.scope)} cleared")
    yield from _graded(known)


def _opened(session: Session, desk: Desk, stage: Stage, known: Sequence[_Known]) -> str:
    first = [item for item in known if item.pick.proposed_at == stage.begins]
    games = f"{len(stage.slate.games)} SYNTHETIC games of {stage.slate.league} open"
    if not first:
        return f"{games}: the gates let nothing out"
    kinds = Counter(item.pick.decision for item in first)
    posts = Counter(
        row.channel for item in first for row in outbox.of_pick(session, item.pick.pick_id, tenant_id=desk.tenant_id)
        if row.kind is MessageKind.POST
    )  # fmt: skip
    carried = ", ".join(
        f"{count} on {'the simulated ' if name == CHAT else ''}{name}" for name, count in sorted(posts.items())
    )
    return f"{games}: {kinds[Decision.PICK]} PICKs and {kinds[Decision.LEAN]} leans published; messages: {carried}"


def _ends(item: _Known, by_name: Mapping[str, _Known]) -> Iterator[Happened]:
    for step in item.life:
        if step.to_state in _ENDED:
            yield Happened(step.at, f"{item.name} {_ENDED[step.to_state]}")
        elif step.to_state is PickState.PUBLISHED and item.pick.supersedes in by_name:
            old = by_name[str(item.pick.supersedes)]
            yield Happened(step.at, f"{item.name} goes out in the place of {visible_id(old.pick.pick_id)}")


def _graded(known: Sequence[_Known]) -> Iterator[Happened]:
    at = [step.at for item in known for step in item.life if step.to_state is PickState.GRADED]
    if at:
        yield Happened(max(at), f"the games are over: {len(at)} graded")
