"""Showing: bets as people and machines read them, amounts as exact texts."""

from collections.abc import Sequence
from datetime import datetime

from closeline.domain.leagues import League
from closeline.domain.money.bets import Bet, BetState, Standing, Step, bet_label
from closeline.domain.money.denominations import amount_text
from closeline.domain.settlement.outcomes import WHOLE_STAKE
from closeline.flow.review.bets import valued_bets
from closeline.flow.review.values import Valued
from closeline.flow.settle.bets import outcomes
from closeline.schemas import bets as shapes
from closeline.store.desk import bets
from closeline.store.session import Session
from closeline.tenancy import people


def shown(item: Standing) -> shapes.ShownBet:
    """Return a bet as it is shown."""
    bet, last = item.bet, item.last
    return shapes.ShownBet(
        bet_id=bet.bet_id, state=item.state, league=bet.league, event_id=bet.selection.event_id,
        selection=bet.selection.selection_id, label=bet_label(bet), book=bet.book, price=bet.price.text,
        price_format=bet.price.format, decimal=bet.price.decimal, stake=amount_text(bet.stake, bet.denomination),
        denomination=bet.denomination, placed_at=bet.placed_at, external_id=bet.external_id, pick_id=bet.pick_id,
        note=bet.note, result=last.result if last else None, settled_fraction=_fraction(last),
        profit=_profit(bet, last), reason=last.reason if last else None, ended_at=last.ended_at if last else None,
        by_hand=item.closed_by_hand,
    )  # fmt: skip


def _fraction(step: Step | None) -> float | None:
    return None if step is None or step.fraction_quarters is None else step.fraction_quarters / WHOLE_STAKE


def _profit(bet: Bet, step: Step | None) -> str | None:
    return None if step is None or step.profit is None else amount_text(step.profit, bet.denomination)


def ledger_list(
    session: Session, *, tenant_id: str, at: datetime, state: BetState | None = None, league: League | None = None,
    book: str | None = None, limit: int = 0,
) -> shapes.BetList:  # fmt: skip
    """Return bets, the newest first; a limit of 0 is all of them."""
    wanted: Sequence[Standing] = [
        item
        for item in reversed(bets.standings(session, tenant_id=tenant_id, as_of=at))
        if state in (None, item.state) and league in (None, item.bet.league) and book in (None, item.bet.book)
    ]
    return shapes.BetList(total=len(wanted), bets=[shown(item) for item in wanted[: limit or None]])


def life_of(session: Session, bet_id: str, *, tenant_id: str, at: datetime) -> shapes.BetLife:
    """Return one bet with every step, why it is held, and its close; raises NotFound for no such bet."""
    item = bets.standing(session, bet_id, tenant_id=tenant_id)
    held = None
    if item.state is BetState.OPEN:
        asked = outcomes(session, tenant_id=tenant_id, at=at, actor="", only=bet_id)
        held = next((each.held for each in asked), None)
    valued = valued_bets(session, [item.bet], tenant_id=tenant_id, at=at).get(bet_id)
    who = people.shown(session, {step.actor for step in item.steps}, tenant_id=tenant_id)
    steps = [_step(item.bet, step, who[step.actor]) for step in item.steps]
    return shapes.BetLife(bet=shown(item), steps=steps, held=held, close=_close(valued))


def _step(bet: Bet, step: Step, actor: str) -> shapes.BetStep:
    return shapes.BetStep(
        seq=step.seq, kind=step.kind, result=step.result, settled_fraction=_fraction(step),
        profit=_profit(bet, step), reason=step.reason, rules=step.rules, evidence=step.evidence,
        supersedes=step.supersedes, by_hand=step.by_hand, actor=actor, at=step.at,
    )  # fmt: skip


def _close(valued: Valued | None) -> shapes.BetClose | None:
    if valued is None:
        return None
    figures = valued.figures
    if figures is None:
        return shapes.BetClose(missing=valued.close.reason, q_close=None, clv_ev=None, clv_points=None)
    return shapes.BetClose(missing=None, q_close=figures.q_close, clv_ev=figures.ev, clv_points=figures.points)
