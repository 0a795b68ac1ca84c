"""Cursors: where the last page ended, as an opaque text that only the next call has to read."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from typing import TypeVar

from closeline.domain.errors import BadInput

LIMIT_DEFAULT = 50
LIMIT_MAX = 500
_CURSOR_LENGTH_MAX = 400

Item = TypeVar("Item")
Place = tuple[int, str]


def written(place: Place) -> str:
    """Return a place, (a number, a name), as a cursor."""
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")


def read(cursor: str) -> Place:
    """Return the place of a cursor; raises BadInput for a text that no page gave."""
    padded = cursor[:_CURSOR_LENGTH_MAX] + "=" * (-len(cursor) % 4)
    try:
        number, name = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (ValueError, TypeError, RecursionError, binascii.Error):
        raise BadInput("cursor must be the next_cursor of a page, was another text") from None
    if type(number) is not int or not isinstance(name, str):
        raise BadInput("cursor must be the next_cursor of a page, was another text")
    return number, name


def page(
    items: Sequence[Item], *, at: Callable[[Item], Place], cursor: str | None, limit: int
) -> tuple[list[Item], str | None]:
    """Return the items after a cursor, at most `limit`, and the cursor of the next page, null at the end.

    Items come in falling order of their places, and a place belongs to one item alone.
    """
    after = read(cursor) if cursor else None
    left = [item for item in items if after is None or at(item) < after]
    chosen = left[:limit]
    return chosen, written(at(chosen[-1])) if len(left) > limit else None
