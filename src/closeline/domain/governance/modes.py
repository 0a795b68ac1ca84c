"""Modes: what may be published, from how feed, credits, machine, grades and model do. A pure function, worst first.

It falls at once. It rises late: the feed's part is a fold that waits for fresh polls (`domain/feeds/mode.py`), and the
rest opens a kill switch that is lifted only when things are better than what opened it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from closeline.domain.feeds.mode import Mode, Standing, worst
from closeline.domain.governance.switches import Switch, first, stops_publishing

DISK_LOW = "DISK_LOW"
FEED_STALE = "FEED_STALE"
GRADING_LATE = "GRADING_LATE"
KILL_SWITCH = "KILL_SWITCH"
MODEL_BIAS = "MODEL_BIAS"
PROVIDER_DOWN = "PROVIDER_DOWN"
QUOTA = "QUOTA"

# Below the first the mode is NONE (invariant O4); it must be above the second before that ends.
DISK_LEAST, DISK_ENOUGH = 0.05, 0.07
# Polls in a row that must fail before a provider is down, and be answered before it is up again.
POLLS_TO_FALL, POLLS_TO_RISE = 3, 3
# Picks whose grade is late before publishing stops; it goes on when none is.
LATE_TO_FALL = 3


@dataclass(frozen=True, slots=True)
class Health:
    """How a league's desk does.

    disk_free: share of the disk that is free, null where nobody measures. answered: the last polls of its prices,
    newest first, true where one was answered; of a desk without feeds there are none. late: picks past the six hours
    in which they should have been graded. biased: whether the newest row of its bias table says MODEL_BIAS; unbiased:
    whether it says nothing at all.
    """

    feed: Standing
    disk_free: float | None = None
    answered: Sequence[bool] = ()
    late: int = 0
    biased: bool = False
    unbiased: bool = True


@dataclass(frozen=True, slots=True)
class Rule:
    """When something opens a switch by itself, and when it lifts it: between the two, what is stays."""

    cause: str
    opens: Callable[[Health], bool]
    lifts: Callable[[Health], bool]


# What opens a kill switch on a league by itself. Each lifts only what it has opened.
RULES: tuple[Rule, ...] = (
    Rule(FEED_STALE, lambda it: _says(it, FEED_STALE), lambda it: it.feed.mode is not Mode.NONE),
    Rule(QUOTA, lambda it: _says(it, QUOTA), lambda it: it.feed.mode is not Mode.NONE),
    Rule(
        PROVIDER_DOWN,
        lambda it: len(it.answered) >= POLLS_TO_FALL and not any(it.answered[:POLLS_TO_FALL]),
        lambda it: len(it.answered) >= POLLS_TO_RISE and all(it.answered[:POLLS_TO_RISE]),
    ),
    Rule(GRADING_LATE, lambda it: it.late >= LATE_TO_FALL, lambda it: it.late == 0),
    Rule(MODEL_BIAS, lambda it: it.biased, lambda it: it.unbiased),
    Rule(
        DISK_LOW,
        lambda it: it.disk_free is not None and it.disk_free < DISK_LEAST,
        # A disk that cannot be measured is not known to be better.
        lambda it: it.disk_free is not None and it.disk_free > DISK_ENOUGH,
    ),
)


def _says(health: Health, reason: str) -> bool:
    return health.feed.mode is Mode.NONE and reason in health.feed.reasons


@dataclass(frozen=True, slots=True)
class Situation:
    """The mode of a league with its reasons, and the switch that stops it, where one does."""

    mode: Mode
    reasons: tuple[str, ...]
    switch: Switch | None
    feed: Standing


def situation(feed: Standing, switches: Sequence[Switch], league: str, *, disk_free: float | None = None) -> Situation:
    """Return the mode of a league as its feed, the open switches and the disk allow: the strictest of the three."""
    stopped = first(item for item in switches if stops_publishing(item, league))
    full = disk_free is not None and disk_free < DISK_LEAST
    mode = worst([feed.mode, *([Mode.NONE] if stopped or full else [])])
    reasons = (*feed.reasons, *([DISK_LOW] if full else []), *([KILL_SWITCH] if stopped else []))
    return Situation(mode, reasons, stopped, feed)
