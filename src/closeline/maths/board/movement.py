"""Movement: since the first price, within the hour, and of several books at once (steam).

A fair probability is compared with one at the same line; across lines there is a direction and no figure.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import attrgetter

import numpy as np

from closeline.domain.board import Movement
from closeline.domain.board.books import price_source
from closeline.domain.board.market import Mark, MarketState
from closeline.domain.markets import MarketType, opposite_line
from closeline.domain.odds import Price
from closeline.maths.board.columns import SIDES_MOST, BookLine, BoolArray, Columns, fair_of, listed
from closeline.maths.board.rules import (
    STEAM_BOOKS,
    STEAM_MINUTES,
    STEAM_POINTS,
    VELOCITY_MINUTES,
    VELOCITY_MINUTES_LEAST,
)
from closeline.maths.prices import FloatArray

POINTS = 100.0
_HOUR = timedelta(minutes=VELOCITY_MINUTES)
_STEAM = timedelta(minutes=STEAM_MINUTES)
_when = attrgetter("at")


@dataclass(frozen=True, slots=True)
class _Past:
    """The marks that a book line is measured against: its opening, what stood an hour ago and some minutes ago."""

    row: int
    last: Mark
    opened: Mark
    hour: Mark
    lately: Mark | None


@dataclass(frozen=True, slots=True)
class Moves:
    """How book lines moved, by row: what they opened at, points since and per hour by side, NaN where there is none.

    `steam` (rows, 3): sides towards which books of several sources moved within minutes.
    """

    opened: dict[int, Mark]
    points: list[list[float | None]]
    per_hour: list[list[float | None]]
    steam: list[list[bool]]

    def of(self, state: MarketState, row: int, place: int) -> Movement | None:
        """Return the movement of one side of a book line; None without a first price."""
        mark = self.opened.get(row)
        price = mark.prices[place] if mark is not None else None
        if mark is None or price is None:
            return None
        mirrored = state.market.type is MarketType.SPREAD and place > 0
        line = opposite_line(state.market.type, mark.line_quarters) if mirrored else mark.line_quarters
        return Movement(
            price.text, line, mark.at, self.points[row][place], self.per_hour[row][place], self.steam[row][place]
        )


def moves(states: Sequence[MarketState], found: Columns, *, now: datetime) -> Moves:
    """Return how main lines have moved by `now`; alternates and lines without marks have no movement."""
    pasts = [past for row, line in enumerate(found.lines) if (past := _past(states, line, row, now)) is not None]
    shape = found.prices.shape
    points, per_hour = np.full(shape, np.nan), np.full(shape, np.nan)
    steam = np.zeros(shape, dtype=np.bool_)
    if pasts:
        rows = np.array([past.row for past in pasts], dtype=np.int64)
        points[rows] = _points_since(found, pasts, [past.opened for past in pasts])
        elapsed = np.array([_hours(past.hour.at, now) for past in pasts])
        per_hour[rows] = _points_since_hour(found, pasts, points[rows]) / elapsed[:, None]
        _mark_steam(found, pasts, steam)
    return Moves({past.row: past.opened for past in pasts}, listed(points), listed(per_hour), steam.tolist())


def _past(states: Sequence[MarketState], line: BookLine, row: int, now: datetime) -> _Past | None:
    marks = states[line.market].marks.get(line.book)
    if not marks or marks[-1].line_quarters != line.line_quarters:
        return None
    return _Past(row, marks[-1], marks[0], _stood(marks, now - _HOUR) or marks[0], _stood(marks, now - _STEAM))


def _stood(marks: Sequence[Mark], at: datetime) -> Mark | None:
    """Return the last whole mark at or before a moment, None where there is none."""
    told = bisect_right(marks, at, key=_when)
    return next((marks[place] for place in range(told - 1, -1, -1) if all(marks[place].prices)), None)


def _hours(since: datetime, now: datetime) -> float:
    """Return the hours that a velocity is taken over, at most one; NaN where they are too few to mean anything."""
    minutes = min((now - since).total_seconds() / 60.0, VELOCITY_MINUTES)
    return minutes / 60.0 if minutes >= VELOCITY_MINUTES_LEAST else float("nan")


def _points_since_hour(found: Columns, pasts: Sequence[_Past], since_opened: FloatArray) -> FloatArray:
    """Return points since what stood an hour ago, (marks, 3); what opened within the hour is not worked out again."""
    since = since_opened.copy()
    longer = [at for at, past in enumerate(pasts) if past.hour is not past.opened]
    if longer:
        chosen = [pasts[at] for at in longer]
        since[longer] = _points_since(found, chosen, [past.hour for past in chosen])
    return since


def _points_since(found: Columns, pasts: Sequence[_Past], marks: Sequence[Mark]) -> FloatArray:
    """Return points of fair probability since some marks, (marks, 3); NaN off their line and where one is not whole."""
    since = np.zeros((len(pasts), SIDES_MOST))
    # What stands as it stood has moved by nothing, and most of what is shown does.
    moved = [at for at, (past, mark) in enumerate(zip(pasts, marks, strict=True)) if mark is not past.last]
    if moved:
        rows = np.array([pasts[at].row for at in moved], dtype=np.int64)
        prices = np.full((len(moved), SIDES_MOST), np.nan)
        for place, at in enumerate(moved):
            if marks[at].line_quarters == pasts[at].last.line_quarters:
                prices[place, : len(marks[at].prices)] = [_decimal(price) for price in marks[at].prices]
        then = fair_of(prices, found.sides[rows], [found.methods[row] for row in rows])
        since[moved] = POINTS * (found.fair[rows] - then)
    since[np.isnan(found.fair[[past.row for past in pasts]])] = np.nan
    return since


def _decimal(price: Price | None) -> float:
    return float("nan") if price is None else price.decimal


def _mark_steam(found: Columns, pasts: Sequence[_Past], steam: BoolArray) -> None:
    """Mark the sides of every market towards which enough books moved, whether a book took part or not.

    Books that show one source's prices move as one.
    """
    counted = [past for past in pasts if past.lately is not None and _speaks(found, past.row)]
    lately = [past.lately for past in counted if past.lately is not None]
    # Most books have not moved within minutes: those that stand as they stood need no fair price of then.
    since = _points_since(found, counted, lately) if counted else np.zeros((0, SIDES_MOST))
    towards: defaultdict[tuple[int, int], set[str]] = defaultdict(set)
    for at, (past, mark) in enumerate(zip(counted, lately, strict=True)):
        line = found.lines[past.row]
        for place in _moved_towards(line, mark, since[at], two_sided=len(line.quotes) == 2):
            towards[line.market, place].add(price_source(line.book))
    hot = {key for key, sources in towards.items() if len(sources) >= STEAM_BOOKS}
    if hot:
        for row, line in enumerate(found.lines):
            for place in range(len(line.quotes)):
                steam[row, place] = (line.market, place) in hot


def _speaks(found: Columns, row: int) -> bool:
    return bool(found.whole[row]) and not found.exchange[row] and not found.stale[row].any()


def _moved_towards(line: BookLine, mark: Mark, since: FloatArray, *, two_sided: bool) -> list[int]:
    """Return the sides whose chance has risen at a book, by its price or else by its line.

    A spread that is given more points, or a total that is higher, says that the first side's margin or sum has fallen
    or risen; so the canonical side gains where its spread line falls and where a total rises.
    """
    if mark.line_quarters == line.line_quarters or not two_sided:
        return [place for place in range(len(line.quotes)) if since[place] >= STEAM_POINTS]
    risen = (line.line_quarters or 0) > (mark.line_quarters or 0)
    spread = any(quote is not None and quote.market.type is MarketType.SPREAD for quote in line.quotes)
    return [1 if risen else 0] if spread else [0 if risen else 1]
