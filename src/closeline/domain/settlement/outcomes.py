"""What a bet can come to, and the exact arithmetic from a number and a line to it.

Everything is counted in halves of the stake: +2 is a win, +1 a half win, 0 a push, -1 a half loss, -2 a loss.
"""

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from closeline.domain.errors import ImpossiblePrice

WHOLE_STAKE = 4
HALF_STAKE = 2


class Result(StrEnum):
    """How a ticket ended."""

    WIN = "WIN"
    LOSS = "LOSS"
    PUSH = "PUSH"
    VOID = "VOID"


@dataclass(frozen=True, slots=True)
class Grading:
    """A final grade: `units` is profit per unit risked, `fraction_quarters` is 2 for half results, else 4.

    A VOID always says why in `reason`; `flags` are remarks that change no money, such as PREMISE_CHANGED.
    """

    result: Result
    fraction_quarters: int
    units: Fraction
    reason: str | None = None
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NotFinal:
    """No grade yet: the game is not over, or a fact that the rules need is missing. Held, never guessed."""

    reason: str


Settled = Grading | NotFinal


def halves_of(distance_quarters: int) -> int:
    """Return the halves of the stake won, from how far past its line a selection ended in quarter points.

    An odd distance belongs to a quarter line: its stake is split between the lines a quarter point away. At a
    distance of one, one half is decided and the other pushes; further out both go the same way; an even
    distance other than 0 is at least 2. So the answer is the distance, cut at a whole stake.
    """
    return max(-2, min(2, distance_quarters))


_RESULTS = {
    2: (Result.WIN, WHOLE_STAKE),
    1: (Result.WIN, HALF_STAKE),
    0: (Result.PUSH, WHOLE_STAKE),
    -1: (Result.LOSS, HALF_STAKE),
    -2: (Result.LOSS, WHOLE_STAKE),
}


def grading(halves: int, price: Fraction, flags: tuple[str, ...] = ()) -> Grading:
    """Return the grade of a result in halves at the decimal `price` of the ticket itself."""
    result, fraction = _RESULTS[halves]
    return Grading(result, fraction, units(halves, price), flags=flags)


def units(halves: int, price: Fraction) -> Fraction:
    """Return profit per unit risked: net odds on what won, minus what lost. Raises ImpossiblePrice."""
    if price <= 1:
        raise ImpossiblePrice(f"decimal odds must be above 1, was {price}")
    return Fraction(halves, 2) * (price - 1 if halves > 0 else 1)


def void(reason: str) -> Grading:
    """Return the stake, and say why."""
    return Grading(Result.VOID, WHOLE_STAKE, Fraction(0), reason)


# Voids of bets whose game, as it was bet on, never began: of these nobody learns what the price was worth.
_BEFORE_PLAY = frozenset(
    {
        "CANCELLED",
        "FORFEITED",
        "POSTPONED_OUTSIDE_WINDOW",
        "VENUE_SWAPPED",
        "LISTED_PITCHER_CHANGED",
        "DNP",
        # Taken back, or replaced, by whoever published it, before the game began.
        "SUPERSEDED",
        "WITHDRAWN",
    }
)


def void_before_play(reason: str | None) -> bool:
    """Say by its reason whether a void came before the bet was ever in play, so that its CLV is in no sum.

    Any other void (INSUFFICIENT_PLAY, SUSPENSION_OUTSIDE_WINDOW) came after the start and counts, as what is not
    void does. The reason decides and nothing that happened to the game later, so that all sums agree for good.
    """
    return reason in _BEFORE_PLAY
