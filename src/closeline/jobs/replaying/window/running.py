"""Running: steps and what they set going, in the order of their moments, by a clock that reads what it read then."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from heapq import heappop, heappush
from itertools import count

from closeline.domain.clock import FixedClock, instant
from closeline.domain.errors import CloselineError
from closeline.domain.events import Event, ResultsCaptured, SpellingMapped
from closeline.flow import settle
from closeline.flow.forecast import Engine
from closeline.jobs.desk import Desk
from closeline.jobs.errands import Arguments
from closeline.jobs.execute import execute
from closeline.jobs.reactions import REACTIONS
from closeline.jobs.recording import mapping
from closeline.jobs.registry import JOBS
from closeline.jobs.replaying.window.reading import Keep
from closeline.jobs.replaying.window.steps import Inputs, Rank, Step
from closeline.jobs.run_inline import reaction_slot
from closeline.store import events
from closeline.store.events import LoggedEvent
from closeline.store.past import places
from closeline.store.record.replay import happened
from closeline.store.record.replay.happened import Line, Window
from closeline.store.record.replay.portions import put_new
from closeline.store.session import unit_of_work

# The pipeline from captures to grades. Learning is put in as it was decided, and nothing is sent.
PIPELINE = frozenset({
    "evaluate.snapshot", "forecast.slate", "props.forecast", "gate.candidates", "pick.propose", "publish.picks",
    "settle.results", "review.close", "settle.picks",
})  # fmt: skip
ACTOR = "replay"


@dataclass(frozen=True, slots=True)
class Reaction:
    """A job that an event of the replay sets going; `begun` is when it began in the record."""

    job: str
    slot: str
    body: Arguments
    begun: datetime


@dataclass(slots=True)
class Clockwork:
    """Runs a window's inputs through the verbs, on the desk of an otherwise empty record."""

    desk: Desk
    inputs: Inputs
    window: Window
    faults: list[str] = field(default_factory=list)
    done: int = 0
    _queue: list[tuple[datetime, Rank, int, Step | Reaction]] = field(default_factory=list)
    _number: "count[int]" = field(default_factory=count)

    def run(self) -> None:
        """Do everything, up to the window's end."""
        for step in self.inputs.steps:
            self._wait(step.at, step.rank, step)
        for at, job, line in self.inputs.left_over:
            self._set_going(job, line.event, line.event, at)
        while self._queue:
            at, _, _, item = heappop(self._queue)
            if at > self.window.until:
                return
            self._do(at, item)
            self.done += 1

    def _wait(self, at: datetime, rank: Rank, item: Step | Reaction) -> None:
        heappush(self._queue, (at, rank, next(self._number), item))

    def _do(self, at: datetime, item: Step | Reaction) -> None:
        """Do one thing; what it meets is told with the differences, and keeps nothing else from being done."""
        desk = replace(self.desk, clock=FixedClock(at))
        try:
            told = self._react(desk, item) if isinstance(item, Reaction) else self._take_in(desk, item)
        except (CloselineError, AssertionError, ValueError, KeyError) as fault:
            what = item.job if isinstance(item, Reaction) else item.rank.name.lower()
            self.faults.append(f"{at.isoformat()} {what}: {type(fault).__name__}: {fault}")
            return
        for event in told:
            self._follow(event)

    # ------------------------------------------------------------------------------------------ what came from outside

    def _take_in(self, desk: Desk, step: Step) -> Sequence[LoggedEvent]:
        if step.decision is not None:
            with unit_of_work(desk.engine) as session:
                for part in step.decision.portions:
                    put_new(session, part)
                places.follow(session, step.decision.portions, tenant_id=desk.tenant_id)
            return ()
        return self._hear(desk, step.line) if step.line is not None else self._keep(desk, step.keeps)

    def _keep(self, desk: Desk, keeps: Sequence[Keep]) -> list[LoggedEvent]:
        """Keep readings that were kept together; they tell what the record told of them."""
        with unit_of_work(desk.engine) as session:
            told = [event for keep in keeps for event in keep(session, desk)]
            return [
                events.record(session, event, tenant_id=desk.tenant_id, actor=ACTOR, at=desk.clock())
                for event in told
                if self._was_told(desk, event)
            ]

    def _was_told(self, desk: Desk, event: Event) -> bool:
        logged = LoggedEvent(event.chain or desk.tenant_id, 0, event.name, event.body(), desk.clock())
        return self.inputs.recorded.tells(logged)

    def _hear(self, desk: Desk, line: Line) -> Sequence[LoggedEvent]:
        told = line.event
        if told.name == SpellingMapped.__name__:
            self._map(desk, line)
            return ()
        if told.name == ResultsCaptured.__name__ and told.body["snapshot_id"] == settle.SWEEP:
            return execute(desk, "settle.sweep", f"{ACTOR}:{told.chain}:{told.seq}", self._sweep(line))
        with unit_of_work(desk.engine) as session:
            return [happened.tell_again(session, line)]

    def _sweep(self, line: Line) -> Arguments:
        """Return what a sweep was asked: a person may have asked for one of its own, at that very moment."""
        asked = next(
            (
                other.event.body["lookback_hours"]
                for other in self.inputs.recorded.lines
                if other.event.name == "GradingAsked" and other.event.at == line.event.at
            ),
            None,
        )
        return {"league": line.event.body["league"], "lookback_hours": asked or None}

    def _map(self, desk: Desk, line: Line) -> None:
        said = line.event.body
        review_id, answer, why = str(said["review_id"]), str(said["answer"]), str(said["why"])
        if answer:
            mapping.accept(desk, review_id, answer, why=why, actor=line.actor)
        else:
            mapping.reject(desk, review_id, why=why, actor=line.actor)

    # ---------------------------------------------------------------------------------------------- what it sets going

    def _follow(self, event: LoggedEvent) -> None:
        same = self.inputs.recorded.same(event)
        for job in REACTIONS[event.name]:
            if job not in PIPELINE:
                continue
            if same is None:
                # The record never told of this: it is a difference, and goes on as it would have.
                if JOBS[job].due(self.desk, event.body):
                    self._wait(event.at, Rank.REACTION, Reaction(job, reaction_slot(event), event.body, event.at))
                continue
            begun = self.inputs.recorded.begun(job, same)
            if begun is not None:
                self._set_going(job, event, same, begun)

    def _set_going(self, job: str, event: LoggedEvent, same: LoggedEvent, begun: datetime) -> None:
        if job in PIPELINE:
            at = self.inputs.recorded.looked(job, same.body, begun)
            self._wait(at, Rank.REACTION, Reaction(job, reaction_slot(event), event.body, begun))

    def _react(self, desk: Desk, item: Reaction) -> Sequence[LoggedEvent]:
        if item.job == "publish.picks":
            self._withhold(desk, item.body)
        if item.job == "forecast.slate":
            desk = self._with_engine(desk, item.body)
        return execute(desk, item.job, item.slot, item.body)

    def _withhold(self, desk: Desk, body: Arguments) -> None:
        """Keep back what was kept back then because of the desk's mode, a switch, a flag or its disk."""
        moment = (str(body["league"]), instant(int(body["as_of"] or 0)))
        held = self.inputs.recorded.moments.withheld.get(moment)
        if held is not None:
            with unit_of_work(desk.engine) as session:
                put_new(session, held)

    def _with_engine(self, desk: Desk, body: Arguments) -> Desk:
        made = self.inputs.recorded.moments.engines.get((str(body.get("snapshot_id")), str(body.get("league"))))
        if made is None:
            return desk
        name, worlds = made
        return replace(desk, forecasting=Engine.of_run(name, worlds))
