"""Prices in the terminal: an American price has its sign, whether its book writes it or not."""

from dataclasses import replace

import pytest

from closeline.cli.live.board_text import say_board
from closeline.domain.odds import OddsFormat, Price
from tests.builders.shown_boards import a_shown_board


@pytest.mark.parametrize(
    ("text", "format_", "shown"),
    [("100", OddsFormat.AMERICAN, "+100"), ("125", OddsFormat.AMERICAN, "+125"), ("-110", OddsFormat.AMERICAN, "-110"),
     ("2.05", OddsFormat.DECIMAL, "2.05")],
)  # fmt: skip
def test_a_price_is_printed_with_its_sign(capsys, text, format_, shown):
    board = a_shown_board(1, opportunities=False)
    row = replace(board.rows[0], quote=replace(board.rows[0].quote, price=Price.quoted(text, format_)))
    say_board(replace(board, rows=(row,)), total=1, limit=0, by_value=True, arbs=False)

    assert shown in capsys.readouterr().out.split()
