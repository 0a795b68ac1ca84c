"""Values: what tickets were worth against their closes, many at once (clv-v1)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from closeline.domain.digits import of_formula
from closeline.domain.leagues import League
from closeline.domain.markets import MarketType, Selection
from closeline.domain.odds import DevigMethod, Price, default_method
from closeline.domain.picks.closing import CloseQuality, MissingClose
from closeline.flow.review.closes import Close
from closeline.flow.review.shapes import Shapes
from closeline.maths import distributions
from closeline.maths.clv import beat_close, clv_points
from closeline.maths.clv.tilted import Shape, value_across

Floats = NDArray[np.float64]

_METHODS = tuple(DevigMethod)


@dataclass(frozen=True, slots=True)
class Ticket:
    """A price that was taken, or might have been, on a selection at a book."""

    selection: Selection
    price: Price
    book: str


@dataclass(frozen=True, slots=True)
class Figures:
    """One ticket against its close. Signs: positive is good for the ticket.

    q_close: P(win | no push) at the ticket's line. points: how far the number moved. prob_raw, price_ratio: price
    against price, margin and all; null where the line moved or the close has no price. ev: the return per unit risked
    that the fair close promises, by `method`; low and high: its range over the devig methods that the close has.
    """

    q_close: float
    points: float
    ev: float
    ev_low: float
    ev_high: float
    beat_close: int | None
    prob_raw: float | None
    price_ratio: float | None
    method: DevigMethod


@dataclass(frozen=True, slots=True)
class Valued:
    """A ticket, its close, and its figures: null exactly where the close is missing."""

    ticket: Ticket
    close: Close
    figures: Figures | None


def value(league: League, shapes: Shapes, pairs: Sequence[tuple[Ticket, Close]]) -> list[Valued]:
    """Value tickets against their closes, in order. A close that nothing carries to the ticket's line is no close."""
    found: dict[int, Figures] = {}
    by_shape: dict[int, tuple[Shape, list[int]]] = {}
    for place, (ticket, close) in enumerate(pairs):
        if close.missing:
            continue
        shape = shapes.of(ticket.selection.event_id, ticket.selection.market)
        if shape is not None:
            by_shape.setdefault(id(shape), (shape, []))[1].append(place)
        elif (figures := _without_shape(league, ticket, close)) is not None:
            found[place] = figures
    for shape, places in by_shape.values():
        made = _figures(league, shape, [pairs[place] for place in places])
        found |= {place: figures for place, figures in zip(places, made, strict=True) if figures is not None}
    return [
        Valued(ticket, close if close.missing or place in found else _out_of_reach(), found.get(place))
        for place, (ticket, close) in enumerate(pairs)
    ]


def _out_of_reach() -> Close:
    return Close(CloseQuality.MISSING, MissingClose.OTHER_LINE)


def _figures(league: League, shape: Shape, pairs: Sequence[tuple[Ticket, Close]]) -> list[Figures | None]:
    sides = np.array([distributions.Side[ticket.selection.side] for ticket, _ in pairs], dtype=np.int64)
    bet_lines = np.array([(ticket.selection.line_quarters or 0) / 4 for ticket, _ in pairs])
    close_lines = np.array([(close.line_quarters or 0) / 4 for _, close in pairs])
    prices = np.array([ticket.price.decimal for ticket, _ in pairs])
    fair = np.array([[close.fair.get(method, np.nan) for _, close in pairs] for method in _METHODS])
    # Every method at once: what takes time is a call, not a row.
    times = len(_METHODS)
    across = value_across(
        shape, np.tile(sides, times), np.tile(bet_lines, times), np.tile(prices, times), np.tile(close_lines, times),
        fair.ravel(),
    )  # fmt: skip
    evs, chances = across.ev.reshape(fair.shape), across.fair.reshape(fair.shape)
    points = clv_points(sides, bet_lines, close_lines)
    made: list[Figures | None] = []
    for row, (ticket, close) in enumerate(pairs):
        method = default_method(league, ticket.selection.market.type)
        own = _METHODS.index(method)
        ev, chance = float(evs[own, row]), float(chances[own, row])
        known = np.isfinite(ev)
        made.append(_made(ticket, close, method, chance, float(points[row]), ev, evs[:, row]) if known else None)
    return made


def _made(
    ticket: Ticket, close: Close, method: DevigMethod, q_close: float, points: float, ev: float, band: Floats
) -> Figures:
    raw = ratio = None
    if points == 0.0 and close.price is not None:
        raw = of_formula(close.price.implied - ticket.price.implied)
        ratio = of_formula(ticket.price.decimal / close.price.decimal - 1.0)
    return Figures(
        of_formula(q_close), round(points, 4), of_formula(ev), of_formula(float(np.nanmin(band))),
        of_formula(float(np.nanmax(band))), _beaten(ticket, close, points), raw, ratio, method,
    )  # fmt: skip


def _beaten(ticket: Ticket, close: Close, points: float) -> int | None:
    """Return the sign of the line's move, then of the price's; null at the line of a consensus, which has no price."""
    if close.price is None:
        return int(np.sign(points)) or None
    return int(beat_close([points], [ticket.price.decimal], [close.price.decimal])[0])


def _without_shape(league: League, ticket: Ticket, close: Close) -> Figures | None:
    """Value a part of a game, or one team's points, at its own line alone: nothing carries its close to another one.

    On a whole number the push is not known, and so neither is the value.
    """
    line = ticket.selection.line_quarters
    moneyline = ticket.selection.market.type is MarketType.MONEYLINE
    if line != close.line_quarters or moneyline or line is None or line % 4 != 2:
        return None
    method = default_method(league, ticket.selection.market.type)
    price = ticket.price.decimal
    band = np.array([chance * price - 1.0 for chance in close.fair.values()])
    return _made(ticket, close, method, close.fair[method], 0.0, close.fair[method] * price - 1.0, band)
