"""Deliveries as an outbox: leases, tokens, deadlines, what was observed, and anomalies."""

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change nothing yet."""


def downgrade() -> None:
    """Change nothing yet."""
