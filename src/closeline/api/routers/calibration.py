"""Calibration: what is in force, what was tried, and the steps that somebody may take."""

from typing import Annotated

from fastapi import Path, Query

from closeline.api.dependencies import Calling
from closeline.api.guard import guarded
from closeline.jobs.learning import calibrating
from closeline.schemas.calibration import (
    ActiveCalibrations,
    CalibrationRun,
    CalibrationVersion,
    CalibrationVersions,
    RolledBack,
)
from closeline.schemas.doors import Activation, CalibrationRequest, CalibrationSegments, Rollback
from closeline.tenancy.access import Permission

reading = guarded(Permission.READ, tags=["calibration"])
running = guarded(Permission.CALIBRATE, tags=["calibration"])
activating = guarded(Permission.ACTIVATE, tags=["calibration"])
# The same under /api/calibrations, in the style of everything that the contract does not name.
listing = guarded(Permission.READ, tags=["calibrations"])
returning = guarded(Permission.ACTIVATE, tags=["calibrations"])

Version = Annotated[str, Path(min_length=1, max_length=200)]
Limit = Annotated[int, Query(ge=1, le=500)]
UNSAID = "activated through the API"


@running.post("/run-calibration-job")
def run_calibration_job(caller: Calling, asked: CalibrationRequest) -> CalibrationRun:
    """Fit candidates on the settled games and let them meet the gate; a candidate that passes goes into the shadow."""
    return calibrating.run_calibration(
        caller.desk, leagues=None, method=asked.method, training_days=asked.training_days, actor=caller.actor
    )


@reading.get("/active-calibration-version")
def active_calibration_version(caller: Calling) -> ActiveCalibrations:
    """Tell which versions are in force, one for each scope."""
    with caller.reading() as session:
        return calibrating.active_versions(session, tenant_id=caller.tenant_id)


@reading.get("/calibration-versions")
def calibration_versions(caller: Calling, limit: Limit = 20) -> CalibrationVersions:
    """List versions, the newest first."""
    with caller.reading() as session:
        return calibrating.versions(session, tenant_id=caller.tenant_id, limit=limit)


@activating.post("/activate-calibration/{version}")
def activate_calibration(caller: Calling, version: Version, asked: Activation | None = None) -> CalibrationVersion:
    """Put a version in force that has passed its gate and its shadow; any other is refused with the reasons."""
    return calibrating.activate(caller.desk, version, actor=caller.actor, why=asked.why if asked else UNSAID)


@reading.get("/calibration-segments/{version}")
def calibration_segments(caller: Calling, version: Version) -> CalibrationSegments:
    """Show the maps of a version."""
    with caller.reading() as session:
        found = calibrating.version(session, version, tenant_id=caller.tenant_id)
    return CalibrationSegments(calibration_version=found.calibration_version, segments=found.segments)


@listing.get("")
def calibrations(caller: Calling, limit: Limit = 20) -> CalibrationVersions:
    """List versions, the newest first."""
    with caller.reading() as session:
        return calibrating.versions(session, tenant_id=caller.tenant_id, limit=limit)


@listing.get("/{version}")
def calibration(caller: Calling, version: Version) -> CalibrationVersion:
    """Show a version whole: its map, its evidence, and every step that was taken with it."""
    with caller.reading() as session:
        return calibrating.version(session, version, tenant_id=caller.tenant_id)


@returning.post("/rollback")
def roll_back_calibration(caller: Calling, asked: Rollback) -> RolledBack:
    """Put back in force what was in force before, in one scope, and tell what is in force there now."""
    return calibrating.rollback(caller.desk, asked.scope, actor=caller.actor, why=asked.why)
