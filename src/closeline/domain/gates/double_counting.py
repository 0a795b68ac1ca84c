"""Double counting: one circumstance that moves a forecast twice makes an edge that is not there."""

from closeline.domain.gates.candidate import Candidate, Finding, Inputs, cap, inactive, passed
from closeline.domain.gates.limits import Limits
from closeline.domain.gates.projection import Parts

GATE = "double_counting"
# Section 6.5 of the domain notes.
UNEXPLAINED = 0.02
UNUSUAL = 1.0
TOGETHER = 1.25


def double_counting(candidate: Candidate, limits: Limits) -> Finding:
    """Cap at LEAN a forecast whose parts do not sum, feed each other, share a source or are already in the price."""
    parts = candidate.parts
    if parts is None:
        return inactive(GATE)
    tests = _tests(parts, limits)
    numbers: Inputs = {
        "moved": parts.moved,
        "adjusted": parts.adjusted,
        "limit_points": limits.adjustments_max,
        "pace_z": parts.pace_z,
        "efficiency_z": parts.efficiency_z,
        "together": parts.together,
        "shared_sources": ", ".join(parts.shared_sources),
        "stale_news": ", ".join(parts.stale_news),
    }
    failed = ", ".join(name for name, fails in tests if fails)
    return cap(GATE, "DOUBLE_COUNTING_LIKELY", **numbers, tests=failed) if failed else passed(GATE, **numbers)


def _explained(left: float, mean: float) -> bool:
    return abs(left) <= UNEXPLAINED * max(abs(mean), 1.0)


def _tests(parts: Parts, limits: Limits) -> tuple[tuple[str, bool], ...]:
    # Written so that a number that is none fails.
    alone = abs(parts.pace_alone + parts.efficiency_alone)
    both_unusual = not (parts.pace_z <= UNUSUAL or parts.efficiency_z <= UNUSUAL)
    return (
        ("unexplained", parts.moved is None or not _explained(parts.adjusted - parts.moved, parts.mean)),
        ("product", both_unusual and not abs(parts.together) <= TOGETHER * alone),
        ("shared_source", bool(parts.shared_sources)),
        ("stale_news", bool(parts.stale_news)),
        ("too_much", not abs(parts.adjusted) <= limits.adjustments_max),
    )
