"""Thinning: which quotes of one event stay, and why. Pure: rows and moments in, a reason for each quote that stays out.

What the record answers stays the same at every moment that counts (opens, starts, publications, runs behind picks) and
at every full step of the policy, half-hours by default: which quote stood, and whether it still stood then. A quote
that stays for what it says of such a moment takes its successor with it, because the successor remembers until when it
was seen.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from closeline.domain.clock import instant, micros
from closeline.domain.picks.closing import CLV_V1

# Everything in the last stretch before a start is kept: twice as long as a close may be old, so that another order of
# books, and rules that are half as strict, still find what they would have found.
CLOSING_STRETCH = 2 * CLV_V1.max_age


class Kept(StrEnum):
    """Why a quote stays; where several hold, the first."""

    REFERENCED = "REFERENCED"
    OPEN = "OPEN"
    CLOSE = "CLOSE"
    PUBLISHED = "PUBLISHED"
    AFTER_PUBLICATION = "AFTER_PUBLICATION"
    LAST = "LAST"
    RECENT = "RECENT"
    SAMPLE = "SAMPLE"
    SUCCESSOR = "SUCCESSOR"


@dataclass(frozen=True, slots=True)
class Placed:
    """A quote as far as thinning must know it. `previous_seen_at` is when the one before it was last seen."""

    quote_id: int
    market_key: str
    series: tuple[str, ...]
    received_at: datetime
    previous_seen_at: datetime | None


@dataclass(frozen=True, slots=True)
class Anchors:
    """What must stay readable of one event.

    starts: when it was to start or did. decided: moments at which runs, picks and publications read it. published: by
    market, when its first pick was published: from then to the last start all of that market stays. pinned: quotes that
    rows of the record name.
    """

    starts: tuple[datetime, ...] = ()
    decided: tuple[datetime, ...] = ()
    published: Mapping[str, datetime] = field(default_factory=dict)
    pinned: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Sampling:
    """One quote in so long and series stays; what was received from `recent_from` on stays whole."""

    every: timedelta
    recent_from: datetime


class _Series:
    """One series in order, and the reasons that its quotes have gathered."""

    def __init__(self, rows: Sequence[Placed]) -> None:
        self.rows = sorted(rows, key=lambda row: (row.received_at, row.quote_id))
        self.times = [row.received_at for row in self.rows]
        self.reasons: list[set[Kept]] = [set() for _ in self.rows]

    def standing_at(self, moment: datetime, why: Kept) -> None:
        """Keep what stood at a moment, all that came with it, and what came next."""
        until = bisect_right(self.times, moment)
        if not until:
            return
        self._keep(bisect_left(self.times, self.times[until - 1]), until, why)
        if until < len(self.times):
            self._keep(until, bisect_right(self.times, self.times[until]), Kept.SUCCESSOR)

    def between(self, first: datetime, last: datetime, why: Kept) -> None:
        """Keep what was received in [first, last)."""
        self._keep(bisect_left(self.times, first), bisect_left(self.times, last), why)

    def sample(self, sampling: Sampling) -> None:
        """Keep the last of each stretch of time, and what tells that a quote was gone before the stretch was over."""
        step = round(sampling.every / timedelta(microseconds=1))
        ends = [-(-micros(time) // step) for time in self.times]
        for place, row in enumerate(self.rows):
            following = place + 1
            if following == len(self.rows) or ends[following] != ends[place]:
                self._keep(bisect_left(self.times, row.received_at), following, Kept.SAMPLE)
                self._mind_the_gap(place, following, step)

    def _mind_the_gap(self, place: int, following: int, step: int) -> None:
        if following == len(self.rows):
            return
        boundary = instant((micros(self.times[following]) - 1) // step * step)
        seen = self.rows[following].previous_seen_at or self.times[place]
        if self.times[place] <= boundary and seen < boundary:
            self._keep(following, bisect_right(self.times, self.times[following]), Kept.SUCCESSOR)

    def _keep(self, first: int, after: int, why: Kept) -> None:
        for place in range(first, after):
            self.reasons[place].add(why)


def kept(quotes: Iterable[Placed], anchors: Anchors, sampling: Sampling) -> dict[int, Kept]:
    """Return the quotes of one event that stay, by id, each with its first reason; what is not named may go."""
    by_series: defaultdict[tuple[str, ...], list[Placed]] = defaultdict(list)
    for row in quotes:
        by_series[row.series].append(row)
    found: dict[int, Kept] = {}
    for rows in by_series.values():
        found |= _kept_of(_Series(rows), rows[0].market_key, anchors, sampling)
    return found


def _kept_of(series: _Series, market_key: str, anchors: Anchors, sampling: Sampling) -> dict[int, Kept]:
    series.standing_at(series.times[0], Kept.OPEN)
    series.standing_at(series.times[-1], Kept.LAST)
    series.between(sampling.recent_from, datetime.max.replace(tzinfo=sampling.recent_from.tzinfo), Kept.RECENT)
    for start in anchors.starts:
        series.standing_at(start - CLOSING_STRETCH, Kept.CLOSE)
        series.between(start - CLOSING_STRETCH, start, Kept.CLOSE)
        series.standing_at(start, Kept.CLOSE)
    for moment in anchors.decided:
        series.standing_at(moment, Kept.PUBLISHED)
    published = anchors.published.get(market_key)
    if published is not None and anchors.starts:
        series.standing_at(published, Kept.PUBLISHED)
        series.between(published, max(anchors.starts), Kept.AFTER_PUBLICATION)
    series.sample(sampling)
    return {
        row.quote_id: min({*reasons, *({Kept.REFERENCED} if row.quote_id in anchors.pinned else ())}, key=_ORDER.index)
        for row, reasons in zip(series.rows, series.reasons, strict=True)
        if reasons or row.quote_id in anchors.pinned
    }


_ORDER = list(Kept)
