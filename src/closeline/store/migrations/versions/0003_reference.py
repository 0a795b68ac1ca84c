"""Teams, players, books and events."""

from alembic import op
from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, PrimaryKeyConstraint

from closeline.store.migrations.protect import protect
from closeline.store.tables.columns import COUNT, FLAG, INSTANT, TEXT

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables and their guards."""
    op.create_table(
        "team",
        Column("team_id", TEXT, nullable=False),
        Column("league", TEXT, nullable=False),
        Column("name", TEXT, nullable=False),
        PrimaryKeyConstraint("team_id", name=op.f("pk_team")),
        CheckConstraint("team_id <> ''", name=op.f("ck_team_team_id_filled")),
        sqlite_strict=True,
    )
    protect("team", ["team_id"], with_rowid=True)

    op.create_table(
        "team_alias",
        Column("league", TEXT, nullable=False),
        Column("provider", TEXT, nullable=False),
        Column("spelling", TEXT, nullable=False),
        Column("team_id", TEXT, nullable=False),
        PrimaryKeyConstraint("league", "provider", "spelling", name=op.f("pk_team_alias")),
        ForeignKeyConstraint(["team_id"], ["team.team_id"], name=op.f("fk_team_alias_team_id_team")),
        CheckConstraint("spelling <> ''", name=op.f("ck_team_alias_spelling_filled")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    protect("team_alias", ["league", "provider", "spelling"], with_rowid=False)

    op.create_table(
        "player",
        Column("player_id", TEXT, nullable=False),
        Column("league", TEXT, nullable=False),
        Column("name", TEXT, nullable=False),
        PrimaryKeyConstraint("player_id", name=op.f("pk_player")),
        CheckConstraint("player_id <> ''", name=op.f("ck_player_player_id_filled")),
        sqlite_strict=True,
    )
    protect("player", ["player_id"], with_rowid=True)

    op.create_table(
        "player_alias",
        Column("league", TEXT, nullable=False),
        Column("provider", TEXT, nullable=False),
        Column("spelling", TEXT, nullable=False),
        Column("player_id", TEXT, nullable=False),
        PrimaryKeyConstraint("league", "provider", "spelling", name=op.f("pk_player_alias")),
        ForeignKeyConstraint(["player_id"], ["player.player_id"], name=op.f("fk_player_alias_player_id_player")),
        CheckConstraint("spelling <> ''", name=op.f("ck_player_alias_spelling_filled")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    protect("player_alias", ["league", "provider", "spelling"], with_rowid=False)

    op.create_table(
        "book",
        Column("book", TEXT, nullable=False),
        Column("title", TEXT, nullable=False),
        Column("kind", TEXT, nullable=False),
        PrimaryKeyConstraint("book", name=op.f("pk_book")),
        CheckConstraint("book <> ''", name=op.f("ck_book_book_filled")),
        sqlite_strict=True,
    )
    protect("book", ["book"], with_rowid=True)

    op.create_table(
        "event",
        Column("event_id", TEXT, nullable=False),
        Column("league", TEXT, nullable=False),
        Column("season", COUNT, nullable=False),
        Column("day", TEXT, nullable=False),
        Column("home_team_id", TEXT, nullable=False),
        Column("away_team_id", TEXT, nullable=False),
        Column("game_no", COUNT, nullable=False),
        PrimaryKeyConstraint("event_id", name=op.f("pk_event")),
        ForeignKeyConstraint(["away_team_id"], ["team.team_id"], name=op.f("fk_event_away_team_id_team")),
        ForeignKeyConstraint(["home_team_id"], ["team.team_id"], name=op.f("fk_event_home_team_id_team")),
        CheckConstraint("event_id <> ''", name=op.f("ck_event_event_id_filled")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_event_league_day"), "event", ["league", "day"])
    protect("event", ["event_id"], with_rowid=True)

    op.create_table(
        "event_version",
        Column("event_id", TEXT, nullable=False),
        Column("version", COUNT, nullable=False),
        Column("starts_at", INSTANT, nullable=False),
        Column("start_basis", TEXT, nullable=False),
        Column("neutral", FLAG, nullable=False),
        Column("home_pitcher", TEXT, nullable=True),
        Column("away_pitcher", TEXT, nullable=True),
        Column("payload_sha", TEXT, nullable=False),
        Column("place", TEXT, nullable=False),
        Column("received_at", INSTANT, nullable=False),
        PrimaryKeyConstraint("event_id", "version", name=op.f("pk_event_version")),
        ForeignKeyConstraint(["event_id"], ["event.event_id"], name=op.f("fk_event_version_event_id_event")),
        ForeignKeyConstraint(
            ["payload_sha"], ["raw_payload.payload_sha"], name=op.f("fk_event_version_payload_sha_raw_payload")
        ),
        CheckConstraint("CAST(neutral AS INTEGER) IN (0, 1)", name=op.f("ck_event_version_neutral_flag")),
        CheckConstraint("start_basis IN ('QUOTED', 'ASSUMED')", name=op.f("ck_event_version_start_basis_known")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    protect("event_version", ["event_id", "version"], with_rowid=False)

    op.create_table(
        "event_alias",
        Column("provider", TEXT, nullable=False),
        Column("provider_event_id", TEXT, nullable=False),
        Column("event_id", TEXT, nullable=False),
        PrimaryKeyConstraint("provider", "provider_event_id", name=op.f("pk_event_alias")),
        ForeignKeyConstraint(["event_id"], ["event.event_id"], name=op.f("fk_event_alias_event_id_event")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_event_alias_event_id"), "event_alias", ["event_id"])
    protect("event_alias", ["provider", "provider_event_id"], with_rowid=False)

    op.create_table(
        "mapping_review",
        Column("review_id", TEXT, nullable=False),
        Column("league", TEXT, nullable=False),
        Column("provider", TEXT, nullable=False),
        Column("spelling", TEXT, nullable=False),
        Column("suggestions", TEXT, nullable=False),
        Column("payload_sha", TEXT, nullable=False),
        Column("place", TEXT, nullable=False),
        Column("first_seen_at", INSTANT, nullable=False),
        Column("state", TEXT, nullable=False),
        PrimaryKeyConstraint("review_id", name=op.f("pk_mapping_review")),
        ForeignKeyConstraint(
            ["payload_sha"], ["raw_payload.payload_sha"], name=op.f("fk_mapping_review_payload_sha_raw_payload")
        ),
        sqlite_strict=True,
    )


def downgrade() -> None:
    """Drop the tables, children first."""
    op.drop_table("mapping_review")
    op.drop_table("event_alias")
    op.drop_table("event_version")
    op.drop_table("event")
    op.drop_table("book")
    op.drop_table("player_alias")
    op.drop_table("player")
    op.drop_table("team_alias")
    op.drop_table("team")
