"""Opportunities: prices of two or more books that lose on no result (arbitrage), or that win at two lines (middles).

Stakes are shares of the whole such that every leg pays the same: s_i = (1/d_i)/S with S = sum 1/d_i, and 1/S - 1 is
left of a unit when one leg wins and the others lose. Of an arbitrage that is the most: where all stakes come back
nothing is left, and at a quarter line half of it. Of a middle it is the least. Flags say where stakes may come back.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from itertools import product

from closeline.domain.board import Leg, LiveQuote, Opportunity, OpportunityKind
from closeline.domain.board.flags import RowFlag
from closeline.domain.board.market import MarketState
from closeline.domain.leagues import League
from closeline.domain.markets import MarketType, Period
from closeline.maths.board.rules import MIDDLE_COST_MAX
from closeline.maths.board.standing import push_flags

_QUARTERS = 4
# Sums of floats this near to 1 are decided by exact fractions.
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Offer:
    """A quote that stands, and its decimal odds."""

    quote: LiveQuote
    price: float


# By line: what stands of each side.
Offers = Mapping[int | None, Sequence[Sequence[Offer]]]


def opportunities(state: MarketState, offers: Offers, *, now: datetime) -> list[Opportunity]:
    """Return what the prices of one market make together, by line."""
    ranked = {line: [sorted(side, key=_by_price) for side in sides] for line, sides in offers.items()}
    found = [item for sides in ranked.values() if (item := _arbitrage(state, sides, now)) is not None]
    if state.market.has_line and len(ranked) > 1:
        found += _middles(state, ranked, now)
    return found


def _by_price(offer: Offer) -> tuple[float, float]:
    """Order offers by price, the highest first, and of those alike the one that was seen last."""
    return (-offer.price, -offer.quote.seen_at.timestamp())


def _arbitrage(state: MarketState, sides: Sequence[Sequence[Offer]], now: datetime) -> Opportunity | None:
    """Return the bets that lose on no result, where the best implied figures sum to less than 1, exactly."""
    if not all(sides) or sum(1.0 / side[0].price for side in sides) > 1.0 + _ROUNDING:
        return None
    # Where several books have the best price, the bets are spread over as many of them as there are.
    tied = [[offer.quote for offer in side[:2] if offer.price == side[0].price] for side in sides]
    legs = max(product(*tied), key=_books)
    if sum((1 / quote.price.exact for quote in legs), Fraction(0)) >= 1 or _books(legs) < 2:
        return None
    return _opportunity(OpportunityKind.ARBITRAGE, state, legs, now)


def _books(quotes: Sequence[LiveQuote]) -> int:
    return len({quote.book for quote in quotes})


def _middles(state: MarketState, ranked: Offers, now: datetime) -> list[Opportunity]:
    """Return pairs of bets at different lines that both win on some result, and cost little on any other."""
    found = []
    for first, first_sides in ranked.items():
        for second, second_sides in ranked.items():
            window = _window(state, first, second)
            legs = _dearest_pair(first_sides[0], second_sides[1]) if window is not None else None
            if legs is not None:
                found.append(_opportunity(OpportunityKind.MIDDLE, state, legs, now, window))
    return found


def _dearest_pair(first: Sequence[Offer], second: Sequence[Offer]) -> tuple[LiveQuote, LiveQuote] | None:
    """Return the best two prices of different books; None where they cost more than a middle may."""
    pairs = [pair for pair in product(first[:2], second[:2]) if pair[0].quote.book != pair[1].quote.book]
    if not pairs:
        return None
    one, two = min(pairs, key=lambda pair: 1.0 / pair[0].price + 1.0 / pair[1].price)
    left = 1.0 / (1.0 / one.price + 1.0 / two.price) - 1.0
    return (one.quote, two.quote) if left >= -MIDDLE_COST_MAX else None


def _window(state: MarketState, first: int | None, second: int | None) -> tuple[int, int] | None:
    """Return the open interval, in quarters, of results on which both bets win in full; None when no result can be so.

    first, second: canonical lines of the bet on the canonical side and of the bet against it. A home bet at L wins
    above -L of margin, the bet on away against home's L wins below -L; an over wins above its line, an under below.
    A bet at a quarter line is two halves, and wins in full beyond the outer one.
    """
    assert first is not None
    assert second is not None
    spread = state.market.type is MarketType.SPREAD
    low, high = (-first, -second) if spread else (first, second)
    low, high = low + low % 2, high - high % 2
    results = range((low // _QUARTERS + 1) * _QUARTERS, high, _QUARTERS)
    only_a_tie = spread and list(results) == [0]
    return None if not results or (only_a_tie and not _can_tie(state)) else (low, high)


def _can_tie(state: MarketState) -> bool:
    """Say whether what settles a market may end level: any part of a game, and of whole games those of the NFL."""
    return state.market.period is not Period.FULL_GAME or state.card.league is League.NFL


def _opportunity(
    kind: OpportunityKind, state: MarketState, quotes: Sequence[LiveQuote], now: datetime,
    window: tuple[int, int] | None = None,
) -> Opportunity:  # fmt: skip
    implied = [quote.price.implied for quote in quotes]
    total = sum(implied)
    legs = tuple(
        Leg(quote, share / total, max((now - quote.seen_at).total_seconds(), 0.0))
        for quote, share in zip(quotes, implied, strict=True)
    )
    told = {flag for quote in quotes for flag in push_flags(state, quote.line_quarters)}
    flags = tuple([str(flag) for flag in RowFlag if flag in told])
    return Opportunity(kind, state.card.event_id, state.market, legs, 1.0 / total - 1.0, window, state.player_id, flags)
