"""A board that is pressed is byte for byte the plain values of its page, dumped."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from closeline.domain.board import Availability, Movement
from closeline.domain.markets import Market, MarketType, Side
from closeline.domain.odds import OddsFormat, Price
from closeline.schemas.board import pressing
from closeline.schemas.board.pressing import press, pressed
from closeline.schemas.board.writing import dumped, plain_page
from tests.builders.moments import OPENS
from tests.builders.shown_boards import HOSTILE, a_card, a_hostile_board, a_quote, a_row, a_shown_board

PLAYER = Market(MarketType.PLAYER_POINTS)
FIGURES = st.none() | st.floats(allow_nan=False, allow_infinity=False) | st.integers(-9, 9)
TEXTS = st.text(max_size=8) | st.sampled_from(HOSTILE)
TIMES = st.timedeltas(timedelta(0), timedelta(days=400)).map(lambda late: OPENS + late)
PRICES = st.builds(
    Price.quoted, st.sampled_from(["-110", "+100", "-12500"]), st.just(OddsFormat.AMERICAN), assumed=st.booleans()
) | st.builds(Price.quoted, st.sampled_from(["1.5", "1.95"]), st.just(OddsFormat.DECIMAL))
MOVEMENTS = st.none() | st.builds(
    Movement, TEXTS, st.none() | st.integers(-4000, 4000), TIMES, FIGURES, FIGURES, st.booleans()
)


def as_dumped(board):
    plain = plain_page(board)
    del plain["edition"]
    return dumped(plain)


@st.composite
def quotes(draw):
    of, side = draw(
        st.sampled_from([(a_quote().market, Side.HOME), (a_quote().market, Side.AWAY), (PLAYER, Side.OVER)])
    )
    return a_quote(
        draw(st.sampled_from([a_card(), a_card(1)])), draw(TEXTS), of, side, draw(st.integers(-4000, 4000)),
        price=draw(PRICES), changed_at=draw(TIMES), seen_at=draw(TIMES), updated_at=draw(st.none() | TIMES),
        availability=draw(st.sampled_from(Availability)), alternate=draw(st.booleans()),
        player_id=draw(TEXTS) if of is PLAYER else "",
    )  # fmt: skip


@st.composite
def rows(draw):
    figures = {name: draw(FIGURES) for name in ("own_fair", "fair", "overround", "hold", "ev", "kelly")}
    return a_row(
        draw(quotes()), best=draw(st.booleans()), movement=draw(MOVEMENTS), fair_books=tuple(draw(st.lists(TEXTS))),
        flags=tuple(draw(st.lists(TEXTS))), **figures,
    )  # fmt: skip


@pytest.mark.parametrize(
    "board", [a_shown_board(4), a_shown_board(0), a_hostile_board(), replace(a_shown_board(1), events=())]
)
def test_a_board_is_pressed_as_it_would_be_dumped(board):
    assert pressed(board) == as_dumped(board)


@given(st.lists(rows(), max_size=4), st.text(max_size=12))
def test_any_rows_are_pressed_as_they_would_be_dumped(found, home):
    cards = (replace(a_card(), home=home + '"rows":[]'),)
    board = replace(a_shown_board(1), events=cards, rows=tuple(found), opportunities=())

    assert pressed(board) == as_dumped(board)


def test_the_twin_that_remembers_a_price_by_its_text_alone_is_caught(monkeypatch):
    by_text: dict[str, str] = {}
    honest = pressing._price
    monkeypatch.setattr(pressing, "_price", lambda text, *more: by_text.setdefault(text, honest(text, *more)))
    honest_and_assumed = [
        a_row(a_quote(price=Price.quoted("-110", OddsFormat.AMERICAN, assumed=each))) for each in (True, False)
    ]
    board = replace(a_shown_board(1), rows=tuple(honest_and_assumed))

    assert pressed(board) != as_dumped(board)


@pytest.mark.parametrize("name", ["own_fair", "fair", "overround", "hold", "ev", "kelly"])
@pytest.mark.parametrize("figure", [float("nan"), float("inf"), -float("inf")])
def test_no_figure_that_is_not_finite_is_pressed(name, figure):
    with pytest.raises(ValueError, match="must be finite"):
        press(replace(a_shown_board(1), rows=(a_row(**{name: figure}),)))
