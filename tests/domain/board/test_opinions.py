"""Opinions wait for the record: only news is queued, the queue is bounded, and batches follow the latency."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from closeline.domain.board import Board, Row
from closeline.domain.board.batches import SHRINK_LEAST, BatchSize
from closeline.domain.board.opinions import FAIR_STEP, Backlog, says_otherwise
from closeline.domain.markets import Side
from tests.builders.boards import NOW, a_card, a_quote, american

ROW = Row(a_quote("pinnacle", Side.HOME, -110), 0.5, 0.5, ("circa",), 0.04, 0.03, -0.02, 0.0, False, None, ())


def a_board(version, *rows):
    return Board(version, NOW + timedelta(minutes=version), (a_card(),), rows)


def rows(count, fair=0.5):
    return [replace(ROW, quote=replace(ROW.quote, book=f"book{number}"), fair=fair) for number in range(count)]


@pytest.mark.parametrize(("change", "news"), [
    ({}, False),
    ({"fair": 0.5 + FAIR_STEP / 2}, False),
    ({"fair": 0.5 + FAIR_STEP * 1.01}, True),
    ({"fair": None}, True),
    ({"flags": ("STALE",)}, True),
    ({"best": True}, True),
    ({"quote": replace(ROW.quote, price=american(-112))}, True),
    ({"quote": replace(ROW.quote, seen_at=NOW + timedelta(minutes=1))}, False),
])  # fmt: skip
def test_a_row_is_written_down_when_it_says_something_new(change, news):
    assert says_otherwise(ROW, replace(ROW, **change)) is news


def test_the_same_board_twice_is_queued_once():
    backlog = Backlog()

    assert [backlog.add(a_board(1), rows(3)), backlog.add(a_board(2), rows(3))] == [3, 0]
    assert {item.version for item in backlog.first(10)} == {1}


def test_slow_drift_is_news_once_it_adds_up():
    backlog = Backlog()
    added = [backlog.add(a_board(n), rows(1, fair=0.5 + n * FAIR_STEP / 4)) for n in range(9)]

    assert sum(added) == 3


def test_what_was_written_waits_no_more_and_the_rest_does():
    backlog = Backlog()
    backlog.add(a_board(1), rows(5))
    first = backlog.first(2)
    backlog.written(first)

    assert len(backlog) == 3
    assert backlog.oldest not in first


def test_an_outage_merges_what_waits_longest_and_loses_no_quotes_last_word():
    backlog = Backlog(most=20)
    for version in range(40):
        backlog.add(a_board(version), rows(4, fair=0.3 + version / 100))

    assert len(backlog) <= 20
    assert backlog.merged == 40 * 4 - len(backlog)
    newest = {item.row.quote.book: item.version for item in backlog.first(100)}
    assert newest == {f"book{number}": 39 for number in range(4)}
    assert [item.version for item in backlog.first(100)] == sorted(item.version for item in backlog.first(100))


def test_more_quotes_than_the_queue_holds_are_all_kept():
    backlog = Backlog(most=5)
    backlog.add(a_board(1), rows(30))

    assert len(backlog) == 30


def test_an_event_that_left_the_board_is_news_when_it_comes_back():
    backlog = Backlog()
    backlog.add(a_board(1), rows(2))
    backlog.forget([ROW.quote.event_id])

    assert backlog.add(a_board(2), rows(2)) == 2


latencies = st.lists(st.tuples(st.booleans(), st.floats(0.0, 5_000)), max_size=60)


@given(steps=latencies, rows=st.integers(16, 8192))
def test_a_batch_never_leaves_its_bounds(steps, rows):
    size = BatchSize(rows)
    for failed, took in steps:
        size = size.after_failure() if failed else size.after(size.rows, took)
        assert size.least <= size.rows <= size.most


@given(rows=st.integers(16, 8192), took=st.floats(100.001, 100_000))
def test_a_batch_that_took_too_long_makes_the_next_smaller_by_as_much(rows, took):
    after = BatchSize(rows).after(rows, took).rows

    assert after < rows or rows == 16
    assert after == max(16, int(rows * max(100 / took, SHRINK_LEAST)))


@given(took=st.floats(0, 49.999), rows=st.integers(16, 8191))
def test_a_quick_batch_makes_the_next_larger_and_a_part_of_one_says_nothing(took, rows):
    assert BatchSize(rows).after(rows, took).rows > rows
    assert BatchSize(rows).after(rows - 1, took).rows == rows


@given(per_row=st.floats(0.005, 5.0))
def test_batches_settle_between_half_the_target_and_the_target(per_row):
    """A database that takes so long a row is soon written to in batches that take no longer than they may."""
    size = BatchSize()
    for _ in range(40):
        size = size.after(size.rows, size.rows * per_row)
    took = size.rows * per_row

    assert took <= size.target_ms * 1.51 or size.rows == size.least
    assert took >= size.target_ms / 2.1 or size.rows == size.most


@pytest.mark.parametrize("wrong", [{"rows": 8}, {"least": 0}, {"most": 100}, {"target_ms": 0.0}])
def test_bounds_that_hold_nothing_are_refused(wrong):
    with pytest.raises(ValueError, match="batch must have"):
        BatchSize(**wrong)
