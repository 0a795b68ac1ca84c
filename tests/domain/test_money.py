"""Money: whole minor units, one rounding, currencies apart."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from closeline.domain.money import Money, rounded

cents = st.integers(-(10**15), 10**15)


@given(cents, cents)
def test_a_sum_less_one_part_is_the_other(one, other):
    assert Money(one, "USD") + Money(other, "USD") - Money(other, "USD") == Money(one, "USD")
    assert (Money(one, "USD") < Money(other, "USD")) == (one < other)


@pytest.mark.parametrize("mix", [lambda a, b: a + b, lambda a, b: a - b, lambda a, b: a < b, lambda a, b: a <= b])
def test_unlike_currencies_never_mix(mix):
    with pytest.raises(ValueError, match="currencies must be alike"):
        mix(Money(1, "USD"), Money(1, "EUR"))


@pytest.mark.parametrize(
    ("amount", "whole"),
    [(Fraction(1, 2), 1), (Fraction(-1, 2), -1), (Decimal("2.5"), 3), (Decimal("-2.49"), -2), (7, 7)],
)
def test_halves_round_away_from_zero(amount, whole):
    assert rounded(amount) == whole


@given(cents, st.fractions(0, 10))
def test_a_share_is_rounded_once_and_symmetrically(amount, share):
    assert -Money(amount, "USD").times(share) == Money(-amount, "USD").times(share)
    assert abs(Money(amount, "USD").times(share).minor_units - amount * share) <= Fraction(1, 2)


@pytest.mark.parametrize(("units", "currency"), [(1.0, "USD"), (True, "USD"), (1, "usd"), (1, "US"), (1, "")])
def test_what_is_not_money_is_refused(units, currency):
    with pytest.raises(ValueError, match="must be"):
        Money(units, currency)


def test_a_float_never_multiplies_money():
    with pytest.raises(TypeError, match="exact"):
        Money(100, "USD").times(0.5)  # type: ignore[arg-type]
