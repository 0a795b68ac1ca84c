"""Grading in bulk: the same answers as the exact engine, pick by pick."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from closeline.domain.feeds.captures import ResultStatus
from closeline.domain.leagues import League
from closeline.domain.markets import Market, MarketType, Side
from closeline.domain.settlement import GameRecord, Grading, Result, SettledTerms, settle
from closeline.maths.distributions import Side as DistributionSide
from closeline.maths.grade import MARKET_CODES, SIDE_CODES, GradeCode, grade_many

KINDS = [(kind, side) for kind in MARKET_CODES for side in Market(kind).sides]
PICKS = st.tuples(
    st.sampled_from(KINDS),
    st.integers(-300, 900),
    st.integers(0, 160),
    st.integers(0, 160),
    st.integers(101, 5000).map(lambda cents: Fraction(cents, 100)),
)


def bulk(picks, **options):
    kinds, lines, home, away, prices = zip(*picks, strict=True)
    markets = [MARKET_CODES[kind] for kind, _ in kinds]
    sides = [SIDE_CODES[side] for _, side in kinds]
    return grade_many(markets, sides, lines, home, away, [float(price) for price in prices], **options)


def exactly(pick):
    (kind, side), line, home, away, price = pick
    market = Market(kind)
    terms = SettledTerms(League.NFL, market, side, line if market.has_line else None, price)
    grade = settle(terms, GameRecord(ResultStatus.FINAL, home, away, overtime=False))
    assert isinstance(grade, Grading)
    return grade


def code_of(grade):
    sign = {Result.WIN: 1, Result.PUSH: 0, Result.LOSS: -1}[grade.result]
    return sign * grade.fraction_quarters // 2


@given(picks=st.lists(PICKS, min_size=1, max_size=40))
def test_bulk_grades_are_those_of_the_exact_engine(picks):
    grades = bulk(picks)
    expected = [exactly(pick) for pick in picks]

    assert grades.codes.tolist() == [code_of(grade) for grade in expected]
    np.testing.assert_allclose(grades.units, [float(grade.units) for grade in expected], rtol=1e-14, atol=0)


@pytest.mark.parametrize(("kind", "side"), KINDS)
def test_every_market_agrees_around_its_line(kind, side):
    picks = [((kind, side), line, 3, away, Fraction(21, 11)) for line in range(-20, 41) for away in range(8)]

    assert bulk(picks).codes.tolist() == [code_of(exactly(pick)) for pick in picks]


def test_blocks_do_not_show():
    pick = ((MarketType.SPREAD, Side.HOME), -14, 27, 20, Fraction(21, 11))
    loser = ((MarketType.TOTAL, Side.UNDER), 100, 27, 20, Fraction(21, 11))

    grades = bulk([pick] * 16_384 + [loser] * 3)

    assert grades.codes.tolist() == [2] * 16_384 + [-2] * 3


def test_a_void_returns_the_stake():
    pick = ((MarketType.MONEYLINE, Side.HOME), 0, 27, 20, Fraction(3))

    grades = bulk([pick, pick], void=[False, True])

    assert grades.codes.tolist() == [GradeCode.WIN, GradeCode.VOID]
    assert grades.units.tolist() == [2.0, 0.0]


def test_a_push_returns_the_stake_and_under_does_not_win_on_the_number():
    pick = ((MarketType.TOTAL, Side.UNDER), 4 * 47, 27, 20, Fraction(3))

    assert bulk([pick]).codes.tolist() == [GradeCode.PUSH]
    assert bulk([pick]).units.tolist() == [0.0]


def test_narrow_integers_do_not_overflow():
    market, side, line, home, away = (np.array([value], dtype=np.int8) for value in (2, 2, 100, 120, 120))

    assert grade_many(market, side, line, home, away, [2.0]).codes.tolist() == [GradeCode.WIN]


def test_no_picks_give_no_grades():
    assert grade_many([], [], [], [], [], []).codes.size == 0


@pytest.mark.parametrize(("market", "side"), [(0, 2), (2, 0), (1, 4), (6, 0), (0, 5), (-1, 3), (0, -1)])
def test_a_side_that_its_market_lacks_is_refused(market, side):
    with pytest.raises(ValueError, match="must"):
        grade_many([market], [side], [0], [1], [0], [2.0])


def test_columns_of_unlike_length_are_refused():
    with pytest.raises(ValueError, match="one shape"):
        grade_many([0, 0], [0, 0], [0, 0], [1, 1], [0], [2.0, 2.0])


def test_side_codes_are_those_of_the_distributions():
    assert {side.name: SIDE_CODES[Side(side.name)] for side in DistributionSide} == {
        side.name: side.value for side in DistributionSide
    }
