"""Changes between boards: applied to the old one they give the new one, and a new sighting alone is no news."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from closeline.domain.board import Board
from closeline.domain.board.changes import applied, changes, named, row_id
from closeline.domain.board.filters import EVERYTHING, BoardFilter, part
from closeline.domain.leagues import League
from tests.builders.shown_boards import NOON, a_card, a_quote, a_row, a_shown_board, next_board, repriced

WHOLE = a_shown_board(3)


def in_order(board: Board) -> Board:
    """Give a board whose rows and events stand in the order of their names."""
    return replace(
        board, rows=tuple(sorted(board.rows, key=row_id)), events=tuple(sorted(board.events, key=lambda c: c.event_id))
    )


@st.composite
def boards(draw):
    """Give a board made of the same slate: some rows gone, some at another price, some only seen again."""
    rows = []
    for row in draw(st.lists(st.sampled_from(WHOLE.rows), unique=True, max_size=40)):
        kind = draw(st.sampled_from(("same", "price", "seen", "flag")))
        later = row.quote.seen_at + timedelta(seconds=draw(st.integers(1, 2)))
        rows.append({
            "same": row, "price": repriced(row, draw(st.sampled_from((-120, 105)))),
            "seen": replace(row, quote=replace(row.quote, seen_at=later)), "flag": replace(row, flags=("STALE",)),
        }[kind])  # fmt: skip
    cards = draw(
        st.lists(st.sampled_from([*WHOLE.events, replace(WHOLE.events[0], version=2)]), unique_by=lambda c: c.event_id)
    )
    opportunities = draw(st.sampled_from((WHOLE.opportunities, (), WHOLE.opportunities[:1])))
    return Board(draw(st.integers(1, 9)), NOON, tuple(cards), tuple(rows), opportunities, draw(st.booleans()))


@given(boards(), boards())
def test_changes_applied_to_the_old_board_give_the_new_one(old, new):
    found = changes(old, new)

    assert in_order(applied(old, found)) == in_order(new)
    assert set(found.removed) == {*named(old.rows)} - {*named(new.rows)}


@given(boards())
def test_nothing_makes_a_board_of_itself(board):
    found = changes(board, board)

    assert not found.is_news
    assert found.seen == ()


def test_a_row_that_was_only_seen_again_is_no_news_and_is_told_by_its_time():
    row = a_row()
    again = replace(row, quote=replace(row.quote, seen_at=row.quote.seen_at + timedelta(minutes=1)))
    old = replace(WHOLE, rows=(row,))
    found = changes(old, next_board(old, [again]))

    assert not found.is_news
    assert found.seen == ((again.quote.seen_at, (row_id(row),)),)
    assert found.changed == ()


def test_a_price_that_changed_is_told_with_its_row_even_if_it_was_seen_again_too():
    row = a_row()
    old = replace(WHOLE, rows=(row,))
    dearer = repriced(replace(row, quote=replace(row.quote, seen_at=NOON)), -125)
    found = changes(old, next_board(old, [dearer]))

    assert (found.changed, found.seen, found.is_news) == ((dearer,), (), True)


def test_a_line_that_moved_is_another_selection():
    old = replace(WHOLE, rows=(a_row(),))
    moved = a_row(a_quote(line=-16))
    found = changes(old, next_board(old, [moved]))

    assert (found.removed, found.added) == ((row_id(a_row()),), (moved,))


def test_names_tell_every_row_of_a_board_apart():
    alternate = a_row(replace(WHOLE.rows[10].quote, alternate=True))

    assert len(named([*WHOLE.rows, alternate])) == len(WHOLE.rows) + 1


def test_a_filter_lets_pass_what_it_names_and_its_events():
    card = a_card(1)
    found = part(WHOLE, BoardFilter(league=League.NFL, market="SPREAD", best=True))

    assert {row.quote.event_id for row in found.rows} == {card.event_id}
    assert {row.quote.market.type for row in found.rows} == {"SPREAD"}
    assert all(row.best for row in found.rows)
    assert found.events == (card,)


def test_a_least_value_keeps_out_what_has_none():
    unknown = replace(a_row(), ev=None)
    board = replace(WHOLE, rows=(a_row(), unknown, replace(a_row(a_quote(book="fanduel")), ev=0.03)))

    assert [row.quote.book for row in part(board, BoardFilter(min_ev=0.0)).rows] == ["fanduel"]
    assert part(board, EVERYTHING) is board


def test_all_flags_must_be_there():
    board = replace(WHOLE, rows=(replace(a_row(), flags=("STALE",)), replace(a_row(), flags=("STALE", "OUTLIER"))))

    assert part(board, BoardFilter(flags=("OUTLIER", "STALE"))).rows == (board.rows[1],)
