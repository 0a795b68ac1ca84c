"""Merging: a configuration that was set before an upgrade gets the limits that the new version adds, as it has them.

`packaged` is the content of the configuration that this version ships with.
"""

from datetime import UTC, datetime, timedelta

from closeline.domain.ids import canonical_json
from closeline.domain.limits.versions import merged
from closeline.store import models
from closeline.store.record import subjects
from closeline.store.record.changes import SYSTEM, changing
from closeline.store.session import Session

_END = datetime.max.replace(tzinfo=UTC)
_TICK = timedelta(microseconds=1)
_NAMED_MAX = 12


def lacks(session: Session, packaged: str, *, tenant_id: str) -> list[str]:
    """Return which limits of this version the configuration in force lacks; none where a tenant has none."""
    found = models.configs(session, tenant_id=tenant_id, as_of=_END)
    return merged(found[-1].content, packaged)[1] if found else []


def merge(session: Session, packaged: str, *, tenant_id: str, at: datetime) -> list[str]:
    """Append a configuration that has what the one in force lacks, and return what that was; nothing else changes."""
    with changing(
        session, subjects.name_of("config", tenant_id), tenant_id=tenant_id, name="ConfigMerged", at=at,
        why="limits that an upgrade added",
    ):  # fmt: skip
        found = models.configs(session, tenant_id=tenant_id, as_of=_END)[-1]
        content, added = merged(found.content, packaged)
        if added:
            shown = ", ".join(added[:_NAMED_MAX]) + (f" and {len(added) - _NAMED_MAX} more" * (len(added) > _NAMED_MAX))
            models.add_config(
                session, content | {"follows": found.config_version}, tenant_id=tenant_id, actor=SYSTEM,
                why=f"an upgrade added {shown}", at=max(at, found.created_at + _TICK),
            )  # fmt: skip
    return added


def completed(content: str, packaged: str) -> str:
    """Return a configuration with the limits that it lacks, as this version has them; the same text where none is."""
    held, added = merged(content, packaged)
    return canonical_json(held) if added else content
