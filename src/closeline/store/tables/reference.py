"""Reference: teams, players, books and events, with the spellings by which each provider knows them."""

from sqlalchemy import Index

from closeline.store.tables.columns import COUNT, FLAG, INSTANT, filled, flag, given, key, maybe, one_of, refers
from closeline.store.tables.metadata import append_only, mutable

team = append_only("team", key("team_id"), given("league"), given("name"), filled("team_id"))

team_alias = append_only(
    "team_alias",
    key("league"),
    key("provider"),
    key("spelling"),
    given("team_id"),
    refers(["team_id"], "team"),
    filled("spelling"),
)

player = append_only("player", key("player_id"), given("league"), given("name"), filled("player_id"))

player_alias = append_only(
    "player_alias",
    key("league"),
    key("provider"),
    key("spelling"),
    given("player_id"),
    refers(["player_id"], "player"),
    filled("spelling"),
)

book = append_only("book", key("book"), given("title"), given("kind"), filled("book"))

event = append_only(
    "event",
    key("event_id"),
    given("league"),
    given("season", COUNT),
    given("day"),
    given("home_team_id"),
    given("away_team_id"),
    given("game_no", COUNT),
    refers(["home_team_id"], "team", ["team_id"]),
    refers(["away_team_id"], "team", ["team_id"]),
    filled("event_id"),
    Index(None, "league", "day"),
)

event_version = append_only(
    "event_version",
    key("event_id"),
    key("version", COUNT),
    given("starts_at", INSTANT),
    given("start_basis"),
    given("neutral", FLAG),
    maybe("home_pitcher"),
    maybe("away_pitcher"),
    given("payload_sha"),
    given("place"),
    given("received_at", INSTANT),
    # Null: the source does not say.
    maybe("playoff", FLAG),
    refers(["event_id"], "event"),
    refers(["payload_sha"], "raw_payload"),
    one_of("start_basis", ("QUOTED", "ASSUMED")),
    flag("neutral"),
    flag("playoff"),
)

event_alias = append_only(
    "event_alias",
    key("provider"),
    key("provider_event_id"),
    given("event_id"),
    refers(["event_id"], "event"),
    Index(None, "event_id"),
)

# A later game for which a provider used an id again.
event_alias_again = append_only(
    "event_alias_again",
    key("provider"),
    key("provider_event_id"),
    key("event_id"),
    refers(["event_id"], "event"),
    Index(None, "event_id"),
)

mapping_review = mutable(
    "mapping_review",
    key("review_id"),
    given("league"),
    given("provider"),
    given("spelling"),
    given("suggestions"),
    given("payload_sha"),
    given("place"),
    given("first_seen_at", INSTANT),
    given("state"),
    # What the spelling is of, null where it is a team; then who decided what it means, when and why.
    maybe("kind"),
    maybe("answer"),
    maybe("actor"),
    maybe("why"),
    maybe("decided_at", INSTANT),
    refers(["payload_sha"], "raw_payload"),
    one_of("kind", ("TEAM", "PLAYER")),
)
