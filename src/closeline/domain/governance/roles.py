"""Roles, and the one table of who may call what: what is not in it nobody may call.

The guard of the API reads it at every call, the documentation is compared with it, and a test asks every call in every
role. Paths are as OpenAPI spells them.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Role(StrEnum):
    """What a key is for. Each may do what those before it may.

    READER reads. SYSTEM is a machine's: it takes in evidence, records and grades. OPERATOR is a person of a tenant, who
    may also try a calibration. OPS runs the desk: stops it, starts it and answers its alerts. ADMIN decides what
    changes figures that are out already.
    """

    READER = "READER"
    SYSTEM = "SYSTEM"
    OPERATOR = "OPERATOR"
    OPS = "OPS"
    ADMIN = "ADMIN"

    @property
    def and_above(self) -> frozenset["Role"]:
        """Return this role and those that may do what it may."""
        order = list(Role)
        return frozenset(order[order.index(self) :])


ANYBODY = frozenset(Role)
_READER, _SYSTEM, _OPERATOR, _OPS, _ADMIN = (role.and_above for role in Role)

# Calls that need no key at all.
PUBLIC: frozenset[tuple[str, str]] = frozenset({
    ("GET", "/api/calibration/health"),
    ("GET", "/api/health"),
    ("GET", "/healthz"),
    ("GET", "/monitoring/health"),
    ("GET", "/readyz"),
})  # fmt: skip

# (method, path) -> the roles that may call it.
CALLS: Mapping[tuple[str, str], frozenset[Role]] = MappingProxyType({
    ("GET", "/api/alerts"): _READER,
    ("POST", "/api/alerts/{alert_id}/acknowledge"): _OPS,
    ("GET", "/api/board"): _READER,
    ("GET", "/api/board/events/{event_id}"): _READER,
    ("GET", "/api/board/stream"): _READER,
    ("POST", "/api/calibration/activate-calibration/{version}"): _ADMIN,
    ("GET", "/api/calibration/active-calibration-version"): _READER,
    ("GET", "/api/calibration/calibration-segments/{version}"): _READER,
    ("GET", "/api/calibration/calibration-versions"): _READER,
    ("POST", "/api/calibration/grade-all-pending"): _SYSTEM,
    ("POST", "/api/calibration/grade-published/{publish_id}"): _SYSTEM,
    ("GET", "/api/calibration/grading/{publish_id}"): _READER,
    ("POST", "/api/calibration/performance-summary"): _READER,
    ("GET", "/api/calibration/performance/by-cohort"): _READER,
    ("GET", "/api/calibration/performance/clv-distribution"): _READER,
    ("POST", "/api/calibration/run-calibration-job"): _OPERATOR,
    ("GET", "/api/calibration/sim-runs/event/{event_id}"): _READER,
    ("GET", "/api/calibration/sim-runs/{sim_run_id}"): _READER,
    ("GET", "/api/calibration/snapshots/closing-line/{event_id}"): _READER,
    ("GET", "/api/calibration/snapshots/odds/{event_id}"): _READER,
    ("GET", "/api/calibrations"): _READER,
    ("POST", "/api/calibrations/rollback"): _ADMIN,
    ("GET", "/api/calibrations/{version}"): _READER,
    ("GET", "/api/clv/report"): _READER,
    ("GET", "/api/clv/{pick_id}"): _READER,
    ("GET", "/api/flags"): _READER,
    ("POST", "/api/flags/{name}"): _OPS,
    ("GET", "/api/events/{event_id}/known"): _READER,
    ("GET", "/api/feed"): _READER,
    ("GET", "/api/openapi.json"): _READER,
    ("GET", "/api/picks"): _READER,
    ("GET", "/api/picks/{pick_id}"): _READER,
    ("GET", "/api/picks/{pick_id}/lineage"): _READER,
    ("POST", "/api/picks/{pick_id}/supersede"): _OPS,
    ("POST", "/api/picks/{pick_id}/void"): _OPS,
    ("GET", "/api/picks/{pick_id}/why"): _READER,
    ("GET", "/api/props/players/{player_id}/distribution"): _READER,
    ("GET", "/api/props/predictions"): _READER,
    ("POST", "/api/record/calibrations"): _OPERATOR,
    ("POST", "/api/record/completions"): _SYSTEM,
    ("POST", "/api/record/gates"): _SYSTEM,
    ("POST", "/api/record/grades"): _SYSTEM,
    ("POST", "/api/record/inputs"): _SYSTEM,
    ("POST", "/api/record/predictions"): _SYSTEM,
    ("POST", "/api/record/publications"): _SYSTEM,
    ("POST", "/api/record/sim-runs"): _SYSTEM,
    ("POST", "/api/record/snapshots"): _SYSTEM,
    ("GET", "/api/results/review"): _READER,
    ("POST", "/api/results/{event_id}/accept"): _ADMIN,
    ("GET", "/api/retention/plan"): _ADMIN,
    ("GET", "/api/rollups"): _READER,
    ("GET", "/api/settlement/late"): _READER,
    ("GET", "/api/switches"): _READER,
    ("POST", "/api/switches"): _OPS,
    ("POST", "/api/switches/{switch_id}/lift"): _OPS,
    ("GET", "/metrics"): _READER,
    ("GET", "/monitoring/persistence/errors"): _READER,
    ("GET", "/monitoring/persistence/health"): _READER,
    ("GET", "/monitoring/persistence/metrics/export"): _READER,
    ("GET", "/monitoring/persistence/performance"): _READER,
})  # fmt: skip


def may_call(role: Role, method: str, path: str) -> bool:
    """Say whether a role may make a call, by its path as OpenAPI spells it; what nobody declared, no role may."""
    return role in CALLS.get((method, path), frozenset())
