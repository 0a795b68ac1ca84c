"""Betting: the ledger of people who stake, one transaction for each step.

Comes in: a desk, and what somebody staked. Goes out: what the ledger then holds. Always true: a bet keeps its own
terms, what is written down twice counts once, nothing is changed, and what cannot be read is refused with its reason.
"""

from closeline.domain.errors import BadInput
from closeline.jobs.desk import Desk
from closeline.jobs.learning.limiting import ACTOR_MAX, WHY_MAX, a_line
from closeline.jobs.recording.betting.adding import NewBet, drafted, objection
from closeline.jobs.recording.betting.bankrolls import bankrolls, move_bankroll
from closeline.jobs.recording.betting.files import exported, import_bets
from closeline.jobs.recording.betting.reporting import report
from closeline.jobs.recording.betting.settling import settle_dead_heat, settle_ledger, void_bet
from closeline.jobs.recording.betting.showing import ledger_list, life_of, shown
from closeline.schemas.bets import AddedBet
from closeline.store.desk import bets
from closeline.store.session import unit_of_work

__all__ = [
    "ACTOR_MAX", "WHY_MAX", "NewBet", "add_bet", "bankrolls", "exported", "import_bets", "ledger_list", "life_of",
    "move_bankroll", "report", "settle_dead_heat", "settle_ledger", "void_bet",
]  # fmt: skip


def add_bet(desk: Desk, new: NewBet, *, actor: str) -> AddedBet:
    """Write one bet down; the same bet a second time adds nothing. Raises BadInput in one line for what is no bet."""
    person, at = a_line("actor", actor, ACTOR_MAX), desk.clock()
    with unit_of_work(desk.engine) as session:
        bet = drafted(session, new, tenant_id=desk.tenant_id)
        against = objection(session, [bet], tenant_id=desk.tenant_id, at=at).get(bet.bet_id)
        if against is not None:
            raise BadInput(against.text)
        added = bets.add(session, [bet], tenant_id=desk.tenant_id, actor=person, at=at)
        return AddedBet(added=bool(added), bet=shown(bets.standing(session, bet.bet_id, tenant_id=desk.tenant_id)))
