"""Pick: candidates that the gates let through become picks with frozen terms."""

from collections.abc import Mapping
from datetime import datetime

from closeline.domain.clock import instant
from closeline.domain.closing import CLV_V1
from closeline.domain.digits import of_formula
from closeline.domain.events import PicksProposed
from closeline.domain.leagues import League
from closeline.domain.markets import SPREAD, Selection, Side, market
from closeline.domain.picks import Decision, PickState
from closeline.domain.settlement import SETTLEMENT_V1
from closeline.store import forecasts, quotes
from closeline.store.desk import candidates, picks
from closeline.store.desk.candidates import StoredVerdict
from closeline.store.desk.picks import Pick
from closeline.store.forecasts import Prediction
from closeline.store.quotes import Quote, Series
from closeline.store.session import Session

ONE_UNIT = 1_000_000
_LIVE = frozenset({PickState.PROPOSED, PickState.PUBLISHED})


def propose(session: Session, *, tenant_id: str, league: League, as_of: int) -> PicksProposed:
    """Propose a pick for each PICK and LEAN of a moment, unless one on the same market of the event is alive."""
    moment = instant(as_of)
    chosen = candidates.playable(session, tenant_id=tenant_id, league=league, as_of=moment)
    predictions = {
        item.prediction_id: item
        for item in (forecasts.of_moment(session, tenant_id=tenant_id, league=league, as_of=moment) if chosen else ())
    }
    events = sorted({predictions[item.prediction_id].event_id for item in chosen})
    latest = quotes.latest(quotes.of_events(session, events, as_of=moment))
    taken = _taken(session, events, tenant_id)
    runs = forecasts.run_versions(session, [predictions[item.prediction_id].run_id for item in chosen])
    proposed = []
    for item in chosen:
        prediction = predictions[item.prediction_id]
        if (prediction.event_id, prediction.market_key) not in taken:
            ratings_version, distribution_version = runs[prediction.run_id]
            proposed.append(_pick(item, prediction, latest, ratings_version, distribution_version, moment))
    picks.add(session, proposed, reason="GATES_PASSED")
    return PicksProposed(league, as_of, len(proposed))


def _taken(session: Session, events: list[str], tenant_id: str) -> set[tuple[str, str]]:
    known = picks.of_events(session, events, tenant_id=tenant_id)
    states = picks.states(session, [item.pick_id for item in known], tenant_id=tenant_id)
    return {(item.selection.event_id, item.selection.market.key) for item in known if states[item.pick_id][1] in _LIVE}


def _pick(
    item: StoredVerdict, prediction: Prediction, latest: Mapping[Series, Quote], ratings_version: str,
    distribution_version: str, at: datetime,
) -> Pick:  # fmt: skip
    of = market(prediction.market_key)
    canonical = item.side is of.sides[0]
    quote = latest[(prediction.event_id, prediction.book, of.key, Side(item.side))]
    line = prediction.line_quarters if canonical or of != SPREAD else -(prediction.line_quarters or 0)
    q_market, moved = prediction.q_market or 0.0, prediction.predicted_clv or 0.0
    final = item.verdict
    return Pick(
        tenant_id=prediction.tenant_id,
        prediction_id=prediction.prediction_id,
        run_id=prediction.run_id,
        league=prediction.league,
        selection=Selection(prediction.event_id, of, item.side, line),
        book=prediction.book,
        snapshot_id=prediction.snapshot_id or quote.snapshot_id,
        quote_id=quote.quote_id,
        price=quote.price,
        decision=final.decision,
        tier=final.tier,
        confidence=final.confidence,
        p_final=of_formula(final.p_final),
        q_market=q_market if canonical else of_formula(1 - q_market),
        edge_probability=of_formula(final.edge_probability),
        ev_per_unit=of_formula(final.ev_per_unit),
        predicted_clv=moved if canonical else -moved,
        stake_micros=ONE_UNIT if final.decision is Decision.PICK else 0,
        parlay_eligible=final.parlay_eligible,
        calibration_version=prediction.calibration_version or "",
        policy_version=prediction.policy_version or "",
        config_version=item.config_version,
        ratings_version=ratings_version,
        distribution_version=distribution_version,
        settlement_rules=SETTLEMENT_V1.version,
        clv_rules=CLV_V1.version,
        pick_version=1,
        supersedes=None,
        proposed_at=at,
    )
