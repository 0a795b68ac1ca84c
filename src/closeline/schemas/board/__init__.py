"""The board as it crosses the edge: its shapes here, `writing` for the way out, `reading` for the way back.

The shapes describe and check; bytes are written once a version from plain values, with no shape in between.
"""

from datetime import datetime

from closeline.domain.board import Availability, OpportunityKind
from closeline.domain.leagues import League
from closeline.domain.markets import Side
from closeline.domain.odds import OddsFormat
from closeline.schemas.ending.clv import Snapshot
from closeline.schemas.shape import Shape


class BoardEvent(Shape):
    """An event as the board shows it."""

    event_id: str
    league: League
    home: str
    away: str
    starts_at: datetime
    version: int


class BoardMovement(Shape):
    """How a price has moved since it was first seen; `opened_line` in points."""

    opened: str
    opened_line: float | None
    opened_at: datetime
    probability_points: float | None
    points_per_hour: float | None
    steam: bool


class BoardRow(Shape):
    """A price with what is known of its worth; a figure that cannot be had is null, and `flags` say why.

    `row_id` names the selection at the book; `line` is in points; `fair` is the consensus of the other books, `ev` per
    unit risked and `kelly` the full share, both at `fair`.
    """

    row_id: str
    event_id: str
    label: str
    book: str
    market_key: str
    side: Side
    line: float | None
    player_id: str
    alternate: bool
    price: str
    format: OddsFormat
    assumed: bool
    decimal: float
    american: int
    availability: Availability
    changed_at: datetime
    seen_at: datetime
    updated_at: datetime | None
    own_fair: float | None
    fair: float | None
    fair_books: list[str]
    overround: float | None
    hold: float | None
    ev: float | None
    kelly: float | None
    best: bool
    movement: BoardMovement | None
    flags: list[str]


class BoardLeg(Shape):
    """One bet of an opportunity, the share of the stake on it, and how old its price was when the board was made."""

    row: BoardRow
    stake_share: float
    age_seconds: float


class BoardOpportunity(Shape):
    """Bets at several books of one market; `window` are the results, in points, between which both bets win."""

    kind: OpportunityKind
    event_id: str
    market_key: str
    player_id: str
    margin: float
    window: tuple[float, float] | None
    legs: list[BoardLeg]
    flags: tuple[str, ...] = ()


class BoardPage(Shape):
    """One version of the board, or the rows of it that were asked for; before the first version, 0 and no time.

    `edition` names version and content; `total` counts the rows that the filters let pass, and `next_cursor` leads to
    the next page of the same edition.
    """

    edition: str
    version: int
    made_at: datetime | None
    synthetic: bool
    total: int
    events: list[BoardEvent]
    rows: list[BoardRow]
    opportunities: list[BoardOpportunity]
    next_cursor: str | None


class SeenAgain(Shape):
    """Rows of which nothing is different but that they were seen again."""

    seen_at: datetime
    row_ids: list[str]


class BoardChanges(Shape):
    """What makes the edition `edition` of the edition `since`, but for the order of rows.

    `events` are those that are new or different, and those of added rows; `seen` are rows of which nothing else is
    different; `opportunities` are all of the newer edition, or null where none differs.
    """

    since: str
    edition: str
    version: int
    made_at: datetime
    synthetic: bool
    events: list[BoardEvent]
    gone_events: list[str]
    added: list[BoardRow]
    changed: list[BoardRow]
    removed: list[str]
    seen: list[SeenAgain]
    opportunities: list[BoardOpportunity] | None


class BoardEventDetail(Shape):
    """An event: its rows on the board, and every price of it that is in the record, the oldest first.

    `event` is null where the board does not show it now. `history_note` says why the history is not there.
    """

    edition: str
    made_at: datetime | None
    synthetic: bool
    event: BoardEvent | None
    event_id: str
    rows: list[BoardRow]
    opportunities: list[BoardOpportunity]
    history: list[Snapshot]
    history_note: str | None
