"""Tracks: a pick's closing line as it is written down, and whether a second look says anything else."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from closeline.domain.digits import of_formula
from closeline.domain.ids import canonical_json
from closeline.domain.picks.closing import BookQuote, ClosingRules, MissingClose, open_best_close
from closeline.flow.review.closes import Close, Start
from closeline.flow.review.values import Valued
from closeline.store.desk.grades import LineTrack
from closeline.store.desk.picks import Pick

# What a second look is compared by. A distribution that was fitted again since is no news of the close.
_TOLD = (
    "rules", "quality", "missing_reason", "close_line_quarters", "close_price", "close_price_opposite", "close_book",
    "close_at", "start_basis", "premise", "consensus_books",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A published pick with what became of it by the start; `before` is its last track, null on the first look."""

    pick: Pick
    published_at: datetime
    start: Start
    history: Sequence[BookQuote]
    valued: Valued
    premise: str | None
    before: LineTrack | None


def nothing_new(before: LineTrack | None, rules: ClosingRules, start: Start, close: Close, premise: str | None) -> bool:
    """Say whether a second look would write what the last one wrote: then nothing has to be valued again."""
    if before is None or before.missing_reason == MissingClose.OTHER_LINE:
        return False
    now = (
        rules.version, close.quality, close.reason, close.line_quarters, close.price.text if close.price else None,
        close.opposite.text if close.opposite else None, close.book, close.captured_at, start.basis, premise,
        _books(close),
    )  # fmt: skip
    return before.start_basis is None or now == _told(before)


def _books(close: Close) -> str | None:
    return canonical_json(close.consensus_books) if close.consensus_books else None


def track_of(item: Reviewed, rules: ClosingRules, at: datetime) -> LineTrack | None:
    """Return the next track of a pick, null where it says what the last one said."""
    track = _track(item, rules, at)
    before = item.before
    # A track from before these were written down is not replaced for their sake alone.
    if before is not None and (before.start_basis is None or _told(track) == _told(before)):
        return None
    return track


def _told(track: LineTrack) -> tuple[object, ...]:
    return tuple(getattr(track, name) for name in _TOLD)


def _track(item: Reviewed, rules: ClosingRules, at: datetime) -> LineTrack:
    pick, close, figures = item.pick, item.valued.close, item.valued.figures
    path = open_best_close(
        item.history, side=pick.selection.side, published_at=item.published_at, starts_at=item.start.at, book=pick.book
    )
    return LineTrack(
        tenant_id=pick.tenant_id,
        pick_id=pick.pick_id,
        track_version=item.before.track_version + 1 if item.before else 1,
        rules=rules.version,
        quality=close.quality,
        missing_reason=close.reason,
        open_line_quarters=path.open.line_quarters if path.open else None,
        open_price=path.open.price.text if path.open else None,
        best_line_quarters=path.best_after_publish.line_quarters if path.best_after_publish else None,
        best_price=path.best_after_publish.price.text if path.best_after_publish else None,
        close_line_quarters=close.line_quarters,
        close_price=close.price.text if close.price else None,
        close_price_opposite=close.opposite.text if close.opposite else None,
        close_snapshot_id=close.snapshot_id,
        q_close=figures.q_close if figures else None,
        clv_points=figures.points if figures else None,
        clv_prob=of_formula(figures.q_close - pick.q_market) if figures else None,
        clv_ev=figures.ev if figures else None,
        predicted_clv=pick.predicted_clv,
        beat_close=figures.beat_close if figures else None,
        at=at,
        close_book=close.book,
        close_at=close.captured_at,
        close_seen_until=close.seen_until,
        start_basis=item.start.basis,
        method=figures.method if figures else None,
        clv_prob_raw=figures.prob_raw if figures else None,
        clv_price_ratio=figures.price_ratio if figures else None,
        clv_ev_low=figures.ev_low if figures else None,
        clv_ev_high=figures.ev_high if figures else None,
        premise=item.premise,
        consensus_books=_books(close),
    )
