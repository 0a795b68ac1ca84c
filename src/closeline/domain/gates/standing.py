"""How a quote stands: beside its own other side, beside the other books, and beside its own past."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Standing:
    """What line integrity asks of a quote beyond its own numbers.

    mapped: the provider's names were resolved to this event. mirrored: the other side shows the opposite line, or the
    same one of a total. favourite_differs: the spread and the moneyline of the book name different favourites.
    consensus_line: the median line of the other books, in points of the selection's own side, null with fewer than two.
    consensus_moved: that median has moved since the book itself last changed its content.
    """

    suspended: bool = False
    mapped: bool = True
    mirrored: bool = True
    favourite_differs: bool = False
    consensus_line: float | None = None
    consensus_moved: bool = False
