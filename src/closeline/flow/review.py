"""Review: a published pick meets its closing line.

The close is chosen by clv-v1: the last two-sided quote before the start, not older than the limit, of the first
reference book that has one. Where there is none, the reason is recorded and nothing is imputed.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from closeline.domain.closing import CLV_V1, BookQuote, ClosingLine, open_best_close, select_close
from closeline.domain.digits import of_formula
from closeline.domain.events import PicksReviewed
from closeline.domain.leagues import League
from closeline.domain.markets import TOTAL, MarketType, opposite, opposite_line
from closeline.domain.odds import default_method
from closeline.maths import distributions
from closeline.maths.clv import beat_close, clv_across_lines, clv_points
from closeline.maths.devig_arrays import devig_two_way
from closeline.maths.distributions import ScoreDistribution, read_pair
from closeline.store import models, quotes, references
from closeline.store.desk import grades, picks
from closeline.store.desk.grades import LineTrack
from closeline.store.desk.picks import Pick
from closeline.store.quotes import Quote, Series
from closeline.store.session import Session


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A pick with the quotes that its selection had, and the close that the rules chose."""

    pick: Pick
    history: tuple[BookQuote, ...]
    close: ClosingLine
    published_at: datetime
    starts_at: datetime


def review(session: Session, *, tenant_id: str, league: League, snapshot_id: str, at: datetime) -> PicksReviewed:
    """Track every published pick of a league whose event has started and that has no line track yet."""
    waiting = picks.untracked(session, tenant_id=tenant_id, league=league)
    events = sorted({item.selection.event_id for item, _ in waiting})
    known = references.versions(session, events, as_of=at)
    started = [(item, published_at) for item, published_at in waiting if known[item.selection.event_id].starts_at <= at]
    events = sorted({item.selection.event_id for item, _ in started})
    rows = quotes.of_events(session, events, as_of=at)
    seen = quotes.last_seen(session, events)
    reviewed = [
        _reviewed(item, published_at, known[item.selection.event_id].starts_at, rows, seen)
        for item, published_at in started
    ]
    tracks = _all_tracks(session, league, reviewed, at) if reviewed else []
    grades.add_tracks(session, tracks)
    missing = sum(track.missing_reason is not None for track in tracks)
    return PicksReviewed(league, snapshot_id, len(tracks) - missing, missing)


def _all_tracks(session: Session, league: League, reviewed: Sequence[Reviewed], at: datetime) -> list[LineTrack]:
    _, content, _ = models.latest(session, league=league, kind=models.DISTRIBUTION, as_of=at)
    return [
        track
        for total, distribution in zip((False, True), read_pair(content), strict=True)
        for track in _tracks(
            league,
            distribution,
            [item for item in reviewed if (item.pick.selection.market == TOTAL) is total],
            at,
        )
    ]


def _reviewed(
    item: Pick,
    published_at: datetime,
    starts_at: datetime,
    rows: Sequence[Quote],
    seen: Mapping[Series, datetime],
) -> Reviewed:
    history = book_quotes(item, rows, seen)
    close = select_close(history, starts_at=starts_at, ticket_book=item.book)
    return Reviewed(item, tuple(history), close, published_at, starts_at)


def book_quotes(item: Pick, rows: Sequence[Quote], seen: Mapping[Series, datetime]) -> list[BookQuote]:
    """Return the quotes of a pick's selection, each beside the other side's price at that moment."""
    selection = item.selection
    by_book: defaultdict[str, list[Quote]] = defaultdict(list)
    for row in rows:
        if row.event_id == selection.event_id and row.market == selection.market:
            by_book[row.book].append(row)
    return [quote for book in sorted(by_book) for quote in _book_history(item, by_book[book], seen)]


def _book_history(item: Pick, rows: Sequence[Quote], seen: Mapping[Series, datetime]) -> list[BookQuote]:
    own, other = item.selection.side, opposite(item.selection.side)
    market_type: MarketType = item.selection.market.type
    until = _seen_until(rows, seen)
    latest: dict[str, Quote] = {}
    found: list[BookQuote] = []
    for moment in sorted({row.received_at for row in rows}):
        latest.update({row.side: row for row in rows if row.received_at == moment})
        mine, answer = latest.get(own), latest.get(other)
        # At a moment at which only the other side was shown there is nothing to quote.
        if mine is None or until[mine.quote_id] < moment:
            continue
        # The other side's price counts only as long as that side was shown, at the line that answers this one.
        gone = answer is not None and until[answer.quote_id] < moment
        if answer is None or gone or opposite_line(market_type, mine.line_quarters) != answer.line_quarters:
            answer = None
        found.append(BookQuote(
            mine.book, moment, mine.line_quarters, mine.price, answer.price if answer else None,
            seen_until=until[mine.quote_id], snapshot_id=mine.snapshot_id,
        ))  # fmt: skip
    return found


def _seen_until(rows: Sequence[Quote], seen: Mapping[Series, datetime]) -> dict[int, datetime]:
    """Return when each quote was last seen: what its successor remembers of it, or the heart of its series."""
    until: dict[int, datetime] = {}
    before: dict[Series, Quote] = {}
    for row in rows:
        known = before.get(row.series)
        if known is not None:
            until[known.quote_id] = max(row.previous_seen_at or known.received_at, known.received_at)
        until[row.quote_id] = max(seen.get(row.series, row.received_at), row.received_at)
        before[row.series] = row
    return until


def _tracks(
    league: League, distribution: ScoreDistribution, reviewed: Sequence[Reviewed], at: datetime
) -> list[LineTrack]:
    closed = [item for item in reviewed if item.close.quote is not None]
    tracks = [_missing(item, at) for item in reviewed if item.close.quote is None]
    if closed:
        tracks += _closed(league, distribution, closed, at)
    return tracks


def _closed(
    league: League, distribution: ScoreDistribution, closed: Sequence[Reviewed], at: datetime
) -> list[LineTrack]:
    sides = np.array([distributions.Side[item.pick.selection.side] for item in closed], dtype=np.int64)
    bet_lines = np.array([(item.pick.selection.line_quarters or 0) / 4 for item in closed])
    prices = np.array([item.pick.price.decimal for item in closed])
    close_lines = np.array([(item.close.quote.line_quarters or 0) / 4 for item in closed if item.close.quote])
    close_prices = np.array([item.close.quote.price.decimal for item in closed if item.close.quote])
    fair = np.array([_close_fair(league, item) for item in closed])
    across = clv_across_lines(distribution, sides, bet_lines, prices, close_lines, fair)
    points = clv_points(sides, bet_lines, close_lines)
    beaten = beat_close(points, prices, close_prices)
    return [
        _track(item, at, (float(across.fair[row]), float(points[row]), float(across.ev[row]), int(beaten[row])))
        for row, item in enumerate(closed)
    ]


def _close_fair(league: League, item: Reviewed) -> float:
    quote = item.close.quote
    if quote is None or quote.opposite is None:
        message = "a close must be two-sided"
        raise ValueError(message)
    method = default_method(league, item.pick.selection.market.type)
    return float(devig_two_way([quote.price.decimal], [quote.opposite.decimal], method)[0])


def _track(item: Reviewed, at: datetime, figures: tuple[float, float, float, int]) -> LineTrack:
    q_close, points, clv_ev, beaten = figures
    q_close = of_formula(q_close)
    return _with_figures(item, at, q_close, round(points, 4), of_formula(clv_ev), beaten)


def _with_figures(
    item: Reviewed,
    at: datetime,
    q_close: float | None,
    points: float | None,
    clv_ev: float | None,
    beaten: int | None,
) -> LineTrack:
    pick, close = item.pick, item.close.quote
    path = open_best_close(
        item.history,
        side=pick.selection.side,
        published_at=item.published_at,
        starts_at=item.starts_at,
        book=pick.book,
    )
    return LineTrack(
        tenant_id=pick.tenant_id,
        pick_id=pick.pick_id,
        track_version=1,
        rules=CLV_V1.version,
        quality=item.close.quality,
        missing_reason=item.close.reason,
        open_line_quarters=path.open.line_quarters if path.open else None,
        open_price=path.open.price.text if path.open else None,
        best_line_quarters=path.best_after_publish.line_quarters if path.best_after_publish else None,
        best_price=path.best_after_publish.price.text if path.best_after_publish else None,
        close_line_quarters=close.line_quarters if close else None,
        close_price=close.price.text if close else None,
        close_price_opposite=close.opposite.text if close and close.opposite else None,
        close_snapshot_id=close.snapshot_id if close else None,
        q_close=q_close,
        clv_points=points,
        clv_prob=None if q_close is None else of_formula(q_close - pick.q_market),
        clv_ev=clv_ev,
        predicted_clv=pick.predicted_clv,
        beat_close=beaten,
        at=at,
    )


def _missing(item: Reviewed, at: datetime) -> LineTrack:
    return _with_figures(item, at, None, None, None, None)
