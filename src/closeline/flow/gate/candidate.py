"""A prediction's side becomes a candidate: everything that the rules ask of it, from what was known around it."""

from statistics import NormalDist

from closeline.domain.forecasts.own import is_own
from closeline.domain.gates import Candidate
from closeline.domain.leagues import league_day
from closeline.domain.markets import MarketType, Period, Selection, Side, market, opposite
from closeline.flow.gate.players import outlook_of, player_projection
from closeline.flow.gate.projection import is_due, parts_of, projection_of
from closeline.flow.gate.standing import standing_of
from closeline.flow.gate.surroundings import Surroundings
from closeline.store.forecasts import DERIVED, RESULTS_ONLY, SUSPECT, Prediction, Run

_STANDARD = NormalDist()


def candidate_of(prediction: Prediction, side: Side, around: Surroundings) -> Candidate:
    """Return one side of a prediction as a candidate; its probabilities are of that side, given no push."""
    of = market(prediction.market_key)
    canonical = side is of.sides[0]
    quote = around.quotes.get((prediction.event_id, prediction.book, of.key, side))
    answer = around.quotes.get((prediction.event_id, prediction.book, of.key, opposite(side)))
    evaluation = around.evaluations.get((prediction.event_id, prediction.book, of.key))
    q_market = 0.5 if prediction.q_market is None else prediction.q_market
    moved = prediction.predicted_clv
    mirrored = of.type is MarketType.SPREAD and not canonical
    line = -(prediction.line_quarters or 0) if mirrored else prediction.line_quarters
    # A quote that has moved to another line since the forecast is a quote of another market.
    quoted = prediction.basis != DERIVED and quote is not None and quote.line_quarters == line
    # An unchanged quote is stored once: its evaluation says when it was last seen to stand.
    seen_at = evaluation.received_at if quoted and evaluation else quote.received_at if quote else None
    policy = around.policies[of.key]
    run = around.runs[prediction.run_id]
    player = outlook_of(prediction, of, around)
    projection = player_projection(prediction, of, around) if of.player_id else projection_of(prediction, of, around)
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
        opener_disagreement=around.disagreement.get((prediction.event_id, prediction.book)),
        suspect=prediction.basis == SUSPECT,
        calibration_active=prediction.calibration_version is not None,
        market_rated=not run.engine.endswith(RESULTS_ONLY),
        p_calibrated=prediction.p_calibrated if canonical else 1 - prediction.p_calibrated,
        q_market=q_market if canonical else 1 - q_market,
        p_push=prediction.p_push,
        beta=policy.beta if policy else None,
        threshold=policy.threshold if policy else None,
        policed=around.policed,
        predicted_clv=None if moved is None else moved if canonical else -moved,
        p_sd=None if projection is None or of.player_id else _p_sd(prediction, projection.sd, _mean_sd(of.type, run)),
        standing=standing_of(prediction, side, around),
        projection=projection,
        parts=parts_of(prediction, of, around),
        baseline=around.baseline,
        slate=around.slates[league_day(starts_at)] if of.period is Period.FULL_GAME and not of.player_id else None,
        projection_due=(is_own(run.engine) and is_due(of)) or bool(of.player_id),
        player=player,
    )


def _mean_sd(kind: MarketType, run: Run) -> float:
    return run.total_sd if kind is MarketType.TOTAL else run.margin_sd


def _p_sd(prediction: Prediction, sd: float, mean_sd: float) -> float:
    """Return the sd of the raw probability when its mean is uncertain: the slope of a normal's tail, times the sd.

    A probability p of passing a line moves by phi(Phi^-1(p)) / sd for each point of the mean.
    """
    return _STANDARD.pdf(_STANDARD.inv_cdf(prediction.p_raw)) / sd * mean_sd
