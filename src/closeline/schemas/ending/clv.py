"""Closing line value: one pick's, a report over many, the coverage of a record, and closing quotes of a market."""

from datetime import datetime

from closeline.schemas.shape import Shape


class Snapshot(Shape):
    """One side of one market at one book at one moment; `line` in points, `seen_until` when it was last seen so."""

    snapshot_id: str
    book: str
    market_key: str
    side: str
    line: float | None
    price: str
    decimal: float
    captured_at: datetime
    seen_until: datetime
    assumed: bool


class Snapshots(Shape):
    """Every price of an event that is in the record, oldest first."""

    event_id: str
    market_key: str | None
    book: str | None
    starts_at: datetime | None
    start_basis: str | None
    snapshots: list[Snapshot]


class ClosingQuote(Shape):
    """The close of one side by the rules: `reason` says why there is none, and then all else is null.

    fair: P(side wins | no push) at the line, by `method`; `fair_by_method` by each devig method that the prices have.
    """

    market_key: str
    side: str
    quality: str
    reason: str | None
    line: float | None
    book: str | None
    consensus_books: list[str]
    price: str | None
    price_opposite: str | None
    fair: float | None
    method: str
    fair_by_method: dict[str, float]
    captured_at: datetime | None
    seen_until: datetime | None
    age_minutes: float | None
    snapshot_id: str | None


class ClosingQuotes(Shape):
    """The closes of an event: for a ticket at `book`, which is left out of a consensus and is the last resort."""

    event_id: str
    book: str | None
    rules: str
    starts_at: datetime | None
    start_basis: str | None
    closes: list[ClosingQuote]


class ClvOfPick(Shape):
    """One pick against its close. Lines in points; what does not exist is null, and `reason` says why.

    clv_prob: fair to fair at the pick's own line. clv_ev: the return per unit risked that the fair close promises, with
    its range over the devig methods. ages: minutes from the last sight of the close to the start.
    """

    pick_id: str
    event_id: str
    market_key: str
    side: str
    line: float | None
    book: str
    price: str
    published_at: datetime | None
    starts_at: datetime | None
    start_basis: str | None
    track_version: int | None
    versions: int
    rules: str | None
    quality: str | None
    reason: str | None
    open_line: float | None
    open_price: str | None
    best_line: float | None
    best_price: str | None
    close_line: float | None
    close_price: str | None
    close_price_opposite: str | None
    close_book: str | None
    consensus_books: list[str]
    close_at: datetime | None
    close_seen_until: datetime | None
    close_age_minutes: float | None
    method: str | None
    q_close: float | None
    clv_points: float | None
    clv_prob: float | None
    clv_prob_raw: float | None
    clv_price_ratio: float | None
    clv_ev: float | None
    clv_ev_low: float | None
    clv_ev_high: float | None
    predicted_clv: float
    beat_close: int | None
    premise: str | None
    result: str | None


class ClvFigures(Shape):
    """`clv_ev` of some tickets, per unit risked; `low` and `high` are 95 % by drawing whole events."""

    n: int
    n_missing: int
    missing: dict[str, int]
    mean: float | None
    low: float | None
    high: float | None
    median: float | None
    t: float | None
    share_positive: float | None
    share_zero: float | None
    share_negative: float | None
    beat_close_share: float | None
    band_width: float | None
    events: int


class ClvSegment(Shape):
    """One segment: all that count, and the same without picks whose premise changed, and without voids."""

    keys: dict[str, str]
    figures: ClvFigures
    without_premise_changes: ClvFigures
    without_voids: ClvFigures
    premise_changes: int
    voids_left_out: int
    voids_after_start: int


class ClvReport(Shape):
    """A record's closing line value by segment, and over all."""

    as_of: datetime
    by: list[str]
    segments: list[ClvSegment]
    total: ClvSegment
    notes: list[str]


class CoverageRow(Shape):
    """Hypothetical tickets of one market: how many have a close, whose it was, and why the others have none."""

    market_key: str
    tickets: int
    covered: float | None
    qualities: dict[str, int]
    missing: dict[str, int]
    figures: ClvFigures


class Coverage(Shape):
    """Hypothetical tickets at every price that stood so many hours before the start; no pick was made of any."""

    hypothetical: bool
    league: str
    hours: float
    book: str | None
    rules: str
    events: int
    events_without_quotes: int
    tickets: int
    start_basis: dict[str, int]
    rows: list[CoverageRow]
    total: CoverageRow
    notes: list[str]
