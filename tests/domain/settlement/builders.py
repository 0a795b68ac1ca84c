"""A ticket and a game with defaults, so that a test says only what it is about."""

from fractions import Fraction

from closeline.domain.feeds.captures import ResultStatus
from closeline.domain.leagues import League
from closeline.domain.markets import Market, MarketType, Period, Side, line_quarters
from closeline.domain.settlement import GameRecord, Grading, SettledTerms

AT_MINUS_110 = Fraction(21, 11)
TEN_ELEVENTHS = Fraction(10, 11)


def a_ticket(
    kind="SPREAD",
    side="HOME",
    line=None,
    *,
    league="nfl",
    period="FULL_GAME",
    price=AT_MINUS_110,
    pitcher=None,
):
    quarters = None if line is None else line_quarters(line)
    market = Market(MarketType(kind), Period(period))
    return SettledTerms(League(league), market, Side(side), quarters, price, pitcher)


def a_game(home=None, away=None, status="FINAL", **facts):
    return GameRecord(ResultStatus(status), home, away, **facts)


def graded(settled):
    """Return the grade; a NotFinal fails the test."""
    assert isinstance(settled, Grading), settled
    return settled
