"""Gate: every rule looks at every candidate; all findings are kept, and the verdict follows from them alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from closeline.domain.clock import instant
from closeline.domain.events import CandidatesGated
from closeline.domain.gates import GATES, Candidate, Limits, verdict
from closeline.domain.leagues import League
from closeline.domain.limits import limits_of
from closeline.domain.markets import MarketType, Selection, Side, market, opposite
from closeline.domain.picks import Decision
from closeline.domain.policies import MarketPolicy
from closeline.maths.distributions import read_pair
from closeline.store import evaluations, forecasts, models, quotes, references
from closeline.store.desk import candidates
from closeline.store.desk.candidates import Judged
from closeline.store.evaluations import Evaluation
from closeline.store.forecasts import DERIVED, SUSPECT, Prediction
from closeline.store.past import closes
from closeline.store.quotes import Quote, Series
from closeline.store.references import EventVersion
from closeline.store.session import Session


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the rules need to know around a prediction."""

    as_of: datetime
    versions: Mapping[str, EventVersion]
    quotes: Mapping[Series, Quote]
    evaluations: Mapping[tuple[str, str, str], Evaluation]
    disagreement: Mapping[str, float]
    policies: Mapping[str, MarketPolicy | None]
    results_only: frozenset[str]


def gate(session: Session, *, tenant_id: str, league: League, as_of: int) -> CandidatesGated:
    """Judge the candidates of the forecast that was made at `as_of` (microseconds)."""
    moment = instant(as_of)
    predictions = forecasts.of_moment(session, tenant_id=tenant_id, league=league, as_of=moment)
    version, content = models.config(session, tenant_id=tenant_id, as_of=moment)
    around = _look_around(session, predictions, tenant_id, league, moment)
    limits = limits_of(content, league)
    judged = [_judge(prediction, around, limits) for prediction in predictions]
    candidates.add(session, judged, tenant_id=tenant_id, league=league, as_of=moment, config_version=version)
    count = dict.fromkeys(Decision, 0)
    for item in judged:
        count[item.verdict.decision] += 1
    return CandidatesGated(league, as_of, count[Decision.PICK], count[Decision.LEAN], count[Decision.NO_PLAY])


def _look_around(
    session: Session, predictions: Sequence[Prediction], tenant_id: str, league: League, as_of: datetime
) -> Surroundings:
    names = sorted({prediction.event_id for prediction in predictions})
    priced = evaluations.of_events(session, names, as_of=as_of)
    _, content, _ = models.latest(session, league=league, kind=models.DISTRIBUTION, as_of=as_of)
    policy = models.policy(session, tenant_id=tenant_id, league=league, as_of=as_of)
    keys = {prediction.market_key for prediction in predictions}
    return Surroundings(
        as_of,
        references.versions(session, names, as_of=as_of),
        quotes.latest(quotes.of_events(session, names, as_of=as_of)),
        {(item.event_id, item.book, item.market_key): item for item in priced},
        closes.disagreements(priced, read_pair(content)[0]),
        {key: policy.of(key) if policy else None for key in keys},
        forecasts.results_only(session, [prediction.run_id for prediction in predictions]),
    )


def _judge(prediction: Prediction, around: Surroundings, limits: Limits) -> Judged:
    sides = market(prediction.market_key).sides
    candidate = max((_candidate(prediction, side, around) for side in sides), key=_edge)
    findings = tuple(rule(candidate, limits) for rule in GATES)
    return Judged(prediction.prediction_id, candidate.selection.side, findings, verdict(candidate, findings))


def _edge(candidate: Candidate) -> float:
    return float("-inf") if candidate.edge is None else candidate.edge


def _candidate(prediction: Prediction, side: Side, around: Surroundings) -> Candidate:
    of = market(prediction.market_key)
    canonical = side is of.sides[0]
    quote = around.quotes.get((prediction.event_id, prediction.book, of.key, side))
    answer = around.quotes.get((prediction.event_id, prediction.book, of.key, opposite(side)))
    quoted = prediction.basis != DERIVED and quote is not None
    evaluation = around.evaluations.get((prediction.event_id, prediction.book, of.key))
    q_market = 0.5 if prediction.q_market is None else prediction.q_market
    moved = prediction.predicted_clv
    mirrored = of.type is MarketType.SPREAD and not canonical
    line = -(prediction.line_quarters or 0) if mirrored else prediction.line_quarters
    # An unchanged quote is stored once: its evaluation says when it was last seen to stand.
    seen_at = evaluation.received_at if quoted and evaluation else quote.received_at if quote else None
    policy = around.policies[of.key]
    starts_at = around.versions[prediction.event_id].starts_at
    # Where nothing is quoted the fair price stands in, so that every rule has numbers; no-market blocks it anyway.
    decimal = quote.price.decimal if quoted and quote else 1 / (q_market if canonical else 1 - q_market)
    return Candidate(
        selection=Selection(prediction.event_id, of, side, line),
        two_sided=quote is not None and answer is not None,
        quoted=quoted,
        booksum=1 + evaluation.overround if quoted and evaluation else 0.0,
        decimal=decimal,
        american=quote.price.american if quoted and quote else 100,
        quote_age_minutes=(around.as_of - seen_at).total_seconds() / 60 if seen_at else 0.0,
        minutes_to_start=(starts_at - around.as_of).total_seconds() / 60,
        opener_disagreement=around.disagreement.get(prediction.event_id),
        suspect=prediction.basis == SUSPECT,
        calibration_active=prediction.calibration_version is not None,
        market_rated=prediction.run_id not in around.results_only,
        p_calibrated=prediction.p_calibrated if canonical else 1 - prediction.p_calibrated,
        q_market=q_market if canonical else 1 - q_market,
        p_push=prediction.p_push,
        beta=policy.beta if policy else None,
        threshold=policy.threshold if policy else None,
        predicted_clv=None if moved is None else moved if canonical else -moved,
    )
