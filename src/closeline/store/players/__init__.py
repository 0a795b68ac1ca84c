"""Players: who they are, by which spellings, and what they did in which games, as the record holds it.

Goes in: box scores with the record's own names, as a capture has read them. Comes out: logs in columns for features and
training, who is about to play, rosters that read names, and what a player did in one event. Always true: nothing that
was received after `as_of` is read, and a correction is a later version beside the first.
"""

from closeline.store.players.boxes import PlayerLine, add_boxes, add_stints, latest_boxes, lines_of
from closeline.store.players.linking import link_games
from closeline.store.players.logs import CUTOFF_BEFORE_START, read_logs
from closeline.store.players.people import add_players, player_id, roster
from closeline.store.players.slate import GAMES_MIN, LAST_GAMES, Slate, SlateEntry, slate_of
from closeline.store.players.teams import Seen, seen_of

__all__ = [
    "CUTOFF_BEFORE_START", "GAMES_MIN", "LAST_GAMES", "PlayerLine", "Seen", "Slate", "SlateEntry", "add_boxes",
    "add_players", "add_stints", "latest_boxes", "lines_of", "link_games", "player_id", "read_logs", "roster",
    "seen_of", "slate_of",
]  # fmt: skip
