"""Flags: what a reader of a row has to know, and why a figure is not there."""

from enum import StrEnum


class RowFlag(StrEnum):
    """What is the matter with a quote or with what it is compared with, gravest first.

    IN_PLAY: the event has begun; SUSPENDED and ABSENT: nobody can bet on it now; STALE: older than the market allows so
    long before the start; OLD_CONTENT: by its book's own time much older still, though the answer came again; ASSUMED:
    nobody ever showed this price; EXCHANGE: a queue before commission, no book's price;
    ONE_SIDED: the book shows no price for every side at this line; UNDERROUND: its prices give money away; BOOKSUM:
    they cannot be of one market; NO_FAIR: no fair probabilities exist for them; OUTLIER: further from the others than
    an opinion can be; NO_CONSENSUS: too few others at this line; OUTLIER_DROPPED: one of the others was left out;
    PUSH_POSSIBLE: stakes may come back, so the value is per unit that does not; SPLIT_LINE: half the stake may.
    """

    IN_PLAY = "IN_PLAY"
    SUSPENDED = "SUSPENDED"
    ABSENT = "ABSENT"
    STALE = "STALE"
    OLD_CONTENT = "OLD_CONTENT"
    ASSUMED = "ASSUMED"
    EXCHANGE = "EXCHANGE"
    ONE_SIDED = "ONE_SIDED"
    UNDERROUND = "UNDERROUND"
    BOOKSUM = "BOOKSUM"
    NO_FAIR = "NO_FAIR"
    OUTLIER = "OUTLIER"
    NO_CONSENSUS = "NO_CONSENSUS"
    OUTLIER_DROPPED = "OUTLIER_DROPPED"
    PUSH_POSSIBLE = "PUSH_POSSIBLE"
    SPLIT_LINE = "SPLIT_LINE"
