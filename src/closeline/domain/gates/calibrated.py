"""Calibration: a probability that no activated calibration stands behind is a LEAN at most."""

from closeline.domain.gates.candidate import Candidate, Finding, Limits, cap, passed

GATE = "calibration_active"


def calibration_active(candidate: Candidate, limits: Limits) -> Finding:  # noqa: ARG001 -- every rule has one shape
    """Cap at LEAN while the market has no ACTIVE calibration (bootstrap mode)."""
    if candidate.calibration_active:
        return passed(GATE, p_calibrated=candidate.p_calibrated)
    return cap(GATE, "CALIBRATION_NOT_ACTIVE", p_calibrated=candidate.p_calibrated)
