"""Legs: several outcomes of one game together, read from the same worlds.

Every leg is graded in every world, so what wins together is as correlated as the game makes it. A quarter line is two
half stakes, and counts with the share of its stake that wins.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from closeline.domain.markets import Market, MarketType, Period, Selection, Side, line_text
from closeline.maths.grade import MARKET_CODES, SIDE_CODES, grade_many
from closeline.maths.parlays.parlay import HITS_LEAST, WORLDS_LEAST
from closeline.maths.simulate.board import Chances, window_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from closeline.domain.leagues import League
    from closeline.maths.simulate.worlds import Worlds

    Floats = NDArray[np.float64]

LEGS_MOST = 6


@dataclass(frozen=True, slots=True)
class Leg:
    """One side of one market of a game, at a line where the market has one."""

    market: Market
    side: Side
    line_quarters: int | None = None

    def __post_init__(self) -> None:
        """Refuse what no world can grade."""
        if self.market.type not in MARKET_CODES:
            raise ValueError(f"leg must be of a market of the game, was of {self.market.key}")
        Selection("", self.market, self.side, self.line_quarters)

    @property
    def settled_by(self) -> Period:
        """Return the period that grades the leg: three-way markets leave overtime out (settlement-v1)."""
        if self.market.type is MarketType.MONEYLINE_3WAY and self.market.period is Period.FULL_GAME:
            return Period.REGULATION
        return self.market.period

    def __str__(self) -> str:
        """Return the leg as its market, side and line name it."""
        line = line_text(self.line_quarters, signed=self.market.type is MarketType.SPREAD)
        return f"{self.market.key} {self.side} {line}".rstrip()


@dataclass(frozen=True, slots=True, eq=False)
class Grades:
    """The share of each leg's stake that wins, pushes and loses in each world, all of shape (legs, worlds).

    weights: one per world, shape (worlds,).
    """

    win: Floats
    push: Floats
    weights: Floats

    def mean(self, values: Floats) -> float:
        """Return the weighted mean over worlds; the same values give the same bits."""
        return float((values * self.weights).sum() / self.weights.sum())

    @property
    def hits(self) -> int:
        """Return in how many worlds all legs win their whole stake, weights left aside."""
        return int((self.win == 1.0).all(axis=0).sum())

    def chances(self) -> tuple[Chances, ...]:
        """Return what each leg comes to by itself."""
        pairs = zip(self.win, self.push, strict=True)
        return tuple(Chances(self.mean(win), self.mean(push), self.mean(1.0 - win - push)) for win, push in pairs)

    def subsets(self) -> tuple[Subset, ...]:
        """Return every subset of the legs but the empty one, small ones first, all of them last."""
        legs = range(len(self.win))
        return tuple(self._subset(places) for size in range(1, len(legs) + 1) for places in combinations(legs, size))

    def _subset(self, places: tuple[int, ...]) -> Subset:
        held = list(places)
        win = self.mean(self.win[held].prod(axis=0))
        return Subset(places, win, self.mean((1.0 - self.push[held]).prod(axis=0)))


@dataclass(frozen=True, slots=True)
class Subset:
    """Some of the legs, by their places: what stands when the others push or are void.

    win: P(all of them win); no_push: P(none of them pushes).
    """

    places: tuple[int, ...]
    win: float
    no_push: float

    @property
    def fair_decimal(self) -> float:
        """Return fair decimal odds given that none of them pushes; infinite where they never win together."""
        return self.no_push / self.win if self.win > 0.0 else math.inf


@dataclass(frozen=True, slots=True)
class Joint:
    """Legs counted in the same worlds: P(all win) with its standard error, each leg's chances, every subset of them.

    hits counts the worlds in which all win, worlds all of them; effective is the effective sample size.
    """

    chances: tuple[Chances, ...]
    win: float
    win_error: float
    hits: int
    worlds: int
    effective: float
    subsets: tuple[Subset, ...]

    @property
    def independent(self) -> float:
        """Return what P(all win) would be if the legs knew nothing of each other: the product of their chances."""
        return math.prod(chances.win for chances in self.chances)

    @property
    def lift(self) -> float | None:
        """Return P(all win) over the product of the chances; none below 200 hits, where it would be noise."""
        return self.win / self.independent if self.hits >= HITS_LEAST else None

    @property
    def enough(self) -> bool:
        """Say whether worlds and hits suffice to publish the lift."""
        return self.worlds >= WORLDS_LEAST and self.hits >= HITS_LEAST


@dataclass(frozen=True, slots=True)
class Together(Joint):
    """Legs of one game together."""

    legs: tuple[Leg, ...]

    @property
    def lift_error(self) -> float | None:
        """Return the standard error of the lift, the product taken as known (domain notes, 1.7)."""
        return self.win_error / self.independent if self.hits >= HITS_LEAST else None

    @property
    def shortage(self) -> str:
        """Say in words what is too little; empty when it is enough."""
        if self.hits < HITS_LEAST:
            return f"a lift needs at least {HITS_LEAST} worlds in which all legs win, had {self.hits} of {self.worlds}"
        if self.worlds < WORLDS_LEAST:
            return f"a lift needs at least {WORLDS_LEAST} worlds to be published, had {self.worlds}"
        return ""


def checked(legs: Sequence[Leg]) -> tuple[Leg, ...]:
    """Return the legs of one ticket; ValueError for none, more than six, or the same one twice."""
    if not 1 <= len(legs) <= LEGS_MOST:
        raise ValueError(f"legs must be from 1 to {LEGS_MOST}, were {len(legs)}")
    twice = next((leg for place, leg in enumerate(legs) if leg in legs[:place]), None)
    if twice is not None:
        raise ValueError(f"legs must differ, {twice} was there twice")
    return tuple(legs)


def together(worlds: Worlds, league: League, legs: Sequence[Leg]) -> Together:
    """Value legs of one game on the same worlds; legs that exclude each other never win together.

    Raises ValueError for legs that make no ticket, and for a period that the league does not have. The standard error
    is sqrt(P (1 - P) / N) with the effective N (domain notes, 1.7; Kish, 1965).
    """
    held = checked(legs)
    grades = graded(worlds, league, held)
    subsets = grades.subsets()
    win = subsets[-1].win
    error = math.sqrt(max(0.0, win * (1.0 - win)) / worlds.effective)
    chances, effective = grades.chances(), worlds.effective
    return Together(chances, win, error, grades.hits, len(worlds.weights), effective, subsets, held)


def graded(worlds: Worlds, league: League, legs: Sequence[Leg]) -> Grades:
    """Grade every leg in every world; ValueError for a period that the league does not have."""
    rows = [_graded(worlds, league, leg) for leg in legs]
    return Grades(np.array([win for win, _ in rows]), np.array([push for _, push in rows]), worlds.weights)


@dataclass(frozen=True, slots=True)
class Across:
    """Legs of several games, which are independent of each other: P(all win) and its standard error.

    enough: every game had the worlds and hits that a lift needs.
    """

    win: float
    win_error: float
    enough: bool


def across(games: Sequence[Together]) -> Across:
    """Multiply the joints of different games; ValueError without any.

    The error is that of a product of independent estimates, to first order (delta method).
    """
    if not games:
        raise ValueError("games must be at least one, were none")
    wins = [game.win for game in games]
    parts = [game.win_error * math.prod(wins[:at] + wins[at + 1 :]) for at, game in enumerate(games)]
    return Across(math.prod(wins), math.hypot(*parts), all(game.enough for game in games))


def _graded(worlds: Worlds, league: League, leg: Leg) -> tuple[Floats, Floats]:
    """Return the shares of the stake that win and push, both of shape (worlds,)."""
    home, away = worlds.within(window_of(league, leg.settled_by)).T
    terms = (MARKET_CODES[leg.market.type], SIDE_CODES[leg.side], leg.line_quarters or 0)
    market, side, line = (np.full(len(home), term, dtype=np.int32) for term in terms)
    # The price is nobody's: only how many halves of the stake win or lose is asked for.
    halves = grade_many(market, side, line, home, away, np.ones(len(home))).codes / 2.0
    return np.maximum(halves, 0.0), 1.0 - np.abs(halves)
