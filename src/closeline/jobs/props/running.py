"""Running: the whole of a day, from what feeds tell to what the record says. A second time it changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from time import perf_counter
from typing import TYPE_CHECKING

from closeline.domain.clock import FixedClock
from closeline.domain.errors import BadInput, StaleLogs
from closeline.domain.feeds.captures import Phase
from closeline.domain.leagues import league_day
from closeline.domain.picks import Decision
from closeline.domain.props.statistics import Statistic
from closeline.jobs.props import shadowing
from closeline.jobs.props.ahead import Chosen, Remembered, ahead_of, models_for
from closeline.jobs.props.health import MENDS, Health, Limits, days_behind, health_of, is_stale
from closeline.jobs.props.moments import LEAGUE, Moment, moment_of
from closeline.jobs.props.predicting import INSUFFICIENT_DATA, predictions_of
from closeline.jobs.props.rehearsing import judge, judged_lines
from closeline.jobs.props.stored import StoredModels
from closeline.jobs.props.training import TrainingAsked, train
from closeline.maths.props.features.declared import NAMES
from closeline.maths.props.training.boosting import library_version
from closeline.maths.props.training.course import Progress, silent
from closeline.schemas.props import running as shapes
from closeline.store import evaluations, record
from closeline.store.players import freshness
from closeline.store.session import unit_of_work

if TYPE_CHECKING:
    from datetime import date

    from closeline.jobs.desk import Desk
    from closeline.jobs.errands import Arguments
    from closeline.maths.props.training.ensemble import TrainedModel
    from closeline.schemas.props.predictions import Predictions
    from closeline.store.players.freshness import Held
    from closeline.store.players.signing import SigningKey
    from closeline.store.session import Session

DONE, UNCHANGED, SKIPPED = "DONE", "UNCHANGED", "SKIPPED"
_ROUND = 3


@dataclass(frozen=True, slots=True)
class Hands:
    """What a pipeline is done with: run a job with what it sets going, ask live feeds for what is due, the key."""

    run: Callable[[Desk, str, str, Arguments], None]
    fetch: Callable[[Desk], None]
    key: Callable[[], SigningKey]


@dataclass(frozen=True, slots=True)
class PipelineAsked:
    """A day, how it is trained where that is due, and whether what is amiss stops it."""

    day: date
    training: TrainingAsked
    limits: Limits = field(default_factory=Limits)
    strict: bool = False


class _Steps:
    """Keeps what every step came to, and how long it took."""

    def __init__(self) -> None:
        self.done: list[shapes.Step] = []
        self.warnings: list[str] = []
        self._began = self._last = perf_counter()

    def add(self, name: str, state: str, said: str, rows: int = 0) -> None:
        now = perf_counter()
        seconds = round(now - self._last, _ROUND)
        self.done.append(shapes.Step(name=name, state=state, seconds=seconds, rows=rows, said=said))
        self._last = now

    @property
    def seconds(self) -> float:
        return round(perf_counter() - self._began, _ROUND)


def pipeline(desk: Desk, asked: PipelineAsked, hands: Hands, progress: Progress = silent) -> shapes.Pipeline:
    """Fetch, make features, train where that is due, predict, decide and record; return what each step came to.

    Without odds there are predictions only; without a model and games to train one there are none; what is amiss is a
    warning. With `strict` it is raised: StaleLogs for old logs, BadInput where nothing can be trained. A day that is
    over is judged from before its games, and nothing of it is proposed or published any more.
    """
    steps, desk = _Steps(), replace(desk, prop_features=Remembered(desk.prop_features))
    _fetch(desk, asked, hands, steps)
    with unit_of_work(desk.engine, write=False) as session:
        moment = moment_of(session, asked.day, now=desk.clock())
        held = freshness.held(session, LEAGUE, as_of=moment.as_of)
        _logs(held, asked, steps)
        ahead = ahead_of(session, desk.prop_features, moment)
        expected = len(ahead.entries)
        steps.add("features", DONE if expected else SKIPPED, f"{expected} players expected", expected)
    desk = _train(desk, asked, moment, held, hands, steps, progress)
    with unit_of_work(desk.engine, write=False) as session:
        chosen = _honest(session, desk, moment)
        found = predictions_of(session, moment, chosen, ahead) if chosen else None
    known = {item.model.statistic: item.model for item in chosen}
    _say_predicted(found, steps)
    _keep_beside(desk, moment, known, steps)
    _record(desk, moment, known, hands, steps)
    return _shape(desk, asked, moment, health_of(held, known, asked.day, asked.limits), found, steps)


def _fetch(desk: Desk, asked: PipelineAsked, hands: Hands, steps: _Steps) -> None:
    if asked.day < league_day(desk.clock()):
        steps.add("fetch", SKIPPED, "the day is over: what the record holds")
        return
    if not desk.follows(LEAGUE):
        steps.add("fetch", SKIPPED, "no feed of prices, set CLOSELINE_ODDS_API_KEY: what the record holds")
        return
    hands.fetch(desk)
    steps.add("fetch", DONE, "live feeds were asked for what is due")


def _logs(held: Held, asked: PipelineAsked, steps: _Steps) -> None:
    """Say how new the logs are; raises StaleLogs where they are too old and that shall stop the run."""
    if not held.rows or held.last_day is None:
        _amiss(f"no game of a player is in the record; {MENDS[Health.NO_DATA]}", asked, steps)
        steps.add("logs", SKIPPED, "none")
        return
    if is_stale(held.last_day, asked.day, asked.limits.stale_days):
        days = (asked.day - held.last_day).days
        _amiss(
            f"logs must reach within {asked.limits.stale_days} days of {asked.day}, end {days} days before it, "
            f"on {held.last_day}; {MENDS[Health.STALE]}", asked, steps,
        )  # fmt: skip
    steps.add("logs", DONE, f"{held.rows} rows of {held.players} players up to {held.last_day}", held.rows)


def _amiss(message: str, asked: PipelineAsked, steps: _Steps) -> None:
    if asked.strict:
        raise StaleLogs(message)
    steps.warnings.append(message)


def _train(
    desk: Desk, asked: PipelineAsked, moment: Moment, held: Held, hands: Hands, steps: _Steps, progress: Progress
) -> Desk:  # fmt: skip
    """Train the statistics that are due, as of the moment, and return the desk with the models."""
    due = _due(desk, asked, moment, held)
    if not due:
        steps.add("train", UNCHANGED, "no model is due" if held.rows else "nothing to learn from")
        return desk
    library_version(asked.training.settings.library)  # says in one line where it is not installed
    key = hands.key()
    then = replace(desk, clock=FixedClock(moment.as_of), prop_models=StoredModels(key.public))
    try:
        trained = train(then, replace(asked.training, statistics=due), key=key, progress=progress)
    except BadInput as fault:
        if asked.strict:
            raise
        steps.warnings.append(str(fault))
        steps.add("train", SKIPPED, "too little to learn from")
    else:
        said = f"trained {', '.join(str(item.manifest.statistic) for item in trained)}"
        steps.add("train", DONE, said, sum(item.manifest.data.rows for item in trained))
    return replace(desk, prop_models=then.prop_models)


def _honest(session: Session, desk: Desk, moment: Moment) -> list[Chosen]:
    """Return the models that may speak of a day in the record: none that has learned from it or from later ones."""
    return [item for item in models_for(session, desk, moment, tuple(Statistic)) if not item.hindsight]


def _due(desk: Desk, asked: PipelineAsked, moment: Moment, held: Held) -> tuple[Statistic, ...]:
    """Return the statistics without a model, and those whose model is far behind the logs or has other features."""
    if held.last_day is None:
        return ()
    with unit_of_work(desk.engine, write=False) as session:
        known = {item.model.statistic: item.model for item in _honest(session, desk, moment)}

    def is_due(model: TrainedModel | None) -> bool:
        if model is None or model.manifest.names != NAMES or held.last_day is None:
            return True
        return days_behind(model, held.last_day) > asked.limits.retrain_days

    return tuple(item for item in asked.training.statistics if is_due(known.get(item)))


def _say_predicted(found: Predictions | None, steps: _Steps) -> None:
    if found is None:
        steps.warnings.append(f"no model is in force: nothing is predicted; {MENDS[Health.NO_MODEL]}")
        steps.add("predict", SKIPPED, "no model")
        return
    steps.warnings += found.notes
    few = len({item.player_id for item in found.players if item.status == INSUFFICIENT_DATA})
    people = len({item.player_id for item in found.players})
    steps.add("predict", DONE, f"{people} players in {found.games} games, {few} with too few games", len(found.players))


def _keep_beside(desk: Desk, moment: Moment, known: dict[Statistic, TrainedModel], steps: _Steps) -> None:
    """Keep what challengers say beside the models in force; without a challenger it is no step."""
    with unit_of_work(desk.engine, write=False) as session:
        if not shadowing.challengers(session, desk):
            return
    with unit_of_work(desk.engine) as session:
        kept = shadowing.keep(session, desk, moment, list(known.values()))
    steps.add("shadow", DONE if kept else UNCHANGED, f"{kept} new forecasts of two versions kept side by side", kept)


def _record(
    desk: Desk, moment: Moment, known: dict[Statistic, TrainedModel], hands: Hands, steps: _Steps
) -> None:  # fmt: skip
    """Evaluate, forecast and judge the lines of the day, and before its games also propose and publish."""
    if not known or not moment.readings:
        steps.add("record", SKIPPED, "no odds on players" if known else "no model")
        return
    before = _count(desk, moment)
    if moment.is_over:
        with unit_of_work(desk.engine) as session:
            judge(session, replace(desk, clock=FixedClock(moment.as_of)), moment, list(known.values()))
    else:
        _react(desk, moment, known, hands)
    new = _count(desk, moment) - before
    steps.add("record", DONE if new else UNCHANGED, f"{new} new lines judged, {before} were known", new)


def _react(desk: Desk, moment: Moment, known: dict[Statistic, TrainedModel], hands: Hands) -> None:
    """Run the jobs that a capture sets going, each once for a reading and the models in force."""
    models = ":".join(item.version for item in known.values())
    for reading in moment.readings:
        name = reading.snapshot_id
        arguments: Arguments = {"league": LEAGUE, "snapshot_id": name, "phase": reading.phase}
        with unit_of_work(desk.engine, write=False) as session:
            is_priced = bool(evaluations.of_snapshot(session, name, as_of=desk.clock()))
        if not is_priced:
            hands.run(desk, "evaluate.snapshot", f"props:{name}", arguments)
        if reading.phase != Phase.CLOSE:
            hands.run(desk, "props.forecast", f"props:{name}:{models}", arguments)


def _count(desk: Desk, moment: Moment) -> int:
    with unit_of_work(desk.engine, write=False) as session:
        return len(judged_lines(session, desk, moment))


def _shape(
    desk: Desk, asked: PipelineAsked, moment: Moment, health: Health, found: Predictions | None, steps: _Steps
) -> shapes.Pipeline:  # fmt: skip
    with unit_of_work(desk.engine, write=False) as session:
        lines = judged_lines(session, desk, moment)
        record_hash = record.record_hash(session, tenant_id=desk.tenant_id, leagues=(LEAGUE,))
    decisions = [item.verdict.verdict.decision for item in lines if item.verdict]
    players = found.players if found else []
    return shapes.Pipeline(
        day=asked.day, as_of=moment.as_of, health=health, steps=steps.done, warnings=steps.warnings,
        players=len({item.player_id for item in players}),
        insufficient=len({item.player_id for item in players if item.status == INSUFFICIENT_DATA}), lines=len(lines),
        picks=decisions.count(Decision.PICK), leans=decisions.count(Decision.LEAN),
        refused=decisions.count(Decision.NO_PLAY), record_hash=record_hash, seconds=steps.seconds,
    )  # fmt: skip
