"""The board's bytes: what is written is what the shapes say, and reads back as the same board or not at all."""

import gzip
import json
from dataclasses import replace

import pytest

from closeline.domain.board.changes import changes
from closeline.domain.errors import CorruptRecord
from closeline.schemas.board import BoardChanges, BoardPage
from closeline.schemas.board.pressing import press
from closeline.schemas.board.reading import board_of, edition_of
from closeline.schemas.board.writing import dumped, plain_changes, plain_page
from tests.builders.shown_boards import a_hostile_board, a_row, a_shown_board, next_board, repriced

BOARD = a_shown_board(3)


@pytest.mark.parametrize("board", [BOARD, a_shown_board(0), a_hostile_board(), a_shown_board(1, synthetic=False)])
def test_a_board_reads_back_from_its_bytes_as_it_was(board):
    edition = press(board)

    assert board_of(edition.content) == board
    assert edition_of(edition.content) == edition
    assert gzip.decompress(edition.packed) == edition.content


def test_where_stakes_may_come_back_is_written_and_read_back():
    board = replace(BOARD, opportunities=tuple(replace(one, flags=("PUSH_POSSIBLE",)) for one in BOARD.opportunities))

    assert board_of(press(board).content) == board
    assert {one.flags for one in board_of(press(board).content).opportunities} == {("PUSH_POSSIBLE",)}


def test_the_bytes_have_the_form_that_is_described_and_nothing_beside_it():
    page = BoardPage.model_validate_json(press(BOARD).content)

    assert page.model_dump(mode="json") == json.loads(press(BOARD).content)


def test_changes_have_the_form_that_is_described():
    rows = (repriced(BOARD.rows[0], 250), *BOARD.rows[2:], a_row())
    new = next_board(BOARD, rows, opportunities=())
    plain = plain_changes(changes(BOARD, new), {card.event_id: card for card in new.events}, since="1-a", edition="2-b")
    told = BoardChanges.model_validate_json(dumped(plain))

    assert told.model_dump(mode="json") == json.loads(dumped(plain))
    assert (len(told.changed), len(told.added), len(told.removed), told.opportunities) == (1, 1, 1, [])


def test_the_same_board_has_the_same_bytes_and_another_has_another_name():
    again, other = press(a_shown_board(3)), press(next_board(BOARD))

    assert press(BOARD) == again
    assert press(BOARD).etag != other.etag
    assert press(replace(BOARD, synthetic=False)).name.partition("-")[0] == again.name.partition("-")[0]
    assert press(replace(BOARD, synthetic=False)).name != again.name


def test_a_figure_that_is_not_finite_is_never_written():
    with pytest.raises(ValueError, match="must be finite"):
        press(replace(BOARD, rows=(replace(BOARD.rows[0], ev=float("nan")),)))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda content: content[:-40],
        lambda content: content.replace(b'"price":"', b'"price":"x', 1),
        lambda content: content.replace(b'"side":"HOME"', b'"side":"AWAY"', 1),
        lambda content: content.replace(b'"total":90', b'"total":91', 1),
        lambda content: content.replace(b'"total":90', b'"total":90,"more":1', 1),
        lambda content: content.replace(b'"version":1', b'"version":"one"', 1),
        lambda content: content.replace(b'"line":-2.5', b'"line":-2.6', 1),
        lambda content: content.replace(b'"made_at":"2026', b'"made_at":"x026', 1),
        lambda content: b"[]",
        lambda content: b"\x80\x05K\x01.",
    ],
)
def test_bytes_that_were_not_made_here_are_no_board(spoil):
    content = press(BOARD).content
    spoilt = spoil(content)
    assert spoilt != content

    with pytest.raises(CorruptRecord):
        board_of(spoilt)


def test_a_board_under_anothers_name_is_refused():
    content = press(BOARD).content.replace(b'"hold":0.0176', b'"hold":0.0177', 1)

    assert len(board_of(content).rows) == 90
    with pytest.raises(CorruptRecord, match="named by the hash"):
        edition_of(content)


def test_a_page_names_its_edition_and_counts_what_passes():
    plain = plain_page(BOARD, BOARD.rows[:2], edition="1-abc", next_cursor="next")

    assert (plain["edition"], plain["total"], len(plain["rows"]), plain["next_cursor"]) == ("1-abc", 90, 2, "next")
