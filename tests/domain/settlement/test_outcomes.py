"""The arithmetic of a line: halves, units, mirrors, and stakes that are conserved."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from closeline.domain.errors import ImpossiblePrice
from closeline.domain.markets import MarketType, Side, opposite, opposite_line
from closeline.domain.settlement import (
    Grading,
    PitcherRule,
    PlayerRecord,
    Result,
    Role,
    dead_heat,
    halves_won,
    settle,
    settle_prop,
    to_win_one,
)
from closeline.domain.settlement.outcomes import grading, halves_of, units, void, void_before_play
from tests.domain.settlement.builders import AT_MINUS_110, TEN_ELEVENTHS, a_game, a_ticket, graded

SCORES = st.tuples(st.integers(0, 160), st.integers(0, 160))
QUARTERS = st.integers(-400, 400)
PRICES = st.fractions(min_value=Fraction(101, 100), max_value=Fraction(50), max_denominator=1000)
TWO_WAY = [
    (MarketType.SPREAD, Side.HOME),
    (MarketType.MONEYLINE, Side.HOME),
    (MarketType.TOTAL, Side.OVER),
    (MarketType.TEAM_TOTAL_HOME, Side.OVER),
    (MarketType.TEAM_TOTAL_AWAY, Side.OVER),
]


@pytest.mark.parametrize(("kind", "side"), TWO_WAY)
@given(score=SCORES, line=QUARTERS)
def test_the_other_side_of_a_two_way_market_gets_the_opposite(kind, side, score, line):
    line = 0 if kind is MarketType.MONEYLINE else line
    ours = halves_won(kind, side, line, score)
    theirs = halves_won(kind, opposite(side), opposite_line(kind, line) or 0, score)

    assert ours == -theirs


@pytest.mark.parametrize(("kind", "side"), TWO_WAY[:1] + TWO_WAY[2:])
@given(score=SCORES, line=QUARTERS, price=PRICES)
def test_a_quarter_line_is_the_mean_of_its_two_halves(kind, side, score, line, price):
    line |= 1

    whole = units(halves_won(kind, side, line, score), price)
    parts = [units(halves_won(kind, side, half, score), price) for half in (line - 1, line + 1)]

    assert whole == sum(parts) / 2


@given(distance=st.integers(-1000, 1000))
def test_halves_are_those_of_the_two_lines_a_quarter_away(distance):
    def sign(number):
        return (number > 0) - (number < 0)

    odd = sign(distance - 1) + sign(distance + 1)

    assert halves_of(distance) == (odd if distance % 2 else 2 * sign(distance))


@given(score=SCORES, line=QUARTERS, home_chance=st.integers(1, 99))
def test_fair_prices_conserve_the_stakes_of_both_sides(score, line, home_chance):
    # Stakes in proportion to the fair chances: what one side loses is what the other wins.
    chance = Fraction(home_chance, 100)
    home = units(halves_won(MarketType.SPREAD, Side.HOME, line, score), 1 / chance)
    away = units(halves_won(MarketType.SPREAD, Side.AWAY, -line, score), 1 / (1 - chance))

    assert chance * home + (1 - chance) * away == 0


@given(score=SCORES, prices=st.tuples(PRICES, PRICES, PRICES))
def test_one_and_only_one_side_of_a_three_way_market_wins(score, prices):
    sides = (Side.HOME, Side.DRAW, Side.AWAY)
    halves = [halves_won(MarketType.MONEYLINE_3WAY, side, 0, score) for side in sides]

    assert sorted(halves) == [-2, -2, 2]


@given(margin=st.integers(-60, 60), line=st.integers(-240, 240), worse=st.integers(0, 40))
def test_a_better_line_never_settles_worse(margin, line, worse):
    score = (100 + margin, 100)

    assert halves_won(MarketType.SPREAD, Side.HOME, line, score) >= halves_won(
        MarketType.SPREAD, Side.HOME, line - worse, score
    )


@given(value=st.integers(0, 200))
def test_a_number_that_lands_on_the_line_is_never_a_win_for_under(value):
    assert halves_won(MarketType.TEAM_TOTAL_HOME, Side.UNDER, 4 * value, (value, 7)) == 0
    assert halves_won(MarketType.TEAM_TOTAL_HOME, Side.OVER, 4 * value, (value, 7)) == 0


@given(halves=st.sampled_from([-2, -1, 0, 1, 2]), price=PRICES)
def test_units_are_at_the_real_price(halves, price):
    expected = {2: price - 1, 1: (price - 1) / 2, 0: 0, -1: Fraction(-1, 2), -2: -1}[halves]

    assert grading(halves, price).units == expected


def test_units_are_exact():
    assert settle(a_ticket(line=-3.5), a_game(27, 20)) == Grading(Result.WIN, 4, TEN_ELEVENTHS)
    assert settle(a_ticket(line=-7.25), a_game(27, 20)) == Grading(Result.LOSS, 2, Fraction(-1, 2))
    assert settle(a_ticket(line=-6.75), a_game(27, 20)) == Grading(Result.WIN, 2, TEN_ELEVENTHS / 2)


@pytest.mark.parametrize("price", [Fraction(1), Fraction(0), Fraction(-110)])
def test_a_price_that_pays_nothing_is_refused(price):
    with pytest.raises(ImpossiblePrice, match="above 1"):
        units(2, price)


def test_a_void_returns_the_stake_and_says_why():
    assert void("DNP") == Grading(Result.VOID, 4, Fraction(0), "DNP")


@given(places=st.integers(1, 10), tied=st.integers(1, 10), price=PRICES)
def test_a_dead_heat_pays_its_share_and_loses_the_rest(places, tied, price):
    share = min(Fraction(1), Fraction(places, tied))

    assert dead_heat(price, places, tied) == share * (price - 1) - (1 - share)


@pytest.mark.parametrize(("places", "tied"), [(0, 1), (1, 0), (-1, 2)])
def test_a_dead_heat_needs_places_and_runners(places, tied):
    with pytest.raises(ValueError, match="at least 1"):
        dead_heat(Fraction(6), places, tied)


def test_to_win_one_is_a_view_of_risk_one():
    assert to_win_one(grading(-2, AT_MINUS_110), AT_MINUS_110) == Fraction(-11, 10)
    assert to_win_one(grading(2, AT_MINUS_110), AT_MINUS_110) == 1
    assert to_win_one(void("X"), AT_MINUS_110) == 0


@pytest.mark.parametrize(
    ("game", "reason", "before"),
    [
        (a_game(status="CANCELLED"), "CANCELLED", True),
        (a_game(9, 0, "FORFEITED"), "FORFEITED", True),
        (a_game(27, 20, home_away_swapped=True), "VENUE_SWAPPED", True),
        (a_game(status="POSTPONED", hours_waited=200.0), "POSTPONED_OUTSIDE_WINDOW", True),
        (a_game(27, 20, hours_to_actual_start=200.0), "POSTPONED_OUTSIDE_WINDOW", True),
        (a_game(7, 0, "ABANDONED", minutes_played=20.0), "INSUFFICIENT_PLAY", False),
        (a_game(7, 0, "SUSPENDED", minutes_played=20.0, hours_waited=100.0), "SUSPENSION_OUTSIDE_WINDOW", False),
    ],
)
def test_the_reason_of_a_void_says_whether_it_came_before_play(game, reason, before):
    settled = graded(settle(a_ticket(line=-3), game))

    assert (settled.result, settled.reason) == (Result.VOID, reason)
    assert void_before_play(settled.reason) is before


def test_scratched_players_void_before_play_and_what_is_not_void_never_does():
    ticket = a_ticket("MONEYLINE", league="mlb", pitcher=PitcherRule.LISTED_HOME)
    scratched = graded(settle(ticket, a_game(3, 2, starters_changed=(Side.HOME,))))
    benched = graded(settle_prop(Role.SKATER, Side.OVER, 2, AT_MINUS_110, PlayerRecord(None, seconds_played=0.0)))

    assert (scratched.reason, benched.reason) == ("LISTED_PITCHER_CHANGED", "DNP")
    assert void_before_play(scratched.reason)
    assert void_before_play(benched.reason)
    assert not void_before_play(None)
    assert not void_before_play("PREMISE_CHANGED")
