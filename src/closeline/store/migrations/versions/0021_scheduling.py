"""Leases, misfires and failures of jobs."""

from collections.abc import Sequence
from typing import Any

from alembic import op
from sqlalchemy import CheckConstraint, Column, PrimaryKeyConstraint
from sqlalchemy.types import TypeEngine

from closeline.store.tables.columns import COUNT, INSTANT, TEXT

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_COPIED = (
    "INSERT INTO job_run (job, slot, state, attempts, started_at, finished_at, detail)"
    " SELECT job, slot, state, attempts, started_at, finished_at, detail FROM job_run_before"
)
_STATES = ("DEAD", "DONE", "FAILED", "MISSED", "RUNNING")
_STATES_BEFORE = ("DONE", "FAILED", "RUNNING")
_ADDED: tuple[tuple[str, TypeEngine[Any]], ...] = (
    ("expires_at", INSTANT), ("next_at", INSTANT), ("arguments", TEXT),
)  # fmt: skip


def upgrade() -> None:
    """Let a run be DEAD or MISSED, with its claim's end, its next try and its arguments; let leases count renewals."""
    if op.get_bind().dialect.name == "sqlite":
        _remake(_STATES, _ADDED)
    else:
        for name, kind in _ADDED:
            op.add_column("job_run", Column(name, kind, nullable=True))
        _recheck(_STATES)
    op.create_index(op.f("ix_job_run_state_started_at"), "job_run", ["state", "started_at"])
    # A lease lives for seconds: none is worth keeping over an upgrade.
    op.drop_table("lease")
    _make_leases(Column("renewals", COUNT, nullable=False))
    op.create_table(
        "reaction_cursor",
        Column("chain", TEXT, nullable=False),
        Column("seq", COUNT, nullable=False),
        PrimaryKeyConstraint("chain", name=op.f("pk_reaction_cursor")),
        sqlite_strict=True,
    )


def _make_leases(*more: Column[int]) -> None:
    op.create_table(
        "lease",
        Column("name", TEXT, nullable=False),
        Column("holder", TEXT, nullable=False),
        Column("token", COUNT, nullable=False),
        *more,
        Column("expires_at", INSTANT, nullable=False),
        PrimaryKeyConstraint("name", name=op.f("pk_lease")),
        sqlite_strict=True,
    )


def _remake(states: tuple[str, ...], more: Sequence[tuple[str, TypeEngine[Any]]]) -> None:
    # SQLite changes no check in place.
    op.rename_table("job_run", "job_run_before")
    op.create_table(
        "job_run",
        Column("job", TEXT, nullable=False),
        Column("slot", TEXT, nullable=False),
        Column("state", TEXT, nullable=False),
        Column("attempts", COUNT, nullable=False),
        Column("started_at", INSTANT, nullable=False),
        Column("finished_at", INSTANT, nullable=True),
        Column("detail", TEXT, nullable=True),
        *(Column(name, kind, nullable=True) for name, kind in more),
        PrimaryKeyConstraint("job", "slot", name=op.f("pk_job_run")),
        CheckConstraint(f"state IN ({_listed(states)})", name=op.f("ck_job_run_state_known")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.execute(_COPIED)
    op.drop_table("job_run_before")


def _recheck(states: tuple[str, ...]) -> None:
    op.drop_constraint(op.f("ck_job_run_state_known"), "job_run", type_="check")
    op.create_check_constraint(op.f("ck_job_run_state_known"), "job_run", f"state IN ({_listed(states)})")


def _listed(words: tuple[str, ...]) -> str:
    return ", ".join(f"'{word}'" for word in words)


def downgrade() -> None:
    """Forget cursors, leases and every run that is not done: an older program tries those again from the start."""
    op.drop_table("reaction_cursor")
    op.drop_table("lease")
    _make_leases()
    op.drop_index(op.f("ix_job_run_state_started_at"), "job_run")
    op.execute("DELETE FROM job_run WHERE state <> 'DONE'")
    if op.get_bind().dialect.name == "sqlite":
        _remake(_STATES_BEFORE, ())
        return
    _recheck(_STATES_BEFORE)
    for name, _ in _ADDED:
        op.drop_column("job_run", name)
