"""Proposing a policy at somebody's request: read and learned first, and only then a transaction that keeps it."""

from closeline.domain.leagues import League
from closeline.flow import tune
from closeline.jobs.desk import Desk
from closeline.store import events
from closeline.store.session import unit_of_work

ACTOR = "policy.propose"


def propose_policy(desk: Desk, league: League, *, keep: bool) -> tune.Proposal:
    """Propose a league's policy as of now; with `keep` the verdict is recorded and what is accepted is in force."""
    with unit_of_work(desk.engine, write=False) as session:
        proposal = tune.propose(session, tenant_id=desk.tenant_id, league=league, at=desk.clock())
    if keep:
        with unit_of_work(desk.engine) as session:
            events.hold(session, chain=desk.tenant_id)
            told = tune.conclude(session, proposal, tenant_id=desk.tenant_id)
            events.record(session, told, tenant_id=desk.tenant_id, actor=ACTOR, at=proposal.at)
    return proposal
