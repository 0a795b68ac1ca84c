"""The board: win, push and loss of any market of a game, at any line, from the joint scores of its windows.

Both evaluators give joints of the same form, so one reader serves both; a league's windows are those that settle its
markets.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from closeline.domain.markets import Market, MarketType, Period, Side
from closeline.domain.settlement.score import segment_of
from closeline.maths.simulate.exact import Window

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from closeline.domain.leagues import League

    Floats = NDArray[np.float64]

GAME_TYPES = (
    MarketType.MONEYLINE, MarketType.MONEYLINE_3WAY, MarketType.SPREAD, MarketType.TOTAL, MarketType.TEAM_TOTAL_HOME,
    MarketType.TEAM_TOTAL_AWAY,
)  # fmt: skip
# How many half points the alternates reach to either side of the main line.
ALTERNATES = {Period.FULL_GAME: 12, Period.REGULATION: 12, Period.FIRST_HALF: 6, Period.SECOND_HALF: 6}
ALTERNATES_ELSEWHERE = 4


@dataclass(frozen=True, slots=True)
class Chances:
    """Win, push and loss of one side of one market; they sum to 1."""

    win: float
    push: float
    loss: float

    @property
    def no_push(self) -> float:
        """Return P(win | no push); 0.5 where every outcome is a push."""
        settled = self.win + self.loss
        return self.win / settled if settled > 0.0 else 0.5


@dataclass(frozen=True, slots=True)
class Reading:
    """One row of a board: a side of a market at a line, and its chances."""

    market: Market
    side: Side
    line_quarters: int | None
    chances: Chances


def periods_of(league: League) -> tuple[Period, ...]:
    """Return the periods that a league has markets of."""
    return tuple(period for period in Period if _segment(league, period) is not None)


def window_of(league: League, period: Period) -> Window:
    """Return the window of regulation periods that settles `period`; ValueError where the league has none."""
    segment = segment_of(league, period)
    return Window(segment.start, segment.of if segment.stop is None else segment.stop, segment.stop is None)


@dataclass(slots=True, eq=False)
class Board:
    """Reads a game's markets; joints are asked for once per period.

    joint: the joint distribution of home and away points within a window, shape (most + 1, most + 1).
    """

    league: League
    joint: Callable[[Window], Floats]
    _joints: dict[Period, Floats] = field(default_factory=dict)
    _sums: dict[tuple[Period, MarketType], tuple[Floats, int]] = field(default_factory=dict)

    def scores(self, period: Period) -> Floats:
        """Return P(home points, away points) within a period."""
        if period not in self._joints:
            self._joints[period] = self.joint(window_of(self.league, period))
        return self._joints[period]

    def chances(self, market: Market, side: Side, line_quarters: int | None = None) -> Chances:
        """Return win, push and loss of a side; a quarter line is two half stakes, the mean of its neighbours."""
        if market.type is MarketType.MONEYLINE_3WAY:
            return self._three_way(market.period, side)
        quarters = line_quarters or 0
        if quarters % 2:
            low, high = (self.chances(market, side, quarters + step) for step in (-1, 1))
            return Chances((low.win + high.win) / 2, (low.push + high.push) / 2, (low.loss + high.loss) / 2)
        return self._at(market, side, quarters)

    def _at(self, market: Market, side: Side, quarters: int) -> Chances:
        below, first = self._below(market.period, market.type)
        # A spread's line is signed from its own side: home wins above minus the line, away wins below the line.
        threshold = -quarters if side is Side.HOME else quarters
        place = -(-threshold // 4) - first
        under = _upto(below, place)
        upto = _upto(below, place + 1) if threshold % 4 == 0 else under
        over = float(below[-1] - upto)
        if side in (Side.HOME, Side.OVER):
            return Chances(over, upto - under, under)
        return Chances(under, upto - under, over)

    def _three_way(self, period: Period, side: Side) -> Chances:
        # Three outcomes of a whole game are settled when regulation ends (settlement-v1).
        period = Period.REGULATION if period is Period.FULL_GAME else period
        below, first = self._below(period, MarketType.SPREAD)
        away, level = _upto(below, -first), _upto(below, 1 - first) - _upto(below, -first)
        win = {Side.AWAY: away, Side.DRAW: level, Side.HOME: float(below[-1]) - away - level}[side]
        return Chances(win, 0.0, 1.0 - win)

    def _below(self, period: Period, kind: MarketType) -> tuple[Floats, int]:
        """Return P(score < first + i) for i = 0.., and `first`, of what a market type is about."""
        key = (period, _quantity(kind))
        if key not in self._sums:
            mass, first = marginal(self.scores(period), key[1])
            self._sums[key] = np.concatenate([[0.0], np.cumsum(mass)]), first
        return self._sums[key]


def marginal(joint: Floats, kind: MarketType) -> tuple[Floats, int]:
    """Return the distribution that a market type is settled by, and the score that it begins at."""
    if kind is MarketType.TEAM_TOTAL_HOME:
        return joint.sum(axis=1), 0
    if kind is MarketType.TEAM_TOTAL_AWAY:
        return joint.sum(axis=0), 0
    most = joint.shape[0] - 1
    home, away = np.divmod(np.arange(joint.size), most + 1)
    if kind is MarketType.TOTAL:
        return np.bincount(home + away, joint.ravel(), 2 * most + 1).astype(np.float64), 0
    return np.bincount(home - away + most, joint.ravel(), 2 * most + 1).astype(np.float64), -most


def listing(league: League, margin: float, total: float) -> Iterator[tuple[Market, Side, int | None]]:
    """Yield the sides and lines of a game's whole board: main lines where the means put them, and alternates.

    The lines follow from the wanted means alone, so every evaluator lists the same ones.
    """
    for period in periods_of(league):
        window, whole = window_of(league, period), window_of(league, Period.FULL_GAME)
        share = (window.stop - window.start) / (whole.stop - whole.start)
        for kind in GAME_TYPES:
            market = Market(kind, period)
            if kind is MarketType.MONEYLINE_3WAY and period is Period.FULL_GAME:
                continue
            for line in _lines(kind, period, margin * share, total * share):
                for side in market.sides:
                    signed = -line if line is not None and kind is MarketType.SPREAD and side is Side.AWAY else line
                    yield market, side, signed


def _lines(kind: MarketType, period: Period, margin: float, total: float) -> list[int | None]:
    if kind in (MarketType.MONEYLINE, MarketType.MONEYLINE_3WAY):
        return [None]
    centre = {
        MarketType.SPREAD: -margin, MarketType.TOTAL: total, MarketType.TEAM_TOTAL_HOME: (total + margin) / 2,
    }.get(kind, (total - margin) / 2)  # fmt: skip
    main = 2 * round(2 * centre)
    reach = ALTERNATES.get(period, ALTERNATES_ELSEWHERE)
    lines = [main + 2 * step for step in range(-reach, reach + 1)]
    return [line for line in lines if kind is MarketType.SPREAD or line > 0]


def _segment(league: League, period: Period) -> Window | None:
    try:
        return window_of(league, period)
    except ValueError:
        return None


def _quantity(kind: MarketType) -> MarketType:
    return MarketType.SPREAD if kind is MarketType.MONEYLINE else kind


def _upto(below: Floats, place: int) -> float:
    return float(below[min(max(place, 0), below.size - 1)])
