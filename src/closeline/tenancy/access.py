"""Access: a closed set of roles, what each may do, and who is asking."""

from dataclasses import dataclass
from enum import StrEnum

from closeline.domain.errors import NotAllowed
from closeline.domain.governance.roles import Role, may_call

KEY_DAYS_DEFAULT = 90


class Permission(StrEnum):
    """What can be allowed."""

    READ = "READ"
    CAPTURE = "CAPTURE"
    RECORD = "RECORD"
    GRADE = "GRADE"
    CALIBRATE = "CALIBRATE"
    OPERATE = "OPERATE"
    ACTIVATE = "ACTIVATE"
    DECIDE_RESULTS = "DECIDE_RESULTS"
    PLAN_RETENTION = "PLAN_RETENTION"


_READING = frozenset({Permission.READ})
_MACHINE = _READING | {Permission.CAPTURE, Permission.RECORD, Permission.GRADE}
_OPERATING = _MACHINE | {Permission.CALIBRATE}
# To stop the desk, to start it and to answer its alerts is for whoever runs it, and not for every operator of a tenant.
_DESK = _OPERATING | {Permission.OPERATE}

# Which calibration is in force, and what a disputed result is, changes figures that are out already: not an
# operator's to say.
PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.READER: _READING,
    Role.SYSTEM: _MACHINE,
    Role.OPERATOR: _OPERATING,
    Role.OPS: _DESK,
    Role.ADMIN: _DESK | {Permission.ACTIVATE, Permission.DECIDE_RESULTS, Permission.PLAN_RETENTION},
}
# What touches the evidence that all tenants share: only keys of the tenant whose desk is served may do it.
OF_THE_HOUSE = frozenset({Permission.CAPTURE, Permission.DECIDE_RESULTS, Permission.PLAN_RETENTION})


@dataclass(frozen=True, slots=True)
class Subject:
    """Who asks: a key, the tenant that it belongs to, and its role."""

    tenant_id: str
    key_id: str
    role: Role

    @property
    def actor(self) -> str:
        """Return how the audit log names whoever asked."""
        return f"key:{self.key_id}"


def smallest_role(permission: Permission) -> Role:
    """Return the first role that may do this."""
    return next(role for role in Role if permission in PERMISSIONS[role])


def require(subject: Subject, permission: Permission, *, house: str) -> None:
    """Return when the subject may do this; raises NotAllowed otherwise. `house`: the tenant whose desk is served."""
    if permission not in PERMISSIONS[subject.role]:
        needed = smallest_role(permission)
        raise NotAllowed(f"role of the key must be {needed} or above for this call, was {subject.role}")
    if permission in OF_THE_HOUSE and subject.tenant_id != house:
        raise NotAllowed("key must be of the tenant that serves this record for this call, was of another")


def require_call(subject: Subject, method: str, path: str | None) -> None:
    """Return when the table of calls lets the role make this call; raises NotAllowed otherwise, and for one not in it.

    path: as OpenAPI spells it; null for a call that the app does not know by any.
    """
    if path is None or not may_call(subject.role, method, path):
        raise NotAllowed(f"role of the key must be one that the table of calls lets make this one, was {subject.role}")


__all__ = [
    "KEY_DAYS_DEFAULT",
    "OF_THE_HOUSE",
    "PERMISSIONS",
    "Permission",
    "Role",
    "Subject",
    "require",
    "require_call",
    "smallest_role",
]
