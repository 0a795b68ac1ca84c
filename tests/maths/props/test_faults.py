"""Faults seen in systems that set out to do this job, each beside a planted twin that is caught.

The twins are written as those systems wrote them; each test shows first that ours is right and then that the same
check, given the twin, fails.
"""

import math
from fractions import Fraction

import numpy as np
import pytest

from closeline.domain.markets import Side
from closeline.domain.odds import OddsFormat, Price
from closeline.domain.settlement import PlayerRecord, Result, Role, settle_prop
from closeline.maths.props.deciding import decide
from closeline.maths.props.distributions import PropForecast
from closeline.maths.props.participation import kelly_given_play, value

FORECAST = PropForecast(31.0, 64.0, plays=0.85)
LINE = 124  # 31 points, so that a push can be


def price(text):
    return Price.quoted(text, OddsFormat.AMERICAN)


def ours(side, line, quoted, number):
    record = PlayerRecord(number, seconds_played=0.0 if number is None else 1900.0)
    return settle_prop(Role.BASKETBALL, side, line, quoted.exact, record)


def push_is_a_win_for_under(side, line, quoted, number):
    if number is None:
        return ours(side, line, quoted, number)
    won = 4 * number > line if side is Side.OVER else 4 * number <= line
    return ours(side, line, quoted, 1000 if won == (side is Side.OVER) else 0)


def absence_is_nought_points(side, line, quoted, number):
    return ours(side, line, quoted, number or 0)


def win_pays_ninety_one(side, line, quoted, number):
    graded = ours(side, line, quoted, number)
    units = Fraction(91, 100) if graded.result is Result.WIN else graded.units
    return type(graded)(graded.result, graded.fraction_quarters, units, graded.reason)


def settled_value(settler, side, line, quoted):
    """Give the expected units of a ticket over every number and not playing."""
    mass = FORECAST.pmf()
    units = np.array([float(settler(side, line, quoted, k).units) for k in range(mass.size)])
    return FORECAST.plays * float(mass @ units) + (1 - FORECAST.plays) * float(settler(side, line, quoted, None).units)


def agrees(settler, side, line, quoted):
    return math.isclose(
        settled_value(settler, side, line, quoted), value(FORECAST, side, line, quoted.decimal), abs_tol=1e-12
    )


@pytest.mark.parametrize("side", [Side.OVER, Side.UNDER])
def test_a_push_is_no_win_for_under(side):
    assert ours(side, LINE, price("-110"), 31).result is Result.PUSH
    assert agrees(ours, side, LINE, price("-110"))

    assert push_is_a_win_for_under(Side.UNDER, LINE, price("-110"), 31).result is Result.WIN
    assert not agrees(push_is_a_win_for_under, side, LINE, price("-110"))


@pytest.mark.parametrize("side", [Side.OVER, Side.UNDER])
def test_who_did_not_play_is_void_and_not_nought_points(side):
    assert ours(side, LINE, price("-110"), None).result is Result.VOID
    assert agrees(ours, side, LINE, price("-110"))

    assert absence_is_nought_points(side, LINE, price("-110"), None).result in (Result.WIN, Result.LOSS)
    assert not agrees(absence_is_nought_points, side, LINE, price("-110"))


@pytest.mark.parametrize("text", ["-140", "+100", "+135"])
def test_a_win_pays_its_own_price_and_never_ninety_one_hundredths(text):
    assert ours(Side.OVER, LINE, price(text), 40).units == price(text).exact - 1
    assert agrees(ours, Side.OVER, LINE, price(text))

    assert not agrees(win_pays_ninety_one, Side.OVER, LINE, price(text))


def test_ninety_one_hundredths_is_not_even_right_at_minus_110():
    assert ours(Side.OVER, LINE, price("-110"), 40).units == Fraction(10, 11)
    assert not agrees(win_pays_ninety_one, Side.OVER, LINE, price("-110"))


def constant_minus_110(forecast, line, over, under):
    """Decide as one did who took every price for -110."""
    assert over != under
    return decide(forecast, line, price("-110"), price("-110"), games=20)


@pytest.mark.parametrize(("over", "under"), [("+130", "-150"), ("-150", "+130"), ("-105", "-125")])
def test_no_price_is_taken_for_minus_110(over, under):
    quotes = {Side.OVER: price(over), Side.UNDER: price(under)}
    honest, planted = (
        decider(FORECAST, 122, price(over), price(under))
        for decider in (lambda *terms: decide(*terms, games=20), constant_minus_110)
    )

    def true_to_its_price(made):
        quoted = quotes[made.side].decimal
        return (made.decimal, made.ev) == (
            quoted,
            value(FORECAST, made.side, 122, quoted),
        ) and made.edge_prob == made.p_side - 1 / quoted

    assert true_to_its_price(honest)
    assert not true_to_its_price(planted)


def test_kelly_is_of_the_price_itself():
    stakes = [
        kelly_given_play(PropForecast(34.0, 64.0), Side.OVER, 122, price(text).decimal)
        for text in ("-150", "-110", "+120")
    ]
    q = PropForecast(34.0, 64.0).no_push(Side.OVER, 122)

    assert stakes == pytest.approx([q - (1 - q) / net for net in (100 / 150, 100 / 110, 1.2)])
    assert len(set(stakes)) == 3
