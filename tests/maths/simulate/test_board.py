"""The board reads win, push and loss of every market at every line from the joint of a window's scores."""

from collections.abc import Iterator
from functools import partial
from itertools import pairwise

import numpy as np
import pytest

from closeline.domain.leagues import League
from closeline.domain.markets import Market, MarketType, Period, Side, opposite, opposite_line
from closeline.maths.simulate import exact
from closeline.maths.simulate.board import Board, Chances, listing, periods_of, window_of
from closeline.maths.simulate.exact import Window
from tests.builders.simulated import a_toy_game

GAME = a_toy_game()
BOARD = Board(League.NBA, partial(exact.joint, GAME.game))
LISTED = list(listing(League.NBA, 1.0, 18.0))


def _counted(joint: np.ndarray, market: Market, side: Side, quarters: int) -> Iterator[tuple[float, float]]:
    """Yield (mass, four times how far the side is past its line), score by score: the slow, plain way."""
    for home, row in enumerate(joint):
        for away, mass in enumerate(row):
            past = {
                MarketType.MONEYLINE: home - away, MarketType.SPREAD: home - away, MarketType.TOTAL: home + away,
                MarketType.TEAM_TOTAL_HOME: home, MarketType.TEAM_TOTAL_AWAY: away,
            }[market.type]  # fmt: skip
            if side is Side.AWAY:
                past = -past
            beyond = 4 * past + (quarters if side in (Side.HOME, Side.AWAY) else -quarters)
            yield mass, -beyond if side is Side.UNDER else beyond


@pytest.mark.parametrize("asked", LISTED[::17], ids=lambda asked: f"{asked[0].key} {asked[1]} {asked[2]}")
def test_a_reading_is_what_counting_scores_one_by_one_gives(asked: tuple[Market, Side, int | None]) -> None:
    market, side, line = asked
    if market.type is MarketType.MONEYLINE_3WAY:
        pytest.skip("counted in its own test")
    joint = exact.joint(GAME.game, window_of(League.NBA, market.period))
    pairs = list(_counted(joint, market, side, line or 0))
    found = BOARD.chances(market, side, line)
    assert found.win == pytest.approx(sum(mass for mass, beyond in pairs if beyond > 0), abs=1e-12)
    assert found.push == pytest.approx(sum(mass for mass, beyond in pairs if beyond == 0), abs=1e-12)
    assert found.loss == pytest.approx(sum(mass for mass, beyond in pairs if beyond < 0), abs=1e-12)


def test_win_push_and_loss_of_every_listed_line_sum_to_one_and_the_other_side_mirrors_them() -> None:
    for market, side, line in LISTED:
        found = BOARD.chances(market, side, line)
        assert found.win + found.push + found.loss == pytest.approx(1.0, abs=1e-12)
        if market.type is not MarketType.MONEYLINE_3WAY:
            other = BOARD.chances(market, opposite(side), opposite_line(market.type, line))
            assert (other.win, other.push, other.loss) == pytest.approx((found.loss, found.push, found.win), abs=1e-12)


def test_a_higher_line_is_never_easier_to_go_over() -> None:
    for kind in (MarketType.TOTAL, MarketType.TEAM_TOTAL_HOME, MarketType.TEAM_TOTAL_AWAY):
        wins = [BOARD.chances(Market(kind), Side.OVER, line).win for line in range(2, 120, 2)]
        assert all(after <= before + 1e-15 for before, after in pairwise(wins))


def test_a_quarter_line_is_half_a_stake_on_each_neighbour() -> None:
    market = Market(MarketType.TOTAL)
    low, quarter, high = (BOARD.chances(market, Side.OVER, line) for line in (72, 73, 74))
    assert quarter.win == pytest.approx((low.win + high.win) / 2)
    assert quarter.push == pytest.approx(low.push / 2)


def test_the_three_way_market_gives_the_draw_its_own_chance_and_no_push() -> None:
    market = Market(MarketType.MONEYLINE_3WAY, Period.REGULATION)
    sides = {side: BOARD.chances(market, side) for side in market.sides}
    assert sum(item.win for item in sides.values()) == pytest.approx(1.0, abs=1e-12)
    assert sides[Side.DRAW].win == pytest.approx(float(np.trace(BOARD.scores(Period.REGULATION))), abs=1e-12)
    assert all(item.push == 0.0 for item in sides.values())
    assert BOARD.chances(Market(MarketType.MONEYLINE_3WAY), Side.DRAW) == sides[Side.DRAW]


def test_a_game_that_cannot_tie_has_no_push_on_the_moneyline_and_a_period_may() -> None:
    assert BOARD.chances(Market(MarketType.MONEYLINE), Side.HOME).push < 1e-15
    assert BOARD.chances(Market(MarketType.MONEYLINE, Period.FIRST_QUARTER), Side.HOME).push > 0.05


def test_the_second_half_counts_overtime_and_the_fourth_quarter_does_not() -> None:
    assert window_of(League.NBA, Period.SECOND_HALF) == Window(2, 4, overtime=True)
    assert window_of(League.NBA, Period.FOURTH_QUARTER) == Window(3, 4)
    assert window_of(League.NHL, Period.THIRD_PERIOD) == Window(2, 3)
    assert window_of(League.MLB, Period.FIRST_FIVE) == Window(0, 5)
    assert window_of(League.NCAAB, Period.SECOND_HALF) == Window(1, 2, overtime=True)


def test_every_league_lists_only_periods_that_it_plays() -> None:
    assert Period.FIRST_QUARTER not in periods_of(League.NCAAB)
    assert Period.FIRST_FIVE in periods_of(League.MLB)
    assert Period.FIRST_PERIOD in periods_of(League.NHL)
    for league in League:
        keys = {market.key for market, _, _ in listing(league, 0.5, 40.0)}
        assert {"SPREAD:FULL_GAME", "TOTAL:FULL_GAME", "MONEYLINE:FULL_GAME", "TEAM_TOTAL_HOME:FULL_GAME"} <= keys
        assert "MONEYLINE_3WAY:REGULATION" in keys
        assert "MONEYLINE_3WAY:FULL_GAME" not in keys


def test_a_market_where_everything_is_a_push_is_even_given_no_push() -> None:
    assert Chances(0.0, 1.0, 0.0).no_push == 0.5
