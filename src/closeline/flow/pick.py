"""Pick: candidates that the gates let through become picks with frozen terms."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from closeline.domain.clock import instant
from closeline.domain.digits import of_formula
from closeline.domain.events import PicksProposed
from closeline.domain.leagues import League
from closeline.domain.markets import SPREAD, Selection, Side, market
from closeline.domain.picks import Decision, PickState, closing
from closeline.domain.settlement import configured
from closeline.store import forecasts, models, quotes
from closeline.store.desk import candidates, living, picks, successors, validity
from closeline.store.desk.candidates import StoredVerdict
from closeline.store.desk.picks import Pick
from closeline.store.forecasts import Prediction
from closeline.store.past.standing import guest_runs, own_runs
from closeline.store.quotes import Quote, Series
from closeline.store.session import Session

ONE_UNIT = 1_000_000
_LIVE = frozenset({PickState.PROPOSED, PickState.PUBLISHED})


def propose(
    session: Session, *, tenant_id: str, league: League, as_of: int, prediction_id: str | None = None
) -> PicksProposed:
    """Propose a pick for each PICK and LEAN of a moment, unless one on the same market of the event is alive.

    prediction_id: the one prediction of somebody's own model to propose; left out, the house's of that moment.
    """
    moment = instant(as_of)
    found = candidates.playable(session, tenant_id=tenant_id, league=league, as_of=moment)
    predictions = {
        item.prediction_id: item
        for item in (forecasts.of_moment(session, tenant_id=tenant_id, league=league, as_of=moment) if found else ())
    }
    own = own_runs(session, tenant_id=tenant_id, league=league) if found and prediction_id is None else frozenset()
    chosen = [
        item
        for item in found
        if (predictions[item.prediction_id].run_id not in own if prediction_id is None
            else item.prediction_id == prediction_id)
    ]  # fmt: skip
    events = sorted({predictions[item.prediction_id].event_id for item in chosen})
    latest = quotes.latest(quotes.of_events(session, events, as_of=moment, players=True))
    alive = _alive(session, events, tenant_id)
    guests = guest_runs(session, tenant_id=tenant_id, league=league, as_of=moment)
    runs = forecasts.run_versions(session, [predictions[item.prediction_id].run_id for item in chosen])
    rules = _rules(session, tenant_id, league, moment) if chosen else {}
    proposed = []
    for item in chosen:
        prediction = predictions[item.prediction_id]
        # A guest stands in nobody's way but another guest's.
        ours = guests if prediction.run_id not in guests else frozenset()
        if alive.get((prediction.event_id, prediction.market_key), frozenset()) <= ours:
            ratings_version, distribution_version = runs[prediction.run_id]
            proposed.append(_pick(
                item, prediction, latest, ratings_version, distribution_version, rules[item.config_version], moment
            ))  # fmt: skip
    picks.add(session, proposed, reason="GATES_PASSED")
    return PicksProposed(league, as_of, len(proposed))


def refresh(session: Session, *, tenant_id: str, league: League, at: datetime) -> list[Pick]:
    """Propose a next version of every live pick that a look called behind, where a newer forecast is judged playable.

    Nothing is edited: the proposal is a pick of its own that names the one whose place it would take. Proposals that a
    newer one overtakes expire. What the newest judgement refuses is not proposed, whatever an older one said.
    """
    alive = living.of_league(session, tenant_id=tenant_id, league=league)
    told = validity.last(session, sorted(alive), tenant_id=tenant_id)
    return [
        proposed
        for name in sorted(alive)
        if name in told and told[name].refresh
        for proposed in (propose_next(session, tenant_id=tenant_id, pick_id=name, at=at),)
        if proposed is not None
    ]


def propose_next(session: Session, *, tenant_id: str, pick_id: str, at: datetime) -> Pick | None:
    """Propose the pick of the newest forecast in the place of a live one; null where that forecast offers none."""
    old = picks.named(session, pick_id, tenant_id=tenant_id)
    before = candidates.prediction_of(session, old.prediction_id, tenant_id=tenant_id)
    names = successors.newest_judged(
        session, tenant_id=tenant_id, league=old.league, event_id=old.selection.event_id,
        market_key=old.selection.market.key, pick_id=pick_id, span=(before.as_of if before else old.proposed_at, at),
    )  # fmt: skip
    playable = [
        item
        for name in names
        for item in candidates.verdicts_of(session, prediction_id=name, tenant_id=tenant_id)
        if item.verdict.decision is not Decision.NO_PLAY
    ]
    prediction = candidates.prediction_of(session, playable[0].prediction_id, tenant_id=tenant_id) if playable else None
    if prediction is None:
        return None
    latest = quotes.latest(
        quotes.of_events(session, [prediction.event_id], as_of=prediction.as_of, players=True)
    )  # fmt: skip
    versions = forecasts.run_versions(session, [prediction.run_id])[prediction.run_id]
    rules = _rules(session, tenant_id, League(old.league), at)[playable[0].config_version]
    made = replace(
        _pick(playable[0], prediction, latest, *versions, rules, at), pick_version=old.pick_version + 1,
        supersedes=old.pick_id,
    )  # fmt: skip
    return _proposed(session, made, at)


def _proposed(session: Session, made: Pick, at: datetime) -> Pick | None:
    """Add a proposal unless it is there, and let those expire that it overtakes."""
    waiting = successors.proposed_for(session, str(made.supersedes), tenant_id=made.tenant_id)
    if picks.find(session, made.pick_id, tenant_id=made.tenant_id) is not None:
        return made if made.pick_id in waiting else None
    picks.move(session, waiting, PickState.EXPIRED, tenant_id=made.tenant_id, reason="OVERTAKEN", at=at)
    picks.add(session, [made], reason="REFRESH")
    return made


def _alive(session: Session, events: list[str], tenant_id: str) -> dict[tuple[str, str], set[str]]:
    """Return the runs behind the picks that are alive, by event and market."""
    known = picks.of_events(session, events, tenant_id=tenant_id)
    states = picks.states(session, [item.pick_id for item in known], tenant_id=tenant_id)
    found: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for item in known:
        if states[item.pick_id][1] in _LIVE:
            found[(item.selection.event_id, item.selection.market.key)].add(item.run_id)
    return found


def _rules(session: Session, tenant_id: str, league: League, at: datetime) -> dict[str, tuple[str, str]]:
    """Return by which rules picks settle and close, for each configuration that may have judged them."""
    return {
        held.config_version: (
            configured.rules_of(held.content, league).version, closing.rules_of(held.content, league).version
        )
        for held in models.configs(session, tenant_id=tenant_id, as_of=at)
    }  # fmt: skip


def _pick(
    item: StoredVerdict, prediction: Prediction, latest: Mapping[Series, Quote], ratings_version: str,
    distribution_version: str, rules: tuple[str, str], at: datetime,
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
        settlement_rules=rules[0],
        clv_rules=rules[1],
        pick_version=1,
        supersedes=None,
        proposed_at=at,
    )
