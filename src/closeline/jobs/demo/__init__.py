"""The demonstration: synthetic leagues warmed up, a fortnight through all ten verbs with publishing on, an evening.

It is a backtest like any other, by the same jobs: nothing is published that warm-up did not prove, and the gates decide
what it proves. It opens nothing from the network, gives the same record every time, can be stopped anywhere and started
again, and changes nothing in a record in which it has run.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from closeline.domain import events
from closeline.domain.events import SYSTEM_CHAIN
from closeline.domain.leagues import League
from closeline.flow import view
from closeline.flow.view import LeagueFigures
from closeline.jobs.demo import evening
from closeline.jobs.demo.evening import Stage
from closeline.jobs.demo.synthetic import synthetic_archives
from closeline.jobs.desk import Desk
from closeline.jobs.replaying.backtest import Interlude, Progress, backtest
from closeline.jobs.shelf import Shelf
from closeline.store.events import LoggedEvent, since
from closeline.store.session import unit_of_work

# The seed that ships: the first one. What it publishes is decided by thresholds fitted on its own warm-up.
SEED = 1
FORTNIGHT = timedelta(days=14)


class Condition(StrEnum):
    """In what state the record was found."""

    FRESH = "FRESH"
    RESUMED = "RESUMED"
    ALREADY_DONE = "ALREADY_DONE"


@dataclass(frozen=True, slots=True)
class Step:
    """What one verb did, in numbers by name."""

    verb: str
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class DemoOutcome:
    """What happened, verb by verb, and the record that came of it: the same hash on every machine."""

    condition: Condition
    publish_from: date
    steps: tuple[Step, ...]
    figures: tuple[LeagueFigures, ...]
    record_hash: str

    @property
    def published(self) -> int:
        """Return how many PICKs became official; leans are not among them."""
        return sum(league.published for league in self.figures)


def publish_from(shelf: Shelf) -> date:
    """Return the first day on which the demonstration publishes: a fortnight before the archives' last."""
    return max(opening.day for opening in shelf.timetable()) - FORTNIGHT + timedelta(days=1)


def _silent(done: int, of: int) -> None:
    del done, of


def run_demo(desk: Desk, progress: Progress = _silent, stage: Stage | None = None) -> DemoOutcome:
    """Run the archives on a desk's shelf, the last fortnight of them with publishing on, and tell what happened.

    stage: what the scripted evening of the day after is played with; without one there is none. Raises ValueError for
    a desk without archives, CorruptRecord where the evening's chat lacks what the record calls sent.
    """
    if not desk.shelf.timetable():
        message = "the demonstration must have archives on its shelf, had none"
        raise ValueError(message)
    first = publish_from(desk.shelf)
    before = _logged(desk)
    backtest(replace(desk, publish_from=first), progress, _interludes(stage) if stage else ())
    after = _logged(desk)
    figures, record_hash = _view(desk, first)
    steps = (*_steps(after), Step("view", {"leagues": len(figures)}))
    return DemoOutcome(_condition(before, after), first, steps, figures, record_hash)


def _interludes(stage: Stage) -> tuple[Interlude, ...]:
    return (
        Interlude(stage.begins, lambda desk: evening.play(desk, stage)),
        Interlude(stage.results_at, lambda desk: evening.end(desk, stage)),
    )


def _condition(before: Sequence[LoggedEvent], after: Sequence[LoggedEvent]) -> Condition:
    if not before:
        return Condition.FRESH
    return Condition.ALREADY_DONE if len(before) == len(after) else Condition.RESUMED


def _logged(desk: Desk) -> list[LoggedEvent]:
    """Return what the log tells of the verbs; what people do to a record, a key or a limit, is no step of this."""
    verbs = {kind.__name__ for _, kind, _ in _TOLD}
    with unit_of_work(desk.engine, write=False) as session:
        found = [event for chain in (SYSTEM_CHAIN, desk.tenant_id) for event in since(session, chain=chain, after=0)]
    return [event for event in found if event.name in verbs]


def _view(desk: Desk, first: date) -> tuple[tuple[LeagueFigures, ...], str]:
    with unit_of_work(desk.engine, write=False) as session:
        leagues: tuple[League, ...] = desk.shelf.leagues
        figures = tuple(
            view.league_figures(session, tenant_id=desk.tenant_id, league=league, publish_from=first)
            for league in leagues
        )
        return figures, view.record_hash(session, tenant_id=desk.tenant_id, leagues=leagues)


Count = Callable[[LoggedEvent], Mapping[str, int]]


def _fields(*names: str) -> Count:
    return lambda event: {name: int(event.body[name] or 0) for name in names}


def _status(event: LoggedEvent) -> Mapping[str, int]:
    return {f"calibrations {str(event.body['status']).lower()}": 1}


# Which verb an event tells of, and what of it is counted.
_TOLD: tuple[tuple[str, type[events.Event], Count], ...] = (
    ("capture", events.OddsCaptured, _fields("accepted", "unchanged", "quarantined")),
    ("capture", events.ResultsCaptured, _fields("results")),
    ("evaluate", events.MarketEvaluated, _fields("markets")),
    ("forecast", events.ForecastMade, _fields("runs", "predictions")),
    ("gate", events.CandidatesGated, _fields("picks", "leans", "no_plays")),
    ("pick", events.PicksProposed, _fields("proposed")),
    ("publish", events.PicksPublished, _fields("published", "expired")),
    ("review", events.PicksReviewed, _fields("tracked", "missing")),
    ("settle", events.PicksSettled, _fields("graded")),
    ("tune", events.DistributionFitted, lambda _: {"distributions": 1}),
    ("tune", events.CalibrationJudged, _status),
    ("tune", events.PolicyFitted, lambda _: {"policies": 1}),
    ("tune", events.BiasMeasured, lambda event: {"bias days": 1, "corrected": int(bool(event.body["correction"]))}),
)


def _steps(logged: Sequence[LoggedEvent]) -> tuple[Step, ...]:
    """Add the events up by verb, in the order in which data flows."""
    told = {kind.__name__: (verb, count) for verb, kind, count in _TOLD}
    counts: dict[str, Counter[str]] = {verb: Counter() for verb, _, _ in _TOLD}
    for event in logged:
        verb, count = told[event.name]
        # Not `+=`: a Counter drops zeros, and a verb that found nothing says so.
        counts[verb].update(count(event))
    return tuple(Step(verb, dict(found)) for verb, found in counts.items())


__all__ = ["SEED", "Condition", "DemoOutcome", "Step", "publish_from", "run_demo", "synthetic_archives"]
