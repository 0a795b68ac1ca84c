"""Bankrolls: what somebody began with, what was paid in and out, which is no profit, and what there is."""

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from closeline.domain.errors import BadInput
from closeline.domain.money.denominations import amount_of, amount_text
from closeline.domain.money.ledger import CashFlow, FlowKind, bankroll, tally
from closeline.jobs.desk import Desk
from closeline.jobs.learning.limiting import ACTOR_MAX, a_line
from closeline.jobs.recording.betting.adding import NAME_MAX, NOTE_MAX, text_of
from closeline.schemas.bets import Bankroll, Flow
from closeline.store.desk import bets
from closeline.store.session import Session, unit_of_work


@dataclass(frozen=True, slots=True)
class NewFlow:
    """What moves a bankroll, as somebody writes it; without `at` it is now."""

    kind: FlowKind
    amount: str
    denomination: str
    at: datetime | None = None
    note: str = ""
    external_id: str = ""


def move_bankroll(desk: Desk, new: NewFlow, *, actor: str) -> Flow:
    """Write down what a bankroll began with, or what was paid in or out; the same a second time adds nothing.

    Raises BadInput for a second beginning, for a flow before there is one, and for more than there is.
    """
    person, now = a_line("actor", actor, ACTOR_MAX), desk.clock()
    flow = CashFlow(
        desk.tenant_id, new.kind, new.denomination, amount_of(new.amount, new.denomination), new.at or now,
        text_of("note", new.note, NOTE_MAX), text_of("external_id", new.external_id, NAME_MAX),
    )  # fmt: skip
    if flow.at > now:
        raise BadInput(f"at must not be later than now, {now.isoformat()}, was {flow.at.isoformat()}")
    with unit_of_work(desk.engine) as session:
        there = [
            item for item in bets.flows(session, tenant_id=desk.tenant_id) if item.denomination == new.denomination
        ]
        if flow.entry_id not in {item.entry_id for item in there}:
            _must_fit(session, desk, flow, there)
        added = bets.add_flow(session, flow, actor=person, at=now)
    return Flow(
        kind=flow.kind, denomination=flow.denomination, amount=amount_text(flow.amount, flow.denomination), at=flow.at,
        note=flow.note, added=added,
    )  # fmt: skip


def _must_fit(session: Session, desk: Desk, flow: CashFlow, there: list[CashFlow]) -> None:
    begun = any(item.kind is FlowKind.SET for item in there)
    if flow.kind is FlowKind.SET and begun:
        message = "was set already; write the difference down by: closeline bets bankroll deposit, or withdraw"
        raise BadInput(f"a bankroll in {flow.denomination} must be set once, {message}")
    if flow.kind is not FlowKind.SET and not begun:
        message = "first, was not: closeline bets bankroll set AMOUNT"
        raise BadInput(f"a bankroll in {flow.denomination} must be set {message}")
    if flow.kind is FlowKind.WITHDRAWAL:
        held = _balance(session, desk, flow.denomination, there)
        if flow.amount > held:
            text = amount_text(held, flow.denomination)
            raise BadInput(f"a withdrawal must be at most what is not at stake, {text} {flow.denomination}, was more")


def _balance(session: Session, desk: Desk, code: str, flows: list[CashFlow]) -> int:
    """Return what there is less what lies on open bets."""
    every = bets.standings(session, tenant_id=desk.tenant_id, as_of=desk.clock())
    own = tally(item for item in every if item.bet.denomination == code)
    found = bankroll(flows, own.profit)
    return found.balance - own.at_stake if found else 0


def bankrolls(session: Session, *, tenant_id: str, at: datetime) -> list[Bankroll]:
    """Return every bankroll that was set, by its denomination."""
    every = bets.standings(session, tenant_id=tenant_id, as_of=at)
    flows = bets.flows(session, tenant_id=tenant_id)
    found = []
    for code in sorted({flow.denomination for flow in flows}):
        own = tally(item for item in every if item.bet.denomination == code)
        shape = bankroll_shape(code, [flow for flow in flows if flow.denomination == code], own.profit, own.at_stake)
        if shape is not None:
            found.append(shape)
    return found


def bankroll_shape(code: str, flows: list[CashFlow], profit: int, at_stake: int) -> Bankroll | None:
    """Return a bankroll as it is shown, null where none was set."""
    found = bankroll(flows, profit)
    if found is None:
        return None
    return Bankroll(
        denomination=code, starting=amount_text(found.starting, code), deposits=amount_text(found.deposits, code),
        withdrawals=amount_text(found.withdrawals, code), profit=amount_text(found.profit, code),
        balance=amount_text(found.balance, code), at_stake=amount_text(at_stake, code), roc=float(Fraction(found.roc)),
    )  # fmt: skip
