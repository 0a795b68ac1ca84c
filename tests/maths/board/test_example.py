"""The worked example of docs/board.md, figure by figure."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from closeline.domain.markets import TOTAL, Side
from closeline.maths.board.rules import DEFAULT_RULES
from closeline.maths.board.worth import market_worths
from tests.builders.boards import NOW, a_state, two_way

PAGE = (Path(__file__).parents[3] / "docs" / "board.md").read_text(encoding="utf-8")
LINE = re.compile(r"^\| (\w+) \| ([+-]\d+) \| ([+-]\d+) \| (.*) \|$", re.MULTILINE)


def test_the_page_has_an_example():
    assert [found[0] for found in LINE.findall(PAGE)] == ["pinnacle", "circa", "fanduel"]


@pytest.mark.parametrize("example", LINE.findall(PAGE), ids=lambda found: found[0])
def test_every_figure_of_the_example_is_what_the_board_says(example):
    quotes = [
        quote
        for book, over, under, _ in LINE.findall(PAGE)
        for quote in two_way(
            book, over, under, market=TOTAL, line=178,
            seen_at=NOW - timedelta(seconds=60 if book == "circa" else 0),
        )
    ]  # fmt: skip
    rows = market_worths([a_state(quotes)], now=NOW, rules=DEFAULT_RULES)[0].rows
    row = next(row for row in rows if row.quote.book == example[0] and row.quote.side is Side.OVER)
    assert row.hold is not None
    assert row.ev is not None
    assert row.kelly is not None
    said = f"{row.own_fair:.4f} | {100 * row.hold:.2f} % | {row.fair:.4f} | {100 * row.ev:+.2f} % | {100 * row.kelly:.2f} %"

    assert said == example[3]
