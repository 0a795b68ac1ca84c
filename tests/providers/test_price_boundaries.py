"""Faults 17 to 19 in one answer: every boundary of a price, every wrong shape, and a draw where two sides are expected.

Each comes with what would be stored if its guard were gone.
"""

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

import pytest

from closeline.domain import odds as domain_odds
from closeline.domain.errors import UnreadableFile
from closeline.domain.feeds.captures import ParsedPayload
from closeline.domain.markets import MarketType
from closeline.domain.odds import OddsFormat, Price
from closeline.providers.reasons import Reason
from closeline.providers.the_odds_api import odds, prices
from closeline.providers.the_odds_api.feed import TheOddsApi
from tests.providers.conformance import check_sound, received
from tests.providers.payloads import AWAY, HOME, h2h, odds_event, odds_response, outcome, payload

TAKEN, IMPOSSIBLE, UNCLEAR = "taken", Reason.IMPOSSIBLE_PRICE, Reason.UNCLEAR_FORMAT
NONE = None

# What stands there, what becomes of it beside American prices, and beside decimal ones. UNCLEAR spoils them all: of an
# answer that is in no one format nobody knows what its other prices mean.
BOUNDARIES = [
    ("0", UNCLEAR, UNCLEAR), ("0.5", UNCLEAR, UNCLEAR), ("0.99", UNCLEAR, UNCLEAR), ("-0.99", UNCLEAR, UNCLEAR),
    ("1", UNCLEAR, IMPOSSIBLE), ("1.0", UNCLEAR, IMPOSSIBLE), ("1.00001", UNCLEAR, TAKEN), ("99", UNCLEAR, TAKEN),
    ("-99", UNCLEAR, UNCLEAR), ("-100", TAKEN, UNCLEAR), ("100", TAKEN, TAKEN), ("-101", TAKEN, UNCLEAR),
    ("101", TAKEN, TAKEN), ("1001", TAKEN, TAKEN), ("1001.01", UNCLEAR, IMPOSSIBLE), ("100000", TAKEN, IMPOSSIBLE),
    ("100001", IMPOSSIBLE, IMPOSSIBLE), ("1e6", IMPOSSIBLE, IMPOSSIBLE), ("-1e6", IMPOSSIBLE, UNCLEAR), ("-1000000", TAKEN, UNCLEAR),
    ('"EVEN"', IMPOSSIBLE, IMPOSSIBLE), ('"1.95"', IMPOSSIBLE, IMPOSSIBLE), ("true", IMPOSSIBLE, IMPOSSIBLE),
    ("false", IMPOSSIBLE, IMPOSSIBLE), ("[]", IMPOSSIBLE, IMPOSSIBLE), ("{}", IMPOSSIBLE, IMPOSSIBLE),
]  # fmt: skip
BESIDE = {OddsFormat.AMERICAN: -110, OddsFormat.DECIMAL: 1.91}


def answer(price: str, beside: OddsFormat) -> object:
    """Give an answer of two markets; in the first the home team's price is the text `price`."""
    other = BESIDE[beside]
    markets = [
        {"key": "h2h", "outcomes": [outcome(HOME, 123456), outcome(AWAY, other)]},
        {"key": "totals", "outcomes": [outcome("Over", other, 220.5), outcome("Under", other, 220.5)]},
    ]
    made = odds_response(odds_event(*markets))
    return payload(made.content.replace(b"123456", price.encode()), made.name)


def became(price: str, beside: OddsFormat) -> object:
    parsed = TheOddsApi().parse(answer(price, beside))  # type: ignore[arg-type]
    check_sound(parsed)
    assert received(parsed) == 4
    assert all(1 < quote.price.exact <= 1001 for quote in parsed.quotes)
    if len(parsed.quotes) == 4:
        return TAKEN
    (rejected,) = parsed.rejected
    assert rejected.prices == (4 if rejected.reason == UNCLEAR else 1)
    return rejected.reason


@pytest.mark.parametrize(("price", "american", "decimal"), BOUNDARIES, ids=[row[0] for row in BOUNDARIES])
def test_every_boundary_of_a_price(price: str, american: object, decimal: object) -> None:
    assert (became(price, OddsFormat.AMERICAN), became(price, OddsFormat.DECIMAL)) == (american, decimal)


@pytest.mark.parametrize("price", ["NaN", "Infinity", "-Infinity", "1e999", "9" * 5000])
def test_what_is_no_number_of_json_spoils_the_answer(price: str) -> None:
    with pytest.raises(UnreadableFile):
        became(price, OddsFormat.DECIMAL)


def test_minus_100_and_100_are_one_price_and_its_text_stays() -> None:
    minus, plus = Price.quoted("-100", OddsFormat.AMERICAN), Price.quoted("100", OddsFormat.AMERICAN)

    assert minus.exact == plus.exact == 2
    assert (minus.text, plus.text) == ("-100", "100")


@pytest.fixture
def unbounded(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Plant prices without bounds."""
    monkeypatch.setattr(domain_odds, "DECIMAL_LOWEST", Fraction(-(10**9)))
    monkeypatch.setattr(domain_odds, "DECIMAL_HIGHEST", Fraction(10**9))
    yield
    domain_odds._quoted.cache_clear()


@pytest.mark.usefixtures("unbounded")
@pytest.mark.parametrize("price", ["1", "1.0", "1001.01", "1000000"])
def test_without_bounds_a_price_that_pays_nothing_or_everything_is_stored(price: str) -> None:
    parsed = TheOddsApi().parse(answer(price, OddsFormat.DECIMAL))  # type: ignore[arg-type]

    assert Decimal(price) in {Decimal(quote.price.text) for quote in parsed.quotes}


def test_where_true_is_a_number_one_price_spoils_all(monkeypatch: pytest.MonkeyPatch) -> None:
    assert became("true", OddsFormat.AMERICAN) == IMPOSSIBLE
    monkeypatch.setattr(prices, "_is_number", lambda value: isinstance(value, int | Decimal))
    monkeypatch.setattr(prices, "number", lambda value: Decimal(value) if isinstance(value, int | Decimal) else None)

    assert became("true", OddsFormat.AMERICAN) == UNCLEAR


# -------------------------------------------------------------------------------------------- wrong shapes

GOOD = {"key": "b", "last_update": "2026-01-19T22:40:09Z", "markets": [h2h()]}
# What stands where the books of an event should, and how many prices are in it.
SHAPES = [
    (None, 0), ([], 0), ({}, 0), (GOOD, 2), ("books", 0), ([None], 0), ([GOOD, None], 2), ([[GOOD]], 2),
    ([GOOD | {"key": None}], 2), ([GOOD | {"key": 7}], 2), ([GOOD | {"markets": None}], 0), ([GOOD | {"markets": h2h()}], 2),
    ([GOOD | {"markets": [h2h() | {"key": None}]}], 2), ([GOOD | {"markets": [h2h(), "x"]}], 2),
    ([GOOD | {"markets": [{"key": "h2h", "outcomes": {"a": outcome(HOME, -120)}}]}], 1),
    ([GOOD | {"markets": [{"key": "h2h", "outcomes": [outcome(HOME, -120), outcome(HOME, 100) | {"name": None}]}]}], 2),
    ([GOOD | {"markets": [{"key": "h2h", "outcomes": [outcome(HOME, -120), {"name": AWAY}]}]}], 1),
    ([GOOD | {"markets": [{"key": "spreads", "outcomes": [outcome(HOME, -110, "x"), outcome(AWAY, -110)]}]}], 2),
]  # fmt: skip


@pytest.mark.parametrize(("books", "count"), SHAPES, ids=range(len(SHAPES)))
def test_a_wrong_shape_loses_no_price(books: object, count: int) -> None:
    parsed = TheOddsApi().parse(odds_response(odds_event(bookmakers=books)))

    check_sound(parsed)
    assert received(parsed) == count
    assert not unplaced(parsed)


def unplaced(parsed: ParsedPayload) -> int:
    """Count the prices that no reader missed until the end, when what had come in was counted."""
    return sum(item.prices for item in parsed.rejected if item.place == "$")


def test_without_its_rejections_prices_of_a_wrong_shape_are_missed_only_when_all_are_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(odds, "_rejected", lambda *given: iter(()))
    lost = [
        (books, count)
        for books, count in SHAPES
        if unplaced(TheOddsApi().parse(odds_response(odds_event(bookmakers=books))))
    ]

    assert len(lost) > 3


# ------------------------------------------------------------------------------------- three ways for two

DRAWN = {"key": "h2h", "outcomes": [outcome(HOME, 140), outcome(AWAY, 210), outcome("Draw", 230)]}


def test_a_draw_makes_another_market_of_a_moneyline() -> None:
    quotes = TheOddsApi().parse(odds_response(odds_event(DRAWN))).quotes

    assert {quote.market.type for quote in quotes} == {MarketType.MONEYLINE_3WAY}
    assert len(quotes) == 3


def test_without_looking_for_the_draw_two_thirds_of_a_market_pass_for_a_whole_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(odds, "_is_draw", lambda outcome: False)
    quotes = TheOddsApi().parse(odds_response(odds_event(DRAWN))).quotes

    assert {quote.market.type for quote in quotes} == {MarketType.MONEYLINE}
    assert sum(quote.price.implied for quote in quotes) < 0.9
