"""Rehearsing: what the desk would say of a day's lines, by its own verbs, without a word in the record."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TypeVar

from closeline.domain.clock import FixedClock, micros
from closeline.domain.feeds.captures import Phase
from closeline.flow import evaluate, gate
from closeline.flow.forecast.props import forecast_props
from closeline.jobs.desk import Desk
from closeline.jobs.props.moments import LEAGUE, Moment
from closeline.maths.props.model import PropModel
from closeline.maths.props.sheet import PlayerForecast, Sheet
from closeline.store import evaluations, forecasts
from closeline.store.desk import candidates
from closeline.store.desk.candidates import StoredVerdict
from closeline.store.forecasts import Prediction
from closeline.store.players import runs as prop_runs
from closeline.store.players.offered import said_of
from closeline.store.session import Session, unit_of_work

T = TypeVar("T")


class _UndoneError(Exception):
    """Leaves a unit of work so that nothing of it stays."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A line with what the model says of its player, and what the gates made of it; null where they did not look."""

    prediction: Prediction
    player: PlayerForecast
    model_version: str
    verdict: StoredVerdict | None


def rehearsed(desk: Desk, moment: Moment, models: Sequence[PropModel], read: Callable[[Session], T]) -> T:
    """Return what `read` finds once the lines of a moment are forecast by models and judged, and undo all of it.

    What the record holds already is not made again. Nothing is proposed, published or told as an event.
    """
    found: list[T] = []
    with suppress(_UndoneError), unit_of_work(desk.engine) as session:
        judge(session, replace(desk, clock=FixedClock(moment.as_of)), moment, models)
        found.append(read(session))
        raise _UndoneError
    return found[0]


def judge(session: Session, desk: Desk, moment: Moment, models: Sequence[PropModel]) -> None:
    """Evaluate, forecast and judge the players' lines of a moment that nothing was said of yet."""
    for reading in moment.readings:
        if reading.phase == Phase.CLOSE:
            continue
        name, as_of = reading.snapshot_id, desk.clock()
        if not evaluations.of_snapshot(session, name, as_of=as_of):
            evaluate.evaluate(session, league=LEAGUE, snapshot_id=name, as_of=as_of)
        forecast_props(
            session, desk.ratings, models, tenant_id=desk.tenant_id, league=LEAGUE, snapshot_id=name, as_of=as_of,
            features_of=desk.prop_features,
        )  # fmt: skip
    gate.gate(session, tenant_id=desk.tenant_id, league=LEAGUE, as_of=micros(desk.clock()))


def judged_lines(session: Session, desk: Desk, moment: Moment) -> list[Judged]:
    """Return what stands in the record of the players' lines of a moment, in order of event and market."""
    said = said_of(session, sorted(moment.events), tenant_id=desk.tenant_id, as_of=moment.as_of)
    sheets = _sheets(session, said)
    found = []
    for item in said:
        sheet = sheets.get(item.run_id)
        player = sheet.of(item.market_key.rpartition(":")[2]) if sheet else None
        if sheet is not None and player is not None:
            verdicts = candidates.verdicts_of(session, prediction_id=item.prediction_id, tenant_id=desk.tenant_id)
            found.append(Judged(item, player, sheet.model_version, verdicts[0] if verdicts else None))
    return found


def _sheets(session: Session, said: list[Prediction]) -> dict[str, Sheet]:
    runs = forecasts.runs(session, [item.run_id for item in said])
    return prop_runs.sheets(session, [runs[name] for name in sorted(runs)])
