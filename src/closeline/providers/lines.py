"""What numbers can be a line, league by league: it tells a spread from a total where both share a column."""

from dataclasses import dataclass
from decimal import Decimal

from closeline.domain.leagues import League

Real = float | Decimal


@dataclass(frozen=True, slots=True)
class Range:
    """The widest spread and the totals of a league, for the game or for its second half."""

    spread_max: float
    total_min: float
    total_max: float

    def is_spread(self, number: Real) -> bool:
        """Say whether a number, without its sign, can be a spread."""
        return -self.spread_max <= number <= self.spread_max

    def is_total(self, number: Real) -> bool:
        """Say whether a number can be a total."""
        return self.total_min <= number <= self.total_max


# Wider than anything on the board since 2007; a number outside is a slip of the hand (a total of 98 runs).
FULL_GAME = {
    League.NFL: Range(30, 25, 80),
    League.NCAAF: Range(80, 25, 110),
    League.NBA: Range(40, 120, 320),
    League.NCAAB: Range(70, 80, 240),
    League.MLB: Range(4.5, 3, 25),
    League.NHL: Range(4.5, 3, 12),
}
SECOND_HALF = {
    League.NFL: Range(20, 10, 45),
    League.NCAAF: Range(45, 10, 60),
    League.NBA: Range(35, 60, 170),
    League.NCAAB: Range(45, 40, 130),
}

# An opening spread of 0 beside such a close was not yet open: books do not open a pick'em that moves so far.
PLACEHOLDER_CLOSE_MIN = 3


def is_placeholder(opening: Real | None, closing: Real | None) -> bool:
    """Say whether an opening spread of 0 only fills the place of one."""
    if opening != 0 or closing is None:
        return False
    return not -PLACEHOLDER_CLOSE_MIN < closing < PLACEHOLDER_CLOSE_MIN
