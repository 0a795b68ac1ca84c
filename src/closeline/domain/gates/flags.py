"""Flags: what the desk has closed by hand. They can only take away."""

from closeline.domain.gates.candidate import Candidate, Finding, block, passed
from closeline.domain.gates.limits import Limits

GATE = "flags"


def flags(candidate: Candidate, limits: Limits) -> Finding:
    """Block a league or a market that the configuration closes; nothing that it says can open one."""
    key = candidate.selection.market.key
    if not limits.publishing:
        return block(GATE, "PUBLISHING_CLOSED", league=limits.league)
    if key in limits.closed_markets or candidate.selection.market.kind in limits.closed_markets:
        return block(GATE, "MARKET_CLOSED", market=key)
    return passed(GATE, market=key)
