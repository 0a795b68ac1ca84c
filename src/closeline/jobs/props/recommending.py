"""Recommending: the lines of a day held against the filters that were asked for and the gates of the desk."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from closeline.domain.errors import DevigError
from closeline.domain.gates import Action
from closeline.domain.markets import market
from closeline.domain.picks import Decision
from closeline.domain.props.filters import FilterReason, PropFilters
from closeline.domain.props.statistics import Statistic, statistic_of
from closeline.flow.forecast import LEAD_TIME
from closeline.jobs.props.ahead import Ahead, Chosen, Remembered, ahead_of
from closeline.jobs.props.moments import Moment, moment_of
from closeline.jobs.props.offers import Offered, offered
from closeline.jobs.props.predicting import INSUFFICIENT_DATA, Names, models_needed, names_of, notes
from closeline.jobs.props.rehearsing import Judged, judged_lines, rehearsed
from closeline.maths.props.deciding import PropDecision, decide, filter_costs
from closeline.maths.props.distributions import PropForecast
from closeline.maths.props.families import Family
from closeline.schemas.props import recommendations as shapes
from closeline.store.desk import candidates
from closeline.store.session import unit_of_work

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from closeline.jobs.desk import Desk
    from closeline.jobs.props.offers import Asked, Offer
    from closeline.store.session import Session

FILTERS, DESK, DATA = "FILTERS", "DESK", "DATA"
_PASSING = frozenset({Action.PASS, Action.INACTIVE})


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for: thresholds, which statistics, and the bankroll that stakes are of, null without one."""

    filters: PropFilters
    statistics: tuple[Statistic, ...] = tuple(Statistic)
    bankroll: float | None = None


@dataclass(frozen=True, slots=True)
class _Decided:
    judged: Judged
    decision: PropDecision
    offer: Offer
    objections: tuple[shapes.Refusal, ...]

    @property
    def is_bet(self) -> bool:
        verdict = self.judged.verdict
        picked = verdict is not None and verdict.verdict.decision is Decision.PICK
        return picked and self.decision.bet and verdict is not None and verdict.side is self.decision.side


@dataclass(frozen=True, slots=True)
class _Day:
    """Everything that was read of a day."""

    moment: Moment
    chosen: Sequence[Chosen]
    ahead: Ahead
    offered: Offered
    judged: Sequence[Judged]
    objections: dict[str, tuple[shapes.Refusal, ...]]
    names: Names


def recommend(desk: Desk, day: date, wanted: Wanted) -> shapes.Recommendations:
    """Return what to bet on a day and why all else is refused; nothing is recorded.

    Raises NotFound where no model has been trained.
    """
    desk = replace(desk, prop_features=Remembered(desk.prop_features))
    with unit_of_work(desk.engine, write=False) as session:
        moment = moment_of(session, day, now=desk.clock())
        chosen = models_needed(session, desk, moment, wanted.statistics)
        ahead = ahead_of(session, desk.prop_features, moment)
        offers = offered(session, moment)
        names = names_of(session, moment, [market(key).player_id for _, key in offers.offers])
    models = [item.model for item in chosen]
    judged, objections = rehearsed(desk, moment, models, lambda session: _judged(session, desk, moment))
    read = _Day(moment, chosen, ahead, offers, judged, objections, names)
    return _shape(read, wanted)


def _judged(
    session: Session, desk: Desk, moment: Moment
) -> tuple[list[Judged], dict[str, tuple[shapes.Refusal, ...]]]:  # fmt: skip
    found = judged_lines(session, desk, moment)
    return found, {item.prediction.prediction_id: _objections(session, item) for item in found}


def _objections(session: Session, judged: Judged) -> tuple[shapes.Refusal, ...]:
    """Return what the gates have against a line, rule by rule."""
    if judged.verdict is None:
        return (shapes.Refusal(by=DESK, reason="NOT_JUDGED", detail="the gates have not looked at this line"),)
    name = judged.prediction.prediction_id
    return tuple(
        shapes.Refusal(
            by=DESK, reason=item.reason or str(item.action),
            detail=f"{item.gate}: at most {item.highest_state}",
        )
        for item in candidates.findings_of(session, prediction_id=name, side=judged.verdict.side)
        if item.gate != candidates.VERDICT and item.action not in _PASSING and item.highest_state != Decision.PICK
    )  # fmt: skip


def _shape(read: _Day, wanted: Wanted) -> shapes.Recommendations:
    decided = _decide(read, wanted)
    lines = [_line(item, read, wanted) for item in decided]
    lines.sort(key=lambda item: (not item.recommended, -item.ev, item.player_id, item.statistic))
    counts = Counter((refusal.by, refusal.reason) for item in lines for refusal in item.refusals)
    filters = wanted.filters
    return shapes.Recommendations(
        day=read.moment.day, as_of=read.moment.as_of,
        filters=shapes.Filters(
            min_edge=100 * filters.min_edge, min_confidence=100 * filters.min_confidence, max_cv=filters.max_cv,
            min_games=filters.min_games, kelly_fraction=filters.kelly_fraction, kelly_cap=filters.kelly_cap,
        ),
        bankroll=wanted.bankroll, models=sorted({item.judged.model_version for item in decided}), lines=lines,
        recommended=sum(item.is_bet for item in decided), passed_filters=sum(item.decision.bet for item in decided),
        passed_desk=sum(item.desk == Decision.PICK for item in lines),
        refusals=[
            shapes.ReasonCount(by=by, reason=reason, lines=count)
            for (by, reason), count in sorted(counts.items(), key=lambda each: (each[0][0], -each[1], each[0][1]))
        ],
        costs=[
            shapes.FilterCost.model_validate(item, from_attributes=True)
            for item in filter_costs([item.decision for item in decided])
        ],
        not_judged=_not_judged(read, decided, wanted),
        notes=_notes(read, lines),
    )  # fmt: skip


def _decide(read: _Day, wanted: Wanted) -> list[_Decided]:
    found = []
    for item in read.judged:
        said, player = item.prediction, item.player
        offer = read.offered.offers.get((said.event_id, said.market_key))
        if offer is None or statistic_of(market(said.market_key)) not in wanted.statistics:
            continue
        if (offer.book, offer.line_quarters) != (said.book, said.line_quarters):
            continue  # the line has moved since it was forecast: it is counted with those that nothing is said of
        forecast = PropForecast(player.mean, player.variance, Family(player.family), player.plays)
        try:
            decision = decide(
                forecast, offer.line_quarters, offer.over, offer.under, wanted.filters, games=player.games
            )
        except DevigError:
            continue
        found.append(_Decided(item, decision, offer, read.objections[said.prediction_id]))
    return found


def _line(item: _Decided, read: _Day, wanted: Wanted) -> shapes.Line:
    said, player, decision = item.judged.prediction, item.judged.player, item.decision
    of, entry = market(said.market_key), _entry(read, said.event_id, player.player_id)
    price = item.offer.over if decision.side == "OVER" else item.offer.under
    share = decision.stake if item.is_bet else 0.0
    return shapes.Line(
        player_id=player.player_id, player=read.names.players.get(player.player_id, player.player_id),
        team=read.names.teams.get(entry[0], entry[0]), opponent=read.names.teams.get(entry[1], entry[1]),
        event_id=said.event_id, starts_at=read.moment.events[said.event_id].starts_at,
        statistic=str(statistic_of(of)), side=str(decision.side), line=item.offer.line_quarters / 4,
        book=item.offer.book, price=price.text, decimal=price.decimal, mean=player.mean,
        sd=decision.cv * player.mean, cv=decision.cv, games=player.games, plays=player.plays,
        p_side=decision.p_side, p_fair=decision.p_fair, edge=100 * decision.edge_prob,
        edge_fair=100 * decision.edge_fair, ev=decision.ev, filters="BET" if decision.bet else "REFUSED",
        desk=str(item.judged.verdict.verdict.decision) if item.judged.verdict else "NOT_JUDGED",
        recommended=item.is_bet, review=decision.review, stake_share=share,
        stake=None if wanted.bankroll is None else share * wanted.bankroll,
        refusals=[] if item.is_bet else _refusals(item, wanted),
    )  # fmt: skip


def _entry(read: _Day, event_id: str, player_id: str) -> tuple[str, str]:
    """Return the teams of a player and of his opponents, nobody's where he is not expected any more."""
    found = (item for item in read.ahead.entries if (item.event_id, item.player_id) == (event_id, player_id))
    entry = next(found, None)
    return ("", "") if entry is None else (entry.team_id, entry.opponent_id)


def _refusals(item: _Decided, wanted: Wanted) -> list[shapes.Refusal]:
    """Return every reason against a line; there is at least one."""
    decision, filters = item.decision, wanted.filters
    told = [
        shapes.Refusal(by=FILTERS, reason=reason, detail=_said(reason, item, filters)) for reason in decision.reasons
    ]
    told += item.objections
    verdict = item.judged.verdict
    if verdict is not None and verdict.side is not decision.side:
        detail = f"the gates looked at {verdict.side.lower()}, whose edge is larger once the market is heard"
        told.append(shapes.Refusal(by=DESK, reason="OTHER_SIDE", detail=detail))
    if not told:
        detail = f"the desk says {verdict.verdict.decision if verdict else 'nothing'}"
        told.append(shapes.Refusal(by=DESK, reason="NO_PICK", detail=detail))
    return told


def _said(reason: FilterReason, item: _Decided, filters: PropFilters) -> str:
    decision, player = item.decision, item.judged.player
    least = 100 * filters.min_confidence_at(decision.decimal)
    return {
        FilterReason.EDGE: f"edge {100 * decision.edge_prob:.1f} %, at least {100 * filters.min_edge:g} % is asked",
        FilterReason.CONFIDENCE: f"chance {100 * decision.p_side:.1f} %, at least {least:g} % is asked",
        FilterReason.CV: f"cv {decision.cv:.2f}, at most {filters.max_cv:g} is asked",
        FilterReason.INSUFFICIENT_DATA: f"{player.games} games, at least {filters.min_games} are asked",
        FilterReason.NOT_PLAYING: "reported out: a bet would be void",
    }[reason]


def _not_judged(read: _Day, decided: Sequence[_Decided], wanted: Wanted) -> list[shapes.NotJudged]:
    """Return how many lines there was nothing to judge of, by reason: every line of the day is in one of them."""
    done = {(item.judged.prediction.event_id, item.judged.prediction.market_key) for item in decided}
    left = [key for key in read.offered.offers if key not in done]
    counts = Counter(_why(key, read, wanted) for key in left)
    counts["ONE_SIDED"] += len(read.offered.one_sided)
    return [
        shapes.NotJudged(reason=reason, lines=counts[reason], detail=detail)
        for reason, detail in _WHY.items()
        if counts[reason]
    ]


_WHY = {
    "NOT_ASKED": "of a statistic that was not asked for",
    "NO_MODEL": "no model of the statistic has been trained; closeline props train trains one",
    "TOO_LATE": "the game begins too soon to publish anything",
    "UNKNOWN_TEAM": "the player was last seen with neither team, or never",
    "MOVED": "the line moved after it was forecast: run the pipeline again at its new price",
    "NO_FAIR_PRICE": "no fair chance exists for its two prices",
    "NOT_FORECAST": "nothing was forecast of it",
    "ONE_SIDED": "no book shows both sides of it",
}


def _why(key: Asked, read: _Day, wanted: Wanted) -> str:
    of = market(key[1])
    if statistic_of(of) not in wanted.statistics:
        return "NOT_ASKED"
    in_force = {item.model.statistic for item in read.chosen}
    if statistic_of(of) not in in_force:
        return "NO_MODEL"
    if read.moment.events[key[0]].starts_at - read.moment.as_of < LEAD_TIME:
        return "TOO_LATE"
    if (key[0], of.player_id) not in {(item.event_id, item.player_id) for item in read.ahead.entries}:
        return "UNKNOWN_TEAM"
    said = next((item.prediction for item in read.judged if _is_of(item, key)), None)
    if said is None:
        return "NOT_FORECAST"
    offer = read.offered.offers[key]
    return "MOVED" if (offer.book, offer.line_quarters) != (said.book, said.line_quarters) else "NO_FAIR_PRICE"


def _is_of(judged: Judged, key: Asked) -> bool:
    return (judged.prediction.event_id, judged.prediction.market_key) == key


def _notes(read: _Day, lines: Sequence[shapes.Line]) -> list[str]:
    told = notes(read.moment, read.chosen, read.ahead, with_lines=bool(read.offered.offers))
    few = {item.player_id for item in read.ahead.entries if item.has_few_games}
    if few:
        told.append(f"{len(few)} of those expected have too few games to be forecast ({INSUFFICIENT_DATA})")
    if sum(item.recommended for item in lines) > 1:
        told.append("stakes are each for itself: bets on one game go together, and no share of one allows for it")
    if read.moment.is_over:
        told.append(f"the day is over: seen from {read.moment.as_of:%Y-%m-%d %H:%M} UTC")
    return told
