"""Each book's consensus of the others, for many markets at once: the rules of `maths.consensus`, one book left out.

Every sum runs over the books in their order with nought for whoever has no say, so that a book's own price cannot
reach its own consensus, not even by rounding.
"""

from dataclasses import dataclass

import numpy as np

from closeline.maths.board.columns import BoolArray, IntArray
from closeline.maths.consensus import FRESHNESS_SECONDS, OUTLIER_LOGIT, RETAIL_BOOKS_LEAST, SHARP_BOOKS_LEAST
from closeline.maths.prices import FloatArray

# A book makes a quorum only if it was seen at most so long, in seconds, before the newest price of its line: beyond,
# its weight beside a fresh price is below exp(-3). The age itself would not do: all prices of one answer age alike, and
# far from a start an answer has to last for hours.
BEHIND_MOST = 1800.0
# Shares of weight that differ by less are halves alike.
_ALIKE = 1e-9
# Work goes in blocks of at most so many (group, book, other book, side) cells.
_CELLS = 2_000_000


@dataclass(frozen=True, slots=True)
class Opinions:
    """What each book line says of its market. Shape (lines,), fair (lines, 3) with NaN beyond the market's sides.

    `has_say`: its price is an opinion; weights: of its kind and freshness, above 0 where it has a say; ages: seconds,
    inf without a price; source: numbers, the same of books that show one source's prices.
    """

    group: IntArray
    fair: FloatArray
    weights: FloatArray
    sharp: BoolArray
    has_say: BoolArray
    ages: FloatArray
    source: IntArray


@dataclass(frozen=True, slots=True)
class Pooled:
    """What the others say to each book line: fair (lines, 3), NaN without a quorum, and who was asked.

    `members` (lines, widest): the lines whose opinions were pooled, -1 beyond; `dropped`: some other was an outlier;
    `outlier`: the line's own opinion lies further from the others' median than an opinion can.
    """

    fair: FloatArray
    members: IntArray
    dropped: BoolArray
    outlier: BoolArray


def freshness_weights(kinds: FloatArray, ages: FloatArray) -> FloatArray:
    """Return exp(-age / 10 min) of each kind's weight, same shape; ages in seconds."""
    found: FloatArray = kinds * np.exp(-ages / FRESHNESS_SECONDS)
    return found


def pooled_of_others(opinions: Opinions) -> Pooled:
    """Return for every book line what the others of its group say; groups are numbered without gaps, in order."""
    count = len(opinions.group)
    sizes = np.bincount(opinions.group) if count else np.zeros(0, dtype=np.int64)
    widest = int(sizes.max(initial=0))
    fair, members = np.full(opinions.fair.shape, np.nan), np.full((count, widest), -1, dtype=np.int64)
    dropped, outlier = np.zeros(count, dtype=np.bool_), np.zeros(count, dtype=np.bool_)
    starts = np.concatenate(([0], np.cumsum(sizes)))[:-1].astype(np.int64)
    # Groups of one size go together: no padding, and the books of each in their order.
    for size in np.unique(sizes):
        alike = np.flatnonzero(sizes == size)
        block = max(1, _CELLS // int(size * size * opinions.fair.shape[1]))
        for begin in range(0, len(alike), block):
            rows = starts[alike[begin : begin + block]][:, None] + np.arange(size)
            found = _leave_one_out(opinions, rows)
            fair[rows], dropped[rows], outlier[rows] = found.fair, found.dropped, found.outlier
            members[rows, :size] = np.where(found.kept, rows[:, None, :], -1)
    return Pooled(fair, members, dropped, outlier)


@dataclass(frozen=True, slots=True)
class _Found:
    """Of groups of one size: (groups, books, sides), (groups, judged, asked) and (groups, books)."""

    fair: FloatArray
    kept: BoolArray
    dropped: BoolArray
    outlier: BoolArray


def _leave_one_out(opinions: Opinions, rows: IntArray) -> _Found:
    """Pool groups of one size, rows (groups, books), each book's by the others."""
    size = rows.shape[1]
    has_say = opinions.has_say[rows]
    fair = np.where(has_say[..., None], opinions.fair[rows], np.nan)
    with np.errstate(invalid="ignore"):
        logits = np.log(fair) - np.log1p(-fair)
    # A market of two sides has no third: as even money for everybody it is nobody's outlier.
    third = np.isnan(fair[..., 2]) & has_say
    logits[..., 2][third] = 0.0
    others = has_say[:, None, :] & ~np.eye(size, dtype=np.bool_)
    weights = np.where(others, opinions.weights[rows][:, None, :], 0.0)
    medians = weighted_medians(logits, weights)
    with np.errstate(invalid="ignore"):
        far: FloatArray = np.abs(logits[:, None] - medians[:, :, None, :]).max(axis=-1)
        apart: BoolArray = far > OUTLIER_LOGIT
    kept = others & ~apart
    enough = _quorum(opinions, rows, kept)
    pooled = _pooled(fair, np.where(kept, weights, 0.0))
    own = np.einsum("gbb->gb", apart)
    lost: BoolArray = np.asarray((others & apart).any(axis=-1))
    return _Found(np.where(enough[..., None], pooled, np.nan), kept & enough[..., None], lost, own & has_say)


def _quorum(opinions: Opinions, rows: IntArray, kept: BoolArray) -> BoolArray:
    """Say whether those who are kept (groups, judged, asked) are enough, shape (groups, judged).

    Enough is one sharp book or three sources of other books, each of them seen within half an hour of the newest price.
    """
    ages, source = opinions.ages[rows], opinions.source[rows]
    newest = ages.min(axis=1, keepdims=True)
    with np.errstate(invalid="ignore"):
        counted = kept & (ages - newest <= BEHIND_MOST)[:, None, :]
    sharp = counted & opinions.sharp[rows][:, None, :]
    retail = counted & ~sharp
    earlier = np.tril(source[:, :, None] == source[:, None, :], -1)
    if earlier.any():
        # Of one source the first that counts does so for all of them.
        retail &= np.matmul(retail.astype(np.float64), earlier.transpose(0, 2, 1)) == 0.0
    found: BoolArray = (sharp.sum(axis=-1) >= SHARP_BOOKS_LEAST) | (retail.sum(axis=-1) >= RETAIL_BOOKS_LEAST)
    return found


def _pooled(fair: FloatArray, weights: FloatArray) -> FloatArray:
    """Return the weighted geometric means, renormalised: fair (groups, books, sides), weights by judged and asked."""
    logs = np.where(np.isnan(fair), 0.0, np.log(fair))
    total = _summed(weights)
    with np.errstate(invalid="ignore", divide="ignore"):
        shares = weights / total[..., None]
        raw = np.exp(_summed_sides(shares, logs))
    # Beyond the market's sides there is nothing to share.
    there: BoolArray = np.logical_not(np.isnan(fair).all(axis=1))
    raw = np.where(there[:, None, :], raw, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        found: FloatArray = raw / raw.sum(axis=-1, keepdims=True)
    found[~np.broadcast_to(there[:, None, :], found.shape)] = np.nan
    return found


def _summed(weights: FloatArray) -> FloatArray:
    """Add along the books one after another: noughts in between change no bit."""
    total = np.zeros(weights.shape[:-1])
    for book in range(weights.shape[-1]):
        total += weights[..., book]
    return total


def _summed_sides(shares: FloatArray, logs: FloatArray) -> FloatArray:
    """Return sum over books of share times log, (groups, books, sides), the books one after another."""
    total = np.zeros((*shares.shape[:-1], logs.shape[-1]))
    for book in range(shares.shape[-1]):
        total += shares[..., book, None] * logs[:, None, book, :]
    return total


def weighted_medians(values: FloatArray, weights: FloatArray) -> FloatArray:
    """Return weighted medians, (groups, judged, sides), of values (groups, books, sides), NaN where none.

    weights: (groups, judged, books), 0 for whoever is not asked. The midpoint where half the weight falls between two;
    NaN where nobody is asked. The rule of `consensus.weighted_median`.
    """
    order = np.argsort(values, axis=1, kind="stable")
    ranked = np.take_along_axis(values, order, axis=1)
    # (groups, judged, books, sides): each judge's weights in the order of the side's values.
    spread = np.take_along_axis(weights[..., None], order[:, None], axis=2)
    below = np.cumsum(spread, axis=2)
    half = 0.5 * below[:, :, -1:, :]
    alike = np.abs(below - half) <= _ALIKE * np.maximum(below, half)
    reached = ((below > half) | alike) & (spread > 0.0)
    first = reached.argmax(axis=2)[:, :, None]
    beyond = (below > np.take_along_axis(below, first, axis=2)) & (spread > 0.0)
    second = np.where(beyond.any(axis=2), beyond.argmax(axis=2), first[:, :, 0])[:, :, None]
    split = np.take_along_axis(alike, first, axis=2)
    low = np.take_along_axis(ranked[:, None], first, axis=2)
    high = np.take_along_axis(ranked[:, None], second, axis=2)
    found: FloatArray = np.where(split, 0.5 * (low + high), low)[:, :, 0]
    found[~reached.any(axis=2)] = np.nan
    return found
