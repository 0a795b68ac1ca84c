"""Asking: somebody wants what waits to be decided, reviewed and graded now; the same jobs do it as on any day."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from closeline.domain.clock import FixedClock
from closeline.domain.errors import BadInput
from closeline.domain.events import GradingAsked, PicksSettled, ResultsCaptured
from closeline.domain.leagues import League
from closeline.flow import settle
from closeline.flow.settle import SWEEP, Standing
from closeline.jobs.desk import Desk
from closeline.jobs.grading.reading import HELD, grading_of_pick, reason_of, state_of
from closeline.jobs.learning.limiting import ACTOR_MAX, a_line
from closeline.jobs.run_inline import run
from closeline.schemas.ending.grading import GradeRun, Grading, HeldPick
from closeline.store import events
from closeline.store.desk import picks, publications
from closeline.store.session import unit_of_work

# Ten days: longer than any window in which a correction still changes a grade.
LOOKBACK_HOURS = 240
LOOKBACK_HOURS_MAX = 87_600


@dataclass(frozen=True, slots=True)
class Counted:
    """What the events of one run say that it did."""

    decided: int = 0
    graded: int = 0
    regraded: int = 0


def grade_all_pending(desk: Desk, *, lookback_hours: int, actor: str, league: League | None = None) -> GradeRun:
    """Decide what was reported within the look-back and grade all that waits; says what is held and what is late.

    Raises BadInput for a look-back outside 1..87600 hours.
    """
    if not 1 <= lookback_hours <= LOOKBACK_HOURS_MAX:
        raise BadInput(f"lookback_hours must be from 1 to {LOOKBACK_HOURS_MAX}, was {lookback_hours}")
    standing = _standing_still(desk)
    leagues = tuple(League) if league is None else (league,)
    before = _ask(standing, actor, "", league or "", lookback_hours)
    for each in leagues:
        run(standing, "settle.sweep", f"asked:{each}:{before.slot}", {"league": each, "lookback_hours": lookback_hours})
    return _told(standing, leagues, before, lookback_hours)


def grade_published(desk: Desk, publish_id: str, *, actor: str) -> Grading:
    """Grade one publication now where its result allows it; raises NotFound for no such publication.

    The whole league takes the step: whatever else of it can be graded by now is graded too.
    """
    with unit_of_work(desk.engine, write=False) as session:
        pick_id = publications.pick_of(session, publish_id, tenant_id=desk.tenant_id)
    return grade_pick(desk, pick_id, actor=actor)


def grade_pick(desk: Desk, pick_id: str, *, actor: str) -> Grading:
    """Grade one published pick as `grade_published` does; raises NotFound for no such pick."""
    standing = _standing_still(desk)
    at = standing.clock()
    with unit_of_work(desk.engine, write=False) as session:
        item = picks.named(session, pick_id, tenant_id=desk.tenant_id)
        known = grading_of_pick(session, pick_id, tenant_id=desk.tenant_id, at=at)
    event_id = item.selection.event_id
    before = _ask(standing, actor, known.pick_id, item.league, 0)
    run(standing, "settle.sweep", f"asked:{event_id}:{before.slot}", {"league": item.league, "event_id": event_id})
    with unit_of_work(desk.engine, write=False) as session:
        return grading_of_pick(session, pick_id, tenant_id=desk.tenant_id, at=at)


@dataclass(frozen=True, slots=True)
class Asked:
    """Where both chains stood when somebody asked: what comes after belongs to the answer."""

    slot: str
    system: int
    tenant: int


def _standing_still(desk: Desk) -> Desk:
    """Return the desk with its clock stopped: one moment decides, reviews and grades."""
    return replace(desk, clock=FixedClock(desk.clock()))


def _ask(desk: Desk, actor: str, subject: str, league: str, lookback_hours: int) -> Asked:
    person = a_line("actor", actor, ACTOR_MAX)
    with unit_of_work(desk.engine) as session:
        logged = events.record(
            session, GradingAsked(league, person, subject, lookback_hours), tenant_id=desk.tenant_id, actor=person,
            at=desk.clock(),
        )  # fmt: skip
        system = events.length(session, chain=ResultsCaptured.chain or desk.tenant_id)
    # The number of the question among all makes the slot its own, however quickly the next one comes.
    return Asked(f"{logged.chain}:{logged.seq}", system, logged.seq)


def counted(desk: Desk, before: Asked, snapshot_id: str = SWEEP) -> Counted:
    """Return what was decided and graded for a snapshot since somebody asked."""
    with unit_of_work(desk.engine, write=False) as session:
        system = events.since(session, chain=ResultsCaptured.chain or desk.tenant_id, after=before.system)
        own = events.since(session, chain=desk.tenant_id, after=before.tenant)
    told = [event for event in (*system, *own) if event.body.get("snapshot_id") == snapshot_id]
    sums: Counter[str] = Counter()
    for event in told:
        if event.name == ResultsCaptured.__name__:
            sums["decided"] += int(event.body["results"] or 0)
        if event.name == PicksSettled.__name__:
            sums["graded"] += int(event.body["graded"] or 0)
            sums["regraded"] += int(event.body["regraded"] or 0)
    return Counted(**sums)


def _told(desk: Desk, leagues: Sequence[League], before: Asked, lookback_hours: int) -> GradeRun:
    at, done = desk.clock(), counted(desk, before)
    with unit_of_work(desk.engine, write=False) as session:
        left = [
            item
            for league in leagues
            for item in settle.waiting(session, tenant_id=desk.tenant_id, league=league, at=at)
        ]
    held = [_held(item, desk.tenant_id) for item in left if state_of(item, at) == HELD]
    return GradeRun(
        at=at, lookback_hours=lookback_hours, decided=done.decided, graded=done.graded, regraded=done.regraded,
        held=held, reasons=dict(sorted(Counter(item.reason for item in held).items())), late=_late(left, at),
    )  # fmt: skip


def _held(item: Standing, tenant_id: str) -> HeldPick:
    pick = item.pick
    return HeldPick(
        publish_id=publications.publication_id(pick.pick_id, tenant_id=tenant_id), pick_id=pick.pick_id,
        event_id=pick.selection.event_id, league=pick.league, reason=reason_of(item),
    )  # fmt: skip


def _late(left: Sequence[Standing], at: datetime) -> list[str]:
    return [item.pick.pick_id for item in settle.late(left, at=at)]
