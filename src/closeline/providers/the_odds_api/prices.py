"""Which format a response's prices are in: decided once, by all of them together."""

from collections.abc import Iterable, Iterator
from decimal import Decimal

from closeline.domain.odds import OddsFormat
from closeline.providers.fields import number
from closeline.providers.strict_json import HOLDERS, Json

_AMERICAN_MIN = 100


def prices(value: Json) -> Iterator[Json]:
    """Yield every price below a value that is not null, in no order."""
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            if item.get("price") is not None:
                yield item["price"]
            waiting += [inner for inner in item.values() if isinstance(inner, HOLDERS)]
        elif isinstance(item, list):
            waiting += [inner for inner in item if isinstance(inner, HOLDERS)]


def format_of(every: Iterable[Json]) -> OddsFormat | None:
    """Return the format of all prices, or None when they fit neither.

    American: every price is a whole number of at least 100 either way. Decimal: none is below 1. What is no
    number decides nothing; it is rejected by itself.
    """
    american = decimal = True
    # The same prices come again and again. What cannot be told apart by its value, such as a list, is no number.
    for price in {price for price in every if _is_number(price)}:
        found = number(price)
        if found is not None:
            american = american and found == int(found) and abs(found) >= _AMERICAN_MIN
            decimal = decimal and found >= 1
    if american:
        return OddsFormat.AMERICAN
    return OddsFormat.DECIMAL if decimal else None


def _is_number(price: Json) -> bool:
    return isinstance(price, int | Decimal) and not isinstance(price, bool)


def price_text(value: Json) -> str:
    """Return a price as it was quoted; what is no number becomes text that no price can be read from."""
    if type(value) is int:
        return str(value)
    found = number(value)
    return "not a number" if found is None else str(found)
