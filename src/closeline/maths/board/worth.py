"""Markets as they stand become rows and opportunities: the whole of the board's arithmetic, in bulk."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from closeline.domain.board import Opportunity, Row
from closeline.domain.board.books import price_source
from closeline.domain.board.market import Mark, MarketState
from closeline.domain.leagues import League
from closeline.maths.board.best import best_prices, is_best
from closeline.maths.board.columns import BookLine, BoolArray, IntArray, columns
from closeline.maths.board.movement import moves
from closeline.maths.board.opportunities import Offer, opportunities
from closeline.maths.board.pool import Opinions, freshness_weights, pooled_of_others
from closeline.maths.board.rows import Judged, Values, judged, rows_of
from closeline.maths.board.rules import STEAM_MINUTES, VELOCITY_MINUTES, VELOCITY_MINUTES_LEAST, BoardRules
from closeline.maths.board.standing import bounds_of, standing_of
from closeline.maths.prices import FloatArray

# Velocities and ages go on though nothing is seen: so long after it was made a market is looked at again.
_LOOKED_AT_AGAIN = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class MarketWorth:
    """One market's rows and opportunities, and when they must be looked at again though nothing was seen."""

    rows: tuple[Row, ...]
    opportunities: tuple[Opportunity, ...]
    due_at: datetime


def market_worths(
    states: Sequence[MarketState], *, now: datetime, rules: Mapping[League, BoardRules]
) -> list[MarketWorth]:
    """Return what each market's quotes are worth at a moment, in the order of the markets."""
    if not states:
        return []
    known = _judged(states, now, rules)
    spans: defaultdict[int, list[int]] = defaultdict(list)
    for row, line in enumerate(known.lines):
        spans[line.market].append(row)
    return [_worth(state, spans[number], known, now, rules[state.card.league]) for number, state in enumerate(states)]


def _judged(states: Sequence[MarketState], now: datetime, rules: Mapping[League, BoardRules]) -> Judged:
    ages = [rules[state.card.league].age_max_seconds(state.market, _minutes(state, now)) for state in states]
    found = columns(states, ages, now=now)
    bounds = bounds_of(found, [rules[state.card.league].booksums(state.market) for state in states])
    standing = standing_of(found, bounds)
    pooled = pooled_of_others(Opinions(
        found.group, found.fair, freshness_weights(found.weights, standing.oldest), found.sharp, standing.has_say,
        np.where(np.isnan(found.ages).all(axis=1), np.inf, standing.oldest), _sources(found.lines),
    ))  # fmt: skip
    value, kelly = _values(pooled.fair, found.prices, standing.takeable)
    highest = best_prices(found.group, found.prices, standing.open)
    best = is_best(found.group, found.prices, standing.open, highest)
    return judged(found, standing, pooled, Values(value, kelly, best), moves(states, found, now=now))


def _sources(lines: Sequence[BookLine]) -> IntArray:
    """Return a number for each book line's source of prices, shape (lines,)."""
    names = {book: price_source(book) for book in {line.book for line in lines}}
    numbers = {source: number for number, source in enumerate(sorted(set(names.values())))}
    return np.array([numbers[names[line.book]] for line in lines], dtype=np.int64)


def _values(fair: FloatArray, prices: FloatArray, takeable: BoolArray) -> tuple[FloatArray, FloatArray]:
    """Return value q d - 1 and Kelly's share max(0, (q d - 1)/(d - 1)) at prices that can be taken; NaN elsewhere.

    q is push-free. With a push of probability x the value per unit risked is (1 - x)(q d - 1): of the same sign, and
    nearer to nought; Kelly's share is the same.
    """
    value: FloatArray = np.where(takeable, fair * prices - 1.0, np.nan)
    with np.errstate(invalid="ignore"):
        share: FloatArray = np.maximum(value / (prices - 1.0), 0.0)
    return value, share


def _minutes(state: MarketState, now: datetime) -> float:
    return (state.card.starts_at - now).total_seconds() / 60.0


def _worth(state: MarketState, rows: Sequence[int], known: Judged, now: datetime, rules: BoardRules) -> MarketWorth:
    shown: list[Row] = []
    offers: dict[int | None, list[list[Offer]]] = {}
    for row in rows:
        line = known.lines[row]
        sides = offers.setdefault(line.line_quarters, [[] for _ in line.quotes])
        shown += rows_of(state, row, known)
        for place, quote in enumerate(line.quotes):
            if quote is not None and known.open[row][place]:
                sides[place].append(Offer(quote, known.prices[row][place]))
    found = opportunities(state, offers, now=now)
    return MarketWorth(tuple(shown), tuple(found), _due(state, now, rules))


def _due(state: MarketState, now: datetime, rules: BoardRules) -> datetime:
    """Return when something of a market changes by time alone: its start, a price that goes stale, movement."""
    starts_at = state.card.starts_at
    if starts_at <= now:
        return now + _LOOKED_AT_AGAIN
    limit = timedelta(seconds=rules.age_max_seconds(state.market, _minutes(state, now)))
    steps = [starts_at - timedelta(minutes=ahead) for ahead, _ in rules.quote_age_minutes]
    steps += [quote.seen_at + limit for quote in state.quotes]
    steps += [moment for marks in state.marks.values() for moment in _movement_steps(marks, now)]
    return min([moment for moment in steps if moment > now], default=now + _LOOKED_AT_AGAIN)


def _movement_steps(marks: Sequence[Mark], now: datetime) -> list[datetime]:
    """Return when a book's movement changes by time alone: a velocity all the time, until it has stood for an hour."""
    last = marks[-1].at
    if len(marks) == 1:
        # What has never moved has a velocity of nought, once it has been there for long enough to have one.
        return [last + timedelta(minutes=VELOCITY_MINUTES_LEAST)]
    ends = last + timedelta(minutes=VELOCITY_MINUTES)
    return [last + timedelta(minutes=STEAM_MINUTES), ends, *([now + _LOOKED_AT_AGAIN] if ends > now else [])]
