"""Decisions: the side of a player's line that is worth more than its price, whether it may be bet, and how much.

These are the filters that the owner asked for; the gates of the desk, with the market's fair price, come on top of
them and not in their place. Source: props-v1, section 7.4.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from closeline.domain.markets import NUMBER_SIDES, Side
from closeline.domain.odds import DevigMethod
from closeline.domain.props.filters import EDGE_REVIEW, REQUESTED, FilterReason, PropFilters
from closeline.maths.devig import devig
from closeline.maths.props.participation import kelly_given_play, value, value_given_play
from closeline.maths.value import edge_prob

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from closeline.domain.odds import Price
    from closeline.maths.props.distributions import PropForecast

# A threshold that is reached is met; floats may put the number a rounding on the wrong side.
_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True)
class PropDecision:
    """What was decided about one line, with everything that it rests on.

    p_side: push-free chance of the side, given that he plays. edge_prob: p_side - 1/d, against the price; edge_fair:
    p_side less the market's chance without margin (`p_fair`, power). ev: net per unit staked with the void in it,
    ev_if_plays without. kelly_quarter: the asked fraction of Kelly, not capped, 0 if any filter fails; stake: capped.
    review: an edge so large that line, injury and role are looked at first.
    """

    side: Side
    decimal: float
    p_side: float
    p_fair: float
    edge_prob: float
    edge_fair: float
    ev: float
    ev_if_plays: float
    cv: float
    kelly_quarter: float
    bet: bool
    reasons: tuple[FilterReason, ...]
    stake: float
    review: bool


@dataclass(frozen=True, slots=True)
class FilterCost:
    """What one filter takes away, from all candidates alone and from those that every other filter lets through.

    ev_alone, ev_marginal: mean expected net units per unit staked of what it takes away; null where it takes nothing.
    """

    reason: FilterReason
    removed_alone: int
    ev_alone: float | None
    removed_marginal: int
    ev_marginal: float | None


@dataclass(frozen=True, slots=True)
class BandCosts:
    """The costs of the filters among prices from `decimal_from` (inclusive) to `decimal_to`."""

    decimal_from: float
    decimal_to: float
    candidates: int
    bets: int
    costs: tuple[FilterCost, ...]


@dataclass(frozen=True, slots=True)
class _Offer:
    side: Side
    decimal: float
    p: float
    p_fair: float

    @property
    def edge(self) -> float:
        return edge_prob(self.p, self.decimal)


@dataclass(frozen=True, slots=True)
class _Facts:
    """What the filters look at: the edge and chance of the side, its price, sd / mean, games seen, chance to play."""

    edge: float
    p: float
    decimal: float
    cv: float
    games: int
    plays: float


def decide(
    forecast: PropForecast,
    line_quarters: int,
    over: Price,
    under: Price,
    filters: PropFilters = REQUESTED,
    *,
    games: int,
) -> PropDecision:
    """Take the side with the larger edge over its own price, and hold it against the filters; a tie is OVER.

    games: how many games of the player were seen. Every price is the one quoted for that side: none is assumed.
    Raises ImpossiblePrice or DevigError for a market whose margin cannot be taken out.
    """
    offer = _better(forecast, line_quarters, over, under)
    facts = _Facts(offer.edge, offer.p, offer.decimal, forecast.cv, games, forecast.plays)
    reasons = tuple(reason for reason in FilterReason if _FAILS[reason](facts, filters))
    full = 0.0 if reasons else kelly_given_play(forecast, offer.side, line_quarters, offer.decimal)
    fractional = filters.kelly_fraction * full
    return PropDecision(
        side=offer.side, decimal=offer.decimal, p_side=offer.p, p_fair=offer.p_fair, edge_prob=offer.edge,
        edge_fair=offer.p - offer.p_fair, ev=value(forecast, offer.side, line_quarters, offer.decimal),
        ev_if_plays=value_given_play(forecast, offer.side, line_quarters, offer.decimal), cv=facts.cv,
        kelly_quarter=fractional, bet=not reasons, reasons=reasons, stake=min(fractional, filters.kelly_cap),
        review=offer.edge > EDGE_REVIEW + _ROUNDING,
    )  # fmt: skip


def filter_costs(decisions: Sequence[PropDecision]) -> tuple[FilterCost, ...]:
    """Return what every filter removed from candidates that were decided on, in the order of reasons.

    Alone: all that it refuses. On the margin: those that it alone refuses, which would be bets without it.
    """
    return tuple(_cost(decisions, reason) for reason in FilterReason)


def filter_costs_by_price(decisions: Sequence[PropDecision], edges: Sequence[float]) -> tuple[BandCosts, ...]:
    """Return the costs within bands of decimal odds that begin at 1 and at every edge; ValueError unless they rise.

    One least confidence for all prices refuses long ones whatever they are worth, so its cost is told per band.
    """
    starts = (1.0, *edges)
    if any(high <= low for low, high in pairwise(starts)):
        raise ValueError(f"edges must rise from above 1, were {list(edges)}")
    bands = []
    for low, high in zip(starts, (*starts[1:], math.inf), strict=True):
        inside = [item for item in decisions if low <= item.decimal < high]
        bands.append(BandCosts(low, high, len(inside), sum(item.bet for item in inside), filter_costs(inside)))
    return tuple(bands)


def _better(forecast: PropForecast, line_quarters: int, over: Price, under: Price) -> _Offer:
    decimals = (over.decimal, under.decimal)
    fair = devig(decimals, DevigMethod.POWER).probabilities
    offers = [
        _Offer(side, decimal, forecast.no_push(side, line_quarters), p_fair)
        for side, decimal, p_fair in zip(NUMBER_SIDES, decimals, fair, strict=True)
    ]
    return max(offers, key=lambda offer: offer.edge)


def _cost(decisions: Sequence[PropDecision], reason: FilterReason) -> FilterCost:
    alone = [item.ev for item in decisions if reason in item.reasons]
    marginal = [item.ev for item in decisions if item.reasons == (reason,)]
    return FilterCost(reason, len(alone), _mean(alone), len(marginal), _mean(marginal))


def _mean(values: Sequence[float]) -> float | None:
    return math.fsum(values) / len(values) if values else None


# Written so that a number that is none fails its filter.
_FAILS: dict[FilterReason, Callable[[_Facts, PropFilters], bool]] = {
    FilterReason.EDGE: lambda facts, filters: not (facts.edge > 0.0 and facts.edge >= filters.min_edge - _ROUNDING),
    FilterReason.CONFIDENCE: lambda facts, filters: not facts.p >= filters.min_confidence_at(facts.decimal) - _ROUNDING,
    FilterReason.CV: lambda facts, filters: not facts.cv <= filters.max_cv + _ROUNDING,
    FilterReason.INSUFFICIENT_DATA: lambda facts, filters: not facts.games >= filters.min_games,
    # A bet on a player who is out is certain to be void: there is nothing to say about it.
    FilterReason.NOT_PLAYING: lambda facts, _: not facts.plays > 0.0,
}
