"""Why a record or a price is rejected."""

from enum import StrEnum


class Reason(StrEnum):
    """The closed list of reasons; each is shown as it stands in the quarantine."""

    BAD_RECORD = "BAD_RECORD"  # the date, the teams or the shape of a record cannot be read
    BAD_RESULT = "BAD_RESULT"  # a score that no game can have
    DOUBTFUL_SIGN = "DOUBTFUL_SIGN"  # a spread whose favourite the source is known to confuse
    DUPLICATE_PRICE = "DUPLICATE_PRICE"  # one side of one line priced twice by one book at one time
    DUPLICATE_RECORD = "DUPLICATE_RECORD"  # the same event stands in the payload already
    IMPOSSIBLE_PRICE = "IMPOSSIBLE_PRICE"  # not a price that a bookmaker can quote
    INCOMPLETE_BOX = "INCOMPLETE_BOX"  # a box score without all its players: no final score follows from it
    IN_PLAY = "IN_PLAY"  # prices seen at or after the start, in a table that is read for what stood before it
    LAY_PRICE = "LAY_PRICE"  # what an exchange asks from the layer: no price to back at
    MISSING_LINE = "MISSING_LINE"  # a price of a spread or total whose line is not given
    OFF_GRID_LINE = "OFF_GRID_LINE"  # a line that is not on a quarter point
    OUT_OF_RANGE_LINE = "OUT_OF_RANGE_LINE"  # a number that is neither a spread nor a total of this league
    PLACEHOLDER_LINE = "PLACEHOLDER_LINE"  # an opening spread of 0 that stands for "not yet opened"
    PRESEASON = "PRESEASON"  # a game before the season: understood, and kept out of ratings and boards by policy
    UNCLEAR_FORMAT = "UNCLEAR_FORMAT"  # the payload's prices are neither all American nor all decimal
    UNKNOWN_GAME_STATUS = "UNKNOWN_GAME_STATUS"  # a status of a game that nobody has said what to make of
    UNKNOWN_HOME = "UNKNOWN_HOME"  # a game of which nobody says which team is at home
    UNKNOWN_LEAGUE = "UNKNOWN_LEAGUE"  # none of the six
    UNKNOWN_PLAYER = "UNKNOWN_PLAYER"  # a player's price without his name
    UNKNOWN_SEASON_TYPE = "UNKNOWN_SEASON_TYPE"  # neither the regular season nor the play-offs
    UNKNOWN_SIDE = "UNKNOWN_SIDE"  # an outcome that names neither team, nor over, under or draw
    UNKNOWN_STATUS = "UNKNOWN_STATUS"  # a status of a player that nobody has said what to make of
    UNKNOWN_TEAM = "UNKNOWN_TEAM"  # a record without a team's name
    UNPAIRED_LINE = "UNPAIRED_LINE"  # the two halves of a market contradict each other
    UNREADABLE_CELL = "UNREADABLE_CELL"  # text where a number belongs
    UNREADABLE_DATE = "UNREADABLE_DATE"  # no year can be given to a date, or it is no date
    UNSUPPORTED_MARKET = "UNSUPPORTED_MARKET"  # a market that Closeline does not know
