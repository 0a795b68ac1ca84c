"""Many books, one fair price: pooled log-odds of the devigged prices of one market at one line (devig-v1).

Books at another line are translated or left out by the caller; an exchange's prices are its mid after
commission.
"""

import math
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from closeline.domain.errors import DevigError
from closeline.domain.odds import DevigMethod
from closeline.maths.devig import DevigFlag, devig

FRESHNESS_SECONDS = 600.0
# Further than this from the weighted median, in log-odds, a book is wrong or late, not of another opinion.
OUTLIER_LOGIT = 0.35
SHARP_BOOKS_LEAST = 1
RETAIL_BOOKS_LEAST = 3


class BookKind(StrEnum):
    """What a book's price is worth as an opinion."""

    SHARP = "SHARP"
    RETAIL = "RETAIL"
    EXCHANGE = "EXCHANGE"


KIND_WEIGHTS = {BookKind.SHARP: 1.0, BookKind.RETAIL: 0.25, BookKind.EXCHANGE: 0.75}


class Pool(StrEnum):
    """How opinions are averaged: on log-odds (the default) or on probabilities."""

    LOG = "log"
    LINEAR = "linear"


class Dropped(StrEnum):
    """Why a book has no say in a consensus."""

    LEFT_OUT = "LEFT_OUT"
    STALE = "STALE"
    UNDERROUND = "UNDERROUND"
    DEVIG_FAILED = "DEVIG_FAILED"
    OUTLIER = "OUTLIER"


class ConsensusFlag(StrEnum):
    """What a reader of a consensus has to know."""

    NO_CONSENSUS = "NO_CONSENSUS"
    OUTLIER_DROPPED = "OUTLIER_DROPPED"


@dataclass(frozen=True, slots=True)
class BookPrices:
    """One book's decimal odds for every outcome of the market, and how old they are."""

    book: str
    kind: BookKind
    prices: tuple[float, ...]
    age_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Consensus:
    """A pooled fair price; `probabilities` is None exactly when the flags say NO_CONSENSUS."""

    probabilities: tuple[float, ...] | None
    books: tuple[str, ...]
    dropped: tuple[tuple[str, Dropped], ...]
    method: DevigMethod
    flags: tuple[ConsensusFlag, ...] = ()


@dataclass(frozen=True, slots=True)
class _Opinion:
    quote: BookPrices
    fair: tuple[float, ...]
    weight: float


def consensus(
    quotes: Sequence[BookPrices],
    method: DevigMethod,
    *,
    stale_after_seconds: float,
    leave_out: Collection[str] = (),
    pool_by: Pool = Pool.LOG,
) -> Consensus:
    """Pool what the books think, each weighted by its kind and freshness, without stale books and outliers.

    `leave_out` names the book under evaluation: a book never takes part in measuring its own value.
    One sharp book or three retail ones must remain, else the result says NO_CONSENSUS. An underround book is
    dropped.
    """
    dropped: list[tuple[str, Dropped]] = []
    opinions: list[_Opinion] = []
    for quote in quotes:
        reason = _unusable(quote, stale_after_seconds, leave_out)
        opinion = reason or _opinion(quote, method)
        if isinstance(opinion, Dropped):
            dropped.append((quote.book, opinion))
        else:
            opinions.append(opinion)
    kept, outliers = _without_outliers(opinions)
    dropped += [(opinion.quote.book, Dropped.OUTLIER) for opinion in outliers]
    flags = (ConsensusFlag.OUTLIER_DROPPED,) if outliers else ()
    books = tuple(opinion.quote.book for opinion in kept)
    if not _quorum(kept):
        return Consensus(None, books, tuple(dropped), method, (ConsensusFlag.NO_CONSENSUS, *flags))
    pooled = pool([opinion.fair for opinion in kept], [opinion.weight for opinion in kept], pool_by)
    return Consensus(pooled, books, tuple(dropped), method, flags)


def freshness(age_seconds: float, stale_after_seconds: float) -> float:
    """Return the weight of a price of this age: exp(-age / 10 min), and 0 beyond the staleness limit."""
    return 0.0 if age_seconds > stale_after_seconds else math.exp(-max(age_seconds, 0.0) / FRESHNESS_SECONDS)


def pool(opinions: Sequence[Sequence[float]], weights: Sequence[float], by: Pool = Pool.LOG) -> tuple[float, ...]:
    """Average probabilities (books, outcomes) by weights (books,); they sum to 1.

    Raises ValueError unless each weight is at least 0 and some weight is above. Source: Genest & Zidek
    (1986).
    """
    total = math.fsum(weights)
    if not total > 0.0 or min(weights) < 0.0 or len(weights) != len(opinions):
        raise ValueError(f"weights must be one per book, none below 0 and some above, were {list(weights)}")
    shares = [weight / total for weight in weights]
    raw = [_POOLS[by](outcome, shares) for outcome in zip(*opinions, strict=True)]
    whole = math.fsum(raw)
    return tuple([value / whole for value in raw])


def _geometric(values: Sequence[float], shares: Sequence[float]) -> float:
    return math.exp(math.fsum(share * math.log(value) for value, share in zip(values, shares, strict=True)))


def _arithmetic(values: Sequence[float], shares: Sequence[float]) -> float:
    return math.fsum(share * value for value, share in zip(values, shares, strict=True))


_POOLS: dict[Pool, Callable[[Sequence[float], Sequence[float]], float]] = {
    Pool.LOG: _geometric,
    Pool.LINEAR: _arithmetic,
}


def _unusable(quote: BookPrices, stale_after_seconds: float, leave_out: Collection[str]) -> Dropped | None:
    if quote.book in leave_out:
        return Dropped.LEFT_OUT
    return Dropped.STALE if quote.age_seconds > stale_after_seconds else None


def _opinion(quote: BookPrices, method: DevigMethod) -> "_Opinion | Dropped":
    try:
        fair = devig(quote.prices, method)
    except DevigError:
        return Dropped.DEVIG_FAILED
    if DevigFlag.UNDERROUND in fair.flags:
        return Dropped.UNDERROUND
    weight = KIND_WEIGHTS[quote.kind] * freshness(quote.age_seconds, math.inf)
    return _Opinion(quote, fair.probabilities, weight)


def _without_outliers(opinions: Sequence[_Opinion]) -> tuple[list[_Opinion], list[_Opinion]]:
    """Part the opinions at .35 of log-odds from the weighted median of any outcome."""
    if not opinions:
        return [], []
    weights = [opinion.weight for opinion in opinions]
    logits = [[math.log(p / (1.0 - p)) for p in opinion.fair] for opinion in opinions]
    medians = [weighted_median(outcome, weights) for outcome in zip(*logits, strict=True)]
    kept: list[_Opinion] = []
    outliers: list[_Opinion] = []
    for opinion, row in zip(opinions, logits, strict=True):
        far = max(abs(value - median) for value, median in zip(row, medians, strict=True))
        (outliers if far > OUTLIER_LOGIT else kept).append(opinion)
    return kept, outliers


def weighted_median(values: Sequence[float], weights: Sequence[float]) -> float:
    """Return the value with half of the weight below; the midpoint when the half falls between two."""
    ranked = sorted(zip(values, weights, strict=True))
    half = math.fsum(weights) / 2.0
    below = 0.0
    for place, (value, weight) in enumerate(ranked):
        below += weight
        if math.isclose(below, half) and place + 1 < len(ranked):
            return 0.5 * (value + ranked[place + 1][0])
        if below > half:
            return value
    return ranked[-1][0]


def _quorum(opinions: Sequence[_Opinion]) -> bool:
    kinds = [opinion.quote.kind for opinion in opinions]
    return kinds.count(BookKind.SHARP) >= SHARP_BOOKS_LEAST or kinds.count(BookKind.RETAIL) >= RETAIL_BOOKS_LEAST
