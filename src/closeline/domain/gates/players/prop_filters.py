"""Prop filters: what the house asks of a player's line beside all other rules (props-v1, section 7.4)."""

from closeline.domain.gates.candidate import Candidate, Finding, Inputs, block, passed
from closeline.domain.gates.limits import Limits
from closeline.domain.props.filters import FilterReason, PropFilters

GATE = "prop_filters"
PROP_FILTERS = "PROP_FILTERS"


def filters_of(limits: Limits) -> PropFilters:
    """Return the thresholds that a configuration holds."""
    return PropFilters(
        min_edge=limits.prop_edge_min, min_confidence=limits.prop_confidence_min, max_cv=limits.prop_cv_max,
        min_games=limits.prop_games_least,
    )  # fmt: skip


def prop_filters(candidate: Candidate, limits: Limits) -> Finding:
    """Block a line whose edge, confidence, cv or number of games is not what is asked; all of them are told.

    edge: the push-free chance of the side less 1/d; confidence: that chance. Both of the calibrated model, before the
    rules take of the trust.
    """
    player, asked = candidate.player, filters_of(limits)
    if player is None:
        return block(GATE, f"{PROP_FILTERS}:{FilterReason.INSUFFICIENT_DATA}")
    p, cv = candidate.p_calibrated, player.sd / player.mean if player.mean > 0 else float("inf")
    # Nine decimals are beyond what any price says, and an edge of exactly the least is enough.
    edge = round(p - candidate.break_even, 9)
    numbers: Inputs = {
        "edge": edge, "edge_min": asked.min_edge, "confidence": p, "confidence_min": asked.min_confidence, "cv": cv,
        "cv_max": asked.max_cv, "games": player.games, "games_least": asked.min_games, "plays": player.plays,
    }  # fmt: skip
    # Written so that a number that is none fails.
    met = (
        (FilterReason.EDGE, edge >= asked.min_edge),
        (FilterReason.CONFIDENCE, p >= asked.min_confidence),
        (FilterReason.CV, cv <= asked.max_cv),
        (FilterReason.INSUFFICIENT_DATA, player.games >= asked.min_games),
    )
    failed = [reason for reason, holds in met if not holds]
    return block(GATE, f"{PROP_FILTERS}:{'+'.join(failed)}", **numbers) if failed else passed(GATE, **numbers)
