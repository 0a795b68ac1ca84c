"""Odds, exactly: conversions, what is no price, and the default devig methods."""

import math
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from closeline.domain import odds
from closeline.domain.errors import ImpossiblePrice
from closeline.domain.odds import DevigMethod, OddsFormat, Price

whole_americans = st.integers(100, 100_000) | st.integers(-100_000, -101)
fair_chances = st.fractions(Fraction(1, 1000), Fraction(999, 1000))


@pytest.mark.parametrize(
    ("american", "decimal"),
    [(150, Fraction(5, 2)), (-110, Fraction(21, 11)), (100, 2), (-100, 2), ("-137", 1 + Fraction(100, 137))],
)
def test_american_odds_become_exact_decimals(american, decimal):
    assert odds.american_to_decimal(american) == decimal


@given(whole_americans)
def test_whole_american_odds_survive_the_way_to_decimal_and_back(american):
    decimal = odds.american_to_decimal(american)

    assert odds.rounded_american(decimal) == american
    assert odds.decimal_to_american(decimal) == american
    assert Price.quoted(str(american), OddsFormat.AMERICAN).american == american


@pytest.mark.parametrize(
    "american", [*range(-99, 100), 99.99, -99.99, "inf", "-inf", "nan", math.nan, math.inf, "", "2.5e2"]
)
def test_what_lies_in_the_hole_of_the_american_scale_is_no_price(american):
    with pytest.raises(ImpossiblePrice):
        odds.american_to_decimal(american)


@pytest.mark.parametrize("decimal", [1, 1.0, "1.0", 0, 0.99, -2, math.nan, -math.inf, Decimal(1), "0x2", "1_5", "٢"])
def test_decimal_odds_of_one_or_less_are_no_price(decimal):
    with pytest.raises(ImpossiblePrice):
        odds.decimal_to_american(decimal)


def test_a_float_counts_as_its_shortest_text():
    assert odds.exact(1.95) == Fraction(39, 20)
    assert odds.rounded_american(2.005) == 101  # 100.5 exactly, although the float lies below
    assert odds.decimal_to_fractional(1.1) == "1/10"


@pytest.mark.parametrize(
    ("decimal", "american"), [("1.999", 100), ("2.005", 101), ("3.335", 234), ("1.995", -101), ("1.99", -101)]
)
def test_halves_round_away_from_zero_and_minus_100_is_plus_100(decimal, american):
    assert odds.rounded_american(decimal) == american


@given(fair_chances)
def test_a_probability_and_its_american_odds_say_the_same(chance):
    american = odds.probability_to_american(chance)

    assert odds.implied(odds.american_to_decimal(american)) == chance


@pytest.mark.parametrize("chance", [0, 1, -0.1, 1.1, math.nan])
def test_what_is_not_strictly_between_0_and_1_has_no_fair_odds(chance):
    with pytest.raises(ImpossiblePrice):
        odds.probability_to_american(chance)


@pytest.mark.parametrize(
    ("text", "decimal"), [("5/2", "3.5"), ("evens", "2"), ("EVS", "2"), ("Even", "2"), ("1/100", "1.01")]
)
def test_fractional_odds_become_exact_decimals(text, decimal):
    assert odds.fractional_to_decimal(text) == Fraction(decimal)


@pytest.mark.parametrize("text", ["5", "0/2", "5/0", "-5/2", "5/2/1", "a/b", "", "5.5/2", "1/" + "9" * 40])
def test_what_is_no_fraction_is_no_price(text):
    with pytest.raises(ImpossiblePrice):
        odds.fractional_to_decimal(text)


@given(st.fractions(Fraction(1, 500), 1000, max_denominator=1000))
def test_fractional_odds_survive_the_way_back(net):
    assert odds.fractional_to_decimal(odds.decimal_to_fractional(1 + net)) == 1 + net


def test_the_margin_of_minus_110_both_ways_is_the_textbook_one():
    margin = odds.margin([odds.american_to_decimal(-110)] * 2)

    assert (margin.booksum, margin.overround, margin.hold) == (
        Fraction(22, 21),
        Fraction(1, 21),
        Fraction(1, 22),
    )


def test_a_move_is_counted_on_the_scale_without_the_hole():
    assert odds.american_cents(-105) - odds.american_cents(105) == -10
    assert odds.american_cents(100) == odds.american_cents(-100) == 0


@given(whole_americans, whole_americans)
def test_cents_rise_with_decimal_odds(one, other):
    by_cents = odds.american_cents(one) < odds.american_cents(other)

    assert by_cents == (odds.american_to_decimal(one) < odds.american_to_decimal(other))


@pytest.mark.parametrize(
    ("text", "form", "decimal"),
    [
        ("-110", OddsFormat.AMERICAN, 21 / 11),
        ("+100000", OddsFormat.AMERICAN, 1001.0),
        ("-100000", OddsFormat.AMERICAN, 1.001),
        ("EVEN", OddsFormat.AMERICAN, 2.0),
        ("1.909", OddsFormat.DECIMAL, 1.909),
        ("1001", OddsFormat.DECIMAL, 1001.0),
        ("10/11", OddsFormat.FRACTIONAL, 21 / 11),
    ],
)
def test_a_price_keeps_its_text_and_its_exact_decimal(text, form, decimal):
    price = Price.quoted(text, form)

    assert (price.text, price.format, price.decimal, price.assumed) == (text, form, decimal, False)
    assert price.implied == pytest.approx(1 / decimal, rel=1e-15)


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("0", OddsFormat.AMERICAN),
        ("99", OddsFormat.AMERICAN),
        ("-99", OddsFormat.AMERICAN),
        ("100001", OddsFormat.AMERICAN),
        ("1000000", OddsFormat.AMERICAN),
        ("1.0", OddsFormat.DECIMAL),
        ("0.99", OddsFormat.DECIMAL),
        ("1001.01", OddsFormat.DECIMAL),
        ("NaN", OddsFormat.DECIMAL),
        ("EVEN", OddsFormat.DECIMAL),
        ("1e999999999", OddsFormat.DECIMAL),
        ("9" * 100, OddsFormat.DECIMAL),
        ("1001/1", OddsFormat.FRACTIONAL),
    ],
)
def test_what_cannot_be_stored_is_no_price(text, form):
    with pytest.raises(ImpossiblePrice):
        Price.quoted(text, form)


def test_no_way_of_making_a_price_escapes_the_bounds():
    with pytest.raises(ImpossiblePrice):
        Price("1", OddsFormat.DECIMAL, Fraction(1))


def test_an_assumed_price_is_another_price_than_a_quoted_one():
    quoted, assumed = (Price.quoted("-110", OddsFormat.AMERICAN, assumed=assumed) for assumed in (False, True))

    assert quoted != assumed
    assert quoted.exact == assumed.exact


@given(st.text(max_size=40), st.sampled_from(OddsFormat))
def test_any_text_is_a_price_within_bounds_or_no_price(text, form):
    try:
        price = Price.quoted(text, form)
    except ImpossiblePrice:
        return
    assert 1 < price.exact <= 1001


def test_logarithmic_is_refused_as_ambiguous():
    with pytest.raises(ValueError, match="power or odds_ratio"):
        DevigMethod("logarithmic")


@pytest.mark.parametrize(
    ("league", "market", "method"),
    [
        ("nfl", "SPREAD", "multiplicative"),
        ("nfl", "MONEYLINE", "power"),
        ("nba", "MONEYLINE", "multiplicative"),
        ("ncaaf", "MONEYLINE", "multiplicative"),
        ("ncaab", "MONEYLINE", "power"),
        ("mlb", "MONEYLINE", "power"),
        ("nhl", "MONEYLINE", "power"),
        ("nba", "MONEYLINE_3WAY", "power"),
        ("mlb", "TEAM_TOTAL_HOME", "multiplicative"),
        ("nba", "PLAYER_PRA", "power"),
    ],
)
def test_each_league_and_market_has_one_method(league, market, method):
    assert odds.default_method(league, market) == method


def test_an_unknown_league_has_no_method():
    with pytest.raises(ValueError, match="league must be one of"):
        odds.default_method("NFL", "SPREAD")
