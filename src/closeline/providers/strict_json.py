"""JSON as the standard says it and nothing more: no NaN, no key twice, no text that a database cannot hold.

Numbers with a fraction stay Decimal, so that a price keeps the digits that were quoted.
"""

import json
from collections.abc import Iterable
from decimal import Decimal
from typing import NoReturn

from closeline.domain.errors import UnreadableFile
from closeline.providers.foreign import check_size, reading

DEPTH_MAX = 32
_EXPONENT_MAX = 18
# A NUL or half a surrogate pair comes in by an escape alone: as a byte neither is text that can be read.
_ESCAPE = b"\\u"

# What holds more, said once: a union that is made anew for each question costs more than the answer.
HOLDERS = (dict, list)

Json = dict[str, "Json"] | list["Json"] | str | int | Decimal | bool | None


def loads(content: bytes, name: str) -> Json:
    """Read strict UTF-8 JSON; raises UnreadableFile with what is wrong."""
    check_size(content, name)
    with reading("JSON file", name):
        value: Json = json.loads(
            content.decode("utf-8-sig"),
            parse_float=_decimal,
            parse_constant=_refuse_constant,
            object_pairs_hook=_unique,
        )
        _check_depth(value)
        if _ESCAPE in content:
            _check_texts(value)
    return value


def looks_like_json(content: bytes) -> bool:
    """Say whether the first sign is that of an object or a list."""
    return content[:64].removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"[")


def prices_in(value: Json, key: str = "price") -> int:
    """Return how many prices stand anywhere below a value: what is lost when it is rejected."""
    if isinstance(value, list):
        return sum(prices_in(item, key) for item in value)
    if not isinstance(value, dict):
        return 0
    own = key in value and value[key] is not None
    return own + sum(prices_in(item, key) for item in value.values())


def _decimal(text: str) -> Decimal:
    """Return a number with a fraction or an exponent; 1e999999999 would fill the memory once it is an int."""
    value = Decimal(text)
    if value.adjusted() > _EXPONENT_MAX:
        raise UnreadableFile(f"JSON numbers must be below 1e{_EXPONENT_MAX + 1}, was {text[:20]}")
    return value


def _refuse_constant(text: str) -> NoReturn:
    raise UnreadableFile(f"JSON numbers must be finite, was {text}")


def _unique(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise UnreadableFile("JSON objects must have every key once, was repeated")
    return found


def _check_depth(value: Json) -> None:
    """Refuse what is nested too deep: level by level, and of each only what holds more."""
    level: list[Json] = [value]
    for _ in range(DEPTH_MAX):
        level = [item for held in level for item in _inside(held) if isinstance(item, HOLDERS) and item]
        if not level:
            return
    raise UnreadableFile(f"JSON must be at most {DEPTH_MAX} levels deep, was deeper")


def _inside(value: Json) -> Iterable[Json]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _check_texts(value: Json) -> None:
    if isinstance(value, str):
        _check_text(value)
    elif isinstance(value, dict):
        for key, item in value.items():
            _check_text(key)
            _check_texts(item)
    elif isinstance(value, list):
        for item in value:
            _check_texts(item)


def _check_text(text: str) -> None:
    if "\x00" in text:
        raise UnreadableFile("JSON text must not hold a NUL, did")
    if not text.isascii():
        text.encode()  # half a surrogate pair can be neither encoded nor stored
