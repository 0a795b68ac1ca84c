"""Which format a response's prices are in: decided once, by all of them together."""

from collections.abc import Iterator

from closeline.domain.odds import OddsFormat
from closeline.providers.fields import number
from closeline.providers.strict_json import Json

_AMERICAN_MIN = 100


def prices(value: Json) -> Iterator[Json]:
    """Yield every price below a value that is not null."""
    if isinstance(value, list):
        for item in value:
            yield from prices(item)
    elif isinstance(value, dict):
        if value.get("price") is not None:
            yield value["price"]
        for item in value.values():
            yield from prices(item)


def format_of(value: Json) -> OddsFormat | None:
    """Return the format of all prices, or None when they fit neither.

    American: every price is a whole number of at least 100 either way. Decimal: none is below 1. What is no
    number decides nothing; it is rejected by itself.
    """
    american = decimal = True
    for price in prices(value):
        found = number(price)
        if found is not None:
            american = american and found == int(found) and abs(found) >= _AMERICAN_MIN
            decimal = decimal and found >= 1
    if american:
        return OddsFormat.AMERICAN
    return OddsFormat.DECIMAL if decimal else None


def price_text(value: Json) -> str:
    """Return a price as it was quoted; what is no number becomes text that no price can be read from."""
    found = number(value)
    return "not a number" if found is None else str(found)
