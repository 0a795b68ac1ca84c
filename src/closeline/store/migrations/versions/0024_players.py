"""What players did in which games, in columns and by the source's own games; it replaces results in JSON."""

from alembic import op
from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, PrimaryKeyConstraint

from closeline.store.migrations.protect import protect
from closeline.store.tables.columns import COUNT, INSTANT, TEXT

revision = "0024"
down_revision = "0022"
branch_labels = None
depends_on = None

_NUMBERS = (
    "pts", "reb", "ast", "stl", "blk", "tov", "fgm", "fga", "fg3m", "fg3a", "ftm", "fta", "oreb", "dreb", "pf",
    "plus_minus",
)  # fmt: skip


def upgrade() -> None:
    """Make the tables, and take the unused one away."""
    _games()
    _stints()
    op.drop_table("player_result")


def _games() -> None:
    op.create_table(
        "player_game",
        Column("provider", TEXT, nullable=False),
        Column("provider_event_id", TEXT, nullable=False),
        Column("player_id", TEXT, nullable=False),
        Column("result_version", COUNT, nullable=False),
        Column("league", TEXT, nullable=False),
        Column("season", COUNT, nullable=False),
        Column("day", TEXT, nullable=False),
        Column("team_id", TEXT, nullable=False),
        Column("opponent_id", TEXT, nullable=False),
        Column("home", COUNT, nullable=False),
        Column("seconds", COUNT, nullable=False),
        *(Column(name, COUNT, nullable=False) for name in _NUMBERS),
        Column("payload_sha", TEXT, nullable=False),
        Column("place", TEXT, nullable=False),
        Column("received_at", INSTANT, nullable=False),
        PrimaryKeyConstraint(
            "provider", "provider_event_id", "player_id", "result_version", name=op.f("pk_player_game")
        ),
        ForeignKeyConstraint(["player_id"], ["player.player_id"], name=op.f("fk_player_game_player_id_player")),
        ForeignKeyConstraint(["team_id"], ["team.team_id"], name=op.f("fk_player_game_team_id_team")),
        ForeignKeyConstraint(
            ["payload_sha"], ["raw_payload.payload_sha"], name=op.f("fk_player_game_payload_sha_raw_payload")
        ),
        CheckConstraint("home IN (-1, 0, 1)", name=op.f("ck_player_game_home_known")),
        CheckConstraint(
            "seconds >= 0 AND pts >= 0 AND reb >= 0 AND ast >= 0 AND fg3m >= 0",
            name=op.f("ck_player_game_numbers_counted"),
        ),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_player_game_league_day"), "player_game", ["league", "day"])
    protect("player_game", ["provider", "provider_event_id", "player_id", "result_version"], with_rowid=False)


def _stints() -> None:
    op.create_table(
        "player_stint",
        Column("league", TEXT, nullable=False),
        Column("season", COUNT, nullable=False),
        Column("player_id", TEXT, nullable=False),
        Column("team_id", TEXT, nullable=False),
        PrimaryKeyConstraint("league", "season", "player_id", "team_id", name=op.f("pk_player_stint")),
        ForeignKeyConstraint(["player_id"], ["player.player_id"], name=op.f("fk_player_stint_player_id_player")),
        ForeignKeyConstraint(["team_id"], ["team.team_id"], name=op.f("fk_player_stint_team_id_team")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    protect("player_stint", ["league", "season", "player_id", "team_id"], with_rowid=False)


def downgrade() -> None:
    """Take the tables away, and make the one that was there."""
    op.drop_table("player_stint")
    op.drop_table("player_game")
    op.create_table(
        "player_result",
        Column("event_id", TEXT, nullable=False),
        Column("player_id", TEXT, nullable=False),
        Column("result_version", COUNT, nullable=False),
        Column("minutes_seconds", COUNT, nullable=True),
        Column("statistics", TEXT, nullable=False),
        Column("feed", TEXT, nullable=False),
        Column("payload_sha", TEXT, nullable=False),
        Column("place", TEXT, nullable=False),
        Column("received_at", INSTANT, nullable=False),
        PrimaryKeyConstraint("event_id", "player_id", "result_version", name=op.f("pk_player_result")),
        ForeignKeyConstraint(["event_id"], ["event.event_id"], name=op.f("fk_player_result_event_id_event")),
        ForeignKeyConstraint(
            ["payload_sha"], ["raw_payload.payload_sha"], name=op.f("fk_player_result_payload_sha_raw_payload")
        ),
        ForeignKeyConstraint(["player_id"], ["player.player_id"], name=op.f("fk_player_result_player_id_player")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    protect("player_result", ["event_id", "player_id", "result_version"], with_rowid=False)
