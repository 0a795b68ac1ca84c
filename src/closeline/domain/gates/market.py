"""No market, no pick: only a two-sided quote of that very market can carry one. It cannot be switched off."""

from closeline.domain.gates.candidate import Candidate, Finding, block, passed
from closeline.domain.gates.limits import Limits

GATE = "no_market_no_pick"


def no_market_no_pick(candidate: Candidate, limits: Limits) -> Finding:  # noqa: ARG001 -- every rule has one shape
    """Block a probability that has no quote of its own market, period, line and book, or no fair price in it."""
    if not (candidate.quoted and 0.0 < candidate.q_market < 1.0):
        return block(GATE, "NO_MARKET_NO_PICK", market=candidate.selection.market.key)
    return passed(GATE, market=candidate.selection.market.key)
