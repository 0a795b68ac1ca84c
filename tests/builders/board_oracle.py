"""An independent reading of the board's rules: one quote at a time, exact fractions where they can be, roots by SciPy."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from functools import cache

from scipy.optimize import brentq

from closeline.domain.board import Availability, LiveQuote
from closeline.domain.board.market import MarketState
from closeline.domain.feeds.captures import ResultStatus
from closeline.domain.leagues import League
from closeline.domain.markets import Market, Side
from closeline.domain.settlement import GameRecord, Grading, Result, SettledTerms, settle, settle_number

SHARP = {"pinnacle", "circa", "bookmaker", "betonlineag", "betonline", "lowvig"}
NO_BOOKS = {"betfair_ex_eu", "betopenly", "kalshi", "prizepicks"}
ONE_WITNESS = [{"betrivers", "unibet_us", "betparx"}, {"betonlineag", "lowvig"}]
POWER_LEAGUES = {"nfl", "ncaab", "mlb", "nhl"}


@dataclass
class Worth:
    """What the oracle says of one quote."""

    own_fair: float | None
    fair: float | None
    books: set[str]
    ev: float | None
    kelly: float | None
    best: bool


def canonical(quote: LiveQuote) -> int | None:
    away_spread = quote.market.type == "SPREAD" and quote.side == "AWAY"
    return -quote.line_quarters if away_spread and quote.line_quarters is not None else quote.line_quarters


def age_limit(state: MarketState, now: datetime) -> float:
    hours = (state.card.starts_at - now).total_seconds() / 3600
    seconds = 21600 if hours > 24 else 3600 if hours > 3 else 600 if hours > 0.5 else 180 if hours > 0 else 0
    return seconds / 2 if state.market.type.startswith("PLAYER") else seconds


def age(quote: LiveQuote, now: datetime) -> float:
    return max((now - quote.seen_at).total_seconds(), 0)


def is_old_by_its_book(state: MarketState, quote: LiveQuote, now: datetime) -> bool:
    told = quote.updated_at or max((q.updated_at for q in state.quotes if q.updated_at), default=None)
    return told is not None and (now - min(told, quote.seen_at)).total_seconds() > 3 * age_limit(state, now)


def devigged(prices: Sequence[Fraction], method: str) -> list[float]:
    implied = [1 / price for price in prices]
    if method == "multiplicative":
        return [float(pi / sum(implied)) for pi in implied]
    logs = [math.log(pi) for pi in implied]
    k = brentq(lambda k: sum(math.exp(k * log) for log in logs) - 1, 1e-9, 60, xtol=1e-15, rtol=1e-14)
    return [math.exp(k * log) for log in logs]


def method_of(state: MarketState) -> str:
    if state.market.type in ("SPREAD", "TOTAL", "TEAM_TOTAL_HOME", "TEAM_TOTAL_AWAY"):
        return "multiplicative"
    if state.market.type == "MONEYLINE" and state.card.league not in POWER_LEAGUES:
        return "multiplicative"
    return "power"


def book_market(state: MarketState, book: str, line: int | None) -> list[LiveQuote] | None:
    """Give a book's priced sides at a line, in the market's order, or nothing when one is missing."""
    found = {
        q.side: q for q in state.quotes if q.book == book and canonical(q) == line and q.availability is Availability.PRICED
    }  # fmt: skip
    return [found[side] for side in state.market.sides] if len(found) == len(state.market.sides) else None


def trusted(state: MarketState, quotes: Sequence[LiveQuote]) -> bool:
    total = sum(1 / q.price.exact for q in quotes)
    wide = state.market.type.startswith("PLAYER") or state.market.type == "MONEYLINE_3WAY"
    return 1 <= total <= Fraction("1.2" if wide else "1.12")


def opinion(state: MarketState, book: str, line: int | None, now: datetime) -> tuple[list[float], float] | None:
    """Give what a book thinks and how much that counts, or nothing where it has no say."""
    quotes = book_market(state, book, line)
    if quotes is None or book in NO_BOOKS or state.card.starts_at <= now or not trusted(state, quotes):
        return None
    oldest = max(age(q, now) for q in quotes)
    if oldest > age_limit(state, now) or any(q.price.assumed or is_old_by_its_book(state, q, now) for q in quotes):
        return None
    weight = (1.0 if book in SHARP else 0.25) * math.exp(-oldest / 600)
    return devigged([q.price.exact for q in quotes], method_of(state)), weight


def median(values: Sequence[float], weights: Sequence[float]) -> float:
    """Give the value at which half the weight is reached, by looking at every value in turn."""
    pairs = sorted(zip(values, weights, strict=True))
    half = sum(weights) / 2
    for value, _ in pairs:
        upto = sum(w for v, w in pairs if v <= value)
        if math.isclose(upto, half, rel_tol=1e-9):
            return (value + min(v for v, _ in pairs if v > value)) / 2
        if upto > half:
            return value
    raise AssertionError("unreachable")


def others(state: MarketState, book: str, line: int | None, now: datetime) -> tuple[list[float] | None, set[str]]:
    """Pool what every other book says of a line: (fair probabilities or nothing, who was asked)."""
    names = sorted({q.book for q in state.quotes} - {book})
    said = {name: told for name in names if (told := opinion(state, name, line, now))}
    if not said:
        return None, set()
    width = len(state.market.sides)
    logit = {name: [math.log(p / (1 - p)) for p in told[0]] for name, told in said.items()}
    weights = [told[1] for told in said.values()]
    middle = [median([logit[name][side] for name in said], weights) for side in range(width)]
    kept = [name for name in said if all(abs(logit[name][s] - middle[s]) <= 0.35 for s in range(width))]
    newest = min(age(q, now) for q in state.quotes if canonical(q) == line and q.availability is Availability.PRICED)
    late = {name for name in kept if behind(state, name, line, now) > newest + 1800}
    timely = [name for name in kept if name not in late]
    # Of one witness with several names the first in the alphabet is heard.
    heard = {min(next((names & set(timely) - SHARP for names in ONE_WITNESS if name in names), {name}) or {name}) for name in timely}  # fmt: skip
    sharp = sum(name in SHARP for name in heard)
    if sharp < 1 and len(heard) - sharp < 3:
        return None, set()
    total = sum(said[name][1] for name in kept)
    raw = [math.prod(said[name][0][s] ** (said[name][1] / total) for name in kept) for s in range(width)]
    return [value / sum(raw) for value in raw], set(kept)


def behind(state: MarketState, book: str, line: int | None, now: datetime) -> float:
    return max(age(q, now) for q in book_market(state, book, line) or [])


def takeable(state: MarketState, quote: LiveQuote, now: datetime) -> bool:
    return (
        quote.availability is Availability.PRICED
        and age(quote, now) <= age_limit(state, now)
        and not is_old_by_its_book(state, quote, now)
        and not quote.price.assumed
        and quote.book not in NO_BOOKS
        and state.card.starts_at > now
    )


def stands(state: MarketState, quote: LiveQuote, now: datetime) -> bool:
    """Say whether best prices are made of a quote: one that can be taken, of a market that does not contradict itself."""
    whole = book_market(state, quote.book, canonical(quote))
    return takeable(state, quote, now) and (whole is None or trusted(state, whole))


def worth(state: MarketState, quote: LiveQuote, now: datetime) -> Worth:
    line, place = canonical(quote), state.market.sides.index(quote.side)
    whole = book_market(state, quote.book, line)
    own = devigged([q.price.exact for q in whole], method_of(state))[place] if whole else None
    pooled, books = others(state, quote.book, line, now)
    fair = pooled[place] if pooled else None
    rivals = [
        q.price.exact for q in state.quotes if q.side is quote.side and canonical(q) == line and stands(state, q, now)
    ]
    best = stands(state, quote, now) and quote.price.exact == max(rivals)
    if fair is None or not takeable(state, quote, now):
        return Worth(own, fair, books, None, None, best)
    price = float(quote.price.exact)
    net = price - 1
    ev = fair * net - (1 - fair)
    kelly = None if line is not None and line % 2 else max(0.0, (net * fair - (1 - fair)) / net)
    return Worth(own, fair, books, ev, kelly, best)


def arbitrages(state: MarketState, now: datetime) -> dict[int | None, Fraction]:
    """Give the lines at which the best prices sum to less than one, and that sum."""
    found: dict[int | None, Fraction] = {}
    for line in {canonical(q) for q in state.quotes}:
        offered = [
            [q.price.exact for q in state.quotes if q.side is side and canonical(q) == line and stands(state, q, now)]
            for side in state.market.sides
        ]
        if all(offered):
            total = sum((1 / max(prices) for prices in offered), Fraction(0))
            if total < 1:
                found[line] = total
    return found


@cache
def graded(league: League, market: Market, side: Side, line: int, price: Fraction, result: int) -> Grading:
    """Settle a bet on a margin, a sum or a player's number as the desk settles bets."""
    if market.type == "SPREAD":
        game = GameRecord(ResultStatus.FINAL, home=100 + result, away=100)
    elif market.type == "TOTAL":
        game = GameRecord(ResultStatus.FINAL, home=result, away=0)
    else:
        return settle_number(side, line, price, result)
    told = settle(SettledTerms(league, market, side, line, price), game)
    assert isinstance(told, Grading)
    return told


def results_of(state: MarketState) -> list[int]:
    """Give the whole results that a market may have, by brute force: no game but one of the NFL ends level."""
    spread = state.market.type == "SPREAD"
    found = list(range(-40, 41) if spread else range(80))
    level = state.card.league == "nfl" or state.market.period != "FULL_GAME"
    return found if level or not spread else [result for result in found if result != 0]


def both_win(state: MarketState, one: LiveQuote, two: LiveQuote) -> set[int]:
    """Give the results on which two bets win in full, settled one result at a time."""
    grades = {result: [grade_of(state, quote, result) for quote in (one, two)] for result in results_of(state)}
    return {
        result for result, both in grades.items()
        if all(grade.result is Result.WIN and grade.fraction_quarters == 4 for grade in both)
    }  # fmt: skip


def grade_of(state: MarketState, quote: LiveQuote, result: int) -> Grading:
    assert quote.line_quarters is not None
    return graded(state.card.league, state.market, quote.side, quote.line_quarters, quote.price.exact, result)


def middles(state: MarketState, now: datetime) -> dict[tuple[int, int], tuple[float, set[int]]]:
    """Give the pairs of canonical lines that both win on some result: what the best prices leave, and the results."""
    if state.market.type.startswith("MONEYLINE"):
        return {}
    first, second = state.market.sides
    found: dict[tuple[int, int], tuple[float, set[int]]] = {}
    standing = [quote for quote in state.quotes if stands(state, quote, now)]
    for one in standing:
        for two in standing:
            if one.side is not first or two.side is not second or one.book == two.book:
                continue
            left = float(1 / (1 / one.price.exact + 1 / two.price.exact) - 1)
            results = both_win(state, one, two) if left >= -0.05 else set()
            lines = (canonical(one), canonical(two))
            assert lines[0] is not None
            assert lines[1] is not None
            if results:
                found[lines[0], lines[1]] = (max(left, found.get((lines[0], lines[1]), (-1.0,))[0]), results)
    return found
