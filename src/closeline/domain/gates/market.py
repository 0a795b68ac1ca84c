"""No market, no pick: only a two-sided quote of that very market can carry one. It cannot be switched off."""

from closeline.domain.gates.candidate import Candidate, Finding, Limits, block, passed

GATE = "no_market_no_pick"


def no_market_no_pick(candidate: Candidate, limits: Limits) -> Finding:  # noqa: ARG001 -- every rule has one shape
    """Block a probability that has no quote of its own market, period, line and book."""
    if not candidate.quoted:
        return block(GATE, "NO_MARKET", market=candidate.selection.market.key)
    return passed(GATE, market=candidate.selection.market.key)
