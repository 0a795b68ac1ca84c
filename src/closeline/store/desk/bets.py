"""Bets and their lives: terms that never change, and the steps whose fold is the state; the bankroll's flows beside."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction
from typing import Any

from sqlalchemy import Row, and_, bindparam, select

from closeline.domain.clock import micros
from closeline.domain.errors import NotFound
from closeline.domain.markets import Selection, Side, market
from closeline.domain.money.bets import Bet, Standing, Step, StepKind
from closeline.domain.money.ledger import CashFlow, FlowKind
from closeline.domain.odds import OddsFormat, Price
from closeline.domain.settlement import Result
from closeline.store.session import Session
from closeline.store.tables.desk import pick
from closeline.store.tables.ledger import bankroll_entry, bet, bet_step
from closeline.store.tables.model import prediction
from closeline.store.tables.reference import player

_COLUMNS = (
    "bet_id", "tenant_id", "league", "event_id", "selection_id", "market_key", "side", "line_quarters", "book",
    "price_text", "price_format", "price_exact", "stake", "denomination", "placed_at", "external_id", "pick_id", "note",
    "recorded_at",
)  # fmt: skip
_STEP_COLUMNS = (
    "tenant_id", "bet_id", "seq", "kind", "result", "fraction_quarters", "profit", "reason", "rules", "evidence",
    "ended_at", "supersedes", "by_hand", "actor", "at",
)  # fmt: skip
_FLOW_COLUMNS = (
    "tenant_id", "entry_id", "kind", "denomination", "amount", "external_id", "note", "actor", "at", "recorded_at",
)  # fmt: skip
# The same bet may be written down again with another note, another spelling of its price, or after another pick.
_NOT_ITS_TERMS = ("price_text", "price_format", "pick_id", "note", "recorded_at")
_ALL = (
    select(bet)
    .where(bet.c.tenant_id == bindparam("tenant"), bet.c.recorded_at <= bindparam("as_of"))
    .order_by(bet.c.placed_at, bet.c.bet_id)
)
_ALL_STEPS = (
    select(bet_step)
    .where(bet_step.c.tenant_id == bindparam("tenant"), bet_step.c.at <= bindparam("as_of"))
    .order_by(bet_step.c.bet_id, bet_step.c.seq)
)
_ONE = select(bet).where(bet.c.tenant_id == bindparam("tenant"), bet.c.bet_id == bindparam("name"))
_ONE_STEPS = (
    select(bet_step)
    .where(bet_step.c.tenant_id == bindparam("tenant"), bet_step.c.bet_id == bindparam("name"))
    .order_by(bet_step.c.seq)
)
_NAMED_OUTSIDE = select(bet.c.bet_id, bet.c.book, bet.c.external_id).where(
    bet.c.tenant_id == bindparam("tenant"), bet.c.external_id.in_(bindparam("names", expanding=True))
)
_KNOWN = select(bet.c.bet_id).where(
    bet.c.tenant_id == bindparam("tenant"), bet.c.bet_id.in_(bindparam("names", expanding=True))
)
_FLOWS = (
    select(bankroll_entry)
    .where(bankroll_entry.c.tenant_id == bindparam("tenant"))
    .order_by(bankroll_entry.c.at, bankroll_entry.c.entry_id)
)
# What a pick's model gave the very thing that was bet on: chances are of the selection, not of a price.
_CHANCES = (
    select(bet.c.bet_id, pick.c.p_final, prediction.c.p_push)
    .join(pick, and_(pick.c.tenant_id == bet.c.tenant_id, pick.c.pick_id == bet.c.pick_id))
    .join(
        prediction,
        and_(prediction.c.tenant_id == pick.c.tenant_id, prediction.c.prediction_id == pick.c.prediction_id),
    )
    .where(bet.c.tenant_id == bindparam("tenant"), pick.c.selection_id == bet.c.selection_id)
)
_PLAYERS = select(player.c.player_id, player.c.league).where(player.c.player_id.in_(bindparam("names", expanding=True)))
# Names that are looked for in one statement.
_AT_ONCE = 500


def add(session: Session, bets: Sequence[Bet], *, tenant_id: str, actor: str, at: datetime) -> int:
    """Append a tenant's bets that are not there yet, each with the step that places it; returns how many were new.

    Raises AppendOnlyViolation where another bet has the same external id at the same book.
    """
    there = known(session, [item.bet_id for item in bets], tenant_id=tenant_id)
    fresh = list({item.bet_id: item for item in bets if item.bet_id not in there}.values())
    added = session.append_new(bet, _COLUMNS, [_row(item, at) for item in fresh], ["bet_id"], ignoring=_NOT_ITS_TERMS)
    if added < len(fresh):
        # Somebody wrote some of them down in between, with their steps: only what is new here is placed here.
        return added + _placed_where_missing(session, fresh, tenant_id, actor, at)
    add_steps(session, [(item, Step(1, StepKind.PLACED, at, actor)) for item in fresh])
    return added


def _placed_where_missing(session: Session, bets: Sequence[Bet], tenant_id: str, actor: str, at: datetime) -> int:
    missing = [item for item in bets if not standing(session, item.bet_id, tenant_id=tenant_id).steps]
    add_steps(session, [(item, Step(1, StepKind.PLACED, at, actor)) for item in missing])
    return 0


def add_steps(session: Session, steps: Sequence[tuple[Bet, Step]]) -> int:
    """Append steps; raises AppendOnlyViolation where a bet has a step of that number already."""
    return session.append(bet_step, _STEP_COLUMNS, [
        (
            item.tenant_id, item.bet_id, step.seq, step.kind, step.result, step.fraction_quarters, step.profit,
            step.reason, step.rules, step.evidence, micros(step.ended_at) if step.ended_at else None, step.supersedes,
            step.by_hand, step.actor, micros(step.at),
        )
        for item, step in steps
    ])  # fmt: skip


def known(session: Session, names: Sequence[str], *, tenant_id: str) -> set[str]:
    """Return those of these names that are bets of the tenant."""
    return {
        row.bet_id
        for place in range(0, len(names), _AT_ONCE)
        for row in session.rows(_KNOWN, {"tenant": tenant_id, "names": list(names[place : place + _AT_ONCE])})
    }


def named_outside(session: Session, names: Sequence[str], *, tenant_id: str) -> dict[tuple[str, str], str]:
    """Return the bets that have one of these external ids, by book and external id."""
    return {
        (row.book, row.external_id): row.bet_id
        for place in range(0, len(names), _AT_ONCE)
        for row in session.rows(_NAMED_OUTSIDE, {"tenant": tenant_id, "names": list(names[place : place + _AT_ONCE])})
    }


def players_known(session: Session, names: Sequence[str]) -> dict[str, str]:
    """Return the league of each of these players whom the record knows."""
    return {
        row.player_id: row.league
        for place in range(0, len(names), _AT_ONCE)
        for row in session.rows(_PLAYERS, {"names": list(names[place : place + _AT_ONCE])})
    }


def chances(session: Session, *, tenant_id: str) -> dict[str, tuple[float, float]]:
    """Return, by bet, the chances of a win given no push and of a push that the pick it followed gave its selection.

    A bet at another line than the pick's, or after no pick, is left out: nobody gave it a chance.
    """
    return {row.bet_id: (row.p_final, row.p_push) for row in session.rows(_CHANCES, {"tenant": tenant_id})}


def standings(session: Session, *, tenant_id: str, as_of: datetime) -> list[Standing]:
    """Return every bet of a tenant that was recorded by `as_of` and where its steps by then leave it, oldest first."""
    lives: dict[str, list[Step]] = defaultdict(list)
    for row in session.rows(_ALL_STEPS, {"tenant": tenant_id, "as_of": as_of}):
        lives[row.bet_id].append(_step(row))
    found = session.rows(_ALL, {"tenant": tenant_id, "as_of": as_of})
    return [Standing(_bet(row), tuple(lives[row.bet_id])) for row in found]


def standing(session: Session, bet_id: str, *, tenant_id: str) -> Standing:
    """Return one bet with all its steps; raises NotFound for a name that is no bet of the tenant."""
    asked = {"tenant": tenant_id, "name": bet_id}
    row = next(iter(session.rows(_ONE, asked)), None)
    if row is None:
        raise NotFound(f"bet must be in the ledger, {bet_id[:60]!a} was not; see closeline bets list")
    return Standing(_bet(row), tuple(map(_step, session.rows(_ONE_STEPS, asked))))


def add_flow(session: Session, flow: CashFlow, *, actor: str, at: datetime) -> bool:
    """Append what moved a bankroll; False where it is there already."""
    row = (
        flow.tenant_id, flow.entry_id, flow.kind, flow.denomination, flow.amount, flow.external_id, flow.note, actor,
        micros(flow.at), micros(at),
    )  # fmt: skip
    ignoring = ("note", "actor", "recorded_at")
    return bool(session.append_new(bankroll_entry, _FLOW_COLUMNS, [row], ["tenant_id", "entry_id"], ignoring=ignoring))


def flows(session: Session, *, tenant_id: str) -> list[CashFlow]:
    """Return all that moved the bankrolls of a tenant, oldest first."""
    return [
        CashFlow(
            row.tenant_id, FlowKind(row.kind), row.denomination, row.amount, row.at, row.note, row.external_id
        )
        for row in session.rows(_FLOWS, {"tenant": tenant_id})
    ]  # fmt: skip


def _row(item: Bet, at: datetime) -> tuple[object, ...]:
    selection, price = item.selection, item.price
    return (
        item.bet_id, item.tenant_id, item.league, selection.event_id, selection.selection_id, selection.market.key,
        selection.side, selection.line_quarters, item.book, price.text, price.format,
        f"{price.exact.numerator}/{price.exact.denominator}", item.stake, item.denomination, micros(item.placed_at),
        item.external_id, item.pick_id, item.note, micros(at),
    )  # fmt: skip


def _bet(row: Row[*tuple[Any, ...]]) -> Bet:
    price = Price(row.price_text, OddsFormat(row.price_format), Fraction(row.price_exact))
    selection = Selection(row.event_id, market(row.market_key), Side(row.side), row.line_quarters)
    return Bet(
        row.tenant_id, selection, row.book, price, row.stake, row.denomination, row.placed_at, row.external_id,
        row.pick_id, row.note,
    )  # fmt: skip


def _step(row: Row[*tuple[Any, ...]]) -> Step:
    return Step(
        row.seq, StepKind(row.kind), row.at, row.actor, Result(row.result) if row.result else None,
        row.fraction_quarters, row.profit, row.reason, row.rules, row.evidence, row.ended_at, row.supersedes,
        bool(row.by_hand),
    )  # fmt: skip
