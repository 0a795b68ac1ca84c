"""How a quote stands beside its other side, its book's other market, and the other books."""

from datetime import datetime
from statistics import median

from closeline.domain.gates import Standing
from closeline.domain.markets import MONEYLINE, SPREAD, MarketType, Side, market, opposite, opposite_line
from closeline.flow.gate.surroundings import Surroundings
from closeline.store.forecasts import Prediction
from closeline.store.quotes import Quote

# A consensus is of others: one other book is a second opinion.
BOOKS_LEAST = 2
# The least step of a line, in points: the consensus has moved when it moved by one.
TICK = 0.5
# A spread nearer to nought says too little of who is the favourite (safety-v1, L0).
FAVOURED_POINTS = 2.0


def standing_of(prediction: Prediction, side: Side, around: Surroundings) -> Standing:
    """Return how the quote of one side of a prediction stands."""
    of = market(prediction.market_key)
    quote = around.quotes.get((prediction.event_id, prediction.book, of.key, side))
    answer = around.quotes.get((prediction.event_id, prediction.book, of.key, opposite(side)))
    if quote is None:
        return Standing()
    mirrored = answer is None or opposite_line(of.type, quote.line_quarters) == answer.line_quarters
    now = _consensus(quote, around, around.as_of)
    then = _consensus(quote, around, quote.received_at)
    moved = now is not None and then is not None and abs(now - then) >= TICK
    return Standing(
        mirrored=mirrored, favourite_differs=_favourite_differs(prediction, around), consensus_line=now,
        consensus_moved=moved,
    )  # fmt: skip


def _consensus(quote: Quote, around: Surroundings, at: datetime) -> float | None:
    """Return the median line of the other books at a moment, points; null with too few of them or without lines."""
    if quote.line_quarters is None:
        return None
    lines = {
        item.book: item.line_quarters / 4
        for item in around.series[(quote.event_id, quote.market.key, quote.side)]
        if item.book != quote.book and item.received_at <= at and item.line_quarters is not None
        # A book that had taken its price off by then had no say: its last line is nobody's any more.
        if item.gone_at is None or item.gone_at > at
    }
    return median(lines.values()) if len(lines) >= BOOKS_LEAST else None


def _favourite_differs(prediction: Prediction, around: Surroundings) -> bool:
    if market(prediction.market_key).type not in (MarketType.MONEYLINE, MarketType.SPREAD):
        return False
    spread = around.evaluations.get((prediction.event_id, prediction.book, SPREAD.key))
    winner = around.evaluations.get((prediction.event_id, prediction.book, MONEYLINE.key))
    if spread is None or winner is None or spread.line_quarters is None:
        return False
    points = spread.line_quarters / 4
    return abs(points) >= FAVOURED_POINTS and (points < 0) != (winner.fair_probability > 0.5)
