"""Reading a board back from its bytes: every figure checked by the shapes, nothing taken on trust."""

from pydantic import ValidationError

from closeline.domain.board import Board, EventCard, Leg, LiveQuote, Movement, Opportunity, Row
from closeline.domain.board.changes import row_id
from closeline.domain.board.editions import Edition
from closeline.domain.errors import CorruptRecord
from closeline.domain.ids import sha256_hex
from closeline.domain.markets import line_quarters, market
from closeline.domain.odds import Price
from closeline.schemas.board import BoardEvent, BoardMovement, BoardOpportunity, BoardPage, BoardRow
from closeline.schemas.board.writing import headed, packed


def board_of(content: bytes) -> Board:
    """Return the board that bytes hold; raises CorruptRecord for bytes that `press` cannot have made."""
    try:
        page = BoardPage.model_validate_json(content)
        if page.made_at is None or page.total != len(page.rows):
            raise CorruptRecord("board must be a whole version, was a part")
        return Board(
            page.version, page.made_at, tuple(_event(card) for card in page.events),
            tuple(_row(row) for row in page.rows), tuple(_opportunity(found) for found in page.opportunities),
            page.synthetic,
        )  # fmt: skip
    except (ValidationError, ValueError) as fault:
        raise CorruptRecord(f"board must be JSON of its form, was not: {type(fault).__name__}") from fault


def edition_of(content: bytes) -> Edition:
    """Return the edition that bytes hold, with the very bytes; raises CorruptRecord where its name is another's."""
    board = board_of(content)
    _, _, rest = content.partition(b",")
    body = b"{" + rest
    digest = sha256_hex(body)
    if headed(board.version, digest, body) != content:
        raise CorruptRecord("board must be named by the hash of its content, was not")
    return Edition(board, content, packed(content), digest)


def _event(card: BoardEvent) -> EventCard:
    return EventCard(card.event_id, card.league, card.home, card.away, card.starts_at, card.version)


def _quote(row: BoardRow) -> LiveQuote:
    return LiveQuote(
        row.event_id, row.book, market(row.market_key), row.side,
        None if row.line is None else line_quarters(row.line),
        Price.quoted(row.price, row.format, assumed=row.assumed), row.changed_at, row.seen_at, row.updated_at,
        row.availability, row.player_id, row.alternate,
    )  # fmt: skip


def _row(row: BoardRow) -> Row:
    found = Row(
        _quote(row), row.own_fair, row.fair, tuple(row.fair_books), row.overround, row.hold, row.ev, row.kelly,
        row.best, None if row.movement is None else _movement(row.movement), tuple(row.flags),
    )  # fmt: skip
    if row_id(found) != row.row_id:
        raise CorruptRecord(f"row must be named by its selection and book, was {row.row_id[:100]!a}")
    return found


def _movement(moved: BoardMovement) -> Movement:
    line = None if moved.opened_line is None else line_quarters(moved.opened_line)
    return Movement(moved.opened, line, moved.opened_at, moved.probability_points, moved.points_per_hour, moved.steam)


def _opportunity(found: BoardOpportunity) -> Opportunity:
    window = None if found.window is None else (line_quarters(found.window[0]), line_quarters(found.window[1]))
    legs = tuple(Leg(_quote(leg.row), leg.stake_share, leg.age_seconds) for leg in found.legs)
    return Opportunity(
        found.kind, found.event_id, market(found.market_key), legs, found.margin, window, found.player_id,
        found.flags,
    )  # fmt: skip
