"""Proposals: configurations that somebody would have in force, kept until somebody activates them, and after it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select

from closeline.domain.clock import micros
from closeline.domain.ids import content_id
from closeline.store.session import Session
from closeline.store.tables.governance import config_proposal

_COLUMNS = ("tenant_id", "proposal_id", "base_version", "content", "actor", "why", "created_at")
_ALL = (
    select(config_proposal)
    .where(config_proposal.c.tenant_id == bindparam("tenant"))
    .order_by(config_proposal.c.created_at, config_proposal.c.proposal_id)
)


@dataclass(frozen=True, slots=True)
class ConfigProposal:
    """A configuration that was proposed: what it holds, which version it would follow, who wants it and why."""

    proposal_id: str
    base_version: str
    content: str
    actor: str
    why: str
    created_at: datetime


def add(
    session: Session, content: str, *, base: str, tenant_id: str, actor: str, why: str, at: datetime
) -> ConfigProposal:  # fmt: skip
    """Append a proposal, the same one on the same version once, and return it."""
    name = content_id("config-proposal", tenant_id, base, content)
    session.append_new(
        config_proposal, _COLUMNS, [(tenant_id, name, base, content, actor, why, micros(at))],
        ("tenant_id", "proposal_id"), ignoring=("actor", "why", "created_at"),
    )  # fmt: skip
    return next(item for item in every(session, tenant_id=tenant_id) if item.proposal_id == name)


def every(session: Session, *, tenant_id: str) -> list[ConfigProposal]:
    """Return a tenant's proposals, the oldest first."""
    return [
        ConfigProposal(row.proposal_id, row.base_version, row.content, row.actor, row.why, row.created_at)
        for row in session.rows(_ALL, {"tenant": tenant_id})
    ]
