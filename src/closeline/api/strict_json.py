"""Bodies as the standard says JSON and nothing more: no NaN, no key twice, no text that a database cannot hold."""

import json
import math
from typing import Any, NoReturn

from closeline.domain.errors import BadInput

DEPTH_MAX = 32


def check(content: bytes) -> None:
    """Return when a body is strict UTF-8 JSON; raises BadInput with what is wrong."""
    try:
        value = json.loads(
            content.decode(), parse_float=_finite, parse_constant=_refuse_constant, object_pairs_hook=_unique
        )
    except RecursionError:
        raise BadInput(f"JSON must be at most {DEPTH_MAX} levels deep, was deeper") from None
    except UnicodeDecodeError:
        raise BadInput("body must be UTF-8, was not") from None
    except ValueError as fault:
        raise BadInput(f"body must be JSON, was not: {fault}") from None
    _check(value, DEPTH_MAX)


def check_text(text: str, where: str) -> None:
    """Return when a text can be stored; raises BadInput otherwise."""
    if "\x00" in text:
        raise BadInput(f"{where} must not hold a NUL, did")
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            raise BadInput(f"{where} must be whole signs, held half a surrogate pair") from None


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise BadInput(f"JSON numbers must be finite, was {text[:20]}")
    return value


def _refuse_constant(text: str) -> NoReturn:
    raise BadInput(f"JSON numbers must be finite, was {text}")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise BadInput("JSON objects must have every key once, was repeated")
    return found


def _check(value: object, depth: int) -> None:
    if depth < 0:
        raise BadInput(f"JSON must be at most {DEPTH_MAX} levels deep, was deeper")
    if isinstance(value, str):
        check_text(value, "JSON text")
    elif isinstance(value, dict):
        for key, item in value.items():
            check_text(key, "JSON text")
            _check(item, depth - 1)
    elif isinstance(value, list):
        for item in value:
            _check(item, depth - 1)
