"""Gate: every rule looks at every candidate; all findings are kept, and the verdict follows from them alone."""

from datetime import datetime

from closeline.domain.clock import instant
from closeline.domain.events import CandidatesGated
from closeline.domain.gates import Candidate, Limits, judge
from closeline.domain.leagues import League
from closeline.domain.limits import limits_of
from closeline.domain.markets import market
from closeline.domain.picks import Decision
from closeline.flow.gate.alarms import raise_alarms
from closeline.flow.gate.candidate import candidate_of
from closeline.flow.gate.surroundings import Surroundings, look_around
from closeline.store import forecasts, models
from closeline.store.desk import candidates
from closeline.store.desk.candidates import Judged
from closeline.store.desk.traces import Trace, traces
from closeline.store.forecasts import Prediction
from closeline.store.packaged import code_version
from closeline.store.past.standing import own_runs
from closeline.store.session import Session


def gate(session: Session, *, tenant_id: str, league: League, as_of: int, run_id: str | None = None) -> CandidatesGated:
    """Judge the candidates of the forecast that was made at `as_of` (microseconds).

    run_id: the one run of somebody's own model to judge; left out, the house's runs of that moment.
    """
    moment = instant(as_of)
    predictions = _asked(session, tenant_id, league, moment, run_id)
    version, content = models.config(session, tenant_id=tenant_id, as_of=moment)
    limits = limits_of(content, league)
    around = look_around(session, predictions, limits, tenant_id, league, moment)
    made_by = traces(session, predictions, around.runs, config_version=version, code_version=code_version())
    judged = [_judge(prediction, around, limits, made_by[prediction.prediction_id]) for prediction in predictions]
    candidates.add(session, judged, tenant_id=tenant_id, league=league, as_of=moment, config_version=version)
    if run_id is None:
        raise_alarms(session, judged, tenant_id=tenant_id, league=league, at=moment)
    count = dict.fromkeys(Decision, 0)
    for item in judged:
        count[item.verdict.decision] += 1
    return CandidatesGated(league, as_of, count[Decision.PICK], count[Decision.LEAN], count[Decision.NO_PLAY])


def _asked(session: Session, tenant_id: str, league: League, moment: datetime, run_id: str | None) -> list[Prediction]:
    found = forecasts.of_moment(session, tenant_id=tenant_id, league=league, as_of=moment)
    # Games and players may be forecast at one moment, each with an event of its own: nobody is judged twice.
    judged = candidates.judged(session, tenant_id=tenant_id, league=league, as_of=moment)
    found = [item for item in found if item.prediction_id not in judged]
    if run_id is not None:
        return [item for item in found if item.run_id == run_id]
    own = own_runs(session, tenant_id=tenant_id, league=league)
    return [item for item in found if item.run_id not in own]


def _judge(prediction: Prediction, around: Surroundings, limits: Limits, trace: Trace) -> Judged:
    candidate = better_side(prediction, around)
    findings, verdict = judge(candidate, limits)
    return Judged(prediction.prediction_id, candidate.selection.side, findings, verdict, trace)


def better_side(prediction: Prediction, around: Surroundings) -> Candidate:
    """Return the candidate that a prediction gives: its better side."""
    sides = market(prediction.market_key).sides
    return max((candidate_of(prediction, side, around) for side in sides), key=_edge)


def _edge(candidate: Candidate) -> float:
    """Return what the better side is chosen by: the edge at the predicted close, else the model's own."""
    return candidate.p_calibrated - 1 / candidate.decimal if candidate.edge is None else candidate.edge
