"""Settling: every bet that a result decides, by the one engine; and a person's word where no result can speak."""

from collections import Counter
from datetime import datetime
from fractions import Fraction

from closeline.domain.errors import BadInput, NotFound
from closeline.domain.money.bets import Standing, bet_label, must_be_open, settled_step, voided_step
from closeline.domain.settlement import Grading, Result, dead_heat
from closeline.domain.settlement.outcomes import WHOLE_STAKE
from closeline.flow.settle.bets import settle_bets
from closeline.jobs.desk import Desk
from closeline.jobs.learning.limiting import ACTOR_MAX, WHY_MAX, a_line
from closeline.jobs.recording.betting.showing import shown
from closeline.schemas.bets import HeldBet, SettledBets, ShownBet
from closeline.store import references
from closeline.store.desk import bets
from closeline.store.session import Session, unit_of_work

DEAD_HEAT = "DEAD_HEAT"
_PLACES_MAX = 1000


def settle_ledger(desk: Desk, *, actor: str) -> SettledBets:
    """Settle every bet of the ledger that can be by now, and again where a result was corrected; says what is held."""
    person, at = a_line("actor", actor, ACTOR_MAX), desk.clock()
    with unit_of_work(desk.engine) as session:
        found = settle_bets(session, tenant_id=desk.tenant_id, at=at, actor=person)
        new = [Standing(item.standing.bet, (*item.standing.steps, item.step)) for item in found if item.step]
    held = [
        HeldBet(
            bet_id=item.standing.bet.bet_id, event_id=item.standing.bet.selection.event_id,
            label=bet_label(item.standing.bet), reason=item.held,
        )
        for item in found
        if item.held is not None and item.standing.last is None
    ]  # fmt: skip
    first = [item for item in new if item.steps[-1].supersedes is None]
    again = [item for item in new if item.steps[-1].supersedes is not None]
    return SettledBets(
        at=at, settled=[shown(item) for item in first], resettled=[shown(item) for item in again], held=held,
        reasons=dict(sorted(Counter(item.reason for item in held).items())),
    )  # fmt: skip


def void_bet(desk: Desk, bet_id: str, *, why: str, actor: str) -> ShownBet:
    """Call a bet off by a person's word: the stake goes back, and no result changes that. Raises NotFound, BadInput."""
    reason, person = a_line("why", why, WHY_MAX), a_line("actor", actor, ACTOR_MAX)
    at = desk.clock()
    with unit_of_work(desk.engine) as session:
        item = bets.standing(session, bet_id, tenant_id=desk.tenant_id)
        must_be_open(item)
        starts_at = _start(session, item, desk)
        step = voided_step(item, at=at, actor=person, why=reason, ended_at=starts_at)
        bets.add_steps(session, [(item.bet, step)])
        return shown(bets.standing(session, bet_id, tenant_id=desk.tenant_id))


def settle_dead_heat(desk: Desk, bet_id: str, *, places: int, tied: int, why: str, actor: str) -> ShownBet:
    """Settle a winner that shares `places` with `tied` others, itself counted: that share of the stake at full odds.

    The rest of the stake loses. Raises NotFound for no such bet, BadInput for one that a person has closed.
    """
    reason, person = a_line("why", why, WHY_MAX), a_line("actor", actor, ACTOR_MAX)
    if not 1 <= places < tied <= _PLACES_MAX:
        raise BadInput(f"a dead heat must have more that tie than places, from 1 to {_PLACES_MAX}, was {places}/{tied}")
    at = desk.clock()
    with unit_of_work(desk.engine) as session:
        item = bets.standing(session, bet_id, tenant_id=desk.tenant_id)
        must_be_open(item)
        units = dead_heat(item.bet.price.exact, places, tied)
        graded = Grading(_result(units), WHOLE_STAKE, units, f"{DEAD_HEAT} {places}/{tied}: {reason}")
        step = settled_step(
            item, graded, at=at, actor=person, rules=DEAD_HEAT, evidence=f"{places}/{tied}",
            ended_at=_start(session, item, desk), by_hand=True,
        )  # fmt: skip
        if step is not None:
            bets.add_steps(session, [(item.bet, step)])
        return shown(bets.standing(session, bet_id, tenant_id=desk.tenant_id))


def _result(units: Fraction) -> Result:
    return Result.WIN if units > 0 else Result.LOSS if units < 0 else Result.PUSH


def _start(session: Session, item: Standing, desk: Desk) -> datetime:
    event_id = item.bet.selection.event_id
    known = references.versions(session, [event_id], as_of=desk.clock())
    if event_id not in known:
        raise NotFound(f"event must be in the record, {event_id[:100]!a} was not")
    return known[event_id].starts_at
