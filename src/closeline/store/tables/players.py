"""Players: what each of them did in which game, and for which teams he played.

A game is named by its source's own id; `event_alias` says which event of the record that is. So a player's numbers are
his history even where nobody can say which team was at home, and settle nothing until somebody can.
"""

from sqlalchemy import CheckConstraint, Index

from closeline.store.tables.columns import COUNT, INSTANT, given, key, refers
from closeline.store.tables.metadata import append_only

# The numbers of a box score beside the minutes, in the order of the columns.
NUMBERS = (
    "pts", "reb", "ast", "stl", "blk", "tov", "fgm", "fga", "fg3m", "fg3a", "ftm", "fta", "oreb", "dreb", "pf",
    "plus_minus",
)  # fmt: skip

# One row for each player, game and version: in columns, because a season of them is read at once. `home` is 1 at home,
# 0 away and -1 where nobody has said. A correction is a later version; a player who did not play has no row.
player_game = append_only(
    "player_game",
    key("provider"),
    key("provider_event_id"),
    key("player_id"),
    key("result_version", COUNT),
    given("league"),
    given("season", COUNT),
    given("day"),
    given("team_id"),
    given("opponent_id"),
    given("home", COUNT),
    given("seconds", COUNT),
    *(given(name, COUNT) for name in NUMBERS),
    given("payload_sha"),
    given("place"),
    given("received_at", INSTANT),
    refers(["player_id"], "player"),
    refers(["team_id"], "team"),
    refers(["payload_sha"], "raw_payload"),
    CheckConstraint("home IN (-1, 0, 1)", name="home_known"),
    CheckConstraint("seconds >= 0 AND pts >= 0 AND reb >= 0 AND ast >= 0 AND fg3m >= 0", name="numbers_counted"),
    Index(None, "league", "day"),
)

# For which teams a player has played in a season: what a name in a price is held against.
player_stint = append_only(
    "player_stint",
    key("league"),
    key("season", COUNT),
    key("player_id"),
    key("team_id"),
    refers(["player_id"], "player"),
    refers(["team_id"], "team"),
)
