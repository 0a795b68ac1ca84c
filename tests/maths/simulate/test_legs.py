"""Legs of one game together: graded in the same worlds, so that what is sure to win together does, exactly."""

import math
from itertools import combinations

import numpy as np
import pytest

from closeline.domain.forecasts.evaluators import Evaluator
from closeline.domain.leagues import League
from closeline.domain.markets import MONEYLINE, SPREAD, TOTAL, Market, MarketType, Period, Side
from closeline.maths.simulate import worlds as walking
from closeline.maths.simulate.board import listing
from closeline.maths.simulate.legs import Leg, Together, across, checked, together
from closeline.maths.simulate.worlds import Worlds
from tests.builders.answers import a_simulated
from tests.builders.simulated import a_toy_game

HOME, AWAY, DRAW, OVER, UNDER = Side
SIMULATED = a_simulated(Evaluator.WORLDS, 20_000)
DRAWN = SIMULATED.worlds
assert DRAWN is not None
THREE_WAY = Market(MarketType.MONEYLINE_3WAY, Period.REGULATION)


def some_worlds(*finals: tuple[int, int], weights: list[float] | None = None) -> Worlds:
    """Return worlds of four quarters in which everything is scored in the first one."""
    scores = np.zeros((len(finals), 5, 2), dtype=np.int16)
    scores[:, 0] = finals
    return Worlds(scores, np.ones(len(finals)) if weights is None else np.array(weights))


def valued(*legs: Leg, worlds: Worlds = DRAWN) -> Together:
    return together(worlds, League.NBA, legs)


def some_legs() -> list[Leg]:
    return [
        Leg(SPREAD, HOME, -6), Leg(TOTAL, OVER, 70), Leg(Market(MarketType.TOTAL, Period.FIRST_HALF), UNDER, 36),
        Leg(MONEYLINE, HOME), Leg(Market(MarketType.TEAM_TOTAL_AWAY), OVER, 33),
        Leg(Market(MarketType.SPREAD, Period.FIRST_QUARTER), AWAY, 2),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("leg", "shares"),
    [
        # Margins of the worlds: 4, 3, 0, -3; totals 40, 37, 20, 23. Per world: (win, push, loss) of the stake.
        (Leg(SPREAD, HOME, -12), ["W", "P", "L", "L"]),
        (Leg(SPREAD, HOME, -13), ["W", "p", "L", "L"]),
        (Leg(SPREAD, HOME, -11), ["W", "w", "L", "L"]),
        (Leg(SPREAD, AWAY, 12), ["L", "P", "W", "W"]),
        (Leg(SPREAD, AWAY, -2), ["L", "L", "L", "W"]),
        (Leg(MONEYLINE, AWAY), ["L", "L", "P", "W"]),
        (Leg(TOTAL, OVER, 80), ["W", "W", "P", "W"]),
        (Leg(TOTAL, UNDER, 146), ["L", "L", "W", "W"]),
        (Leg(Market(MarketType.TEAM_TOTAL_HOME), OVER, 80), ["W", "P", "L", "L"]),
        (Leg(Market(MarketType.TEAM_TOTAL_AWAY), UNDER, 70), ["L", "W", "W", "W"]),
        (Leg(THREE_WAY, HOME), ["W", "W", "L", "L"]),
        (Leg(THREE_WAY, DRAW), ["L", "L", "W", "L"]),
        (Leg(Market(MarketType.SPREAD, Period.SECOND_HALF), HOME, -1), ["p", "p", "p", "p"]),
    ],
)
def test_a_leg_is_graded_in_every_world_as_a_ticket_would_be(leg: Leg, shares: list[str]) -> None:
    parts = {"W": (1, 0, 0), "P": (0, 1, 0), "L": (0, 0, 1), "w": (0.5, 0.5, 0), "p": (0, 0.5, 0.5)}
    finals = [(22, 18), (20, 17), (10, 10), (10, 13)]
    expected = np.mean([parts[share] for share in shares], axis=0)
    found = valued(leg, worlds=some_worlds(*finals)).chances[0]

    assert (found.win, found.push, found.loss) == pytest.approx(tuple(expected), abs=1e-15)


def test_a_three_way_leg_leaves_overtime_out_even_where_its_period_is_the_whole_game() -> None:
    worlds = some_worlds((10, 10), (11, 10))
    worlds.scores[0, 4] = (3, 0)
    found = valued(Leg(Market(MarketType.MONEYLINE_3WAY), DRAW), Leg(MONEYLINE, HOME), worlds=worlds)

    assert [chances.win for chances in found.chances] == [0.5, 1.0]


def test_the_marginals_of_legs_are_the_singles_of_the_board() -> None:
    for market, side, line in list(listing(League.NBA, 1.0, 18.0))[::23]:
        single = SIMULATED.board.chances(market, side, line)
        found = valued(Leg(market, side, line))

        assert found.win == found.chances[0].win
        assert (found.win, found.chances[0].push) == pytest.approx((single.win, single.push), abs=1e-12)


def test_the_subset_of_one_leg_is_that_leg_bit_for_bit() -> None:
    found = valued(*some_legs())

    assert [subset.win for subset in found.subsets[:6]] == [chances.win for chances in found.chances]


@pytest.mark.parametrize("harder", [-14, -15, -16, -17, -22])
def test_nested_legs_win_together_exactly_as_often_as_the_harder_one(harder: int) -> None:
    easy, hard = Leg(SPREAD, HOME, -10), Leg(SPREAD, HOME, harder)

    assert valued(easy, hard).win == valued(hard).win


def test_legs_that_exclude_each_other_never_win_together_and_have_no_lift() -> None:
    found = valued(Leg(SPREAD, HOME, -6), Leg(SPREAD, AWAY, -6))

    assert (found.win, found.hits, found.lift, found.enough) == (0.0, 0, None, False)
    assert math.isinf(found.subsets[-1].fair_decimal)
    assert "had 0 of 20000" in found.shortage


def test_weights_count_in_chances_and_not_in_hits() -> None:
    worlds = some_worlds((10, 0), (10, 0), (0, 10), (0, 10), weights=[2.0, 1.0, 0.5, 0.5])
    found = valued(Leg(MONEYLINE, HOME), Leg(TOTAL, OVER, 38), worlds=worlds)

    assert (found.win, found.hits, found.worlds) == (0.75, 2, 4)
    assert found.effective == pytest.approx(16 / 5.5)
    assert found.win_error == pytest.approx(math.sqrt(0.75 * 0.25 * 5.5 / 16))


def test_a_lift_is_the_joint_over_the_product_with_its_error() -> None:
    found = valued(Leg(MONEYLINE, HOME), Leg(Market(MarketType.TEAM_TOTAL_HOME), OVER, 38))
    apart = math.prod(chances.win for chances in found.chances)

    assert found.lift == found.win / apart
    assert found.lift > 1.2
    assert found.lift_error == pytest.approx(math.sqrt(found.win * (1 - found.win) / found.effective) / apart)
    assert found.enough
    assert found.shortage == ""


def test_a_lift_of_few_hits_is_refused_and_one_of_few_worlds_is_not_enough() -> None:
    rare = valued(Leg(SPREAD, HOME, -46), Leg(TOTAL, UNDER, 62))
    few = together(walking.simulate(a_toy_game().game, 2_000, 3), League.NBA, [Leg(MONEYLINE, HOME)])

    assert 0 < rare.hits < 200
    assert (rare.lift, rare.lift_error, rare.enough) == (None, None, False)
    assert (few.lift, few.enough) == (1.0, False)
    assert "20000 worlds" in few.shortage


def test_what_stands_when_legs_push_is_every_subset_at_its_own_fair_price() -> None:
    # Wins both; wins the first while the second pushes; the first pushes; loses both.
    worlds = some_worlds((10, 0), (7, 0), (5, 0), (0, 5))
    found = valued(Leg(SPREAD, HOME, -20), Leg(TOTAL, OVER, 28), worlds=worlds)

    assert [(subset.places, subset.win, subset.no_push) for subset in found.subsets] == [
        ((0,), 0.5, 0.75), ((1,), 0.25, 0.75), ((0, 1), 0.25, 0.5),
    ]  # fmt: skip
    assert [subset.fair_decimal for subset in found.subsets] == [1.5, 3.0, 2.0]


def test_six_legs_have_sixty_three_subsets_and_more_legs_never_win_more_often() -> None:
    found = valued(*some_legs())
    by_places = {subset.places: subset for subset in found.subsets}

    assert len(by_places) == 63
    for places, subset in by_places.items():
        assert all(subset.win <= by_places[part].win for part in combinations(places, len(places) - 1) if part)


def test_a_single_subset_at_its_fair_price_is_worth_nothing() -> None:
    leg = valued(Leg(SPREAD, HOME, -4))
    chances, price = leg.chances[0], leg.subsets[0].fair_decimal

    assert chances.push > 0.0
    assert chances.win * price + chances.push == pytest.approx(1.0, abs=1e-12)


def test_games_are_independent_of_each_other() -> None:
    one, other = valued(Leg(MONEYLINE, HOME), Leg(TOTAL, OVER, 70)), valued(Leg(SPREAD, AWAY, 10))
    found = across([one, other])

    assert found.win == one.win * other.win
    assert found.win_error == pytest.approx(math.hypot(one.win_error * other.win, other.win_error * one.win))
    assert found.enough
    assert not across([one, valued(Leg(SPREAD, HOME, -6), Leg(SPREAD, AWAY, -6))]).enough


def test_a_ticket_has_one_to_six_different_legs() -> None:
    legs = some_legs()
    with pytest.raises(ValueError, match="from 1 to 6, were 0"):
        checked([])
    with pytest.raises(ValueError, match="from 1 to 6, were 7"):
        checked([*legs, Leg(MONEYLINE, AWAY)])
    with pytest.raises(ValueError, match=r"SPREAD:FULL_GAME HOME -1.5 was there twice"):
        checked([*legs[:2], legs[0]])
    with pytest.raises(ValueError, match="at least one"):
        across([])


@pytest.mark.parametrize(
    ("market", "side", "line"),
    [
        (SPREAD, OVER, -6), (SPREAD, HOME, None), (MONEYLINE, HOME, 4), (MONEYLINE, DRAW, None),
        (Market(MarketType.PLAYER_POINTS), OVER, 82),
    ],
)  # fmt: skip
def test_a_leg_that_no_game_can_grade_is_refused(market: Market, side: Side, line: int | None) -> None:
    with pytest.raises(ValueError, match="must be"):
        Leg(market, side, line)


def test_a_period_that_the_league_does_not_play_is_refused() -> None:
    with pytest.raises(ValueError, match="period must be one that nba has, was F5"):
        valued(Leg(Market(MarketType.MONEYLINE, Period.FIRST_FIVE), HOME))
