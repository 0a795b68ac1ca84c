"""A change of a market's policy on trial: learned walk-forward from the past, and set beside the terms in force.

The span that judges is the later half of the history, in blocks. Each block is played by terms that were fitted on
everything before it, a day left out between, so nothing judges what it taught. Source: Bailey, Borwein, Lopez de Prado
and Zhu (2014), "Pseudo-mathematics and financial charlatanism", on why a rule may not be judged where it was chosen.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from numpy.random import Generator

from closeline.domain.digits import of_fit
from closeline.domain.policies.gate import Held, PolicyEvidence
from closeline.maths.bootstrap import clustered_gain, clustered_mean_interval
from closeline.maths.policy import Movement, lower_90
from closeline.maths.policy.multiplicity import holm
from closeline.maths.policy.walk import (
    EMBARGO_DAYS,
    FOLDS,
    Days,
    History,
    Learned,
    Lever,
    Run,
    Terms,
    blocks,
    learn,
    play,
    sides,
)

PAST_LEAST = 200
INTERVAL = 0.90
CHANCE = 0.05
RESAMPLES = 2000


@dataclass(frozen=True, slots=True)
class Proposed:
    """The candidate of one market: its terms learned from all of the past, what they rest on, and their trial."""

    terms: Terms
    movement: Movement
    threshold_n: int
    clv_lower_90: float | None
    evidence: PolicyEvidence


@dataclass(frozen=True, slots=True)
class _Tried:
    """One lever of one market, tried."""

    learned: Learned
    run: Run
    steady: bool
    gained: float
    gained_lower: float
    p_value: float


@dataclass(frozen=True, slots=True)
class _Market:
    """One market's history cut into folds, and the terms in force played over the judging span."""

    key: str
    history: History
    in_force: Terms
    pasts: tuple[History, ...]
    judged: tuple[History, ...]
    old: Run
    days: Days

    @classmethod
    def of(cls, key: str, history: History, in_force: Terms) -> "_Market | None":
        folds = [
            (history.of(past), history.of(block))
            for past, block in blocks(history.days)
            if int(past.sum()) >= PAST_LEAST
        ]
        if len(folds) < FOLDS:
            return None
        judged = tuple(block for _, block in folds)
        days = np.concatenate([block.days[block.playable] for block in judged])
        if days.size == 0:
            return None
        old = play(judged, [in_force] * len(judged))
        return cls(key, history, in_force, tuple(past for past, _ in folds), judged, old, days)

    def try_out(self, lever: Lever, generator: Generator, resamples: int) -> _Tried:
        learned = learn(self.history, self.in_force, lever)
        each = [learn(past, self.in_force, lever).terms for past in self.pasts]
        run = play(self.judged, each)
        gain = run.value - self.old.value
        lower, p_value = clustered_gain(gain, self.days, level=1 - CHANCE, resamples=resamples, generator=generator)
        return _Tried(learned, run, _is_steady(learned.terms, each, self.in_force), float(gain.mean()), lower, p_value)

    def held(self, terms: Terms, run: Run, generator: Generator, resamples: int) -> Held:
        nothing = float("nan")
        if not run.played.any():
            return Held(terms.beta, terms.threshold, 0, nothing, nothing, nothing, of_fit(run.log_loss))
        interval = clustered_mean_interval(
            run.value[run.played], self.days[run.played], level=INTERVAL, resamples=resamples, generator=generator
        )
        return Held(
            terms.beta, terms.threshold, interval.n, of_fit(interval.mean), of_fit(interval.low), of_fit(interval.high),
            of_fit(run.log_loss),
        )  # fmt: skip


def _is_steady(final: Terms, folds: Sequence[Terms], in_force: Terms) -> bool:
    """Say whether the folds moved each term as the whole past does: at least half of them, and none the other way."""
    moves = [(final.beta, in_force.beta, [each.beta for each in folds])]
    if in_force.threshold is not None:
        moves.append((final.least_edge, in_force.threshold, [each.least_edge for each in folds]))
    return all(
        _agree(_direction(new, old), [_direction(each, old) for each in in_folds]) for new, old, in_folds in moves
    )


def _agree(way: int, ways: Sequence[int]) -> bool:
    return way == 0 or (-way not in ways and 2 * ways.count(way) >= len(ways))


def _direction(new: float, old: float) -> int:
    return (new > old) - (new < old)


def _choose(market: _Market, tried: Sequence[_Tried], generator: Generator, resamples: int) -> _Tried:
    """Return the best by realised value; among those that cannot be told from it, the best by log loss."""
    moved = [each for each in tried if each.steady and each.learned.terms != market.in_force] or tried
    best = max(moved, key=lambda each: each.gained)
    alike = [best]
    for each in moved:
        ahead = best.run.value - each.run.value
        if each is not best and ahead.any():
            lower, _ = clustered_gain(ahead, market.days, level=1 - CHANCE, resamples=resamples, generator=generator)
            alike.extend([each] if lower <= 0.0 else [])
        elif each is not best:
            alike.append(each)
    return min(alike, key=lambda each: each.run.log_loss)


def try_policies(
    histories: Sequence[tuple[str, History, Terms]], *, generator: Generator, resamples: int = RESAMPLES
) -> list[Proposed | None]:
    """Try every lever of every market and return each market's candidate; null where the history is too short.

    histories: market key, its games and its terms in force. The p values of all that was tried, over all markets, are
    adjusted together: the more is tried, the rarer a gain must be.
    """
    markets = [_Market.of(*each) for each in histories]
    tried = [
        [] if market is None else [market.try_out(lever, generator, resamples) for lever in levers_of(market.in_force)]
        for market in markets
    ]
    adjusted = iter(holm([each.p_value for of_market in tried for each in of_market]))
    with_p = [[(each, next(adjusted)) for each in of_market] for of_market in tried]
    count = sum(map(len, tried))
    proposed: list[Proposed | None] = []
    for market, candidates in zip(markets, with_p, strict=True):
        if market is None:
            proposed.append(None)
            continue
        chosen = _choose(market, [each for each, _ in candidates], generator, resamples)
        p_adjusted = next(p for each, p in candidates if each is chosen)
        proposed.append(_proposed(market, chosen, p_adjusted, count, generator, resamples))
    return proposed


def levers_of(in_force: Terms) -> tuple[Lever, ...]:
    """Return what may move: a market that is never played has no threshold to move."""
    return (Lever.BETA,) if in_force.threshold is None else tuple(Lever)


def _proposed(
    market: _Market, chosen: _Tried, p_adjusted: float, tried: int, generator: Generator, resamples: int
) -> Proposed:
    terms = chosen.learned.terms
    last_past, first_judged = (int(days) for days in (market.pasts[0].days.max(), market.judged[0].days.min()))
    apart = all(
        int(past.days.max()) + EMBARGO_DAYS < int(block.days.min())
        for past, block in zip(market.pasts, market.judged, strict=True)
    )
    old = market.held(market.in_force, market.old, generator, resamples)
    if (chosen.run.value != market.old.value).any():
        new = market.held(terms, chosen.run, generator, resamples)
    else:
        # The same games were played: the same interval, not another draw of it.
        new = replace(old, beta=terms.beta, threshold=terms.threshold, log_loss=of_fit(chosen.run.log_loss))
    evidence = PolicyEvidence(
        market_key=market.key,
        old=old,
        new=new,
        offered=int(market.days.size),
        gained=of_fit(chosen.gained),
        gained_lower=of_fit(chosen.gained_lower),
        p_value=of_fit(chosen.p_value),
        p_adjusted=of_fit(p_adjusted),
        tried=tried,
        is_steady=chosen.steady,
        is_out_of_time=apart,
        trained_to=_iso(last_past),
        judged_from=_iso(first_judged),
    )
    offered = market.history.of(market.history.playable)
    edge, realised = sides(offered, terms.beta)
    played = edge >= terms.least_edge
    # Plays of a single day have no bound.
    bound = of_fit(lower_90(realised[played], offered.days[played])) if played.any() else np.nan
    lower = bound if np.isfinite(bound) else None
    return Proposed(terms, chosen.learned.movement, int(played.sum()), lower, evidence)


def _iso(day: int) -> str:
    return date.fromordinal(day).isoformat()
