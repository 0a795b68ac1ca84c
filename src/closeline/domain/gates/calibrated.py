"""Calibration: a probability that no activated calibration stands behind is a LEAN at most."""

from dataclasses import replace

from closeline.domain.gates.candidate import Candidate, Finding, cap, passed
from closeline.domain.gates.limits import Limits

GATE = "calibration_active"


def calibration_active(candidate: Candidate, limits: Limits) -> Finding:
    """Cap at LEAN, and trust a little less, while the market has no ACTIVE calibration (bootstrap mode)."""
    if candidate.calibration_active:
        return passed(GATE, p_calibrated=candidate.p_calibrated)
    found = cap(GATE, "CALIBRATION_BOOTSTRAP", p_calibrated=candidate.p_calibrated)
    return replace(found, multiplier=limits.bootstrap_trust)
